"""The label schema as values: what may be annotated, and what each label means."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "AttributeValue",
    "Bilingual",
    "Clause",
    "EntityType",
    "EventRole",
    "EventType",
    "Example",
    "Examples",
    "Group",
    "Role",
    "Schema",
]

_LABEL = r"^[A-Z][A-Z0-9_]*$"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(_Value):
    """The same words in Arabic and in English."""

    ar: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Example(_Value):
    """A sentence with its mention in square brackets, and why it is (not) one.

    Brackets of the markup nest: `[وزير [الدفاع|ORG]|TITLE]`.
    """

    text: str = Field(min_length=3)
    why: Bilingual | None = None


class Examples(_Value):
    """What is annotated, and what looks like it and is not."""

    positive: tuple[Example, ...] = ()
    negative: tuple[Example, ...] = ()


class Group(_Value):
    """A family of labels, shown together on the labelling page."""

    name: Bilingual
    layer: Literal["entities", "events"]


class AttributeValue(_Value):
    """One value of a closed attribute."""

    name: Bilingual
    definition: Bilingual | None = None


class _LabelType(_Value):
    name: Bilingual
    group: str
    color: str = Field(pattern=r"^#[0-9a-f]{6}$")
    hotkey: str = Field(min_length=1)
    definition: Bilingual
    is_not: Bilingual = Field(alias="not")
    examples: Examples = Examples()


class EntityType(_LabelType):
    """An entity label; an equivalent of `null` says that a scheme has none."""

    subtypes: dict[str, Bilingual] = Field(default_factory=dict)
    equivalents: dict[str, str | None] = Field(default_factory=dict)


class Role(_Value):
    """What a participant does in an event."""

    name: Bilingual
    definition: Bilingual


class EventRole(_Value):
    """A role as one event type uses it."""

    fillers: tuple[str, ...] = Field(min_length=1)
    required: bool = False


class EventType(_LabelType):
    """An event label with its roles, modes and equivalents in other schemes.

    A type with exactly one mode fixes it: `default_mode` is that mode.
    """

    lemmas: tuple[str, ...] = ()
    roles: dict[str, EventRole]
    modes: dict[str, Bilingual] = Field(default_factory=dict)
    equivalents: dict[str, str | None] = Field(default_factory=dict)

    @property
    def default_mode(self) -> str | None:
        """The mode of a type that has only one, else None."""
        return next(iter(self.modes)) if len(self.modes) == 1 else None


class Clause(_Value):
    """A numbered decision of the guideline, cited by adjudicators."""

    title: Bilingual
    rule: Bilingual
    examples: tuple[Example, ...] = ()


class Schema(_Value):
    """Everything the tool knows about labels; nothing in the code names one."""

    id: str = Field(alias="schema", pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+(\.\d+)?$")
    title: Bilingual
    language: str = "ar"
    direction: Literal["rtl", "ltr"] = "rtl"
    groups: dict[str, Group]
    levels: dict[str, AttributeValue]
    polarity: dict[str, AttributeValue]
    realis: dict[str, AttributeValue]
    roles: dict[str, Role]
    entities: dict[str, EntityType]
    events: dict[str, EventType]
    guideline: dict[str, Clause] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _references_resolve(self) -> Schema:
        faults = list(_reference_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def name(self) -> str:
        """The schema's id with its version, as printed in signatures."""
        return f"{self.id}-{self.version}"


def _reference_faults(schema: Schema) -> list[str]:
    faults: list[str] = []
    hotkeys: dict[str, str] = {}
    layers = {"entities": schema.entities, "events": schema.events}
    for layer, types in layers.items():
        for label, spec in types.items():
            where = f"{layer}.{label}"
            if not re.match(_LABEL, label):
                faults.append(f"{where}: a label is upper-case Latin letters and _")
            group = schema.groups.get(spec.group)
            if group is None or group.layer != layer:
                faults.append(f"{where}.group: no group {spec.group!r} for {layer}")
            if spec.hotkey in hotkeys:
                faults.append(
                    f"{where}.hotkey: {spec.hotkey!r} is taken by "
                    f"{hotkeys[spec.hotkey]}; choose a free key"
                )
            hotkeys[spec.hotkey] = where
    both = schema.entities.keys() & schema.events.keys()
    faults += [f"{label}: is an entity and an event label" for label in sorted(both)]
    for label, event in schema.events.items():
        for role, use in event.roles.items():
            where = f"events.{label}.roles.{role}"
            if role not in schema.roles:
                faults.append(f"{where}: no such role; add it under roles")
            for filler in use.fillers:
                if filler not in schema.entities:
                    faults.append(f"{where}.fillers: no entity label {filler!r}")
    return faults
