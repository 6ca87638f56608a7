"""Where annotators differ, what kind of difference it is, and what it costs.

The cost of a disagreement is the number of items that it makes wrong in the exact
layers, on both sides: a trigger that only one annotator marked takes its arguments with
it, a mention with other edges every role it fills. Those are counted with what caused
them and not listed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from evaluation.columns import Snap
from evaluation.documents import DocumentLike
from evaluation.error_analysis import ErrorCase, Item, find_errors
from evaluation.frames import mode_of
from evaluation.items import ATTRIBUTES
from schemas.labels import Schema

__all__ = [
    "DISAGREEMENT_KINDS",
    "Disagreement",
    "Marked",
    "find_disagreements",
    "summarise_kinds",
    "summarise_patterns",
]

Kind = Literal["edge", "type", "missed", "spurious", "argument", "attribute"]

DISAGREEMENT_KINDS: dict[Kind, str] = {
    "type": "the same words under another label or level",
    "edge": "the same mention with other edges",
    "missed": "only the first annotator has it",
    "spurious": "only the second annotator has it",
    "argument": "another role, filler or event",
    "attribute": "the same event with another polarity, realis or mode",
}
"""The kinds of disagreement, in the order of tables."""

_KIND_OF: dict[str, Kind] = {
    "type": "type",
    "edge and type": "type",
    "split": "edge",
    "merge": "edge",
    "clitic": "edge",
    "nesting level": "edge",
    "edge": "edge",
    "missed": "missed",
    "spurious": "spurious",
}


@dataclass(frozen=True, slots=True)
class Marked:
    """What one annotator marked; `value` is an attribute's, `event` the trigger's."""

    start: int
    end: int
    label: str
    words: str
    value: str | None = None
    event: tuple[str, int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the mark with its offsets, code points of the text, half-open."""
        content: dict[str, Any] = {
            "start": self.start,
            "end": self.end,
            "label": self.label,
            "words": self.words,
        }
        if self.value is not None:
            content["value"] = self.value
        if self.event is not None:
            label, start, end = self.event
            content["event"] = {"label": label, "start": start, "end": end}
        return content


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One difference between two annotators; `detail` names it more exactly.

    `follows` of its `cost` are argument items that are wrong because of it.
    """

    doc_id: str
    annotators: tuple[str, str]
    kind: Kind
    layer: str
    detail: str
    first: tuple[Marked, ...]
    second: tuple[Marked, ...]
    cost: int
    follows: int = 0

    @property
    def start(self) -> int:
        """Where in the text it begins."""
        return min(mark.start for mark in (*self.first, *self.second))

    @property
    def labels(self) -> tuple[str, str]:
        """What either side said, `-` for nothing."""
        return (_said(self.first), _said(self.second))

    def to_json(self) -> dict[str, Any]:
        """Return the disagreement with what both sides marked."""
        return {
            "document": self.doc_id,
            "annotators": list(self.annotators),
            "kind": self.kind,
            "layer": self.layer,
            "detail": self.detail,
            "cost": self.cost,
            "follows": self.follows,
            "first": [mark.to_json() for mark in self.first],
            "second": [mark.to_json() for mark in self.second],
        }


def find_disagreements(
    first: Iterable[DocumentLike],
    second: Iterable[DocumentLike],
    *,
    annotators: tuple[str, str],
    schema: Schema | None = None,
    clitic: Snap | None = None,
) -> list[Disagreement]:
    """Return the differences on the documents both have, the costliest first.

    With the span rule as `clitic`, edges that differ by clitics only are told apart in
    `detail`. The two sides are those that `agree` accepted.
    """
    theirs = {doc.id: doc for doc in second}
    found: list[Disagreement] = []
    for doc in first:
        other = theirs.get(doc.id)
        if other is None:
            continue
        text = doc.text if doc.text is not None else other.text or ""
        cases = list(find_errors([doc], [other], clitic=clitic))
        named = [_named(case, text, annotators) for case in cases]
        found += _with_causes(_joined_levels(named))
        found += _attributes(doc, other, text, annotators, schema)
    return sorted(found, key=lambda d: (-d.cost, d.doc_id, d.start, d.layer, d.detail))


def summarise_kinds(cases: Iterable[Disagreement]) -> dict[str, dict[str, int]]:
    """Count cases and cost by kind; every kind has a row."""
    rows: dict[str, dict[str, int]] = {
        kind: {"cases": 0, "cost": 0} for kind in DISAGREEMENT_KINDS
    }
    for case in cases:
        rows[case.kind]["cases"] += 1
        rows[case.kind]["cost"] += case.cost
    return rows


def summarise_patterns(cases: Iterable[Disagreement]) -> list[dict[str, Any]]:
    """Count like disagreements together (kind, layer, detail, both labels), by cost."""
    rows: dict[tuple[str, ...], list[int]] = {}
    for case in cases:
        key = (case.kind, case.layer, case.detail, *case.labels)
        row = rows.setdefault(key, [0, 0])
        row[0] += 1
        row[1] += case.cost
    names = ("kind", "layer", "detail", "first", "second")
    ordered = sorted(rows.items(), key=lambda row: (-row[1][1], -row[1][0], row[0]))
    return [
        {**dict(zip(names, key, strict=True)), "cases": cases_, "cost": cost}
        for key, (cases_, cost) in ordered
    ]


def _said(marks: Sequence[Marked]) -> str:
    values = (m.label if m.value is None else m.value for m in marks)
    return " ".join(sorted(set(values))) or "-"


def _named(case: ErrorCase, text: str, annotators: tuple[str, str]) -> Disagreement:
    kind: Kind = "argument" if case.layer == "arguments" else _KIND_OF[case.kind]
    return Disagreement(
        doc_id=case.doc_id,
        annotators=annotators,
        kind=kind,
        layer=case.layer,
        detail=_detail(case.kind),
        first=tuple(_marked(item, text) for item in case.gold),
        second=tuple(_marked(item, text) for item in case.predicted),
        cost=len(case.gold) + len(case.predicted),
    )


def _detail(kind: str) -> str:
    """Speak of annotators, neither of whom is right, where scores speak of gold."""
    return kind.replace("missed", "only the first").replace(
        "spurious", "only the second"
    )


def _marked(item: Item, text: str) -> Marked:
    words = text[item.start : item.end]
    return Marked(item.start, item.end, item.label, words, event=item.event)


def _joined_levels(cases: Sequence[Disagreement]) -> list[Disagreement]:
    """Make one case of a mention that is a name for one and a nominal for the other."""
    alone: dict[tuple[str, int, int], Disagreement] = {
        (case.layer, mark.start, mark.end): case
        for case in cases
        if case.layer in ("entities", "nominals")
        and case.kind in ("missed", "spurious")
        for mark in (*case.first, *case.second)
    }
    gone: set[int] = set()
    joined = []
    for (layer, start, end), case in alone.items():
        twin = alone.get(("nominals", start, end)) if layer == "entities" else None
        if twin is None or twin.kind == case.kind:
            continue
        gone |= {id(case), id(twin)}
        sides = (case.first or twin.first, case.second or twin.second)
        levels = ("name", "nominal") if case.first else ("nominal", "name")
        first, second = (
            tuple(replace(mark, value=level) for mark in side)
            for side, level in zip(sides, levels, strict=True)
        )
        joined.append(
            replace(
                case,
                kind="type",
                detail="level",
                first=first,
                second=second,
                cost=case.cost + twin.cost,
            )
        )
    return [case for case in cases if id(case) not in gone] + joined


def _with_causes(cases: Sequence[Disagreement]) -> Iterator[Disagreement]:
    """Add arguments' disagreements to that on their trigger or filler, if any."""
    places = _causes(cases)
    follows: dict[int, int] = {}
    explained = set()
    for place, case in enumerate(cases):
        causes = (places[key] for key in _keys_of_causes(case) if key in places)
        root = next(causes, None)
        if root is not None:
            follows[root] = follows.get(root, 0) + case.cost
            explained.add(place)
    for place, case in enumerate(cases):
        if place not in explained:
            more = follows.get(place, 0)
            yield replace(case, cost=case.cost + more, follows=more)


_Cause = tuple[int, tuple[str, int, int] | tuple[int, int] | None]
"""A side, and on it a trigger or the span of a mention."""


def _causes(cases: Sequence[Disagreement]) -> dict[_Cause, int]:
    """Say which case is about a trigger or mention."""
    places: dict[_Cause, int] = {}
    for place, case in enumerate(cases):
        for side, marks in enumerate((case.first, case.second)):
            for m in marks:
                if case.layer == "triggers":
                    places[side, (m.label, m.start, m.end)] = place
                elif case.layer != "arguments":
                    places[side, (m.start, m.end)] = place
    return places


def _keys_of_causes(case: Disagreement) -> Iterator[_Cause]:
    """Yield what may have made an argument wrong: its triggers, then its fillers."""
    if case.layer == "arguments":
        sides = tuple(enumerate((case.first, case.second)))
        yield from ((side, m.event) for side, marks in sides for m in marks)
        yield from ((side, (m.start, m.end)) for side, marks in sides for m in marks)


def _attributes(
    first: DocumentLike,
    second: DocumentLike,
    text: str,
    annotators: tuple[str, str],
    schema: Schema | None,
) -> Iterator[Disagreement]:
    """Yield the attributes that differ on triggers that both have, type and all."""
    sides = []
    for doc in (first, second):
        values: dict[tuple[int, int, str], tuple[str | None, ...]] = {}
        for e in doc.events:
            said = (e.polarity, e.realis, mode_of(e, schema))
            values.setdefault((e.start, e.end, e.label), said)
        sides.append(values)
    for key in sorted(sides[0].keys() & sides[1].keys()):
        start, end, label = key
        both = zip(ATTRIBUTES, sides[0][key], sides[1][key], strict=True)
        for name, mine, theirs in both:
            if mine != theirs:
                one, other = (
                    (Marked(start, end, label, text[start:end], value or "none"),)
                    for value in (mine, theirs)
                )
                yield Disagreement(
                    doc_id=first.id,
                    annotators=annotators,
                    kind="attribute",
                    layer="attributes",
                    detail=name,
                    first=one,
                    second=other,
                    cost=2,
                )
