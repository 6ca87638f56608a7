"""Parquet in the BigBio KB schema, which `datasets.load_dataset` reads.

Schema: Fries et al., BigBIO (NeurIPS 2022 Datasets and Benchmarks), `kb_features`. It
has no place for levels, subtypes, attributes of events, tokens, sentences and meta.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from exports.losses import Dropped
from exports.refusals import refusing
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError
from schemas.extras import load_extra
from schemas.labels import Schema

__all__ = ["LOSES", "read_bigbio", "write_bigbio"]

LOSES = (
    "document meta",
    "tokens",
    "sentences",
    "levels",
    "subtypes",
    "scores",
    "rules",
    "annotators",
    "mention meta",
    "polarity",
    "realis",
    "modes",
    "arguments with a span of their own",
)

FILE = "train.parquet"
WIKIDATA = "Wikidata"
_DOCUMENT = "document"

_TEXTS = ["string"]
_OFFSETS = [["int32"]]
_NORMALIZED = [{"db_name": "string", "db_id": "string"}]
FEATURES: dict[str, Any] = {
    "id": "string",
    "document_id": "string",
    "passages": [
        {"id": "string", "type": "string", "text": _TEXTS, "offsets": _OFFSETS}
    ],
    "entities": [
        {
            "id": "string",
            "type": "string",
            "text": _TEXTS,
            "offsets": _OFFSETS,
            "normalized": _NORMALIZED,
        }
    ],
    "events": [
        {
            "id": "string",
            "type": "string",
            "trigger": {"text": _TEXTS, "offsets": _OFFSETS},
            "arguments": [{"role": "string", "ref_id": "string"}],
        }
    ],
    "coreferences": [{"id": "string", "entity_ids": ["string"]}],
    "relations": [
        {
            "id": "string",
            "type": "string",
            "arg1_id": "string",
            "arg2_id": "string",
            "normalized": _NORMALIZED,
        }
    ],
}
"""The features of the KB schema: a list holds its item, a dict its fields."""

Json = Mapping[str, Any]


def write_bigbio(
    docs: Sequence[AnnotatedDocument], folder: Path, _schema: Schema
) -> None:
    """Write `train.parquet`, one row a document.

    Ids are unique in the whole file, as the schema asks: `DOCUMENT:MENTION`.
    """
    pa, parquet = _arrow()
    features = json.dumps({"info": {"features": _huggingface(FEATURES)}})
    shape = _arrow_type(pa, FEATURES)
    table = pa.Table.from_pylist(
        [_row(doc) for doc in docs],
        schema=pa.schema(shape.fields, metadata={"huggingface": features}),
    )
    parquet.write_table(table, folder / FILE, compression="zstd")


def read_bigbio(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a Parquet file, or of all in a folder.

    The text is that of the passages, each at its own offsets, and spaces in between.
    """
    _, parquet = _arrow()
    for path in _files(place):
        try:
            rows = parquet.read_table(path).to_pylist()
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: is no Parquet file ({error}).") from None
        missing = FEATURES.keys() - (rows[0].keys() if rows else FEATURES.keys())
        if missing:
            raise DataError(
                f"{path}: has no column {', '.join(sorted(missing))}. Is it in the "
                "BigBio KB schema?"
            )
        for number, row in enumerate(rows, start=1):
            where = f"{path}: row {number}"
            with refusing(where, "row of the BigBio KB schema"):
                doc = _Row(row, where, dropped).document()
            yield doc


def _arrow() -> tuple[Any, Any]:
    return (
        load_extra("pyarrow", extra="parquet"),
        load_extra("pyarrow.parquet", extra="parquet"),
    )


def _files(place: Path) -> list[Path]:
    files = sorted(place.rglob("*.parquet")) if place.is_dir() else [place]
    if not files or not files[0].exists():
        raise DataError(f"{place}: no .parquet file is there.")
    return files


def _arrow_type(pa: Any, feature: Any) -> Any:
    if isinstance(feature, list):
        return pa.list_(_arrow_type(pa, feature[0]))
    if isinstance(feature, dict):
        return pa.struct([(k, _arrow_type(pa, v)) for k, v in feature.items()])
    return {"string": pa.string(), "int32": pa.int32()}[feature]


def _huggingface(feature: Any) -> Any:
    """Return the feature as `datasets` stores it in a file's metadata."""
    if isinstance(feature, list):
        return {"feature": _huggingface(feature[0]), "_type": "List"}
    if isinstance(feature, dict):
        return {name: _huggingface(value) for name, value in feature.items()}
    return {"dtype": feature, "_type": "Value"}


def _row(doc: AnnotatedDocument) -> dict[str, Any]:
    text = doc.text or ""
    passage = {
        "id": f"{doc.id}:passage",
        "type": _DOCUMENT,
        "text": [text],
        "offsets": [[0, len(text)]],
    }
    return {
        "id": doc.id,
        "document_id": doc.id,
        "passages": [passage],
        "entities": [_entity(doc.id, mention, text) for mention in doc.entities],
        "events": [_event(doc.id, event, text) for event in doc.events],
        "coreferences": [],
        "relations": [],
    }


def _entity(doc_id: str, mention: EntityMention, text: str) -> dict[str, Any]:
    linked = [{"db_name": WIKIDATA, "db_id": mention.kb}] if mention.kb else []
    return {
        "id": f"{doc_id}:{mention.id}",
        "type": mention.label,
        **_place(mention, text),
        "normalized": linked,
    }


def _event(doc_id: str, event: EventMention, text: str) -> dict[str, Any]:
    return {
        "id": f"{doc_id}:{event.id}",
        "type": event.label,
        "trigger": _place(event, text),
        "arguments": [
            {"role": argument.role, "ref_id": f"{doc_id}:{argument.entity}"}
            for argument in event.arguments
            if argument.entity is not None
        ],
    }


def _place(mention: EntityMention | EventMention, text: str) -> dict[str, Any]:
    return {
        "text": [text[mention.start : mention.end]],
        "offsets": [[mention.start, mention.end]],
    }


class _Row:
    """A row as it is read; what does not fit the contract is counted as dropped."""

    def __init__(self, row: Json, where: str, dropped: Dropped) -> None:
        self.row = row
        self.id = str(row["document_id"] or row["id"])
        self.where = f"{where} ({self.id})"
        self.dropped = dropped
        self.text = self.joined()

    def document(self) -> AnnotatedDocument:
        for kind in ("relations", "coreferences"):
            for _ in self.row[kind] or ():
                self.dropped.add(kind, self.where)
        entities = [m for entry in self.row["entities"] for m in self.entity(entry)]
        known = {mention.id for mention in entities}
        events = [m for entry in self.row["events"] for m in self.event(entry, known)]
        return AnnotatedDocument(
            id=self.id,
            text=self.text,
            entities=tuple(entities),
            events=tuple(events),
        )

    def joined(self) -> str:
        text = ""
        for passage in self.row["passages"]:
            pieces = zip(passage["text"], passage["offsets"], strict=True)
            for piece, (start, end) in pieces:
                if start < len(text) or end - start != len(piece):
                    raise DataError(
                        f"{self.where}: the passage at [{start}, {end}) overlaps "
                        "another, or is not as long as its text. Offsets count code "
                        "points."
                    )
                text = text.ljust(start) + piece
        return text

    def entity(self, entry: Json) -> Iterator[EntityMention]:
        span = self.span(entry, "entities")
        if span is None:
            return
        links = entry["normalized"] or ()
        ours = [n["db_id"] for n in links if n["db_name"] == WIKIDATA]
        for _ in range(len(links) - len(ours[:1])):
            self.dropped.add("links to other knowledge bases", self.where)
        yield EntityMention(
            id=self.local(entry["id"]),
            label=entry["type"],
            start=span[0],
            end=span[1],
            kb=ours[0] if ours else None,
        )

    def event(self, entry: Json, known: set[str | None]) -> Iterator[EventMention]:
        span = self.span(entry["trigger"], "events")
        if span is None:
            return
        arguments = []
        for argument in entry["arguments"]:
            filler = self.local(argument["ref_id"])
            if filler in known:
                arguments.append(Argument(role=argument["role"], entity=filler))
            else:
                self.dropped.add("arguments filled by no entity", self.where)
        yield EventMention(
            id=self.local(entry["id"]),
            label=entry["type"],
            start=span[0],
            end=span[1],
            arguments=tuple(arguments),
        )

    def span(self, entry: Json, kind: str) -> tuple[int, int] | None:
        offsets = entry["offsets"]
        if len(offsets) != 1:
            self.dropped.add(f"{kind} in {len(offsets)} pieces", self.where)
            return None
        start, end = offsets[0]
        found = self.text[start:end]
        if found != entry["text"][0]:
            raise DataError(
                f"{self.where}: the text at [{start}, {end}) is {found!r}, and the "
                f"row says {entry['text'][0]!r}. Offsets count code points."
            )
        return start, end

    def local(self, name: str) -> str:
        return name.removeprefix(f"{self.id}:")
