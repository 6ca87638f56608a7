"""What a schema names that is not there, and what it gives twice.

Works on the plain data of the YAML, so that these faults are told together with those
of form: what has no proper form yet is passed over here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemas.errors import SchemaError
from schemas.markup import parse_markup
from schemas.yaml_source import Fault

__all__ = ["reference_faults"]

_LABEL = r"^[A-Z][A-Z0-9_]*$"
_LAYERS = ("entities", "events")


def reference_faults(data: Any) -> list[Fault]:
    """Return each fault: the keys that lead to it, and what is wrong there."""
    schema = _mapping(data)
    return [*_label_faults(schema), *_role_faults(schema), *_example_faults(schema)]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _types(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for layer in _LAYERS:
        for label, spec in _mapping(schema.get(layer)).items():
            yield layer, str(label), _mapping(spec)


def _label_faults(schema: dict[str, Any]) -> Iterator[Fault]:
    groups = _mapping(schema.get("groups"))
    hotkeys: dict[str, str] = {}
    for layer, label, spec in _types(schema):
        if not re.match(_LABEL, label):
            yield (
                (layer, label),
                "write a label in upper-case Latin letters, digits and _",
            )
        group, key = spec.get("group"), spec.get("hotkey")
        known = [n for n, g in groups.items() if _mapping(g).get("layer") == layer]
        if isinstance(group, str) and group not in known:
            yield (
                (layer, label, "group"),
                f"no group {group!r} for {layer}; choose one of {', '.join(known)}",
            )
        if isinstance(key, str):
            if key in hotkeys:
                yield (
                    (layer, label, "hotkey"),
                    f"{key!r} is the key of {hotkeys[key]} already; choose a free one",
                )
            hotkeys.setdefault(key, label)
    entities, events = (_mapping(schema.get(layer)) for layer in _LAYERS)
    for label in sorted(map(str, entities.keys() & events.keys())):
        yield ("events", label), "is an entity label too; rename one of them"


def _role_faults(schema: dict[str, Any]) -> Iterator[Fault]:
    described = _mapping(schema.get("roles"))
    entities = _mapping(schema.get("entities"))
    for layer, label, spec in _types(schema):
        for role, use in _mapping(spec.get("roles")).items():
            loc = (layer, label, "roles", str(role))
            if role not in described:
                yield loc, "is not described under roles; add it there"
            for filler in _items(_mapping(use).get("fillers")):
                if filler not in entities:
                    yield (*loc, "fillers"), f"{filler!r} is not an entity label"


def _example_faults(schema: dict[str, Any]) -> Iterator[Fault]:
    labels = {label for _, label, _ in _types(schema)}
    for loc, text, own in _examples(schema):
        try:
            _, marks = parse_markup(text)
        except SchemaError as error:
            yield loc, str(error)
            continue
        for mark in marks:
            if mark.label not in labels:
                yield loc, f"the example marks {mark.label!r}, which is no label"
        if own and own not in {mark.label for mark in marks}:
            yield loc, f"no span of the example is marked {own}"


def _examples(
    schema: dict[str, Any],
) -> Iterator[tuple[tuple[str, ...], str, str | None]]:
    """Yield each example: where it is, its text, and the label it must show."""
    places: list[tuple[tuple[str, ...], Any, str | None]] = [
        (
            (layer, label, "examples", kind),
            _mapping(spec.get("examples")).get(kind),
            label,
        )
        for layer, label, spec in _types(schema)
        for kind in ("positive", "negative")
    ]
    places += [
        (("guideline", str(number), "examples"), _mapping(clause).get("examples"), None)
        for number, clause in _mapping(schema.get("guideline")).items()
    ]
    for loc, examples, own in places:
        for place, example in enumerate(_items(examples)):
            text = _mapping(example).get("text")
            if isinstance(text, str):
                yield (*loc, str(place)), text, own
