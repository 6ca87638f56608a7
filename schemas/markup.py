"""Sentences with bracketed mentions: `قال [وزير [الدفاع|ORG]|TITLE] إن`."""

from __future__ import annotations

from typing import NamedTuple

from schemas.errors import SchemaError
from schemas.spans import Span

__all__ = ["MarkedSpan", "parse_markup"]


class MarkedSpan(NamedTuple):
    """A bracketed stretch of the plain text and the label behind its bar."""

    span: Span
    label: str


def parse_markup(marked: str) -> tuple[str, tuple[MarkedSpan, ...]]:
    """Return the plain text and its marked spans in text order, outer before inner.

    Raises SchemaError if brackets do not pair, or a span is empty or has no label.

    >>> parse_markup("في [بغداد|GPE]")
    ('في بغداد', (MarkedSpan(span=Span(start=3, end=8), label='GPE'),))
    """
    plain: list[str] = []
    starts: list[int] = []
    found: list[MarkedSpan] = []
    label: list[str] | None = None
    for char in marked:
        if label is not None and char != "]":
            label.append(char)
        elif char == "[":
            starts.append(len(plain))
        elif char == "|" and starts:
            label = []
        elif char == "]":
            found.append(_closed(marked, starts, len(plain), label))
            label = None
        else:
            plain.append(char)
    if starts:
        raise SchemaError(f"a bracket is not closed in: {marked}")
    found.sort(key=lambda mark: (mark.span.start, -mark.span.end))
    return "".join(plain), tuple(found)


def _closed(
    marked: str, starts: list[int], end: int, label: list[str] | None
) -> MarkedSpan:
    if not starts:
        raise SchemaError(f"a bracket closes that was not opened in: {marked}")
    start = starts.pop()
    if not label or start == end:
        raise SchemaError(f"write [words|LABEL], with both of them, in: {marked}")
    return MarkedSpan(Span(start, end), "".join(label))
