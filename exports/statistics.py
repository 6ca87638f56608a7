"""What a set of documents holds, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict

from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.labels import Schema
from schemas.spans import contains, slice_span

__all__ = ["Statistics", "measure"]


class Statistics(BaseModel):
    """Counts over documents; every label of the schema is there, used or not.

    `nested` counts entity mentions that lie wholly inside another one; `inside_word`
    those that begin or end within a white-space word, as after a proclitic.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    documents: int
    characters: int
    tokens: int | None
    sentences: int | None
    outlets: dict[str, int]
    published: tuple[str, str] | None
    names: dict[str, int]
    nominals: dict[str, int]
    events: dict[str, int]
    arguments: dict[str, int]
    polarity: dict[str, int]
    realis: dict[str, int]
    nested: int
    inside_word: int


def measure(docs: Iterable[AnnotatedDocument], schema: Schema) -> Statistics:
    """Count what the documents hold.

    Tokens and sentences are counted where all documents store them. `published` is the
    first and the last `meta.published`.
    """
    docs = tuple(docs)
    entities = [mention for doc in docs for mention in doc.entities]
    events = [event for doc in docs for event in doc.events]
    days = sorted(str(d.meta["published"]) for d in docs if d.meta.get("published"))
    outlets = Counter(str(d.meta["outlet"]) for d in docs if d.meta.get("outlet"))
    return Statistics(
        documents=len(docs),
        characters=sum(len(doc.text or "") for doc in docs),
        tokens=_total(doc.tokens for doc in docs),
        sentences=_total(doc.sentences for doc in docs),
        outlets=dict(sorted(outlets.items())),
        published=(days[0], days[-1]) if days else None,
        names=_counts(
            (m.label for m in entities if m.level == "name"), schema.entities
        ),
        nominals=_counts(
            (m.label for m in entities if m.level == "nominal"), schema.entities
        ),
        events=_counts((event.label for event in events), schema.events),
        arguments=_counts(
            (a.role for event in events for a in event.arguments), schema.roles
        ),
        polarity=_counts((event.polarity for event in events), schema.polarity),
        realis=_counts((event.realis for event in events), schema.realis),
        nested=sum(_nested(doc) for doc in docs),
        inside_word=sum(
            _cuts_word(doc.text or "", m) for doc in docs for m in doc.entities
        ),
    )


def _total(parts: Iterable[tuple[object, ...] | None]) -> int | None:
    parts = tuple(parts)
    known = [len(part) for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _counts(found: Iterable[str], known: Mapping[str, object]) -> dict[str, int]:
    counts = Counter(found)
    return {name: counts[name] for name in known}


def _nested(doc: AnnotatedDocument) -> int:
    spans = {mention.span for mention in doc.entities}
    return sum(
        any(contains(other, mention.span) for other in spans - {mention.span})
        for mention in doc.entities
    )


def _cuts_word(text: str, mention: EntityMention) -> bool:
    start, end = mention.span
    before = slice_span(text, mention.span._replace(start=max(start - 1, 0), end=start))
    after = text[end : end + 1]
    return before.isalpha() or after.isalpha()
