"""The JSONL contract in columns: one row a document, nothing lost.

Columns are the keys of the contract. Spans are pairs of 64-bit integers, mentions and
arguments are lists of structs, so that any reader of Parquet finds a label's offsets
without parsing text; `meta`, which may hold anything, is JSON. What a line leaves out
is null. The file's metadata names the contract's version, which tells our files from
those of others: theirs are read as plain objects, whatever columns they have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

import msgspec

from schemas.errors import DataError
from schemas.extras import load_extra

__all__ = ["ROWS", "read_rows", "write_rows"]

ROWS = 1_000
"""Rows of a group: what is held in memory at once, on either side."""

_MARK = b"miyar.contract"
"""The metadata key that says which version of the contract the columns hold."""


def columns() -> Any:
    """Return the Arrow schema of the layout."""
    pa = load_extra("pyarrow", extra="parquet")
    text, offset, number = pa.string(), pa.int64(), pa.float64()
    spans = pa.list_(pa.list_(offset, 2))
    mention = {
        "id": text,
        "label": text,
        "start": offset,
        "end": offset,
        "text": text,
        "score": number,
        "rule": text,
        "annotator": text,
        "meta": text,
    }
    entity = mention | {"level": text, "subtype": text, "kb": text}
    argument = {
        "role": text,
        "entity": text,
        "start": offset,
        "end": offset,
        "score": number,
        "rule": text,
    }
    arguments = pa.list_(pa.struct(list(argument.items())))
    event = mention | {
        "arguments": arguments,
        "polarity": text,
        "realis": text,
        "mode": text,
    }
    document = {
        "id": text,
        "text": text,
        "sha256": text,
        "meta": text,
        "tokens": spans,
        "sentences": spans,
        "entities": pa.list_(pa.struct(list(entity.items()))),
        "events": pa.list_(pa.struct(list(event.items()))),
    }
    from schemas.annotations import CONTRACT_VERSION

    return pa.schema(list(document.items()), metadata={_MARK: CONTRACT_VERSION})


def write_rows(out: IO[bytes], lines: Iterable[bytes]) -> None:
    """Write contract lines as Parquet; the same lines give the same bytes.

    Groups are of `ROWS` rows, packed with zstd. Raises DataError for an offset that no
    column can hold.
    """
    pa = load_extra("pyarrow", extra="parquet")
    parquet = load_extra("pyarrow.parquet", extra="parquet")
    shape = columns()
    with parquet.ParquetWriter(out, shape, compression="zstd") as writer:
        left = iter(lines)
        while rows := [_row(line) for line in islice(left, ROWS)]:
            try:
                table = pa.Table.from_pylist(rows, schema=shape)
            except (pa.ArrowException, OverflowError) as error:
                raise DataError(
                    f"one of {rows[0]['id']!r} ... {rows[-1]['id']!r} does not fit "
                    f"into columns ({error}). Write .jsonl."
                ) from None
            writer.write_table(table, row_group_size=ROWS)


def _row(line: bytes) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.json.decode(line)
    for record in (row, *row.get("entities", ()), *row.get("events", ())):
        if record.get("meta") is not None:
            record["meta"] = msgspec.json.encode(record["meta"]).decode()
    return row


def read_rows(
    path: Path, told: Callable[[int], None] | None = None
) -> Iterator[tuple[int, bytes]]:
    """Yield rows as JSON lines with their numbers from 1, a group at a time.

    What is null is left out. `told` is told how many bytes are read by now. Raises
    DataError for a file that is no Parquet, or that breaks off.
    """
    pa = load_extra("pyarrow", extra="parquet")
    parquet = load_extra("pyarrow.parquet", extra="parquet")
    try:
        with path.open("rb") as source, parquet.ParquetFile(source) as file:
            ours = _MARK in (file.schema_arrow.metadata or {})
            number = 0
            for batch in file.iter_batches(batch_size=ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield number, _line(row, ours)
                if told is not None:
                    told(source.tell())
    except (OSError, pa.ArrowException, ValueError) as error:
        raise DataError(f"{path}: cannot be read as Parquet ({error}).") from None


def _line(row: dict[str, Any], ours: bool) -> bytes:
    return msgspec.json.encode(_given(row, ours), enc_hook=str)


def _given(value: Any, ours: bool) -> Any:
    """Leave out what is null, and put the JSON of a `meta` in its place."""
    if isinstance(value, dict):
        return {
            key: msgspec.Raw(inner.encode())
            if ours and key == "meta"
            else _given(inner, ours)
            for key, inner in value.items()
            if inner is not None
        }
    # Lists of offsets are most of a document, and have no nulls.
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_given(inner, ours) for inner in value]
    return value
