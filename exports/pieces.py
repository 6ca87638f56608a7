"""A document cut for formats that count in tokens, so that no mention cuts a piece."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import NamedTuple

from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.spans import Span

__all__ = ["Piece", "Window", "cut_pieces", "cut_windows", "span_of_pieces"]


class Piece(NamedTuple):
    """A stretch of text without white space: a token, or part of one.

    `continues` says that it belongs to the same token as the piece before.
    """

    start: int
    end: int
    continues: bool


class Window(NamedTuple):
    """A sentence with the white space up to the next one; windows tile the text."""

    start: int
    end: int
    pieces: tuple[Piece, ...]


def cut_pieces(doc: AnnotatedDocument) -> tuple[Piece, ...]:
    """Cut the text at the edges of its tokens, sentences, mentions and arguments.

    Every character that is not white space is in exactly one piece. Raises DataError
    where the document has no tokens.
    """
    text = doc.text or ""
    if doc.tokens is None:
        raise DataError(
            f"{doc.id}: has no tokens, and this format counts in tokens. Run 'miyar "
            "ingest' on the file: it keeps the annotations and adds the tokens."
        )
    edges = _edges(doc)
    token_at = {i: n for n, (s, e) in enumerate(doc.tokens) for i in range(s, e)}
    pieces: list[Piece] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and end not in edges and not _changes(text, end):
            continue
        if not text[start].isspace():
            joined = bool(pieces) and pieces[-1].end == start
            token = token_at.get(start)
            same = token is not None and joined and token_at.get(start - 1) == token
            pieces.append(Piece(start, end, same))
        start = end
    return tuple(pieces)


def _edges(doc: AnnotatedDocument) -> set[int]:
    spans: list[tuple[int, int]] = [*(doc.tokens or ()), *(doc.sentences or ())]
    spans += [mention.span for mention in (*doc.entities, *doc.events)]
    for event in doc.events:
        for argument in event.arguments:
            if argument.start is not None and argument.end is not None:
                spans.append((argument.start, argument.end))
    return {edge for span in spans for edge in span}


def _changes(text: str, place: int) -> bool:
    return text[place - 1].isspace() != text[place].isspace()


def cut_windows(doc: AnnotatedDocument) -> tuple[Window, ...]:
    """Cut the document into windows of one sentence; one window if it has none."""
    text = doc.text or ""
    begins = sorted({start for start, _ in doc.sentences or () if start})
    edges = [0, *begins, len(text)]
    pieces = cut_pieces(doc)
    starts = [piece.start for piece in pieces]
    return tuple(
        Window(
            start, end, pieces[bisect_left(starts, start) : bisect_left(starts, end)]
        )
        for start, end in pairwise(edges)
        if start < end or not text
    )


def span_of_pieces(pieces: tuple[Piece, ...], span: Span) -> Span | None:
    """Return the half-open range of pieces that is `span`, or None if none is.

    There is none where the span begins or ends in white space, or lies elsewhere.
    """
    starts = {piece.start: number for number, piece in enumerate(pieces)}
    ends = {piece.end: number + 1 for number, piece in enumerate(pieces)}
    if span.start in starts and span.end in ends:
        return Span(starts[span.start], ends[span.end])
    return None
