"""From several annotations of one document and the decisions on them to one.

What all annotators agree on stands. Every difference needs a decision, which names the
guideline clause it rests on; a decision may also add what nobody marked, drop what all
marked, or set an attribute. Mentions are the same when label and span are the same;
level, subtype, kb, polarity, realis and mode are attributes. A replaced mention hands
its arguments, and the roles it fills, to the one that stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

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
    "Decision",
    "Target",
    "adjudicate",
    "read_decisions",
]

Layer = Literal["entities", "events", "arguments"]
Key = tuple[int, int, str]
ArgumentKey = tuple[Key, str, Key]

_ATTRIBUTES = {
    "entities": ("level", "subtype", "kb"),
    "events": ("polarity", "realis", "mode"),
}


class Target(BaseModel):
    """A mention by what identifies it: half-open span in code points, and label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int
    end: int
    label: str

    @property
    def key(self) -> Key:
        """The target as a tuple."""
        return (self.start, self.end, self.label)


class Decision(BaseModel):
    """What the adjudicator ruled on one item, by which clause of the guideline.

    `text` repeats the slice of the target, so that a decision can be read and checked.
    An argument is its event (`target`), its `role` and its `filler`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    doc: str
    layer: Layer
    verdict: Literal["keep", "drop", "replace", "add", "set"]
    target: Target
    text: str
    role: str | None = None
    filler: Target | None = None
    replacement: Target | None = None
    attributes: dict[str, str | None] = {}
    clause: str | None = None
    why: str | None = None
    by: str

    @property
    def argument(self) -> ArgumentKey:
        """What a decision on an argument is about, as a tuple."""
        if self.role is None or self.filler is None:
            raise DataError(
                f"{self.doc}: the decision on an argument of {self.text!r} needs "
                "'role' and 'filler'."
            )
        return (self.target.key, self.role, self.filler.key)


class Conflict(NamedTuple):
    """An item on which the annotators differ and no decision was made."""

    doc: str
    layer: Layer
    item: Key | ArgumentKey
    attribute: str | None
    votes: tuple[Any, ...]
    """Per annotator: present or absent; for an attribute, its value (None: absent)."""


class Adjudication(NamedTuple):
    """The adjudicated document, and what still needs a decision."""

    doc: AnnotatedDocument
    conflicts: tuple[Conflict, ...]


def read_decisions(path: Path) -> list[Decision]:
    """Read decisions from JSONL; raises DataError with file and line."""
    decisions = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            decisions.append(Decision.model_validate_json(line))
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise DataError(f"{path}:{number}: {place}: {fault['msg']}.") from None
    return decisions


def adjudicate(
    passes: Sequence[AnnotatedDocument], decisions: Iterable[Decision]
) -> Adjudication:
    """Merge the annotations of one document by the decisions on it.

    `passes` are of one text, one for each annotator. Decisions on other documents are
    passed over. Raises DataError if the texts differ or a decision does not fit them.
    """
    first = passes[0]
    for other in passes[1:]:
        if (other.id, other.text) != (first.id, first.text):
            raise DataError(
                f"{first.id}: the annotators worked on different texts. Adjudicate "
                "annotations of one text only."
            )
    own = [decision for decision in decisions if decision.doc == first.id]
    for decision in own:
        _check_text(decision, first.text or "")
    return _Merger(passes, own).merge()


def _check_text(decision: Decision, text: str) -> None:
    found = text[decision.target.start : decision.target.end]
    if found != decision.text:
        raise DataError(
            f"{decision.doc}: a decision is about {decision.text!r}, but the text has "
            f"{found!r} at [{decision.target.start}, {decision.target.end}). Was the "
            "article changed since?"
        )


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
            update={"entities": gold_entities, "events": gold_events}
        )
        return Adjudication(doc, tuple(self.conflicts))

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
            key: self._attributes(layer, key, [v[key] for v in votes if key in v])
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
                self._undecided(layer, key, None, present)
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
        self, layer: Literal["entities", "events"], key: Key, mentions: list[Any]
    ) -> dict[str, Any]:
        ruled: dict[str, str | None] = {}
        for decision in self.decisions:
            if decision.layer == layer and decision.target.key == key:
                ruled |= decision.attributes
        values: dict[str, Any] = {}
        for name in _ATTRIBUTES[layer]:
            votes = [getattr(mention, name) for mention in mentions]
            if name in ruled:
                values[name] = ruled[name]
            elif len(set(votes)) == 1:
                values[name] = votes[0]
            elif votes:
                self._undecided(layer, key, name, tuple(votes))
                values[name] = votes[0]
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
            heard = [vote[event] for vote in votes if event in vote]
            for role, filler in sorted(set().union(*heard)):
                item = (event, role, filler)
                ruling = rulings.pop(item, None)
                present = tuple((role, filler) in vote for vote in heard)
                if ruling is None and not all(present):
                    self._undecided("arguments", item, None, present)
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
        item: Key | ArgumentKey,
        attribute: str | None,
        votes: tuple[Any, ...],
    ) -> None:
        doc = self.passes[0].id
        self.conflicts.append(Conflict(doc, layer, item, attribute, votes))


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
