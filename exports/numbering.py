"""Ids for the mentions that have none, for formats that need one on each."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.annotations import AnnotatedDocument

__all__ = ["number_mentions"]


def number_mentions(doc: AnnotatedDocument) -> AnnotatedDocument:
    """Give T1, T2.. to entities and E1, E2.. to events without id; keep the others."""
    used = {m.id for m in (*doc.entities, *doc.events)}
    names, triggers = _free("T", used), _free("E", used)
    entities = tuple(
        m if m.id is not None else m.model_copy(update={"id": next(names)})
        for m in doc.entities
    )
    events = tuple(
        m if m.id is not None else m.model_copy(update={"id": next(triggers)})
        for m in doc.events
    )
    return doc.model_copy(update={"entities": entities, "events": events})


def _free(letter: str, used: set[str | None]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if f"{letter}{number}" not in used:
            yield f"{letter}{number}"
