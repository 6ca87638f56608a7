"""Suggest entities, events and arguments for a document: a pure function of rules."""

from __future__ import annotations

from typing import Any

from annotate.rules.arguments import ArgumentFinder
from annotate.rules.attributes import AttributeReader
from annotate.rules.compiled import Ruleset
from annotate.rules.model import TriggerSpec
from annotate.rules.reading import Reading, read_units
from annotate.rules.resolve import Found, resolve
from annotate.rules.words import TriggerForms
from annotate.rules.surnames import find_surnames
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError

__all__ = ["suggest"]

LATE = "late"
"""Stages whose name starts so run after the surnames are known."""


def suggest(doc: AnnotatedDocument, ruleset: Ruleset) -> AnnotatedDocument:
    """Return the document with suggested entities and events in place of its own.

    Sentences are taken from the document, or found when it has none. Every mention
    names its rule and carries a score. Raises DataError where the text is absent.
    """
    if doc.text is None:
        raise DataError(f"document {doc.id!r} has no text; suggest needs it.")
    reading = read_units(doc.text, doc.sentences, ruleset)
    find_mentions(reading)
    mentions = resolve(reading.mentions, ruleset.files.nesting)
    triggers = find_triggers(reading, mentions)
    finder = ArgumentFinder(reading, mentions)
    attributes = AttributeReader(reading)
    used: set[int] = set()
    events: list[dict[str, Any]] = []
    for unit, last, spec, kind, bounds in triggers:
        filled = finder.fill(unit, last, spec, kind, bounds)
        polarity = attributes.polarity(unit, bounds[0])
        realis = attributes.realis(unit, bounds[0], spec)
        attributes.project(unit, spec)
        used.update(index for _, index in filled)
        events.append(
            {
                "id": f"E{len(events) + 1}",
                "label": spec.label,
                "start": reading.starts[unit],
                "end": trigger_end(reading, unit, last),
                "score": spec.score,
                "rule": f"trigger.{spec.id}",
                "polarity": polarity,
                "realis": realis,
                "mode": attributes.mode(unit, bounds, spec),
                "arguments": filled,
            }
        )
    return build_document(doc, reading, mentions, used, events)


def find_mentions(reading: Reading) -> None:
    """Run the lexicons, the stages and the surnames over a reading."""
    reading.name_entities()
    late = []
    for rank, stage in enumerate(reading.ruleset.stages, start=1):
        if stage.name.startswith(LATE):
            late.append((stage, rank))
        else:
            reading.run(stage, rank)
    for found in find_surnames(reading):
        reading.mentions.append(found)
        reading.symbols[found.first] = reading.ruleset.letters[found.label]
    for stage, rank in late:
        reading.run(stage, rank + 100)


def find_triggers(
    reading: Reading, mentions: list[Found]
) -> list[tuple[int, int, TriggerSpec, str, tuple[int, int]]]:
    """Return (first unit, last unit, spec, kind, sentence bounds) of each trigger."""
    covered = {
        unit
        for m in mentions
        if not m.provisional
        for unit in range(m.first, m.last + 1)
    }
    found = []
    taken = -1
    for bounds in reading.sentences:
        for at in range(*bounds):
            if at <= taken or at in covered or not reading.units[at].triggers:
                continue
            choice = choose_trigger(reading, at, bounds)
            if choice is not None:
                spec, kind, last = choice
                found.append((at, last, spec, kind, bounds))
                taken = last
    return found


def choose_trigger(
    reading: Reading, at: int, bounds: tuple[int, int]
) -> tuple[TriggerSpec, str, int] | None:
    """Return the first spec whose surroundings fit, with the trigger's last unit."""
    units = reading.units
    options = units[at].triggers
    before = reading.symbols[at - 1] if at > bounds[0] else ""
    if len(options) > 1:
        options = prefer_kind(reading, at, options)
    for spec, kind in options:
        if spec.alone and units[at].bare < units[at].end:
            continue
        if kind == "past" and before in reading.ruleset.verbless:
            continue
        ahead = range(at + 1, min(bounds[1], at + 1 + spec.within))
        behind = range(max(bounds[0], at - spec.within), at)
        last = at
        if spec.after:
            hits = [n for n in ahead if units[n].base in spec.after]
            if not hits:
                continue
            last = hits[0] if spec.extend and hits[0] == at + 1 else at
            if spec.extend and last == at:
                continue
        if spec.after_not and any(units[n].base in spec.after_not for n in ahead):
            continue
        if spec.before and not any(units[n].base in spec.before for n in behind):
            continue
        if spec.before_not and any(units[n].base in spec.before_not for n in behind):
            continue
        return None if spec.trap else (spec, kind, last)
    return None


def prefer_kind(reading: Reading, at: int, options: TriggerForms) -> TriggerForms:
    """Put nouns before verbs, of one spelling, where a noun is expected."""
    before = reading.symbols[at - 1] if at else ""
    wants_noun = before in reading.ruleset.noun_context
    return tuple(sorted(options, key=lambda option: (option[1] == "noun") != wants_noun))


def trigger_end(reading: Reading, unit: int, last: int) -> int:
    """Return the end of a trigger, before its attached pronoun."""
    if last > unit:
        return reading.ends[last]
    found = reading.units[unit]
    return reading.starts[unit] - found.start + found.bare


def build_document(
    doc: AnnotatedDocument,
    reading: Reading,
    mentions: list[Found],
    used: set[int],
    events: list[dict[str, Any]],
) -> AnnotatedDocument:
    """Turn what was found into the contract's values, ids in order of the text."""
    entities = []
    names: dict[int, str] = {}
    for index, mention in enumerate(mentions):
        if mention.provisional and index not in used:
            continue
        names[index] = f"T{len(entities) + 1}"
        first = reading.units[mention.last]
        end = reading.starts[mention.last] - first.start + first.bare
        entities.append(
            {
                "id": names[index],
                "label": mention.label,
                "start": reading.starts[mention.first],
                "end": end
                if mention.level == "nominal"
                else reading.ends[mention.last],
                "level": mention.level,
                "subtype": mention.subtype,
                "kb": mention.kb,
                "rule": mention.rule,
                "score": mention.score,
            }
        )
    for event in events:
        event["arguments"] = [
            {"role": role, "entity": names[index]} for role, index in event["arguments"]
        ]
    found = AnnotatedDocument.model_validate(
        {"id": doc.id, "entities": entities, "events": events}
    )
    return doc.model_copy(update={"entities": found.entities, "events": found.events})
