"""The JSONL contract as values: mentions, arguments, events and annotated documents.

Offsets are code points of `text`, half-open. Values are frozen; change one with
`model_copy`. `score`, `rule`, `annotator` and `meta` travel with a mention and never
count for its identity: compare mentions by their `key`. `text` may repeat the slice for
readers; checks hold it against the document.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.spans import Span

__all__ = [
    "CONTRACT_VERSION",
    "AnnotatedDocument",
    "Argument",
    "EntityMention",
    "EventMention",
    "Level",
    "Offset",
    "Polarity",
    "Realis",
]

CONTRACT_VERSION = "1.0"
"""Version of the JSONL contract; its major number changes when readers must."""

Level = Literal["name", "nominal"]
Polarity = Literal["positive", "negative"]
Realis = Literal["actual", "future", "hypothetical"]
Offset = Annotated[int, Field(ge=0, strict=True)]


class Record(BaseModel):
    """Base of all contract values: frozen, and unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Mention(Record):
    """What entity and event mentions share."""

    id: str | None = None
    label: str
    start: Offset
    end: Offset
    text: str | None = None
    score: float | None = None
    rule: str | None = None
    annotator: str | None = None
    meta: dict[str, Any] | None = None

    @property
    def span(self) -> Span:
        """The mention's half-open span in code points."""
        return Span(self.start, self.end)


class EntityMention(_Mention):
    """A name or a nominal in the text; `kb` is a Wikidata id where it is certain."""

    level: Level = "name"
    subtype: str | None = None
    kb: str | None = None

    @property
    def key(self) -> tuple[int, int, str, str]:
        """What makes two entity mentions of a document the same one."""
        return (self.start, self.end, self.label, self.level)


class Argument(Record):
    """A role of an event, filled by an entity id or by a span of its own."""

    role: str
    entity: str | None = None
    start: Offset | None = None
    end: Offset | None = None
    score: float | None = None
    rule: str | None = None


class EventMention(_Mention):
    """A trigger with its arguments and attributes."""

    arguments: tuple[Argument, ...] = ()
    polarity: Polarity = "positive"
    realis: Realis = "actual"
    mode: str | None = None

    @property
    def key(self) -> tuple[int, int, str]:
        """What makes two event mentions of a document the same one."""
        return (self.start, self.end, self.label)


class AnnotatedDocument(Record):
    """One line of the contract: a document with what was found in it.

    `text` may be absent in predictions whose `id` the gold knows. `tokens` and
    `sentences` are pairs of offsets. `sha256` is that of the UTF-8 text.
    """

    id: str = Field(min_length=1)
    text: str | None = None
    sha256: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)
    tokens: tuple[tuple[Offset, Offset], ...] | None = None
    sentences: tuple[tuple[Offset, Offset], ...] | None = None
    entities: tuple[EntityMention, ...] = ()
    events: tuple[EventMention, ...] = ()

    def entity_by_id(self) -> dict[str, EntityMention]:
        """Map ids to entity mentions; mentions without id are left out."""
        return {m.id: m for m in self.entities if m.id is not None}

    def filler_span(self, argument: Argument) -> Span | None:
        """Return the span that fills `argument`, or None if its entity is unknown."""
        if argument.entity is not None:
            mention = self.entity_by_id().get(argument.entity)
            return mention.span if mention else None
        if argument.start is None or argument.end is None:
            return None
        return Span(argument.start, argument.end)
