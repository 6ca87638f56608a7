"""Documents in few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.labels import Schema


def doc(
    doc_id: str = "a",
    *,
    entities: Sequence[tuple[int, int, str]] = (),
    events: Sequence[EventMention] = (),
    text: str | None = None,
    level: str = "name",
) -> AnnotatedDocument:
    return AnnotatedDocument(
        id=doc_id,
        text=text,
        entities=tuple(
            EntityMention(label=label, start=start, end=end, level=level)
            for start, end, label in entities
        ),
        events=tuple(events),
    )


def event(
    start: int, end: int, label: str, *arguments: tuple[str, int, int], **rest: Any
) -> EventMention:
    return EventMention(
        label=label,
        start=start,
        end=end,
        arguments=tuple(
            Argument(role=role, start=low, end=high) for role, low, high in arguments
        ),
        **rest,
    )


def schema() -> Schema:
    """Two entity types, two event types, two roles."""

    def words(text: str) -> dict[str, str]:
        return {"ar": text, "en": text}

    def label(group: str, key: str) -> dict[str, Any]:
        return {
            "name": words(key),
            "group": group,
            "color": "#aabbcc",
            "hotkey": key,
            "definition": words(key),
            "not": words(key),
        }

    fillers = {"fillers": ["PER", "GPE"]}
    return Schema.model_validate(
        {
            "schema": "small",
            "version": "1.0",
            "title": words("small"),
            "groups": {
                "who": {"name": words("who"), "layer": "entities"},
                "what": {"name": words("what"), "layer": "events"},
            },
            "levels": {k: {"name": words(k)} for k in ("name", "nominal")},
            "polarity": {k: {"name": words(k)} for k in ("positive", "negative")},
            "realis": {
                k: {"name": words(k)} for k in ("actual", "future", "hypothetical")
            },
            "roles": {
                k: {"name": words(k), "definition": words(k)}
                for k in ("ACTOR", "RECIPIENT")
            },
            "entities": {"PER": label("who", "p"), "GPE": label("who", "g")},
            "events": {
                "MEET": {
                    **label("what", "m"),
                    "roles": {"ACTOR": fillers},
                    "modes": {"meet": words("meet")},
                },
                "ARREST": {
                    **label("what", "a"),
                    "roles": {"ACTOR": fillers, "RECIPIENT": fillers},
                    "modes": {"arrest": words("arrest"), "raid": words("raid")},
                },
            },
        }
    )
