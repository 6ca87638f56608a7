"""What a migration leaves to people: its questions, and their answers brought home.

A question is a mention with `meta.undecided`, the labels to choose from. It is asked as
a plain mention that carries the choices where annotators see them, so that it can be
pushed and what comes back needs no cleaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.labels import Schema
from schemas.migrations import Change, Migrated, fit_document, relabel_document

__all__ = [
    "Place",
    "answer_document",
    "choices_of",
    "find_questions",
    "place_of",
    "settle_document",
]


class Place(NamedTuple):
    """Where a question stands: its layer and span, and the label it has for now."""

    layer: Literal["entities", "events"]
    start: int
    end: int
    label: str


def place_of(mention: EntityMention | EventMention) -> Place:
    """Return the place of a mention."""
    layer: Literal["entities", "events"] = (
        "entities" if isinstance(mention, EntityMention) else "events"
    )
    return Place(layer, mention.start, mention.end, mention.label)


def choices_of(mention: EntityMention | EventMention) -> tuple[str, ...]:
    """Return the labels a migration asks about; none for a mention that is decided."""
    return tuple(map(str, (mention.meta or {}).get("undecided", ())))


def find_questions(doc: AnnotatedDocument) -> AnnotatedDocument | None:
    """Return the document with just its questions, ready to be pushed, or None.

    Each question stands under its first choice; its `rule` says what to choose from.
    """
    entities = tuple(_question(m) for m in doc.entities if choices_of(m))
    events = tuple(
        _question(event).model_copy(update={"arguments": ()})
        for event in doc.events
        if choices_of(event)
    )
    if not entities and not events:
        return None
    return doc.model_copy(update={"entities": entities, "events": events})


def _question(mention: Any) -> Any:
    said = f"undecided: {' or '.join(choices_of(mention))}?"
    return _decided(mention, mention.label).model_copy(update={"rule": said})


def _decided(mention: Any, label: str) -> Any:
    """Return the mention under a label, with nothing left to decide."""
    kept = {k: v for k, v in (mention.meta or {}).items() if k != "undecided"}
    return mention.model_copy(update={"label": label, "meta": kept or None})


def settle_document(doc: AnnotatedDocument) -> AnnotatedDocument:
    """Take every question's first choice as its answer."""
    return doc.model_copy(
        update={
            "entities": tuple(_decided(m, m.label) for m in doc.entities),
            "events": tuple(_decided(m, m.label) for m in doc.events),
        }
    )


def answer_document(
    doc: AnnotatedDocument, answers: Mapping[Place, str], new: Schema
) -> Migrated:
    """Give each question that has an answer its label.

    A subtype, mode or argument that the label has no place for is lost, and told.
    """
    changes: list[Change] = []

    def relabelled(mention: Any) -> Any:
        label = answers.get(place_of(mention)) if choices_of(mention) else None
        if label is None:
            return mention
        words = (doc.text or "")[mention.start : mention.end]
        item = f"{mention.label} [{mention.start}, {mention.end}) {words}".rstrip()
        changes.append(Change(doc.id, "decided", item, label))
        return _decided(mention, label)

    answered = relabel_document(doc, relabelled)
    return Migrated(fit_document(answered, new, changes), tuple(changes))
