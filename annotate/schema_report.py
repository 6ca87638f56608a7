"""Print a schema for people, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from schemas.colours import AA, least_contrast
from schemas.errors import UsageError
from schemas.labels import EventType, Schema
from schemas.markup import parse_markup

__all__ = [
    "ABSENT",
    "Difference",
    "describe_label",
    "diff_schemas",
    "find_pale_labels",
    "render_label",
    "render_labels",
]

ABSENT: Final = object()
"""Stands where a schema has nothing."""


def render_labels(schema: Schema) -> str:
    """Return a list of all labels by group, one a line."""
    lines = [f"{schema.name}: {schema.title.en} · {schema.title.ar}"]
    for group_id, group in schema.groups.items():
        types = schema.entities if group.layer == "entities" else schema.events
        lines.append(f"\n{group.name.en} · {group.name.ar}")
        lines += [
            f"  {label:12} {spec.hotkey:8} {spec.name.en} · {spec.name.ar}"
            for label, spec in types.items()
            if spec.group == group_id
        ]
    lines.append("\nRoles")
    lines += [
        f"  {label:12} {role.name.en} · {role.name.ar}"
        for label, role in schema.roles.items()
    ]
    return "\n".join(lines)


def render_label(schema: Schema, label: str) -> str:
    """Return all that the schema says of one label; raises UsageError if unknown."""
    role = schema.roles.get(label)
    if role is not None:
        name = f"{label}: {role.name.en} · {role.name.ar}"
        return "\n".join((name, role.definition.en, role.definition.ar))
    spec = schema.entities.get(label) or schema.events.get(label)
    if spec is None:
        raise _unknown(schema, label)
    group = schema.groups[spec.group].name
    lines = [
        f"{label}: {spec.name.en} · {spec.name.ar} (key {spec.hotkey})",
        f"  is:  {spec.definition.en}",
        f"       {spec.definition.ar}",
        f"  not: {spec.is_not.en}",
        f"       {spec.is_not.ar}",
        f"  group: {group.en} · {group.ar}; colour {spec.color}",
    ]
    if isinstance(spec, EventType):
        for name, use in spec.roles.items():
            required = " (required)" if use.required else ""
            lines.append(f"  {name}{required}: {', '.join(use.fillers)}")
        lines += [f"  mode {mode}: {name.ar}" for mode, name in spec.modes.items()]
    else:
        lines += [f"  subtype {s}: {name.ar}" for s, name in spec.subtypes.items()]
    equal = [f"{scheme} {value or '—'}" for scheme, value in spec.equivalents.items()]
    if equal:
        lines.append(f"  elsewhere: {'; '.join(equal)}")
    for sign, examples in (
        ("✓", spec.examples.positive),
        ("✗", spec.examples.negative),
    ):
        for example in examples:
            text, marks = parse_markup(example.text)
            found = ", ".join(f"{m.label}: {text[slice(*m.span)]}" for m in marks)
            lines.append(f"  {sign} {text}  ({found})")
    return "\n".join(lines)


def find_pale_labels(schema: Schema) -> list[str]:
    """Return a note for each label whose words have less contrast than WCAG AA asks."""
    return [
        f"{label}: words on its colour {spec.color} have a contrast of {least:.1f} to "
        f"1; WCAG AA asks for {AA}. Take a darker one."
        for label, spec in {**schema.entities, **schema.events}.items()
        if (least := least_contrast(spec.color)) < AA
    ]


class Difference(NamedTuple):
    """A place in which two schemas differ: its keys from the top, joined by dots.

    What one of them does not have there is `ABSENT`.
    """

    place: str
    old: Any
    new: Any

    def __str__(self) -> str:
        if self.old is ABSENT:
            return f"+ {self.place}: {self.new}"
        if self.new is ABSENT:
            return f"- {self.place}: {self.old}"
        return f"~ {self.place}: {self.old} -> {self.new}"

    def to_json(self) -> dict[str, Any]:
        """Return the place with `old` and `new`, where there is one."""
        values = {"place": self.place, "old": self.old, "new": self.new}
        return {key: value for key, value in values.items() if value is not ABSENT}


def diff_schemas(old: Schema, new: Schema) -> list[Difference]:
    """Return the differences between two schemas, in order of place."""
    before = dict(_leaves(old.model_dump(by_alias=True)))
    after = dict(_leaves(new.model_dump(by_alias=True)))
    found = (
        Difference(place, before.get(place, ABSENT), after.get(place, ABSENT))
        for place in sorted({*before, *after})
    )
    return [difference for difference in found if difference.old != difference.new]


def describe_label(schema: Schema, label: str) -> dict[str, Any]:
    """Return what the schema says of one label or role, as plain data.

    Raises UsageError if it is unknown.
    """
    for layer in ("entities", "events", "roles"):
        known = getattr(schema, layer)
        if label in known:
            said = known[label].model_dump(mode="json", by_alias=True)
            return {"label": label, "layer": layer, **said}
    raise _unknown(schema, label)


def _unknown(schema: Schema, label: str) -> UsageError:
    known = ", ".join([*schema.entities, *schema.events, *schema.roles])
    return UsageError(f"{label}: no such label; known: {known}.")


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(i, dict) for i in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{place}.{number}")
    else:
        yield place, list(value) if isinstance(value, tuple) else value
