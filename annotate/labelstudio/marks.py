"""What stands in a Label Studio result: marks in a text and links between them.

Read leniently, ids kept: `results` says what is faulty, and a mark with a fault is
still something that a suggestion became.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from annotate.labelstudio.config import ENTITY, TRIGGER, role_of

__all__ = ["Episode", "Link", "Mark", "Marks", "read_marks"]

Json = Mapping[str, Any]
Layer = Literal["entities", "events"]
_LAYERS: dict[str, Layer] = {ENTITY: "entities", TRIGGER: "events"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One labelled span; `suggested` tells that it grew out of a suggestion.

    `attributes` are the pairs of control and value, sorted.
    """

    id: str
    layer: Layer
    label: str
    start: int
    end: int
    rule: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An argument: from an event's mark to the mark that fills the role.

    A link that was drawn and given no role has the role None.
    """

    event: str
    filler: str
    role: str | None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """All that one result says."""

    marks: tuple[Mark, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One annotator's work on one document, and the suggestions it is held against.

    In the control arm the suggestions were not shown: `shown` is False then, and
    `suggestions` may be what rules would have said, or None where nobody asked them.
    `seconds` is None where Label Studio measured no time.
    """

    doc: str
    annotator: str
    characters: int
    seconds: float | None
    shown: bool
    suggestions: Marks | None
    said: Marks


def read_marks(result: Iterable[Json]) -> Marks:
    """Read the marks and links of a prediction or an annotation.

    What has no offsets, no label or another control is left out.
    """
    entries = list(result)
    choices = _choices(entries)
    marks: dict[str, Mark] = {}
    rules: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        mark = _mark(entry, choices)
        if mark is None or mark.id in marks:
            continue
        marks[mark.id] = mark
        for kept in _meta(entry).get("arguments") or ():
            if isinstance(kept, Mapping) and isinstance(kept.get("rule"), str):
                key = (mark.id, str(kept.get("entity")), str(kept.get("role")))
                rules[key] = kept["rule"]
    return Marks(tuple(marks.values()), tuple(_links(entries, marks, rules)))


def _choices(entries: Iterable[Json]) -> dict[str, dict[str, str]]:
    chosen: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.get("type") == "choices":
            values = (entry.get("value") or {}).get("choices") or []
            named = chosen.setdefault(str(entry.get("id")), {})
            named[str(entry.get("from_name"))] = " ".join(map(str, values))
    return chosen


def _meta(entry: Json) -> Json:
    meta = entry.get("meta")
    return meta if isinstance(meta, Mapping) else {}


def _mark(entry: Json, choices: Mapping[str, Mapping[str, str]]) -> Mark | None:
    layer = _LAYERS.get(str(entry.get("from_name")))
    value = entry.get("value")
    if layer is None or not isinstance(value, Mapping):
        return None
    start, end, labels = value.get("start"), value.get("end"), value.get("labels")
    if type(start) is not int or type(end) is not int or not labels:
        return None
    name, rule = str(entry.get("id")), _meta(entry).get("rule")
    return Mark(
        id=name,
        layer=layer,
        label=str(labels[0]),
        start=start,
        end=end,
        rule=rule if isinstance(rule, str) else None,
        attributes=tuple(sorted(choices.get(name, {}).items())),
        suggested=str(entry.get("origin", "")).startswith("prediction"),
    )


def _links(
    entries: Iterable[Json],
    marks: Mapping[str, Mark],
    rules: Mapping[tuple[str, str, str], str],
) -> Iterable[Link]:
    seen = set()
    for entry in entries:
        if entry.get("type") != "relation":
            continue
        event, filler = str(entry.get("from_id")), str(entry.get("to_id"))
        drawn = [role_of(str(label)) for label in entry.get("labels") or ()]
        for role in drawn or (None,):
            key = (event, filler, role)
            if event in marks and filler in marks and key not in seen:
                seen.add(key)
                yield Link(*key, rules.get((event, filler, str(role))))
