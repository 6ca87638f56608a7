"""Turn Label Studio results back into mentions, checking everything on the way.

Label Studio stores what its page or any caller sends: offsets past the end, labels
that are in no schema, relations without a role. Nothing of it is taken on trust.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.labelstudio.config import (
    ENTITY,
    TRIGGER,
    mode_control,
    role_of,
    subtype_control,
)
from annotate.labelstudio.faults import region_fault
from annotate.labelstudio.tasks import shown_words
from schemas.annotations import Argument, EntityMention, EventMention
from schemas.errors import DataError
from schemas.labels import Schema

__all__ = ["Reading", "from_results", "read_results"]

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What an annotation says, and each problem that was met reading it.

    A mark with a problem is left out of the mentions, never mended. `unlabelled` counts
    relations without a role, which are among the problems.
    """

    entities: tuple[EntityMention, ...]
    events: tuple[EventMention, ...]
    problems: tuple[str, ...]
    unlabelled: int = 0


def from_results(
    result: Sequence[Json], *, text: str, schema: Schema, where: str
) -> tuple[tuple[EntityMention, ...], tuple[EventMention, ...]]:
    """Return the mentions of an annotation in canonical order, ids T1.., E1...

    The order is by start, end and label; arguments by role and filler. `where` opens
    each line of the DataError that is raised when anything cannot be read.
    """
    reading = read_results(result, text=text, schema=schema, where=where)
    if reading.problems:
        raise DataError("\n".join(reading.problems))
    return reading.entities, reading.events


def read_results(
    result: Sequence[Json], *, text: str, schema: Schema, where: str
) -> Reading:
    """Read what can be read of an annotation, and collect what is wrong with it."""
    reader = _Reader(text, schema, where)
    entries = [entry for entry in result if isinstance(entry, Mapping)]
    if len(entries) < len(result):
        odd = len(result) - len(entries)
        reader.complain(f"{odd} entries are no JSON objects. Delete the annotation.")
    reader.take_regions(entries)
    reader.take_choices(entries)
    reader.take_relations(entries)
    return reader.finish()


@dataclass(slots=True)
class _Region:
    """A region as it is being put together from its several results."""

    layer: str
    label: str
    start: int
    end: int
    score: float | None
    meta: Json
    choices: dict[str, str] = field(default_factory=dict)
    arguments: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    text: str
    schema: Schema
    where: str
    regions: dict[str, _Region] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    unlabelled: int = 0

    def complain(self, message: str) -> None:
        self.problems.append(f"{self.where}: {message}")

    def take_regions(self, result: Sequence[Json]) -> None:
        for entry in result:
            if entry.get("type") in ("choices", "relation"):
                continue
            region_id = str(entry.get("id"))
            fault = self.region_fault(entry, region_id)
            if fault:
                self.refused.add(region_id)
                self.complain(f"region {region_id}: {fault}")
                continue
            value = entry["value"]
            self.regions[region_id] = _Region(
                layer=entry["from_name"],
                label=value["labels"][0],
                start=value["start"],
                end=value["end"],
                score=entry.get("score"),
                meta=entry.get("meta") or {},
            )

    def region_fault(self, entry: Json, region_id: str) -> str | None:
        twin = self.regions.get(region_id)
        if twin is None:
            return region_fault(entry, self.text, self.schema)
        return (
            f"carries a second label beside {self.quote(twin)}. Take one of the two "
            "off, and draw the span again if both are meant."
        )

    def take_choices(self, result: Sequence[Json]) -> None:
        for entry in result:
            if entry.get("type") != "choices" or str(entry.get("id")) in self.refused:
                continue
            region = self.regions.get(str(entry.get("id")))
            control = str(entry.get("from_name"))
            value = entry.get("value")
            given = value.get("choices") if isinstance(value, Mapping) else None
            chosen = given if isinstance(given, list) else []
            if region is None:
                self.complain(f"the choice {control} belongs to no region.")
            elif len(chosen) != 1:
                self.complain(
                    f"region {entry['id']}: {control} has {len(chosen)} values; "
                    "choose one."
                )
            elif str(chosen[0]) not in self.values_of(region, control):
                self.complain(
                    f"region {entry['id']}: {chosen[0]!r} is no {control} of "
                    f"{region.label} in {self.schema.name}. Choose again."
                )
            else:
                region.choices[control] = chosen[0]

    def values_of(self, region: _Region, control: str) -> Mapping[str, object]:
        known: dict[str, Mapping[str, object]]
        if region.layer == ENTITY:
            entity = self.schema.entities[region.label]
            known = {
                "level": self.schema.levels,
                subtype_control(region.label): entity.subtypes,
            }
        else:
            event = self.schema.events[region.label]
            known = {
                "polarity": self.schema.polarity,
                "realis": self.schema.realis,
                mode_control(region.label): event.modes,
            }
        return known.get(control, {})

    def take_relations(self, result: Sequence[Json]) -> None:
        for entry in result:
            if entry.get("type") != "relation":
                continue
            from_id, to_id = str(entry.get("from_id")), str(entry.get("to_id"))
            if {from_id, to_id} & self.refused:
                continue
            fault = self.relation_fault(entry, from_id, to_id)
            if fault:
                self.unlabelled += not entry.get("labels")
                self.complain(fault)
            else:
                pair = (role_of(str(_first(entry["labels"]))), to_id)
                self.regions[from_id].arguments.append(pair)

    def relation_fault(self, entry: Json, from_id: str, to_id: str) -> str | None:
        event, filler = self.regions.get(from_id), self.regions.get(to_id)
        if event is None or filler is None:
            return f"a relation leads from {from_id} to {to_id}, and one is missing."
        ends = f"{self.quote(event)} to {self.quote(filler)}"
        if event.layer != TRIGGER or filler.layer != ENTITY:
            return f"the relation from {ends} does not lead from an event to an entity."
        labels = entry.get("labels") or []
        if not isinstance(labels, list):
            labels = [labels]
        if not labels:
            return f"the relation from {ends} has no role. Choose one, or delete it."
        if len(labels) > 1:
            return f"the relation from {ends} has {len(labels)} roles. Keep one."
        role = role_of(str(labels[0]))
        if role not in self.schema.events[event.label].roles:
            allowed = ", ".join(self.schema.events[event.label].roles)
            return f"the relation from {ends} has the role {role}; it may be {allowed}."
        if (role, to_id) in event.arguments:
            return f"the relation {role} from {ends} is there twice. Delete one."
        return None

    def quote(self, region: _Region) -> str:
        return f"{region.label} «{self.text[region.start : region.end]}»"

    def finish(self) -> Reading:
        order = sorted(self.regions, key=lambda name: _order(self.regions[name]))
        names = [name for name in order if self.regions[name].layer == ENTITY]
        numbers = {name: f"T{n}" for n, name in enumerate(names, start=1)}
        entities = [self.build_entity(name, numbers[name]) for name in names]
        triggers = [name for name in order if self.regions[name].layer == TRIGGER]
        events = [
            self.build_event(name, f"E{n}", numbers)
            for n, name in enumerate(triggers, start=1)
        ]
        self.check_twins(entities, events)
        return Reading(
            tuple(entities), tuple(events), tuple(self.problems), self.unlabelled
        )

    def check_twins(
        self, entities: list[EntityMention], events: list[EventMention]
    ) -> None:
        seen: set[tuple[object, ...]] = set()
        mentions: list[EntityMention | EventMention] = [*entities, *events]
        for mention in mentions:
            if mention.key in seen:
                self.complain(
                    f"{mention.label} [{mention.start}, {mention.end}) "
                    f"«{self.text[mention.start : mention.end]}» is there twice. "
                    "Delete one."
                )
            seen.add(mention.key)

    def build_entity(self, name: str, number: str) -> EntityMention:
        region = self.regions[name]
        return EntityMention.model_validate(
            {
                **_common(region, number),
                "level": region.choices.get("level", "name"),
                "subtype": region.choices.get(subtype_control(region.label)),
                "kb": region.meta.get("kb"),
            }
        )

    def build_event(
        self, name: str, number: str, numbers: Mapping[str, str]
    ) -> EventMention:
        region = self.regions[name]
        kept = {
            (entry.get("role"), entry.get("entity")): entry
            for entry in region.meta.get("arguments") or ()
        }
        arguments = []
        for role, filler in sorted(
            region.arguments, key=lambda pair: (pair[0], int(numbers[pair[1]][1:]))
        ):
            entry = kept.get((role, filler), {})
            arguments.append(
                Argument(
                    role=role,
                    entity=numbers[filler],
                    score=entry.get("score"),
                    rule=entry.get("rule"),
                )
            )
        chosen = region.choices.get(mode_control(region.label))
        return EventMention.model_validate(
            {
                **_common(region, number),
                "arguments": tuple(arguments),
                "polarity": region.choices.get("polarity", "positive"),
                "realis": region.choices.get("realis", "actual"),
                "mode": chosen or self.schema.events[region.label].default_mode,
            }
        )


def _order(region: _Region) -> tuple[int, int, str, str]:
    return (
        region.start,
        region.end,
        region.label,
        region.choices.get("level", "name"),
    )


def _common(region: _Region, number: str) -> dict[str, Any]:
    kept = {name: region.meta.get(name) for name in ("rule", "annotator", "meta")}
    note = _note(region.meta)
    if note:
        kept["meta"] = {**(kept["meta"] or {}), "note": note}
    return {
        "id": number,
        "label": region.label,
        "start": region.start,
        "end": region.end,
        "score": region.score,
        **kept,
    }


def _note(meta: Json) -> str:
    """Return what was written to a mark on the page, beside what stood there."""
    text = meta.get("text")
    lines = text if isinstance(text, list) else [text] if text else []
    written = "\n".join(map(str, lines)).splitlines()
    shown = shown_words(meta).splitlines()
    return "\n".join(line for line in written if line.strip() and line not in shown)


def _first(labels: object) -> object:
    return labels[0] if isinstance(labels, list) else labels
