"""Half-open spans of Unicode code points, and their predicates."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Span", "contains", "crosses", "overlaps", "slice_span"]


class Span(NamedTuple):
    """`[start, end)` in code points of the raw stored text; `start < end`."""

    start: int
    end: int


def overlaps(a: Span, b: Span) -> bool:
    """Tell whether two spans share a character.

    >>> overlaps(Span(0, 3), Span(2, 5)), overlaps(Span(0, 3), Span(3, 5))
    (True, False)
    """
    return a.start < b.end and b.start < a.end


def contains(outer: Span, inner: Span) -> bool:
    """Tell whether `inner` lies wholly in `outer`; a span contains itself.

    >>> contains(Span(0, 5), Span(1, 5)), contains(Span(1, 5), Span(0, 5))
    (True, False)
    """
    return outer.start <= inner.start and inner.end <= outer.end


def crosses(a: Span, b: Span) -> bool:
    """Tell whether two spans overlap and neither contains the other.

    >>> crosses(Span(0, 3), Span(2, 5)), crosses(Span(0, 5), Span(1, 3))
    (True, False)
    """
    return overlaps(a, b) and not contains(a, b) and not contains(b, a)


def slice_span(text: str, span: Span) -> str:
    """Return the text a span covers.

    >>> slice_span("في بغداد", Span(3, 8))
    'بغداد'
    """
    return text[span.start : span.end]
