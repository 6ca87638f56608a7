"""Fold the spellings of Arabic news into one, with the way back to the raw text."""

from __future__ import annotations

import re
import unicodedata

from annotate.arabic.characters import (
    BIDI,
    DIACRITICS,
    DIGITS,
    LETTER_FOLDS,
    PRESENTATION,
    TATWEEL,
)
from schemas.textview import TextView

__all__ = ["fold", "fold_text"]

_ONE_FOR_ONE = str.maketrans({**LETTER_FOLDS, **DIGITS})
_CHANGES_LENGTH = re.compile(f"[{DIACRITICS}{BIDI}{TATWEEL}{PRESENTATION}]")
_MARK = re.compile(f"[{DIACRITICS}]")
_DROPPED = re.compile(f"[{BIDI}{TATWEEL}]")


def fold(text: str) -> TextView:
    """Fold alef forms, final ya, ta marbuta, hamza seats, digits and Persian letters.

    Diacritics, tatweel and bidi controls disappear, presentation forms are spelled
    out. A diacritic belongs to the letter before it: the raw span of that letter holds
    it. Tatweel and controls belong to nothing, so that a span starts and ends at a
    letter.

    >>> view = fold("وزارة الخارجيّة")
    >>> view.text, view.raw_span(6, 14)
    ('وزاره الخارجيه', Span(start=6, end=15))
    """
    if not _CHANGES_LENGTH.search(text):
        return TextView(text.translate(_ONE_FOR_ONE))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, raw in enumerate(text):
        if _MARK.match(raw):
            if ends:
                ends[-1] = at + 1
            continue
        for letter in _spelled(raw):
            letters.append(letter)
            starts.append(at)
            ends.append(at + 1)
    # A letter spelled out of one ligature shares its marks with its twins.
    for at in range(len(starts) - 2, -1, -1):
        if starts[at] == starts[at + 1]:
            ends[at] = ends[at + 1]
    folded = "".join(letters).translate(_ONE_FOR_ONE)
    return TextView(folded, tuple(starts), tuple(ends))


def fold_text(text: str) -> str:
    """Return the folded text alone, for words that need no way back."""
    if _CHANGES_LENGTH.search(text):
        return fold(text).text
    return text.translate(_ONE_FOR_ONE)


def _spelled(raw: str) -> str:
    """Return the letters one character stands for: none, itself, or a ligature's."""
    if _DROPPED.match(raw):
        return ""
    if not ("\ufb50" <= raw <= "\ufdff" or "\ufe70" <= raw <= "\ufefc"):
        return raw
    spelled = unicodedata.normalize("NFKC", raw)
    return "".join(c for c in spelled if not (_MARK.match(c) or _DROPPED.match(c)))
