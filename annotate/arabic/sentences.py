"""Cut Arabic news text into sentences, as spans of code points."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.spans import Span

__all__ = ["find_sentences"]

# A sentence ends at a line break; at ! ? ؟ or one full stop, with the closing quotes
# and brackets that follow, before white space or an Arabic letter ("بغداد.وزير" lost
# its space). Two stops and more are a pause in this press and end nothing, and a run of
# "????" is what became of a lost emoji.
_CLOSERS = "\"'”“»)\\]’"
# The first character decides most: what it needs before it is looked up behind it.
_CANDIDATE = re.compile(r"[\n.!?؟]")
_END = re.compile(
    r"\n+"
    rf"|(?:[!؟]+|\?(?<!\?\?)(?!\?)|\.(?<![.…]\.)(?!\.))[{_CLOSERS}]*(?=\s|$)"
    r"|\.(?<=[\u0621-\u064a\u064b-\u0652]\.)(?=[\u0621-\u064a]{2})"
)
# "د." and "أ." shorten a word and do not end a sentence.
_INITIAL = re.compile(r"(?:^|[\s(])[\u0621-\u064a]\.$")


def find_sentences(text: str) -> tuple[Span, ...]:
    """Return the sentences in order, without the white space around them.

    A line (a headline, a sub-heading) is always a sentence of its own.

    >>> text = "عنوان\\nقال د. علي.. نعم. ثم صمت"
    >>> [text[start:end] for start, end in find_sentences(text)]
    ['عنوان', 'قال د. علي.. نعم.', 'ثم صمت']
    """
    found = []
    for start, end in _pieces(text):
        piece = text[start:end]
        inked = piece.strip()
        if inked:
            # The white space at either end is seldom there: look before counting it.
            if inked[0] != piece[0]:
                start = end - len(piece.lstrip())
            found.append(Span(start, start + len(inked)))
    return tuple(found)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = resume = 0
    for candidate in _CANDIDATE.finditer(text):
        at = candidate.start()
        match = _END.match(text, at) if at >= resume else None
        if match is None:
            continue
        resume = match.end()
        if text[at] == "." and _INITIAL.search(text, max(start, at - 2), at + 1):
            continue
        yield start, resume
        start = resume
    yield start, len(text)
