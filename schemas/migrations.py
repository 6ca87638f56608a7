"""Carry annotations from one version of a schema to the next, by a migration's steps.

A split of a label moves what `into` decides by the attribute `by`. What it does not
decide takes the first of `ask` for now, keeps `meta.undecided` with the choices, and is
queued for a person. Nothing is lost without being told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import SchemaError
from schemas.labels import Schema
from schemas.migration_steps import (
    Merge,
    Migration,
    Rename,
    Retire,
    Split,
    Step,
    step_sources,
)

__all__ = [
    "Change",
    "Migrated",
    "fit_document",
    "migrate_document",
    "relabel_document",
]


class Change(NamedTuple):
    """One thing a migration did to one document."""

    doc: str
    what: str
    """`renamed`, `merged`, `split`, `asked`, `decided`, `lost` or `unfilled`."""
    item: str
    becomes: str | None


class Migrated(NamedTuple):
    """The document in the new schema, and each change that was made to it."""

    doc: AnnotatedDocument
    changes: tuple[Change, ...]


def migrate_document(
    doc: AnnotatedDocument, migration: Migration, new: Schema
) -> Migrated:
    """Apply the steps in order to one document.

    A subtype or mode that the new label does not have, and an argument whose role or
    filler the new schema does not allow, is lost, and told as `lost` or `unfilled`.
    """
    changes: list[Change] = []
    for step in migration.steps:
        if step.kind == "label":
            doc = _step_labels(doc, step, changes)
        else:
            doc = _step_roles(doc, step, changes)
    return Migrated(fit_document(doc, new, changes), tuple(changes))


def _step_labels(
    doc: AnnotatedDocument, step: Step, changes: list[Change]
) -> AnnotatedDocument:
    return relabel_document(doc, lambda mention: _moved(doc, mention, step, changes))


def relabel_document(
    doc: AnnotatedDocument, relabel: Callable[[Any], Any]
) -> AnnotatedDocument:
    """Put what `relabel` makes of each mention in its place; None removes it.

    Mentions that become equal are one, with the arguments of all; what filled a role
    by another id fills it by the one that stays.
    """
    moved = {id(m): relabel(m) for m in (*doc.entities, *doc.events)}
    entities = _unique(moved[id(mention)] for mention in doc.entities)
    events = _unique(moved[id(mention)] for mention in doc.events)
    standing = {mention.key: mention.id for mention in entities}
    renamed = {
        mention.id: standing.get(moved[id(mention)].key)
        for mention in doc.entities
        if moved[id(mention)] is not None
    }
    return doc.model_copy(
        update={
            "entities": tuple(entities),
            "events": tuple(_repointed(event, renamed) for event in events),
        }
    )


def _moved(doc: AnnotatedDocument, mention: Any, step: Step, log: list[Change]) -> Any:
    """Return the mention under its new label, or None if the step retires it."""
    if mention.label not in step_sources(step):
        return mention
    item = _item(doc, mention)
    match step:
        case Retire():
            log.append(Change(doc.id, "lost", item, None))
            return None
        case Rename() | Merge():
            what = "renamed" if isinstance(step, Rename) else "merged"
            log.append(Change(doc.id, what, item, step.to))
            return mention.model_copy(update={"label": step.to})
        case Split():
            return _divided(doc, mention, step, log)


def _divided(
    doc: AnnotatedDocument, mention: Any, step: Split, log: list[Change]
) -> Any:
    value = getattr(mention, step.by, None) if step.by else None
    label = step.into.get(value) if value is not None else None
    item = _item(doc, mention)
    if label is not None:
        log.append(Change(doc.id, "split", item, label))
        return mention.model_copy(update={"label": label})
    log.append(Change(doc.id, "asked", item, " or ".join(step.ask)))
    meta = {**(mention.meta or {}), "undecided": list(step.ask)}
    return mention.model_copy(update={"label": step.ask[0], "meta": meta})


def _unique(mentions: Iterable[Any]) -> list[Any]:
    """Drop None and let equal mentions be one, their arguments together."""
    found: dict[object, Any] = {}
    for mention in mentions:
        if mention is None:
            continue
        twin = found.get(mention.key)
        if isinstance(twin, EventMention):
            arguments = dict.fromkeys((*twin.arguments, *mention.arguments))
            found[mention.key] = twin.model_copy(update={"arguments": tuple(arguments)})
        elif twin is None:
            found[mention.key] = mention
    return list(found.values())


def _repointed(event: EventMention, ids: dict[str | None, str | None]) -> EventMention:
    arguments = tuple(
        argument
        if argument.entity is None
        else argument.model_copy(update={"entity": ids.get(argument.entity)})
        for argument in event.arguments
    )
    kept = tuple(a for a in arguments if a.entity is not None or a.start is not None)
    return event.model_copy(update={"arguments": tuple(dict.fromkeys(kept))})


def _step_roles(
    doc: AnnotatedDocument, step: Step, changes: list[Change]
) -> AnnotatedDocument:
    labels = {mention.id: mention.label for mention in doc.entities}
    events = []
    for event in doc.events:
        kept: list[Argument] = []
        for argument in event.arguments:
            if argument.role not in step_sources(step):
                kept.append(argument)
                continue
            item = f"{argument.role} of {_item(doc, event)}"
            what, role = _role_after(step, event.label, labels.get(argument.entity))
            if role != argument.role:
                changes.append(Change(doc.id, what, item, role))
            if role is not None:
                kept.append(argument.model_copy(update={"role": role}))
        events.append(
            event.model_copy(update={"arguments": tuple(dict.fromkeys(kept))})
        )
    return doc.model_copy(update={"events": tuple(events)})


def _role_after(step: Step, event: str, filler: str | None) -> tuple[str, str | None]:
    """Return what a step does to a role, and its name after; None where it is lost."""
    match step:
        case Retire():
            return "lost", None
        case Rename():
            return "renamed", step.to
        case Merge():
            return "merged", step.to
        case Split():
            decides = event if step.by == "event" else filler
            return "split", step.into.get(decides or "", step.split)


def fit_document(
    doc: AnnotatedDocument, new: Schema, changes: list[Change]
) -> AnnotatedDocument:
    """Take away what the new schema has no place for, and say so in `changes`.

    Raises SchemaError for a label that the new schema does not have.
    """
    entities = tuple(_fitted_entity(doc, m, new, changes) for m in doc.entities)
    labels = {mention.id: mention.label for mention in entities}
    events = []
    for event in doc.events:
        spec = new.events.get(event.label)
        if spec is None:
            raise SchemaError(
                f"{doc.id}: {event.label} is no event label of {new.name}. Was the "
                "document annotated with the migration's 'from' schema?"
            )
        mode = event.mode if event.mode in spec.modes else spec.default_mode
        if event.mode is not None and mode != event.mode:
            item = f"mode {event.mode} of {_item(doc, event)}"
            changes.append(Change(doc.id, "lost", item, mode))
        kept = []
        for argument in event.arguments:
            use = spec.roles.get(argument.role)
            label = labels.get(argument.entity)
            if use and (argument.entity is None or label in use.fillers):
                kept.append(argument)
            else:
                item = f"{argument.role} of {_item(doc, event)}"
                changes.append(Change(doc.id, "unfilled", item, None))
        events.append(event.model_copy(update={"mode": mode, "arguments": tuple(kept)}))
    return doc.model_copy(update={"entities": entities, "events": tuple(events)})


def _fitted_entity(
    doc: AnnotatedDocument, mention: EntityMention, new: Schema, changes: list[Change]
) -> EntityMention:
    spec = new.entities.get(mention.label)
    if spec is None:
        raise SchemaError(
            f"{doc.id}: {mention.label} is no entity label of {new.name}. Was the "
            "document annotated with the migration's 'from' schema?"
        )
    if mention.subtype is None or mention.subtype in spec.subtypes:
        return mention
    item = f"subtype {mention.subtype} of {_item(doc, mention)}"
    changes.append(Change(doc.id, "lost", item, None))
    return mention.model_copy(update={"subtype": None})


def _item(doc: AnnotatedDocument, mention: EntityMention | EventMention) -> str:
    words = (doc.text or "")[mention.start : mention.end]
    return f"{mention.label} [{mention.start}, {mention.end}) {words}".rstrip()
