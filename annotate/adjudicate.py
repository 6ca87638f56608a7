"""From several annotations of one document and the decisions on them to one.

What all annotators agree on stands. Every difference needs a decision, which names the
guideline clause it rests on; a decision may also add what nobody marked, drop what all
marked, or set an attribute. Mentions are the same when label and span are the same;
level, subtype, kb, polarity, realis and mode are attributes. A replaced mention hands
its arguments, and the roles it fills, to the one that stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from annotate.decisions import Decision, Key, Layer, check_decisions, standing
from annotate.passes import index_passes, side_by_side
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError

__all__ = [
    "Adjudication",
    "Conflict",
    "adjudicate",
    "adjudicate_all",
]

_ATTRIBUTES = {
    "entities": ("level", "subtype", "kb"),
    "events": ("polarity", "realis", "mode"),
}


class Conflict(NamedTuple):
    """An item on which the annotators differ and no decision was made."""

    doc: str
    layer: Layer
    target: Key
    attribute: str | None
    argument: tuple[str, Key] | None
    """Role and filler, where the conflict is about an argument of `target`."""
    voters: tuple[int, ...]
    """Places of the passes that have a say: on attributes and arguments, those that
    have the mention."""
    votes: tuple[Any, ...]
    """Per voter: present or absent; for an attribute, its value."""


class Adjudication(NamedTuple):
    """The adjudicated document, and what still needs a decision."""

    doc: AnnotatedDocument
    conflicts: tuple[Conflict, ...]


def adjudicate(
    passes: Sequence[AnnotatedDocument], decisions: Iterable[Decision]
) -> Adjudication:
    """Merge the annotations of one document by the decisions on it.

    `passes` are of one text, one for each annotator. Decisions on other documents, and
    those that a later one took the place of, are passed over. Raises DataError if the
    texts differ or a decision does not fit them.
    """
    first = passes[0]
    for other in passes[1:]:
        if (other.id, other.text) != (first.id, first.text):
            raise DataError(
                f"{first.id}: the annotators worked on different texts. Adjudicate "
                "annotations of one text only."
            )
    own = [d for d in standing(decisions) if d.doc == first.id]
    check_decisions(own, first.text or "")
    return _Merger(passes, own).merge()


def adjudicate_all(
    passes: Mapping[str, Iterable[AnnotatedDocument]],
    decisions: Sequence[Decision],
    *,
    overlap: int | None = None,
) -> tuple[tuple[AnnotatedDocument, ...], tuple[Conflict, ...]]:
    """Adjudicate every document of several annotators, in order of id.

    `passes` maps an annotator to the documents annotated; the voters of a conflict are
    places in it. Each document needs `overlap` annotators, or all of them. Raises
    DataError if one has fewer, if an annotator has one twice, or if a decision is about
    a document of none.
    """
    names = list(passes)
    sides = side_by_side(index_passes(passes), overlap=overlap)
    strange = sorted({decision.doc for decision in decisions} - sides.keys())
    if strange:
        raise DataError(
            f"decisions on documents that nobody annotated: {', '.join(strange)}. Give "
            "the decisions that were made on these annotations."
        )
    results = [adjudicate(list(side.values()), decisions) for side in sides.values()]
    places = [[names.index(name) for name in side] for side in sides.values()]
    conflicts = tuple(
        conflict._replace(voters=tuple(place[voter] for voter in conflict.voters))
        for result, place in zip(results, places, strict=True)
        for conflict in result.conflicts
    )
    return tuple(result.doc for result in results), conflicts


class _Merger:
    """One document's merge: entities and events first, then what joins them."""

    def __init__(
        self, passes: Sequence[AnnotatedDocument], decisions: Sequence[Decision]
    ) -> None:
        self.passes = passes
        self.decisions = decisions
        self.conflicts: list[Conflict] = []
        self.replaced: dict[tuple[str, Key], Key] = {}

    def merge(self) -> Adjudication:
        first = self.passes[0]
        entities = self._mentions(
            "entities", [_by_key(p.entities) for p in self.passes]
        )
        events = self._mentions("events", [_by_key(p.events) for p in self.passes])
        arguments = self._arguments(set(entities), set(events))
        ordered = sorted(entities, key=lambda key: (key[0], -key[1], key[2]))
        ids = {key: f"T{number}" for number, key in enumerate(ordered, start=1)}
        gold_entities = tuple(
            EntityMention(
                id=ids[key], start=key[0], end=key[1], label=key[2], **entities[key]
            )
            for key in ordered
        )
        gold_events = tuple(
            EventMention(
                id=f"E{number}",
                start=key[0],
                end=key[1],
                label=key[2],
                arguments=_filled(arguments[key], ids),
                **events[key],
            )
            for number, key in enumerate(sorted(events), start=1)
        )
        doc = first.model_copy(
            update={
                "meta": self._shared_meta(),
                "entities": gold_entities,
                "events": gold_events,
            }
        )
        return Adjudication(doc, tuple(self.conflicts))

    def _shared_meta(self) -> dict[str, Any]:
        """Return what all passes say of the article; where each came from differs."""
        first, *others = (doc.meta for doc in self.passes)
        return {
            key: value
            for key, value in first.items()
            if all(key in other and other[key] == value for other in others)
        }

    def _mentions(
        self, layer: Literal["entities", "events"], votes: list[dict[Key, Any]]
    ) -> dict[Key, dict[str, Any]]:
        """Return the mentions that stand, each with its attributes."""
        rulings = self._rulings(layer)
        marked = set().union(*votes)
        for key, ruling in rulings.items():
            if ruling.verdict != "add" and key not in marked:
                raise _stale(ruling)
        kept = {key for key, ruling in rulings.items() if ruling.verdict == "add"}
        for key in sorted(marked):
            if self._stands(layer, key, votes, rulings.get(key)):
                kept.add(key)
        return {
            key: self._attributes(
                layer, key, {at: v[key] for at, v in enumerate(votes) if key in v}
            )
            for key in sorted(kept)
        }

    def _stands(
        self,
        layer: Layer,
        key: Key,
        votes: list[dict[Key, Any]],
        ruling: Decision | None,
    ) -> bool:
        if ruling is None:
            present = tuple(key in vote for vote in votes)
            if not all(present):
                self._undecided(layer, key, dict(enumerate(present)))
            return all(present)
        if ruling.verdict == "replace":
            self._replace(layer, key, ruling)
        return ruling.verdict in ("keep", "add")

    def _rulings(self, layer: Layer) -> dict[Key, Decision]:
        return {
            decision.target.key: decision
            for decision in self.decisions
            if decision.layer == layer and decision.verdict != "set"
        }

    def _replace(self, layer: str, key: Key, ruling: Decision) -> None:
        if ruling.replacement is None:
            raise DataError(
                f"{ruling.doc}: the decision to replace {ruling.text!r} does not say "
                "by what. Add 'replacement'."
            )
        self.replaced[layer, key] = ruling.replacement.key

    def _attributes(
        self, layer: Literal["entities", "events"], key: Key, mentions: dict[int, Any]
    ) -> dict[str, Any]:
        ruled: dict[str, str | None] = {}
        for decision in self.decisions:
            if decision.layer == layer and decision.target.key == key:
                ruled |= decision.attributes
        values: dict[str, Any] = {}
        for name in _ATTRIBUTES[layer]:
            votes = {at: getattr(mention, name) for at, mention in mentions.items()}
            if name in ruled:
                values[name] = ruled[name]
            elif votes:
                if len(set(votes.values())) > 1:
                    self._undecided(layer, key, votes, attribute=name)
                values[name] = next(iter(votes.values()))
        return values

    def _arguments(
        self, entities: set[Key], events: set[Key]
    ) -> dict[Key, set[tuple[str, Key]]]:
        rulings = {
            decision.argument: decision
            for decision in self.decisions
            if decision.layer == "arguments"
        }
        votes = [self._argument_votes(doc, entities) for doc in self.passes]
        found: dict[Key, set[tuple[str, Key]]] = {key: set() for key in events}
        for event in events:
            heard = {at: vote[event] for at, vote in enumerate(votes) if event in vote}
            for role, filler in sorted(set().union(*heard.values())):
                item = (event, role, filler)
                ruling = rulings.pop(item, None)
                present = {at: (role, filler) in vote for at, vote in heard.items()}
                if ruling is None and not all(present.values()):
                    self._undecided(
                        "arguments", event, present, argument=(role, filler)
                    )
                elif ruling is None or ruling.verdict == "keep":
                    found[event].add((role, filler))
        for (event, role, filler), ruling in rulings.items():
            if ruling.verdict != "add" or event not in found or filler not in entities:
                raise _stale(ruling)
            found[event].add((role, filler))
        return found

    def _argument_votes(
        self, doc: AnnotatedDocument, entities: set[Key]
    ) -> dict[Key, set[tuple[str, Key]]]:
        """Map each kept event that `doc` has to its (role, kept filler) pairs."""
        by_id = doc.entity_by_id()
        votes: dict[Key, set[tuple[str, Key]]] = {}
        for event in doc.events:
            key = self._standing("events", _key(event))
            pairs = votes.setdefault(key, set())
            for argument in event.arguments:
                if argument.entity in by_id:
                    filler = self._standing("entities", _key(by_id[argument.entity]))
                    if filler in entities:
                        pairs.add((argument.role, filler))
        return votes

    def _standing(self, layer: str, key: Key) -> Key:
        """Follow replacements from `key` to the mention that stands in the end."""
        for _ in self.replaced:
            key = self.replaced.get((layer, key), key)
        return key

    def _undecided(
        self,
        layer: Layer,
        target: Key,
        votes: dict[int, Any],
        *,
        attribute: str | None = None,
        argument: tuple[str, Key] | None = None,
    ) -> None:
        self.conflicts.append(
            Conflict(
                doc=self.passes[0].id,
                layer=layer,
                target=target,
                attribute=attribute,
                argument=argument,
                voters=tuple(votes),
                votes=tuple(votes.values()),
            )
        )


def _key(mention: EntityMention | EventMention) -> Key:
    return (mention.start, mention.end, mention.label)


def _by_key(mentions: Iterable[Any]) -> dict[Key, Any]:
    return {_key(mention): mention for mention in mentions}


def _filled(pairs: set[tuple[str, Key]], ids: dict[Key, str]) -> tuple[Argument, ...]:
    ordered = sorted(pairs, key=lambda pair: (pair[0], pair[1]))
    return tuple(Argument(role=role, entity=ids[filler]) for role, filler in ordered)


def _stale(decision: Decision) -> DataError:
    return DataError(
        f"{decision.doc}: the decision to {decision.verdict} {decision.text!r} "
        f"({decision.target.label}) is about nothing the annotators marked. Remove it, "
        "or was an annotation changed since?"
    )
