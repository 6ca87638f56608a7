"""What a document loses on its way through a format, counted by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.labels import Schema
from schemas.spans import Span, contains

__all__ = ["KINDS", "Comparison", "Dropped", "compare"]

KINDS: dict[str, str] = {
    "document meta": "keys of a document's meta",
    "tokens": "tokens of a document",
    "sentences": "sentences of a document",
    "ids": "ids of mentions, which are numbered anew",
    "mentions across sentences": "mentions that no one sentence holds",
    "mentions with an edge in white space": "mentions that begin or end in white space",
    "levels": "mentions whose level is not the default one",
    "subtypes": "subtypes of entities",
    "kb": "links of entities to a knowledge base",
    "scores": "scores of mentions and arguments",
    "rules": "rules that proposed mentions and arguments",
    "annotators": "annotators of mentions",
    "mention meta": "meta of mentions",
    "polarity": "events whose polarity is not the default one",
    "realis": "events whose realis is not the default one",
    "modes": "modes of events",
    "arguments across sentences": "arguments outside their event's sentence",
    "arguments with a span of their own": "arguments that no entity mention fills",
    "arguments of lost mentions": "arguments whose event or filler is lost",
    "arguments": "arguments of events, all of them",
}
"""Every kind of loss that is known, and what is counted under it."""

_FIELDS = {
    "id": "ids",
    "level": "levels",
    "subtype": "subtypes",
    "kb": "kb",
    "score": "scores",
    "rule": "rules",
    "annotator": "annotators",
    "meta": "mention meta",
    "polarity": "polarity",
    "realis": "realis",
    "mode": "modes",
}

M = TypeVar("M", EntityMention, EventMention)


@dataclass(slots=True)
class Dropped:
    """What a reader met and the contract has no place for: counts, and first places."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, where: str) -> None:
        """Count one thing that was left out; `where` is `file:line`."""
        self.counts[kind] += 1
        self.first.setdefault(kind, where)

    def __str__(self) -> str:
        return "; ".join(
            f"{count} {kind} (the first at {self.first[kind]})"
            for kind, count in sorted(self.counts.items())
        )


class Comparison(NamedTuple):
    """Losses by kind, and differences that no format may make."""

    losses: Counter[str]
    faults: tuple[str, ...]


class _Pairs(NamedTuple):
    """Mentions that came back, and those that did not or came from nowhere."""

    pairs: list[tuple[Any, Any]]
    lost: list[Any]
    added: list[Any]


def compare(
    doc: AnnotatedDocument,
    back: AnnotatedDocument,
    *,
    schema: Schema,
    loses: Collection[str],
) -> Comparison:
    """Compare a document with what was read back of it.

    A difference of a kind in `loses` is a loss; any other is a fault: a changed text, a
    mention from nowhere, a value that is neither the old one nor the default. Ids and
    sentences that were not there may be filled in, and so may the mode of an event type
    that has only one.
    """
    comparer = _Comparer(doc, back, schema, frozenset(loses))
    comparer.compare_document()
    comparer.compare_mentions()
    return Comparison(comparer.losses, tuple(comparer.faults))


@dataclass(slots=True)
class _Comparer:
    doc: AnnotatedDocument
    back: AnnotatedDocument
    schema: Schema
    loses: frozenset[str]
    losses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def lose(self, count: int, kinds: Iterator[str] | list[str], what: str) -> None:
        """Count a loss under the first of `kinds` that the format may lose."""
        kind = next((kind for kind in kinds if kind in self.loses), None)
        if not count:
            return
        if kind is None:
            self.faults.append(f"{self.doc.id}: {what}")
        else:
            self.losses[kind] += count

    def compare_document(self) -> None:
        doc, back = self.doc, self.back
        if doc.text != back.text:
            self.faults.append(f"{doc.id}: the text came back changed")
        gone = [
            k for k, v in doc.meta.items() if k not in back.meta or back.meta[k] != v
        ]
        self.lose(len(gone), ["document meta"], f"meta {gone} came back changed")
        for name in ("tokens", "sentences"):
            old, new = getattr(doc, name), getattr(back, name)
            if old is not None:
                count = len(set(old) ^ set(new or ()))
                self.lose(count, [name], f"{count} {name} came back changed")

    def compare_mentions(self) -> None:
        entities = _pair(self.doc.entities, self.back.entities)
        events = _pair(self.doc.events, self.back.events)
        for found in (entities, events):
            for mention in found.lost:
                self.lose(1, self.reasons(mention), f"{_quote(mention)} was lost")
            for mention in found.added:
                self.faults.append(
                    f"{self.doc.id}: {_quote(mention)} came from nowhere"
                )
            for old, new in found.pairs:
                self.compare_fields(old, new)
        there = {id(new): number for number, (_, new) in enumerate(entities.pairs)}
        here = {id(old): number for number, (old, _) in enumerate(entities.pairs)}
        for old, new in events.pairs:
            self.compare_arguments(
                old, _fillers(self.doc, old, here), _fillers(self.back, new, there)
            )
        for event in events.lost:
            count = len(event.arguments)
            kinds = ["arguments of lost mentions", "arguments"]
            self.lose(count, kinds, "arguments were lost")

    def reasons(self, mention: EntityMention | EventMention) -> Iterator[str]:
        text = self.doc.text or ""
        if text[mention.start].isspace() or text[mention.end - 1].isspace():
            yield "mentions with an edge in white space"
        if not self.in_one_sentence(mention.span, mention.span):
            yield "mentions across sentences"

    def in_one_sentence(self, *spans: Span) -> bool:
        sentences = self.doc.sentences or ()
        return not sentences or any(
            all(contains(Span(*sentence), span) for span in spans)
            for sentence in sentences
        )

    def compare_fields(
        self, old: EntityMention | EventMention, new: EntityMention | EventMention
    ) -> None:
        for name, kind in _FIELDS.items():
            if name not in type(old).model_fields:
                continue
            before, after = getattr(old, name), getattr(new, name)
            default = type(old).model_fields[name].default
            if name == "mode":
                # A type with one mode fixes it: unsaid is that one.
                default = self.schema.events[old.label].default_mode
                before, after = before or default, after or default
            if before == after or (name == "id" and before is None):
                continue
            if name == "id" or after in (default, None):
                self.lose(1, [kind], f"{name} of {_quote(old)} was lost")
            else:
                what = f"{name} of {_quote(old)} came back as {after!r}"
                self.faults.append(f"{self.doc.id}: {what}")

    def compare_arguments(
        self,
        event: EventMention,
        old: Mapping[tuple[object, ...], Argument],
        new: Mapping[tuple[object, ...], Argument],
    ) -> None:
        for key, argument in old.items():
            what = f"{argument.role} of {_quote(event)}"
            if key not in new:
                reasons = self.argument_reasons(event, argument, key)
                self.lose(1, reasons, f"{what} was lost")
                continue
            for name in ("score", "rule"):
                before, after = getattr(argument, name), getattr(new[key], name)
                if before != after:
                    self.lose(1, [_FIELDS[name]], f"{name} of {what} was lost")
        for key in new.keys() - old.keys():
            what = f"an argument {key[0]} of {_quote(event)} came from nowhere"
            self.faults.append(f"{self.doc.id}: {what}")

    def argument_reasons(
        self, event: EventMention, argument: Argument, key: tuple[object, ...]
    ) -> Iterator[str]:
        if argument.entity is None:
            yield "arguments with a span of their own"
        elif key[1] is None:
            yield "arguments of lost mentions"
        filler = self.doc.filler_span(argument)
        if filler and not self.in_one_sentence(event.span, filler):
            yield "arguments across sentences"
        yield "arguments"


def _pair(old: tuple[M, ...], new: tuple[M, ...]) -> _Pairs:
    """Pair mentions of one span and label; of those, first the ones of one key."""
    pairs: list[tuple[Any, Any]] = []
    left, free = list(old), list(new)
    for size in (None, 3):
        waiting: dict[tuple[object, ...], list[M]] = {}
        for mention in free:
            waiting.setdefault(mention.key[:size], []).append(mention)
        lost = []
        for mention in left:
            twins = waiting.get(mention.key[:size])
            if twins:
                pairs.append((mention, twins.pop(0)))
            else:
                lost.append(mention)
        left, free = lost, [twin for twins in waiting.values() for twin in twins]
    return _Pairs(pairs, left, free)


def _fillers(
    doc: AnnotatedDocument, event: EventMention, numbers: Mapping[int, int]
) -> dict[tuple[object, ...], Argument]:
    """Name arguments by role and the pair their filler belongs to, or by their span."""
    entities = doc.entity_by_id()
    named: dict[tuple[object, ...], Argument] = {}
    for argument in event.arguments:
        if argument.entity is None:
            key: tuple[object, ...] = (argument.role, argument.start, argument.end)
        else:
            number = numbers.get(id(entities.get(argument.entity)))
            # A filler that did not come back keeps its own name, so that two of them
            # stay two arguments.
            unpaired = argument.entity if number is None else None
            key = (argument.role, number, unpaired)
        named[key] = argument
    return named


def _quote(mention: EntityMention | EventMention) -> str:
    return f"{mention.label} [{mention.start}, {mention.end})"
