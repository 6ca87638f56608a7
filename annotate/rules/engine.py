"""Suggest entities, events and arguments for a document: a pure function of rules."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from annotate.rules.arguments import ArgumentFinder
from annotate.rules.attributes import AttributeReader
from annotate.rules.compiled import Ruleset
from annotate.rules.events import Trigger, find_triggers
from annotate.rules.reading import Reading, read_units
from annotate.rules.resolve import Found, resolve
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

_SETTERS: list[Callable[[Any, Any], None]] = [
    vars(BaseModel)[name].__set__
    for name in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
]


class Steps(NamedTuple):
    """What the engine found on its way: `reading.mentions` holds all mentions, in
    order of the rules, `mentions` those that were settled, `used` the indices of those
    that fill a role.
    """

    reading: Reading
    mentions: list[Found]
    triggers: list[Trigger]
    finder: ArgumentFinder
    arguments: list[dict[int, str]]
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
    used = set().union(*arguments)
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
    values: list[dict[str, Any]] = []
    names: dict[int, str] = {}
    starts, unit = reading.starts, reading.unit
    for index, mention in enumerate(mentions):
        first, last, label, level, subtype, kb, rule, score, provisional, _, _ = mention
        if provisional and index not in used:
            continue
        names[index] = name = f"T{len(values) + 1}"
        edge = unit(last)
        values.append(
            {
                "id": name,
                "label": label,
                "start": starts[first],
                "end": starts[last] + (edge.bare if level == "nominal" else edge.end),
                "text": None,
                "score": score,
                "rule": rule,
                "annotator": None,
                "meta": None,
                "level": level,
                "subtype": subtype,
                "kb": kb,
            }
        )
    return trusted(EntityMention, values), names


def build_events(
    reading: Reading,
    finder: ArgumentFinder,
    triggers: list[Trigger],
    arguments: list[dict[int, str]],
    names: dict[int, str],
) -> tuple[EventMention, ...]:
    """Return the events with attributes and arguments, ids in order of the text."""
    attributes = AttributeReader(reading, finder.phrases)
    fillers = trusted(
        Argument,
        [
            build_argument(role, names[index])
            for filled in arguments
            for index, role in filled.items()
        ],
    )
    values: list[dict[str, Any]] = []
    given = 0
    for trigger, filled in zip(triggers, arguments, strict=True):
        first, last, spec, _, bounds = trigger
        polarity, realis, mode = attributes.read(first, bounds, spec)
        taken, given = given, given + len(filled)
        values.append(
            {
                "id": f"E{len(values) + 1}",
                "label": spec.label,
                "start": reading.starts[first],
                "end": reading.bare(first) if last == first else reading.end(last),
                "text": None,
                "score": spec.score,
                "rule": spec.rule,
                "annotator": None,
                "meta": None,
                "arguments": fillers[taken:given],
                "polarity": polarity,
                "realis": realis,
                "mode": mode,
            }
        )
        attributes.project(first, spec)
    return trusted(EventMention, values)


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


def trusted(model: type[Record], values: list[dict[str, Any]]) -> tuple[Record, ...]:
    """Build records from values known to be whole and right, without validation.

    It is `model_construct` for all fields of all records at once, twenty times faster:
    validation would cost half of a suggester's time, and tests hold both against each
    other.
    """
    records: tuple[Record, ...] = tuple(map(object.__new__, repeat(model, len(values))))
    fields = _FIELDS[model]
    parts: tuple[Iterable[Any], ...]
    parts = (values, repeat(fields), repeat(None), repeat(None))
    for set_, part in zip(_SETTERS, parts, strict=True):
        deque(map(set_, records, part), maxlen=0)
    return records
