"""Read the steps of a schema migration, and hold them against both versions.

A migration file names the two versions and its steps, in order:

    from: political-news-1.0
    to: political-news-2.0
    steps:
      - {rename: TITLE, to: OFFICE}
      - {merge: [CONDEMN, ACCUSE], to: BLAME}
      - {split: ORG, by: subtype, into: {party: PARTY}, ask: [ORG, PARTY]}
      - {retire: TRIAL, losing: "trials are annotated in a project of their own"}
      - {rename: VICTIM, to: PATIENT, kind: role}
      - {split: TOPIC, kind: role, by: event, into: {MEET: AGENDA, REJECT: OBJECT}}

A split of a label moves what `into` decides by the attribute `by`. What it does not
decide takes the first of `ask` for now, keeps `meta.undecided` with the choices, and is
queued for a person. A split of a role goes by the label of the `event` or of the
`filler`, and leaves nothing open: where `into` says nothing, the new schema must have
the role still. Retiring loses mentions, so the step must say what is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from schemas.labels import Schema
from schemas.yaml_source import Fault, YamlSource

__all__ = [
    "Merge",
    "Migration",
    "Rename",
    "Retire",
    "Split",
    "Step",
    "load_migration",
    "step_sources",
]

Kind = Literal["label", "role"]


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rename(_Step):
    """Give a label or role another name."""

    rename: str
    to: str
    kind: Kind = "label"


class Merge(_Step):
    """Make one of several labels or roles; equal mentions become one."""

    merge: tuple[str, ...] = Field(min_length=2)
    to: str
    kind: Kind = "label"


class Split(_Step):
    """Divide a label by an attribute, and `ask` a person for the rest; or a role.

    A role is divided by the label of its event or of its filler, all of it.
    """

    split: str
    by: (
        Literal["subtype", "mode", "level", "realis", "polarity", "event", "filler"]
        | None
    ) = None
    into: dict[str, str] = Field(default_factory=dict)
    ask: tuple[str, ...] = ()
    kind: Kind = "label"


class Retire(_Step):
    """Remove a label or role with everything that carries it."""

    retire: str
    losing: str = Field(min_length=3)
    kind: Kind = "label"


Step = Rename | Merge | Split | Retire


def _kind_of_step(step: Any) -> str | None:
    """Tell a step by its first word, so that its faults are told and no other's."""
    words = ("rename", "merge", "split", "retire")
    return next((w for w in words if isinstance(step, dict) and w in step), None)


class Migration(BaseModel):
    """Steps from one schema version to another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    steps: tuple[
        Annotated[
            Annotated[Rename, Tag("rename")]
            | Annotated[Merge, Tag("merge")]
            | Annotated[Split, Tag("split")]
            | Annotated[Retire, Tag("retire")],
            Discriminator(
                _kind_of_step,
                custom_error_type="step",
                custom_error_message="a step is a rename, merge, split or retire",
            ),
        ],
        ...,
    ] = Field(min_length=1)


def load_migration(path: Path, *, old: Schema, new: Schema) -> Migration:
    """Read a migration file and hold it against both schemas.

    Raises SchemaError with file, line and remedy for a step that names what is not
    there, and for every label or role of the old schema that neither a step nor the new
    schema takes care of: its mentions would be lost without anybody saying so.
    """
    source = YamlSource.read(path)
    migration = source.validate(Migration)
    faults = [
        *_name_faults(migration, old, new),
        *_step_faults(migration, old, new),
        *_split_faults(migration, old, new),
    ]
    if faults:
        raise source.refusal(faults)
    return migration


def _name_faults(migration: Migration, old: Schema, new: Schema) -> Iterator[Fault]:
    for key, named, schema in (
        ("from", migration.source, old),
        ("to", migration.target, new),
    ):
        if named != schema.name:
            yield (
                (key,),
                f"{key}: is {named!r}, but the schema given is {schema.name!r}",
            )


def _names(schema: Schema, kind: Kind) -> set[str]:
    if kind == "role":
        return set(schema.roles)
    return {*schema.entities, *schema.events}


def _step_faults(migration: Migration, old: Schema, new: Schema) -> Iterator[Fault]:
    moved: dict[Kind, set[str]] = {"label": set(), "role": set()}
    for place, step in enumerate(migration.steps):
        kind = step.kind
        at = ("steps", str(place))
        for name in step_sources(step):
            moved[kind].add(name)
            if name not in _names(old, kind):
                yield at, f"{name!r} is no {kind} of {old.name}"
        for name in _targets(step):
            if name not in _names(new, kind):
                yield at, f"{name!r} is no {kind} of {new.name}"
    for kind in ("label", "role"):
        for name in sorted(_names(old, kind) - _names(new, kind) - moved[kind]):
            yield (
                ("steps",),
                f"{kind} {name!r} is not in {new.name}, and no step says what becomes "
                "of it; add a rename, merge, split, or a retire that says what is lost",
            )


def _split_faults(migration: Migration, old: Schema, new: Schema) -> Iterator[Fault]:
    for place, step in enumerate(migration.steps):
        if isinstance(step, Split):
            for why in _faults_of_split(step, migration.steps[:place], old, new):
                yield ("steps", str(place)), why


def _faults_of_split(
    step: Split, earlier: tuple[Step, ...], old: Schema, new: Schema
) -> Iterator[str]:
    by_label = step.by in ("event", "filler")
    if step.kind == "label":
        if by_label:
            yield f"a label is split by one of its attributes, not by {step.by}"
        if len(step.ask) < 2:
            yield "ask: name two labels or more, for what 'into' does not decide"
        return
    if not by_label or step.ask:
        yield (
            f"the role {step.split} is split by event or by filler, and asks nothing; "
            "write by: event or by: filler, and take 'ask' away"
        )
        return
    had = _labels_after(_deciding(step, old), earlier)
    left = sorted(had - step.into.keys() - _deciding(step, new))
    if left:
        yield (
            f"into: says nothing of {', '.join(left)}, where {step.split} would be "
            "lost; say which role it is there"
        )


def _deciding(step: Split, schema: Schema) -> set[str]:
    """Return the event labels that have the role, or the labels that may fill it."""
    uses = {
        label: event.roles[step.split]
        for label, event in schema.events.items()
        if step.split in event.roles
    }
    if step.by == "event":
        return set(uses)
    return {label for use in uses.values() for label in use.fillers}


def _labels_after(labels: set[str], steps: tuple[Step, ...]) -> set[str]:
    """Return what the labels are called once the steps were taken."""
    for step in steps:
        if step.kind == "label":
            taken = labels & set(step_sources(step))
            labels = (labels - taken) | (set(_targets(step)) if taken else set())
    return labels


def step_sources(step: Step) -> tuple[str, ...]:
    """Return the labels or roles of the old schema that a step takes up."""
    match step:
        case Rename():
            return (step.rename,)
        case Merge():
            return step.merge
        case Split():
            return (step.split,)
        case Retire():
            return (step.retire,)


def _targets(step: Step) -> tuple[str, ...]:
    match step:
        case Rename() | Merge():
            return (step.to,)
        case Split():
            return (*step.into.values(), *step.ask)
        case Retire():
            return ()
