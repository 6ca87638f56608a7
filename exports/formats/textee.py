"""TextEE's and OneIE's JSON: a sentence a line, spans counted in its tokens.

Huang et al., "TextEE: Benchmark, Reevaluation, Reflections, and Future Challenges in
Event Extraction" (Findings of ACL 2024), data/README.md of its code; `mention_type` and
`entity_subtype` are OneIE's (Lin et al., ACL 2020). Texts of a document's lines, put
together, are its text. Tokens are cut where a mention begins or ends in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from exports.losses import Dropped
from exports.pieces import Window, cut_windows, span_of_pieces
from exports.refusals import refusing
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError
from schemas.labels import Schema
from schemas.spans import Span
from schemas.text_files import read_utf8

__all__ = ["LOSES", "read_textee", "write_textee"]

LOSES = (
    "document meta",
    "tokens",
    "sentences",
    "mentions with an edge in white space",
    "mentions across sentences",
    "kb",
    "scores",
    "rules",
    "annotators",
    "mention meta",
    "polarity",
    "realis",
    "modes",
    "arguments with a span of their own",
    "arguments of lost mentions",
    "arguments across sentences",
)

FILE = "documents.json"
_WHAT = "instance of TextEE"
MENTION_TYPES = {"name": "NAM", "nominal": "NOM"}
"""OneIE's mention types by our levels."""
_LEVELS = {mention_type: level for level, mention_type in MENTION_TYPES.items()}

Json = Mapping[str, Any]


def write_textee(
    docs: Sequence[AnnotatedDocument], folder: Path, schema: Schema
) -> None:
    """Write `documents.json`; raises DataError for a document without tokens.

    An argument stays with its event where its filler is in the same sentence.
    """
    lines = [
        json.dumps(_instance(doc, window, number, schema.language), ensure_ascii=False)
        for doc in docs
        for number, window in enumerate(cut_windows(doc), start=1)
    ]
    content = "".join(f"{line}\n" for line in lines)
    (folder / FILE).write_text(content, encoding="utf-8", newline="")


def _instance(
    doc: AnnotatedDocument, window: Window, number: int, language: str
) -> dict[str, Any]:
    text = doc.text or ""
    name = f"{doc.id}-{number}"
    spans = {
        mention.id: (span, text[mention.start : mention.end])
        for mention in (*doc.entities, *doc.events)
        if (span := span_of_pieces(window.pieces, mention.span))
    }
    return {
        "doc_id": doc.id,
        "wnd_id": name,
        "sent_id": name,
        "text": text[window.start : window.end],
        "lang": language,
        "tokens": [text[piece.start : piece.end] for piece in window.pieces],
        "entity_mentions": [
            {
                "id": f"{name}-{mention.id}",
                "entity_type": mention.label,
                "entity_subtype": mention.subtype or mention.label,
                "mention_type": MENTION_TYPES[mention.level],
                **_place(spans[mention.id]),
            }
            for mention in doc.entities
            if mention.id in spans
        ],
        "event_mentions": [
            {
                "id": f"{name}-{event.id}",
                "event_type": event.label,
                "trigger": _place(spans[event.id]),
                "arguments": [
                    {
                        "entity_id": f"{name}-{argument.entity}",
                        "role": argument.role,
                        **_place(spans[argument.entity]),
                    }
                    for argument in event.arguments
                    if argument.entity in spans
                ],
            }
            for event in doc.events
            if event.id in spans
        ],
        "relation_mentions": [],
    }


def _place(found: tuple[Span, str]) -> dict[str, Any]:
    (start, end), words = found
    return {"text": words, "start": start, "end": end}


def read_textee(place: Path, _dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a file of instances, lines of one `doc_id` together."""
    path = place / FILE if place.is_dir() else place
    parts: dict[str, list[_Instance]] = {}
    for number, line in enumerate(read_utf8(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}:{number}"
            with refusing(where, _WHAT):
                part = _Instance(json.loads(line), where)
                parts.setdefault(part.values["doc_id"], []).append(part)
    for doc_id, instances in parts.items():
        yield _document(doc_id, instances)


def _document(doc_id: str, parts: Sequence[_Instance]) -> AnnotatedDocument:
    text = ""
    tokens: list[Span] = []
    sentences: list[Span] = []
    entities: list[EntityMention] = []
    events: list[EventMention] = []
    for part in parts:
        with refusing(part.where, _WHAT):
            found = part.tokens(len(text))
            tokens += found
            if found:
                sentences.append(Span(found[0].start, found[-1].end))
            entities += part.entities(found)
            events += part.events(found)
            text += part.values["text"]
    with refusing(parts[0].where, _WHAT):
        return AnnotatedDocument(
            id=doc_id,
            text=text,
            tokens=tuple(tokens),
            sentences=tuple(sentences),
            entities=tuple(entities),
            events=tuple(events),
        )


class _Instance:
    """A line as it is read."""

    def __init__(self, values: Json, where: str) -> None:
        self.values = values
        self.where = where
        self.prefix = f"{values['wnd_id']}-"

    def tokens(self, offset: int) -> list[Span]:
        text, place = self.values["text"], 0
        found = []
        for token in self.values["tokens"]:
            start = text.find(token, place)
            if start < 0 or text[place:start].strip():
                raise DataError(
                    f"{self.where}: the token {token!r} does not come next in the "
                    f"text ({text[place : place + 20]!r}). Was one of them changed?"
                )
            place = start + len(token)
            found.append(Span(offset + start, offset + place))
        return found

    def entities(self, tokens: Sequence[Span]) -> Iterator[EntityMention]:
        for entry in self.values["entity_mentions"]:
            subtype = entry.get("entity_subtype")
            level = _LEVELS.get(entry.get("mention_type", ""), "name")
            yield EntityMention.model_validate(
                {
                    **self.common(entry, entry, "entity_type", tokens),
                    "level": level,
                    "subtype": subtype if subtype != entry["entity_type"] else None,
                }
            )

    def events(self, tokens: Sequence[Span]) -> Iterator[EventMention]:
        for entry in self.values["event_mentions"]:
            arguments = tuple(
                Argument(role=a["role"], entity=self.local(a["entity_id"]))
                for a in entry["arguments"]
            )
            common = self.common(entry, entry["trigger"], "event_type", tokens)
            yield EventMention.model_validate({**common, "arguments": arguments})

    def common(
        self, entry: Json, place: Json, label: str, tokens: Sequence[Span]
    ) -> dict[str, Any]:
        start, end = int(place["start"]), int(place["end"])
        if not 0 <= start < end <= len(tokens):
            raise DataError(
                f"{self.where}: {entry['id']} covers the tokens [{start}, {end}) of "
                f"{len(tokens)}."
            )
        return {
            "id": self.local(entry["id"]),
            "label": entry[label],
            "start": tokens[start].start,
            "end": tokens[end - 1].end,
        }

    def local(self, name: str) -> str:
        return name.removeprefix(self.prefix)
