"""OmniEvent's unified JSON: a sentence a line, spans counted in characters of it.

Peng et al., "OmniEvent: A Comprehensive, Fair, and Easy-to-Use Toolkit for Event
Understanding" (EMNLP 2023, demonstrations), scripts/data_processing of its code. Texts
of a document's lines, put together, are its text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from exports.losses import Dropped
from exports.pieces import Window, cut_windows
from exports.refusals import refusing
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError
from schemas.labels import Schema
from schemas.spans import Span, contains, overlaps, slice_span
from schemas.text_files import read_utf8

__all__ = ["LOSES", "read_omnievent", "write_omnievent"]

LOSES = (
    "document meta",
    "tokens",
    "sentences",
    "mentions across sentences",
    "levels",
    "subtypes",
    "kb",
    "scores",
    "rules",
    "annotators",
    "mention meta",
    "polarity",
    "realis",
    "modes",
    "arguments of lost mentions",
    "arguments across sentences",
)

FILE = "documents.unified.jsonl"
_WHAT = "record of OmniEvent"

Json = Mapping[str, Any]


def write_omnievent(
    docs: Sequence[AnnotatedDocument], folder: Path, _schema: Schema
) -> None:
    """Write `documents.unified.jsonl`; raises DataError for one without tokens.

    Every event has one trigger, every entity one mention: the contract knows no
    coreference. Tokens that touch no trigger are the negative triggers.
    """
    lines = [
        json.dumps(_record(doc, window, number), ensure_ascii=False)
        for doc in docs
        for number, window in enumerate(cut_windows(doc), start=1)
    ]
    content = "".join(f"{line}\n" for line in lines)
    (folder / FILE).write_text(content, encoding="utf-8", newline="")


def _record(doc: AnnotatedDocument, window: Window, number: int) -> dict[str, Any]:
    whole = Span(window.start, window.end)
    name = f"{doc.id}-{number}"
    writer = _Writer(doc.text or "", window.start)
    entities = [m for m in doc.entities if contains(whole, m.span)]
    events = [event for event in doc.events if contains(whole, event.span)]
    tokens = [Span(*token) for token in doc.tokens or ()]
    free = [
        token
        for token in tokens
        if contains(whole, token) and not any(overlaps(token, e.span) for e in events)
    ]
    return {
        "id": name,
        "text": slice_span(writer.text, whole),
        "events": [
            {
                "type": event.label,
                "triggers": [
                    {
                        **writer.place(f"{doc.id}:{event.id}", "trigger_word", event),
                        "arguments": list(_arguments(doc, event, whole, writer)),
                    }
                ],
            }
            for event in events
        ],
        "negative_triggers": [
            writer.place(f"{name}:{place}", "trigger_word", token)
            for place, token in enumerate(free)
        ],
        "entities": [
            {
                "type": mention.label,
                "mentions": [
                    writer.place(f"{doc.id}:{mention.id}", "mention", mention)
                ],
            }
            for mention in entities
        ],
    }


def _arguments(
    doc: AnnotatedDocument, event: EventMention, whole: Span, writer: _Writer
) -> Iterator[dict[str, Any]]:
    for number, argument in enumerate(event.arguments):
        span = doc.filler_span(argument)
        if span and contains(whole, span):
            filler = argument.entity or f"{event.id}:{number}"
            mention = writer.place(f"{doc.id}:{filler}", "mention", span)
            yield {"role": argument.role, "mentions": [mention]}


class _Writer:
    """Positions within a sentence that begins at `offset` of `text`."""

    def __init__(self, text: str, offset: int) -> None:
        self.text = text
        self.offset = offset

    def place(
        self, name: str, key: str, at: EntityMention | EventMention | Span
    ) -> dict[str, Any]:
        words = slice_span(self.text, Span(at.start, at.end))
        position = [at.start - self.offset, at.end - self.offset]
        return {"id": name, key: words, "position": position}


def read_omnievent(place: Path, _dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a unified file; records `ID-1`, `ID-2` belong together.

    A further trigger of an event becomes an event, a further mention an entity.
    """
    path = place / FILE if place.is_dir() else place
    parts: dict[str, list[tuple[Json, str]]] = {}
    for number, line in enumerate(read_utf8(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}:{number}"
            with refusing(where, _WHAT):
                record = json.loads(line)
                name = str(record["id"]).rpartition("-")[0] or str(record["id"])
            parts.setdefault(name, []).append((record, where))
    for doc_id, records in parts.items():
        yield _document(doc_id, records)


def _document(doc_id: str, records: Sequence[tuple[Json, str]]) -> AnnotatedDocument:
    text = ""
    entities: list[EntityMention] = []
    events: list[EventMention] = []
    for record, where in records:
        with refusing(where, _WHAT):
            reader = _Reader(doc_id, record, where, len(text))
            entities += reader.entities()
            events += reader.events({mention.id for mention in entities})
            text += record["text"]
    with refusing(records[0][1], _WHAT):
        return AnnotatedDocument(
            id=doc_id, text=text, entities=tuple(entities), events=tuple(events)
        )


class _Reader:
    """A record as it is read; `offset` is where its text begins in the document."""

    def __init__(self, doc_id: str, record: Json, where: str, offset: int) -> None:
        self.doc_id = doc_id
        self.record = record
        self.where = where
        self.offset = offset

    def entities(self) -> Iterator[EntityMention]:
        for entity in self.record["entities"]:
            for mention in entity["mentions"]:
                start, end = self.span(mention, "mention")
                yield EntityMention(
                    id=self.local(mention["id"]),
                    label=entity["type"],
                    start=start,
                    end=end,
                )

    def events(self, known: set[str | None]) -> Iterator[EventMention]:
        for event in self.record["events"]:
            for trigger in event["triggers"]:
                start, end = self.span(trigger, "trigger_word")
                yield EventMention(
                    id=self.local(trigger["id"]),
                    label=event["type"],
                    start=start,
                    end=end,
                    arguments=tuple(self.arguments(trigger, known)),
                )

    def arguments(self, trigger: Json, known: set[str | None]) -> Iterator[Argument]:
        for argument in trigger["arguments"]:
            for mention in argument["mentions"]:
                start, end = self.span(mention, "mention")
                name = self.local(mention["id"])
                if name in known:
                    yield Argument(role=argument["role"], entity=name)
                else:
                    yield Argument(role=argument["role"], start=start, end=end)

    def span(self, entry: Json, key: str) -> tuple[int, int]:
        start, end = entry["position"]
        found = self.record["text"][start:end]
        if found != entry[key]:
            raise DataError(
                f"{self.where}: {entry['id']} says {entry[key]!r}, and the text has "
                f"{found!r} there. Positions count code points."
            )
        return self.offset + start, self.offset + end

    def local(self, name: object) -> str:
        return str(name).removeprefix(f"{self.doc_id}:")
