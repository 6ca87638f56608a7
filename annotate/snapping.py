"""Move the edges of any span by the span rule, for scores that do not mind clitics."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from annotate.arabic.characters import BIDI, DIACRITICS, TATWEEL
from schemas.labels import SpanRule
from schemas.spans import Span

__all__ = ["make_snap"]

_WEIGHTLESS = frozenset(
    match.group()
    for match in re.finditer(
        f"[{DIACRITICS}{BIDI}{TATWEEL}]", "".join(map(chr, range(0x80, 0xFFFF)))
    )
)
_SHORTEST_CORE = 2
"""So many letters of a word are never taken for clitics."""


def make_snap(rule: SpanRule) -> Callable[[str, Span], Span]:
    """Return what moves a span to the core of its first and of its last word.

    The core is what is left without everything that the rule knows to be attached:
    quotes, punctuation and space around the words, proclitics and the article before
    the first (also where a quote or a number follows them), a pronoun after the last,
    diacritics and tatweel at either edge. Letters that may be clitics count as such:
    both sides of a score are moved alike, so that spans become equal just where they
    differ by nothing else, whatever the word is. An edge inside a core stays; a span
    of nothing else than clitics or marks, too.

    >>> snap = make_snap(SpanRule(proclitics=("و", "ب"), article="ال", quotes=("«»",)))
    >>> [snap("قال «وبالبصرة»", Span(*s)) for s in ((4, 14), (7, 13), (9, 13))]
    [Span(start=9, end=13), Span(start=9, end=13), Span(start=9, end=13)]
    """
    return _Snapper(rule)


class _Snapper:
    """Moves spans; the cores of words are remembered."""

    def __init__(self, rule: SpanRule) -> None:
        self._quotes = frozenset("".join(rule.quotes))
        self._around = self._quotes.union(rule.punctuation, _WEIGHTLESS)
        self._clitics = _Clitics(rule)
        self._core_of = lru_cache(maxsize=2**16)(self._clitics.core)

    def __call__(self, text: str, span: Span) -> Span:
        start, end = span
        while start < end and self._is_around(text[end - 1]):
            end -= 1
        start = self._beginning(text, start, end)
        if start == end:
            return span
        first, stop = _word_around(text, start)
        low, high = self._core_of(text[first:stop])
        left = max(start, first + low)
        if stop < end:
            first, stop = _word_around(text, end - 1)
            _, high = self._core_of(text[first:stop])
        right = min(end, first + high)
        return Span(left, right) if left < right else Span(start, end)

    def _beginning(self, text: str, start: int, end: int) -> int:
        """Return where the first word begins that is not clitics alone."""
        while start < end and self._is_around(text[start]):
            start += 1
        if start == end:
            return end
        first, stop = _word_around(text, start)
        parted = stop < end and (text[stop] in self._quotes or text[stop].isdigit())
        if parted and start == first and self._clitics.are_all_of(text[first:stop]):
            return self._beginning(text, stop, end)
        return start

    def _is_around(self, character: str) -> bool:
        return character in self._around or character.isspace()


def _word_around(text: str, place: int) -> tuple[int, int]:
    """Return where the letters and marks around a place begin and end."""
    start = end = place
    while start > 0 and _in_word(text[start - 1]):
        start -= 1
    while end < len(text) and _in_word(text[end]):
        end += 1
    return start, max(end, place + 1)


def _in_word(character: str) -> bool:
    return character.isalpha() or character in _WEIGHTLESS


class _Clitics:
    """What may be attached to a word, by the span rule; long forms are tried first."""

    def __init__(self, rule: SpanRule) -> None:
        self.proclitics = sorted(rule.proclitics, key=len, reverse=True)
        self.pronouns = sorted(rule.pronouns, key=len, reverse=True)
        self.article = rule.article

    def core(self, word: str) -> tuple[int, int]:
        """Return where the core of a word begins and ends within it."""
        letters = [i for i, c in enumerate(word) if c not in _WEIGHTLESS]
        bare = "".join(word[i] for i in letters)
        if len(bare) <= _SHORTEST_CORE:
            return 0, len(word)
        before = self._attached_before(bare, len(bare) - _SHORTEST_CORE)
        end = len(bare)
        for pronoun in self.pronouns:
            if bare.endswith(pronoun) and end - len(pronoun) - before >= _SHORTEST_CORE:
                end -= len(pronoun)
                break
        return letters[before], letters[end - 1] + 1

    def are_all_of(self, word: str) -> bool:
        """Tell whether a word is nothing else than proclitics and the article."""
        bare = "".join(c for c in word if c not in _WEIGHTLESS)
        return bare != "" and self._attached_before(bare, len(bare)) == len(bare)

    def _attached_before(self, bare: str, most: int) -> int:
        """Count the letters of proclitics, each taken once, and of the article."""
        place = 0
        left = list(self.proclitics)
        while taken := next((p for p in left if bare.startswith(p, place)), None):
            if place + len(taken) > most:
                break
            left.remove(taken)
            place += len(taken)
        for article in self._articles(bare[:place]):
            if bare.startswith(article, place) and place + len(article) <= most:
                return place + len(article)
        return place

    def _articles(self, before: str) -> tuple[str, ...]:
        """Return the forms of the article; after its own last letter it loses some."""
        if not self.article:
            return ()
        last = self.article[-1]
        return (self.article, last) if before.endswith(last) else (self.article,)
