"""Suggest entities, events and arguments for a document: a pure function of rules."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from annotate.rules.arguments import ArgumentFinder
from annotate.rules.attributes import AttributeReader
from annotate.rules.compiled import Ruleset
from annotate.rules.events import Trigger, find_triggers
from annotate.rules.reading import Reading, read_units
from annotate.rules.resolve import Found, resolve
from annotate.rules.roles import Filled
from annotate.rules.surnames import find_surnames
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError

__all__ = ["Steps", "finish", "run", "suggest"]

_FIELDS = {
    model: set(model.model_fields) for model in (EntityMention, EventMention, Argument)
}
Record = TypeVar("Record", EntityMention, EventMention, Argument)


class Steps(NamedTuple):
    """What the engine found on its way: `reading.mentions` holds all mentions, in
    order of the rules, `mentions` those that were settled, `used` the indices of those
    that fill a role.
    """

    reading: Reading
    mentions: list[Found]
    triggers: list[Trigger]
    finder: ArgumentFinder
    arguments: list[list[Filled]]
    used: set[int]


def suggest(doc: AnnotatedDocument, ruleset: Ruleset) -> AnnotatedDocument:
    """Return the document with suggested entities and events in place of its own.

    Sentences are taken from the document, or found when it has none. Every mention
    names its rule and carries a score. Raises DataError where the text is absent.
    """
    return finish(doc, run(doc, ruleset))


def finish(doc: AnnotatedDocument, steps: Steps) -> AnnotatedDocument:
    """Return the document with what the steps came to."""
    reading, mentions, triggers, finder, arguments, used = steps
    entities, names = build_entities(reading, mentions, used)
    events = build_events(reading, finder, triggers, arguments, names)
    return doc.model_copy(update={"entities": entities, "events": events})


def run(
    doc: AnnotatedDocument,
    ruleset: Ruleset,
    *,
    kind: type[Reading] = Reading,
    finds: type[ArgumentFinder] = ArgumentFinder,
) -> Steps:
    """Take every step of a suggestion; a trace passes kinds of its own that listen.

    Raises DataError where the text is absent.
    """
    if doc.text is None:
        raise DataError(f"document {doc.id!r} has no text; suggest needs it.")
    reading = read_units(doc.text, doc.sentences, ruleset, kind=kind)
    find_mentions(reading)
    mentions = resolve(reading.mentions, ruleset.files.nesting)
    triggers = find_triggers(reading, mentions)
    finder = finds(reading, mentions)
    arguments = [finder.fill(trigger) for trigger in triggers]
    used = {index for filled in arguments for _, index in filled}
    return Steps(reading, mentions, triggers, finder, arguments, used)


def find_mentions(reading: Reading) -> None:
    """Run the lexicons, the stages and the surnames over a reading."""
    reading.name_entities()
    ruleset = reading.ruleset
    for rank, stage in enumerate(ruleset.stages, start=1):
        reading.run(stage, rank)
    for found in find_surnames(reading):
        reading.mentions.append(found)
        reading.symbols[found.first] = ruleset.letters[found.label]
    for rank, stage in enumerate(ruleset.late, start=100):
        reading.run(stage, rank)


def build_entities(
    reading: Reading, mentions: list[Found], used: set[int]
) -> tuple[tuple[EntityMention, ...], dict[int, str]]:
    """Return the entities that stay, and their ids by index of mention."""
    entities: list[EntityMention] = []
    names: dict[int, str] = {}
    for index, mention in enumerate(mentions):
        if mention.provisional and index not in used:
            continue
        names[index] = name = f"T{len(entities) + 1}"
        unit, place = reading.place(mention.last)
        start = place + unit.start
        if mention.first < mention.last:
            head, origin = reading.place(mention.first)
            start = origin + head.start
        values = {
            "id": name,
            "label": mention.label,
            "start": start,
            "end": place + (unit.bare if mention.level == "nominal" else unit.end),
            "text": None,
            "score": mention.score,
            "rule": mention.rule,
            "annotator": None,
            "meta": None,
            "level": mention.level,
            "subtype": mention.subtype,
            "kb": mention.kb,
        }
        entities.append(trusted(EntityMention, values))
    return tuple(entities), names


def build_events(
    reading: Reading,
    finder: ArgumentFinder,
    triggers: list[Trigger],
    arguments: list[list[Filled]],
    names: dict[int, str],
) -> tuple[EventMention, ...]:
    """Return the events with attributes and arguments, ids in order of the text."""
    attributes = AttributeReader(reading, finder.phrases)
    events: list[EventMention] = []
    for trigger, filled in zip(triggers, arguments, strict=True):
        first, last, spec, _, bounds = trigger
        unit, place = reading.place(first)
        start, end = place + unit.start, place + unit.bare
        if last > first:
            unit, place = reading.place(last)
            end = place + unit.end
        values = {
            "id": f"E{len(events) + 1}",
            "label": spec.label,
            "start": start,
            "end": end,
            "text": None,
            "score": spec.score,
            "rule": spec.rule,
            "annotator": None,
            "meta": None,
            "arguments": tuple(
                trusted(Argument, build_argument(role, names[index]))
                for role, index in filled
            ),
            "polarity": attributes.polarity(first, bounds[0]),
            "realis": attributes.realis(first, bounds[0]),
            "mode": attributes.mode(first, bounds, spec),
        }
        attributes.project(first, spec)
        events.append(trusted(EventMention, values))
    return tuple(events)


def build_argument(role: str, entity: str) -> dict[str, Any]:
    """Return the fields of an argument that names an entity."""
    return {
        "role": role,
        "entity": entity,
        "start": None,
        "end": None,
        "score": None,
        "rule": None,
    }


def trusted(model: type[Record], values: dict[str, Any]) -> Record:
    """Build a record from values known to be whole and right, without validation.

    It is `model_construct` for all fields at once, ten times faster: validation would
    cost half of a suggester's time, and tests hold both against each other.
    """
    record = model.__new__(model)
    set_ = object.__setattr__
    set_(record, "__dict__", values)
    set_(record, "__pydantic_fields_set__", _FIELDS[model])
    set_(record, "__pydantic_extra__", None)
    set_(record, "__pydantic_private__", None)
    return record
