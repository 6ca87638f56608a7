"""Find the other mentions of a name that an annotator has marked once.

A name recurs in any spelling that folds to the same letters, with proclitics before it
that the span rule leaves out. A person comes back by the last name too, with or without
the article.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from annotate.arabic.characters import BIDI, DIACRITICS, TATWEEL
from annotate.arabic.clitics import CONJUNCTIONS, Segmenter
from annotate.arabic.fold import fold
from annotate.arabic.tokens import find_tokens
from schemas.labels import SpanRule
from schemas.spans import Span, contains, overlaps
from schemas.textview import TextView

__all__ = ["Labelled", "Names"]

Labelled = tuple[Span, str]
"""A span that is marked already, and its label."""

# Words that are no name without the one after them: ابن سلمان, أبو مازن, عبد الله.
_KIN = frozenset({"بن", "ابن", "بنت", "ابو", "ابي", "ابا", "ام", "ال", "عبد"})
# A word this frequent (Zipf times ten) stands for a person only if a list says so.
_FAMILIAR = 42
_ORDERS = ([True], [False], [True, False])
_SHORTEST = 3
_WEIGHTLESS = re.compile(f"[{DIACRITICS}{BIDI}{TATWEEL}]")


@dataclass(frozen=True, slots=True)
class _Word:
    """A token, folded; `joined` if spaces alone part it from the one before.

    `bare` is the token without its marks: folded, ة and ى look like pronouns.
    """

    start: int
    view: TextView
    bare: str
    joined: bool

    def span(self, first: int, end: int) -> Span:
        """Return the raw span of its folded letters `[first, end)`."""
        start, stop = self.view.raw_span(first, end)
        return Span(self.start + start, self.start + stop)


@dataclass(frozen=True, slots=True)
class _Name:
    """Folded words to look for; `pronouns` may follow the last, and are left out."""

    words: tuple[str, ...]
    pronouns: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What it takes to find a name again.

    `persons` are the labels whose names shorten to a last name, `given` the folded
    names that open or continue one; `nesting` says which labels may stand inside a
    mention of which.
    """

    segmenter: Segmenter = field(repr=False)
    rule: SpanRule = field(repr=False)
    persons: frozenset[str] = frozenset()
    given: Container[str] = field(default=frozenset(), repr=False)
    nesting: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def find_others(
        self, text: str, drawn: Labelled, marked: Sequence[Labelled]
    ) -> tuple[Span, ...]:
        """Return the spans where the name of `drawn` stands elsewhere, in text order.

        None of them is marked already, crosses a marked span, or stands inside one
        where its label may not. A span that begins or ends inside a word in a way the
        span rule does not know is no name, and nothing is found for it.
        """
        span, label = drawn
        words = list(_words(text, self.rule))
        name = self._name(words, span)
        if name is None:
            return ()
        taken = [*marked, drawn]
        found: list[Span] = []
        for candidate in self._candidates(words, name, person=label in self.persons):
            place = _close_quote(text, candidate, self.rule)
            if self._is_free(place, label, taken):
                taken.append((place, label))
                found.append(place)
        return tuple(sorted(found))

    def _name(self, words: Sequence[_Word], span: Span) -> _Name | None:
        starts = [word.start for word in words]
        first = max(bisect_right(starts, span.start) - 1, 0)
        last = bisect_right(starts, span.end - 1) - 1
        chosen = list(words[first : last + 1])
        # Marks that were drawn along are no part of the name.
        while chosen and not chosen[0].view.text[0].isalnum():
            del chosen[0]
        while chosen and not chosen[-1].view.text[0].isalnum():
            del chosen[-1]
        if not chosen:
            return None
        head, tail = chosen[0], chosen[-1]
        cut = _letters_before(head, span.start)
        keep = _letters_before(tail, span.end)
        rest = tail.view.text[keep:]
        before = head.view.text[:cut]
        if before and not self._are_proclitics(before):
            return None
        if rest and not (rest in self.rule.pronouns and tail.bare.endswith(rest)):
            return None
        letters = [word.view.text for word in chosen]
        letters[-1] = letters[-1][:keep]
        letters[0] = self._base(letters[0], cut)
        if not all(letters):
            return None
        return _Name(tuple(letters), ("", *self.rule.pronouns) if rest else ("",))

    def _base(self, letters: str, cut: int) -> str:
        """Return a first word without its proclitics, the hidden article put back."""
        article, rest = self.rule.article, letters[cut:]
        if cut and article and letters[cut - 1] == rest[:1] == article[-1]:
            return article + rest[1:]
        head, base = self.segmenter.split(rest)
        # Drawn with the conjunction: what is meant is the name behind it.
        return base if not cut and head and base in self.segmenter.known else rest

    def _are_proclitics(self, letters: str) -> bool:
        """Tell whether letters are a proclitic, or a conjunction and one more."""
        if not 1 <= len(letters) <= 2 or not set(letters) <= {*self.rule.proclitics}:
            return False
        return [letter in CONJUNCTIONS for letter in letters] in _ORDERS

    def _candidates(
        self, words: Sequence[_Word], name: _Name, *, person: bool
    ) -> Iterator[Span]:
        """Yield the whole name everywhere before any shorter or other form of it."""
        alone = person and len(name.words) == 1
        yield from self._matches(words, name, alone=alone)
        if not person:
            return
        for form in self._variants(name.words):
            alone = len(form) == 1
            yield from self._matches(words, _Name(form, name.pronouns), alone=alone)

    def _variants(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield the forms a person comes back in: last name, with or without ال."""
        forms = [words]
        if len(words) > 1:
            at = len(words) - 1
            while at > 1 and words[at - 1] in _KIN:
                at -= 1
            short = words[at:]
            if at > 0 and words[at - 1] not in _KIN and self._is_last_name(short):
                forms.append(short)
                yield short
        for form in forms:
            other = self._other_article(form[-1])
            if other and not (len(form) > 1 and form[-2] in _KIN):
                yield (*form[:-1], other)

    def _is_last_name(self, words: tuple[str, ...]) -> bool:
        word, known = words[-1], self.segmenter
        if len(word) < _SHORTEST or word in known.function:
            return False
        named = (
            word in known.names
            or word in self.given
            or word.startswith(self.rule.article or "\0")
        )
        return len(words) > 1 or named or known.zipf.get(word, 0) < _FAMILIAR

    def _other_article(self, word: str) -> str | None:
        """Return the word with its article taken off or put on, if it can be meant.

        A form that is more common than the name itself is another word: صدر (issued)
        is not الصدر.
        """
        article = self.rule.article
        if not article:
            return None
        has = word.startswith(article)
        other = word.removeprefix(article) if has else article + word
        known = self.segmenter
        rare = known.zipf.get(other, 0) <= min(known.zipf.get(word, 0), _FAMILIAR)
        fits = rare and other not in known.function
        return other if fits and len(other) >= _SHORTEST else None

    def _matches(
        self, words: Sequence[_Word], name: _Name, *, alone: bool
    ) -> Iterator[Span]:
        size = len(name.words)
        # The article may be hidden: what is left of the last word is always there.
        sign = name.words[-1].removeprefix(self.rule.article or "")
        for at in range(len(words) - size + 1):
            if sign not in words[at + size - 1].view.text:
                continue
            here = words[at : at + size]
            if not all(word.joined for word in here[1:]):
                continue
            span = self._match(here, name)
            if span is None:
                continue
            bare = span.start <= here[0].span(0, 1).start
            # لصالح (in favour of) is no صالح.
            usual = self.segmenter.zipf.get(here[0].view.text, 0) >= _FAMILIAR
            other = (usual and not bare) or self._in_longer_name(words, at, bare=bare)
            if not (alone and other):
                yield span

    def _match(self, here: Sequence[_Word], name: _Name) -> Span | None:
        middle = zip(here[1:-1], name.words[1:-1], strict=True)
        if any(word.view.text != wanted for word, wanted in middle):
            return None
        for pronoun in name.pronouns:
            end = len(here[-1].view.text) - len(pronoun)
            if not here[-1].bare.endswith(pronoun) or end <= 0:
                continue
            if len(here) > 1 and here[-1].view.text[:end] != name.words[-1]:
                continue
            letters = here[0].view.text[: end if len(here) == 1 else None]
            start = self._begin(letters, name.words[0])
            if start is not None:
                stop = here[-1].span(0, end).end
                return Span(here[0].span(start, len(letters)).start, stop)
        return None

    def _begin(self, letters: str, base: str) -> int | None:
        """Return how many letters stand before `base` in a word, None if it does not.

        After ل the article is hidden: للكاظمي holds الكاظمي from its second ل on.
        """
        if letters == base:
            return 0
        article = self.rule.article
        hidden = article and base.startswith(article)
        if hidden and letters.endswith("ل" + base[1:]):
            cut = len(letters) - len(base) + 1
        elif letters.endswith(base):
            cut = len(letters) - len(base)
        else:
            return None
        return cut if self._may_part(letters, letters[:cut], base) else None

    def _may_part(self, word: str, head: str, base: str) -> bool:
        """Tell whether the letters before a known name are proclitics of it."""
        known = self.segmenter
        if not self._are_proclitics(head):
            return False
        if known.zipf.get(word, 0) > known.zipf.get(base, 0):
            return False
        if known.split(word) == (head, base):
            return True
        if word in known.known or word in known.function:
            return False
        return len(base) > _SHORTEST or base.startswith(self.rule.article or "\0")

    def _in_longer_name(self, words: Sequence[_Word], at: int, *, bare: bool) -> bool:
        """Tell whether a given name stands before the word, or a name follows it.

        `bare` says that no proclitic parts the word from the one before.
        """
        known = self.segmenter
        if bare and words[at].joined:
            before = words[at - 1].view.text
            if any(
                w in _KIN or w in self.given for w in (before, *known.split(before))
            ):
                return True
        if at + 1 < len(words) and words[at + 1].joined:
            after = words[at + 1].view.text
            return after in _KIN or after in self.given or after in known.names
        return False

    def _is_free(self, span: Span, label: str, taken: Sequence[Labelled]) -> bool:
        for other, its_label in taken:
            if not overlaps(span, other):
                continue
            if span == other or label == its_label:
                return False
            outer, inner = (
                (its_label, label) if contains(other, span) else (label, its_label)
            )
            nested = contains(other, span) or contains(span, other)
            if not nested or inner not in self.nesting.get(outer, ()):
                return False
        return True


def _words(text: str, rule: SpanRule) -> Iterator[_Word]:
    quotes = frozenset("".join(rule.quotes))
    end = 0
    joined = False
    for token in find_tokens(text):
        if text[token.start : token.end] in quotes:
            continue
        view, bare = _folded(text[token.start : token.end])
        if not view.text:
            continue
        gap = text[end : token.start]
        parted = not joined or "\n" in gap or "\r" in gap
        yield _Word(token.start, view, bare, not parted)
        end, joined = token.end, True


@lru_cache(maxsize=1 << 15)
def _folded(token: str) -> tuple[TextView, str]:
    return fold(token), _WEIGHTLESS.sub("", token)


def _letters_before(word: _Word, place: int) -> int:
    """Count the folded letters of a word that begin before a place of the text."""
    starts = word.view.starts or range(len(word.view.text))
    return sum(word.start + start < place for start in starts)


def _close_quote(text: str, span: Span, rule: SpanRule) -> Span:
    """Take in the mark that closes a quote which the span opens."""
    words = text[span.start : span.end]
    after = text[span.end : span.end + 1]
    for pair in rule.quotes:
        opener, closer = pair[0], pair[1]
        shut = words.count(closer) if opener != closer else words.count(opener) // 2 * 2
        if words.count(opener) > shut and after == closer:
            return Span(span.start, span.end + 1)
    return span
