"""Hold the edges of mentions against the span rule, and mend what is certain.

======  ========================================================  ========
code    what                                                      mended
======  ========================================================  ========
S101    begins or ends with white space                           yes
S102    begins or ends with a quote, bracket, comma or the like   yes
S103    cuts a diacritic from its letter                          yes
S104    takes in a conjunction or another proclitic               if known
S105    begins inside a word, not after its proclitics            no
S106    takes in an attached pronoun                              no
S107    ends inside a word, not before its pronoun                no
S108    crosses the end of a sentence                             no
S109    opens a quote or bracket that it does not close           yes
======  ========================================================  ========

The rule is clauses S1 to S4 of the guideline; its closed lists stand in the schema
(`span_rule`). Whether a first letter is a proclitic or the word's own is weighed by a
`Speller`, which knows names and the counts of words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple, Protocol, TypeVar

from annotate.arabic.characters import BIDI, DIACRITICS, TATWEEL
from annotate.arabic.fold import fold_text
from annotate.arabic.sentences import find_sentences
from annotate.arabic.tokens import find_tokens
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.checks import Problem
from schemas.labels import Schema, SpanRule
from schemas.spans import Span

__all__ = ["Fix", "Speller", "fix_document", "lint_document"]

Mention = EntityMention | EventMention
_M = TypeVar("_M", EntityMention, EventMention)

_Taken = tuple[type, str, Span]

_MARK = re.compile(f"[{DIACRITICS}]")
_WEIGHTLESS = re.compile(f"[{DIACRITICS}{BIDI}{TATWEEL}]")
_SHORTEST_PRONOUN_STEM = 3


class Speller(Protocol):
    """What is known of folded words."""

    def split(self, word: str) -> tuple[str, str]:
        """Return the proclitics of a folded word and what is left."""

    def is_known(self, word: str) -> bool:
        """Tell whether a folded word is a name or form of the lexicon."""

    def frequency(self, word: str) -> int:
        """Return ten times the Zipf value of a folded word, 0 if never seen."""


class Fix(NamedTuple):
    """One edge that was moved."""

    doc: str
    code: str
    label: str
    before: Span
    after: Span
    words: str
    """What the mention covered before."""

    def __str__(self) -> str:
        return (
            f"{self.doc}: {self.code} {self.label} {self.words!r} "
            f"[{self.before.start}, {self.before.end}) is now "
            f"[{self.after.start}, {self.after.end})"
        )


class _Finding(NamedTuple):
    code: str
    message: str
    mended: Span | None


def lint_document(
    doc: AnnotatedDocument, schema: Schema, *, speller: Speller | None = None
) -> list[Problem]:
    """Return what breaks the span rule, mention by mention.

    Without a `speller` nothing is said of proclitics and pronouns that only knowledge
    of words can tell from a word's own letters (S104, S106).
    """
    edges = _Edges(doc, schema.span_rule, speller)
    return [
        Problem(finding.code, _where(doc, mention), finding.message)
        for mention in _mentions(doc)
        for finding in edges.findings(mention)
    ]


def fix_document(
    doc: AnnotatedDocument, schema: Schema, *, speller: Speller | None = None
) -> tuple[AnnotatedDocument, tuple[Fix, ...]]:
    """Move the edges that are certain; return the document and what was moved.

    A mention that would become equal to another is left as it is.
    """
    edges = _Edges(doc, schema.span_rule, speller)
    fixes: list[Fix] = []
    done = -1
    # A mention that moved may have been in the way of one that was looked at before.
    while len(fixes) > done:
        done = len(fixes)
        taken: set[_Taken] = {(type(m), m.label, m.span) for m in _mentions(doc)}
        entities = tuple(_mended(doc, m, edges, taken, fixes) for m in doc.entities)
        events = tuple(_mended(doc, m, edges, taken, fixes) for m in doc.events)
        doc = doc.model_copy(update={"entities": entities, "events": events})
    return doc, tuple(fixes)


def _mended(
    doc: AnnotatedDocument,
    mention: _M,
    edges: _Edges,
    taken: set[_Taken],
    fixes: list[Fix],
) -> _M:
    # One mended edge may lay open the next: the comma before the space.
    for _ in range(len(doc.text or "")):
        finding = next((f for f in edges.findings(mention) if f.mended), None)
        if finding is None or finding.mended is None:
            break
        key = (type(mention), mention.label, finding.mended)
        if key in taken:
            break
        taken.add(key)
        words = (doc.text or "")[mention.start : mention.end]
        fixes.append(
            Fix(
                doc.id, finding.code, mention.label, mention.span, finding.mended, words
            )
        )
        start, end = finding.mended
        text = None if mention.text is None else (doc.text or "")[start:end]
        mention = mention.model_copy(update={"start": start, "end": end, "text": text})
    return mention


def _mentions(doc: AnnotatedDocument) -> Iterator[Mention]:
    size = len(doc.text or "")
    mentions: tuple[Mention, ...] = (*doc.entities, *doc.events)
    for mention in mentions:
        if mention.start < mention.end <= size:
            yield mention


def _where(doc: AnnotatedDocument, mention: Mention) -> str:
    name = f" {mention.id}" if mention.id else ""
    words = (doc.text or "")[mention.start : mention.end]
    return f"{doc.id}:{name} {mention.label} [{mention.start}, {mention.end}) {words!r}"


class _Edges:
    """One document's text, words and sentences, and the rule to hold spans against."""

    def __init__(
        self, doc: AnnotatedDocument, rule: SpanRule, speller: Speller | None
    ) -> None:
        self.text = doc.text or ""
        self.rule = rule
        self.speller = speller
        self.words = [Span(*s) for s in doc.tokens or find_tokens(self.text)]
        self.starts = [word.start for word in self.words]
        self.sentences = [Span(*s) for s in doc.sentences or find_sentences(self.text)]
        self.sentence_starts = [sentence.start for sentence in self.sentences]
        self.closers: dict[str, list[str]] = {}
        for pair in rule.quotes:
            self.closers.setdefault(pair[1], []).append(pair[0])
        self.openers = {pair[0]: pair[1] for pair in reversed(rule.quotes)}

    def findings(self, mention: Mention) -> Iterator[_Finding]:
        """Yield what is wrong with the mention's edges, the outermost first."""
        span = mention.span
        if not self.text[span.start : span.end].strip():
            yield _Finding("S101", "covers white space only. Remove it.", None)
            return
        found = list(self._outer(span))
        yield from found
        if found:
            # What follows is judged once these are mended: they hide the words.
            return
        yield from self._start(span)
        yield from self._end(span, check_pronoun=not self._is_name(mention))
        if self.rule.within_sentence and self._crosses(span):
            message = "crosses the end of a sentence. Make it two, or cut it."
            yield _Finding("S108", message, None)

    @staticmethod
    def _is_name(mention: Mention) -> bool:
        return isinstance(mention, EntityMention) and mention.level == "name"

    def _outer(self, span: Span) -> Iterator[_Finding]:
        text, (start, end) = self.text, span
        while text[start].isspace():
            start += 1
        while text[end - 1].isspace():
            end -= 1
        if (start, end) != span:
            message = "begins or ends with white space. Leave it out."
            yield _Finding("S101", message, Span(start, end))
            return
        if end - start > 1:
            yield from self._punctuation(span)
        if _MARK.match(text[start]) and start + 1 < end:
            message = "begins with a diacritic whose letter is outside. Leave it out."
            yield _Finding("S103", message, Span(start + 1, end))
        elif end < len(text) and _MARK.match(text[end]):
            while end < len(text) and _MARK.match(text[end]):
                end += 1
            message = "leaves out a diacritic of its last letter. Take it in."
            yield _Finding("S103", message, Span(start, end))

    def _punctuation(self, span: Span) -> Iterator[_Finding]:
        text, (start, end) = self.text, span
        first, last = text[start], text[end - 1]
        message = f"begins with {first!r}. Leave it out."
        if (
            first in self.rule.punctuation
            or first in self.openers
            or first in self.closers
        ):
            yield _Finding("S102", message, Span(start + 1, end))
        elif last in self.rule.punctuation:
            message = f"ends with {last!r}. Leave it out."
            yield _Finding("S102", message, Span(start, end - 1))
        elif last in self.closers or last in self.openers:
            if not self._is_closed(text[start:end]):
                message = f"ends with {last!r}, which it did not open. Leave it out."
                yield _Finding("S102", message, Span(start, end - 1))
        else:
            yield from self._open_quote(span)

    def _is_closed(self, words: str) -> bool:
        """Tell whether the last character closes a pair that opens inside."""
        last = words[-1]
        return any(
            words.count(last) % 2 == 0 if opener == last else opener in words[:-1]
            for opener in self.closers.get(last, ())
        )

    def _open_quote(self, span: Span) -> Iterator[_Finding]:
        words = self.text[span.start : span.end]
        for opener, closer in self.openers.items():
            if opener == closer:
                open_ = words.count(opener) % 2 == 1
            else:
                open_ = words.count(opener) > words.count(closer)
            follows = self.text[span.end : span.end + 1] == closer
            if open_ and opener in words and follows:
                message = f"opens {opener!r} and does not close it. Take in {closer!r}."
                yield _Finding("S109", message, Span(span.start, span.end + 1))
                return

    def _word_at(self, place: int) -> Span:
        at = bisect_right(self.starts, place) - 1
        if at >= 0 and self.words[at].start <= place < self.words[at].end:
            return self.words[at]
        return Span(place, place + 1)

    def _start(self, span: Span) -> Iterator[_Finding]:
        word = self._word_at(span.start)
        before = _WEIGHTLESS.sub("", self.text[word.start : span.start])
        rest = fold_text(self.text[span.start : word.end])
        if any(letter not in self.rule.proclitics for letter in before):
            message = (
                f"begins inside {self.text[word.start : word.end]!r}; only "
                f"{' '.join(self.rule.proclitics)} may be left out before it."
            )
            yield _Finding("S105", message, None)
        elif self.speller is not None and self.rule.proclitics:
            yield from self._proclitic(span, word, rest, self.speller)

    def _proclitic(
        self, span: Span, word: Span, rest: str, speller: Speller
    ) -> Iterator[_Finding]:
        head, base = speller.split(rest)
        hidden = self.rule.article and self.text[word.start : span.start].endswith("ل")
        if not head or (hidden and rest.startswith("ل")):
            return
        start = span.start
        for _ in head:
            start += 1
            while start < span.end and _WEIGHTLESS.match(self.text[start]):
                start += 1
        certain = speller.is_known(base) and start < span.end
        message = f"takes in {head!r}, which is attached to {base!r}. Leave it out."
        yield _Finding("S104", message, Span(start, span.end) if certain else None)

    def _end(self, span: Span, *, check_pronoun: bool) -> Iterator[_Finding]:
        word = self._word_at(span.end - 1)
        after = _WEIGHTLESS.sub("", self.text[span.end : word.end])
        if after and after not in self.rule.pronouns:
            message = (
                f"ends inside {self.text[word.start : word.end]!r}; only an attached "
                "pronoun may be left out after it."
            )
            yield _Finding("S107", message, None)
        elif not after and check_pronoun and self.speller is not None:
            yield from self._pronoun(word, self.speller)

    def _pronoun(self, word: Span, speller: Speller) -> Iterator[_Finding]:
        raw = _WEIGHTLESS.sub("", self.text[word.start : word.end])
        folded = fold_text(raw)
        for pronoun in sorted(self.rule.pronouns, key=len, reverse=True):
            stem = folded.removesuffix(pronoun)
            # A one-letter pronoun is too often the word's own last letter.
            long_enough = len(pronoun) > 1 and len(stem) >= _SHORTEST_PRONOUN_STEM
            if not raw.endswith(pronoun) or not long_enough:
                continue
            _, whole = speller.split(folded)
            _, stem = speller.split(stem)
            bare = max(map(speller.frequency, _stems(stem)))
            if not speller.is_known(whole) and bare > speller.frequency(whole):
                message = f"takes in the pronoun {pronoun!r}. End before it."
                yield _Finding("S106", message, None)
                return

    def _crosses(self, span: Span) -> bool:
        at = bisect_right(self.sentence_starts, span.start) - 1
        return at >= 0 and self.sentences[at].end < span.end


def _stems(stem: str) -> tuple[str, ...]:
    """Return how the stem is written when no pronoun follows (folded)."""
    if stem.endswith("ت"):
        return stem, stem[:-1] + "ه"
    if stem.endswith(("ي", "و")):
        return stem, stem[:-1] + "اء"
    return (stem,)
