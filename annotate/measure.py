"""Measure the rules on sets that others annotated, and their speed.

Their conventions are met half way and openly: labels by the schema's equivalents, and
beside each raw figure one in which a difference of convention is taken out.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from annotate.rules.compiled import Ruleset
from annotate.rules.engine import suggest
from annotate.rules.yamlfile import RuleFile
from evaluation.assignment import best_pairs
from evaluation.counts import Counts
from schemas.annotations import AnnotatedDocument, EventMention
from schemas.errors import DataError
from schemas.labels import Schema

__all__ = [
    "Figure",
    "Line",
    "Speed",
    "measure_events",
    "measure_names",
    "measure_speed",
    "parse_line",
]

Edges = tuple[int, int]
Line = Mapping[str, Any]
"""A document of a set that others annotated, as they wrote it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Counts of one layer of one set, under a named comparison."""

    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Speed:
    """Articles and characters in CPU seconds of one process; memory in megabytes."""

    articles: int
    characters: int
    seconds: float
    megabytes: float


def measure_names(
    lines: Iterable[Line], ruleset: Ruleset, settings: RuleFile
) -> list[Figure]:
    """Compare outermost names by exact span and label.

    `exact` compares as it is; `span rule` moves their spans that begin with the first ل
    of لل behind it, where our rule has them.
    """
    options = settings.mapping("newsfane")
    labels = tuple(options["labels"])
    fine = _fine_labels(ruleset.schema, str(options["scheme"]))
    exact = dict.fromkeys(labels, Counts())
    ruled = dict.fromkeys(labels, Counts())
    for line in lines:
        text = str(line["text"])
        gold = {
            (m["start"], m["end"], fine.get(m.get("fine"), m["label"]))
            for m in line["entities"]
        }
        doc = suggest(AnnotatedDocument(id=str(line["id"]), text=text), ruleset)
        found = [m for m in doc.entities if m.level == "name" and m.label in labels]
        predicted = {(m.start, m.end, m.label) for m in found}
        predicted = {m for m in predicted if not _is_inside(m, predicted)}
        moved = {(s + text.startswith("لل", s), e, label) for s, e, label in gold}
        for table, truth in ((exact, gold), (ruled, moved)):
            for label in labels:
                ours = {m for m in predicted if m[2] == label}
                theirs = {m for m in truth if m[2] == label}
                right = len(ours & theirs)
                table[label] += Counts(right, len(ours) - right, len(theirs) - right)
    figures = []
    for kind, table in (("exact", exact), ("span rule", ruled)):
        figures += [Figure(f"{label}, {kind}", table[label]) for label in labels]
        figures.append(Figure(f"micro, {kind}", sum(table.values(), Counts())))
    return figures


def _is_inside(inner: tuple[int, int, str], all_: set[tuple[int, int, str]]) -> bool:
    start, end, _ = inner
    return any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in all_)


def _fine_labels(schema: Schema, scheme: str) -> dict[str, str]:
    """Map their fine labels to ours by the schema's equivalents."""
    return {
        name.strip(): label
        for label, entity in schema.entities.items()
        for name in (entity.equivalents.get(scheme) or "").split(",")
    }


def measure_events(
    lines: Iterable[Line], ruleset: Ruleset, settings: RuleFile
) -> list[Figure]:
    """Compare triggers and participants of the sentence's type with the majority's.

    One-to-one by overlap. `trigger` counts each of our triggers; `incident` only the
    first of those that stand close, as their annotators mark.
    """
    options = settings.mapping("event_gsr")
    near = int(options["incident"])
    roles = {name: frozenset(ours) for name, ours in options["roles"].items()}
    tables = {name: Counts() for name in ("trigger", "incident", *roles)}
    for line in lines:
        types = _our_types(ruleset.schema, str(options["scheme"]), line["event_type"])
        text = str(line["text"])
        doc = AnnotatedDocument(
            id=str(line["id"]), text=text, sentences=((0, len(text)),)
        )
        doc = suggest(doc, ruleset)
        events = [event for event in doc.events if event.label in types]
        gold = {
            name: {(s["start"], s["end"]) for s in spans}
            for name, spans in line["majority"].items()
        }
        spans = [(event.start, event.end) for event in events]
        tables["trigger"] += _overlap(gold["trigger"], spans)
        tables["incident"] += _overlap(gold["trigger"], _incidents(spans, near))
        for name, ours in roles.items():
            tables[name] += _overlap(gold[name], _fillers(doc, events, ours))
    return [Figure(name, counts) for name, counts in tables.items()]


def _our_types(schema: Schema, scheme: str, theirs: str) -> frozenset[str]:
    return frozenset(
        label
        for label, event in schema.events.items()
        if (event.equivalents.get(scheme) or "").startswith(theirs)
    )


def _incidents(spans: list[Edges], near: int) -> list[Edges]:
    """Keep the first of triggers that follow each other within `near` characters."""
    kept: list[Edges] = []
    last: int | None = None
    for start, end in spans:
        if last is None or start - last >= near:
            kept.append((start, end))
        last = end
    return kept


def _fillers(
    doc: AnnotatedDocument, events: list[EventMention], roles: frozenset[str]
) -> set[Edges]:
    spans = (
        doc.filler_span(argument)
        for event in events
        for argument in event.arguments
        if argument.role in roles
    )
    return {(span.start, span.end) for span in spans if span is not None}


def _overlap(gold: Iterable[Edges], predicted: Iterable[Edges]) -> Counts:
    theirs, ours = sorted(gold), sorted(predicted)
    weights = [
        [max(0, min(a[1], b[1]) - max(a[0], b[0])) for b in ours] for a in theirs
    ]
    right = len(best_pairs(weights))
    return Counts(right, len(ours) - right, len(theirs) - right)


def measure_speed(lines: Iterable[Line], ruleset: Ruleset) -> Speed:
    """Suggest for every article, everything on, in this process."""
    articles = characters = 0
    seconds = 0.0
    for line in lines:
        doc = AnnotatedDocument(id=str(line["id"]), text=line["text"])
        start = time.process_time()
        suggest(doc, ruleset)
        seconds += time.process_time() - start
        articles += 1
        characters += len(doc.text or "")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Speed(articles, characters, seconds, memory)


def parse_line(line: bytes, where: str) -> Line:
    """Parse a line of a set; DataError begins with where it stands."""
    try:
        parsed: Line = json.loads(line)
    except ValueError:
        raise DataError(
            f"{where}: this is not a line of JSON. Fetch the file again."
        ) from None
    return parsed
