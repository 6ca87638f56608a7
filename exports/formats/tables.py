"""CSV tables by pandas: documents, tokens, sentences, entities, events, arguments.

Rows refer to their document by its id and to mentions by theirs. Nothing is lost. An
empty cell is no value; `meta` is JSON; `words` repeats the slice for readers.
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
from schemas.labels import Schema

__all__ = ["read_tables", "write_tables"]

COLUMNS: dict[str, tuple[str, ...]] = {
    "documents": ("document", "sha256", "meta", "text"),
    "tokens": ("document", "start", "end", "words"),
    "sentences": ("document", "start", "end", "words"),
    "entities": (
        *("document", "id", "label", "start", "end", "words", "level", "subtype"),
        *("kb", "score", "rule", "annotator", "meta"),
    ),
    "events": (
        *("document", "id", "label", "start", "end", "words", "polarity", "realis"),
        *("mode", "score", "rule", "annotator", "meta"),
    ),
    "arguments": (
        *("document", "event", "role", "entity", "start", "end", "words"),
        *("score", "rule"),
    ),
}
"""Columns by table; each table is a file of its name."""

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def write_tables(
    docs: Sequence[AnnotatedDocument], folder: Path, _schema: Schema
) -> None:
    """Write a .csv for each table: UTF-8, commas, every text quoted."""
    import csv

    import pandas as pd

    rows: Rows = {name: [] for name in COLUMNS}
    for doc in docs:
        _fill(rows, doc)
    for name, columns in COLUMNS.items():
        frame = pd.DataFrame(rows[name], columns=list(columns), dtype=object)
        frame.to_csv(
            folder / f"{name}.csv",
            index=False,
            encoding="utf-8",
            lineterminator="\n",
            quoting=csv.QUOTE_NONNUMERIC,
        )


def _fill(rows: Rows, doc: AnnotatedDocument) -> None:
    text = doc.text or ""
    rows["documents"].append(
        {
            "document": doc.id,
            "sha256": doc.sha256,
            "meta": _json(doc.meta or None),
            "text": text,
        }
    )
    for name in ("tokens", "sentences"):
        for start, end in getattr(doc, name) or ():
            place = {"start": start, "end": end, "words": text[start:end]}
            rows[name].append({"document": doc.id, **place})
    for mention in doc.entities:
        rows["entities"].append(_mention(doc.id, mention, text))
    for event in doc.events:
        rows["events"].append(_mention(doc.id, event, text))
        for argument in event.arguments:
            span = doc.filler_span(argument)
            rows["arguments"].append(
                {
                    "document": doc.id,
                    "event": event.id,
                    **argument.model_dump(),
                    "words": text[span.start : span.end] if span else None,
                }
            )


def _mention(doc_id: str, mention: EntityMention | EventMention, text: str) -> Row:
    values = mention.model_dump(exclude={"arguments", "text", "meta"})
    return {
        "document": doc_id,
        **values,
        "words": text[mention.start : mention.end],
        "meta": _json(mention.meta),
    }


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def read_tables(place: Path, _dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a folder of tables, in the order of documents.csv."""
    tables = {name: _read(place / f"{name}.csv", name) for name in COLUMNS}
    for (doc_id,), rows in tables["documents"].items():
        with refusing(f"{place}: the document {doc_id!r}", "document in tables"):
            (row,) = rows
            doc = _document(doc_id, row, tables)
        yield doc


def _document(
    doc_id: str, row: Row, tables: Mapping[str, Mapping[tuple[str, ...], list[Row]]]
) -> AnnotatedDocument:
    spans = {
        name: [(row["start"], row["end"]) for row in tables[name].get((doc_id,), ())]
        for name in ("tokens", "sentences")
    }
    entities = [
        EntityMention.model_validate(_without(row, "document", "words"))
        for row in tables["entities"].get((doc_id,), ())
    ]
    events = [
        EventMention.model_validate(
            {
                **_without(row, "document", "words"),
                "arguments": [
                    Argument.model_validate(_without(a, "document", "event", "words"))
                    for a in tables["arguments"].get((doc_id, row["id"]), ())
                ],
            }
        )
        for row in tables["events"].get((doc_id,), ())
    ]
    return AnnotatedDocument(
        id=doc_id,
        sha256=row.get("sha256"),
        meta=row.get("meta") or {},
        text=row.get("text", ""),
        tokens=tuple(spans["tokens"]) or None,
        sentences=tuple(spans["sentences"]) or None,
        entities=tuple(entities),
        events=tuple(events),
    )


_INTEGERS = {"start", "end"}
_KEYS = {"arguments": ("document", "event")}


def _read(path: Path, name: str) -> Mapping[tuple[str, ...], list[Row]]:
    """Read a table, its rows by document (arguments by document and event)."""
    import pandas as pd

    # Only an empty cell is no value: "NA" and "null" are words like others. The Python
    # engine keeps line breaks in quoted cells as they are.
    with refusing(str(path), "table of CSV", (Exception,)):
        frame = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8", engine="python"
        )
    missing = set(COLUMNS[name]) - set(frame.columns)
    if missing:
        raise DataError(f"{path}: has no column {', '.join(sorted(missing))}.")
    keyed: dict[tuple[str, ...], list[Row]] = {}
    for number, record in enumerate(frame.to_dict(orient="records"), start=1):
        with refusing(f"{path}: row {number}", f"row of {name}"):
            row = {str(k): _value(str(k), v) for k, v in record.items() if v != ""}
            key = tuple(row[column] for column in _KEYS.get(name, ("document",)))
        keyed.setdefault(key, []).append(row)
    return keyed


def _value(column: str, cell: str) -> Any:
    if column in _INTEGERS:
        return int(cell)
    if column == "score":
        return float(cell)
    return json.loads(cell) if column == "meta" else cell


def _without(row: Row, *names: str) -> Row:
    return {key: value for key, value in row.items() if key not in names}
