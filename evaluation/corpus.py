"""Gold and predictions read side by side, checked to be about the same texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from evaluation.columns import (
    Codes,
    ColumnBuilder,
    Columns,
    Edges,
    Ints,
    check_ids,
    check_slices,
    joint_codes,
)
from evaluation.documents import DocumentLike, text_digest
from evaluation.sides import Known, Side, check_text, doubled
from schemas.errors import DataError

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = ["Corpus", "digest_gold", "read_corpus", "read_sides"]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Both sides as columns, once per convention; documents are numbered by id."""

    ids: tuple[str, ...]
    codes: Codes
    gold: Mapping[str, Columns]
    predicted: Mapping[str, Columns]
    digest: str
    """Hex SHA-256 of the gold's texts and annotations, whatever their order."""
    unanswered: tuple[str, ...]
    """The documents that nothing was predicted for, not even that there is nothing."""


def read_corpus(
    gold: Iterable[DocumentLike],
    predicted: Iterable[DocumentLike],
    *,
    schema: Schema | None,
    edges: Mapping[str, Edges],
    names: tuple[str, str] = ("gold", "predicted"),
) -> Corpus:
    """Read both sides into columns, once for each way of comparing `edges`.

    Messages call the two sides by their `names`.

    Raises DataError for a doubled or unknown document, a text that differs (the first
    difference is shown), a span that is empty or ends after the text, an argument that
    names nothing, and, with a schema, a label or role it does not have.
    """
    return read_sides(gold, predicted, schema=schema, edges=edges, names=names)[0]


def read_sides(
    gold: Iterable[DocumentLike],
    predicted: Iterable[DocumentLike],
    *,
    schema: Schema | None,
    edges: Mapping[str, Edges],
    names: tuple[str, str] = ("gold", "predicted"),
) -> tuple[Corpus, Mapping[str, Known]]:
    """Read both sides as `read_corpus` does; return what the digest is made of too."""
    codes = Codes()
    sides = Side.of(names[0], gold), Side.of(names[1], predicted)
    known, gold_columns = _read_gold(sides[0], codes, edges)
    _check_columns(gold_columns["raw"], known, codes, schema, sides[0])
    digest = digest_gold(known, gold_columns["raw"], codes)
    predicted_columns = _read_predicted(sides, known, codes, edges)
    _check_columns(predicted_columns["raw"], known, codes, schema, sides[1])
    left = tuple(doc_id for doc_id, own in known.items() if not own.predicted)
    corpus = Corpus(tuple(known), codes, gold_columns, predicted_columns, digest, left)
    return corpus, known


def _builders(codes: Codes, edges: Mapping[str, Edges]) -> dict[str, ColumnBuilder]:
    return {name: ColumnBuilder(codes, wanted) for name, wanted in edges.items()}


def _read_gold(
    side: Side, codes: Codes, edges: Mapping[str, Edges]
) -> tuple[dict[str, Known], dict[str, Columns]]:
    builders = _builders(codes, edges)
    read: dict[str, Known] = {}
    for doc in side.docs:
        if doc.id in read:
            raise doubled(side, doc.id)
        text = side.text_of(doc)
        read[doc.id] = Known(
            number=len(read),
            length=None if text is None else len(text),
            sha256=doc.sha256 if text is None else text_digest(doc),
        )
        _add(builders, len(read) - 1, doc, _always(text), side)
    ids = sorted(read)
    number = np.zeros(len(ids), dtype=np.int32)
    for place, doc_id in enumerate(ids):
        number[read[doc_id].number] = place
        read[doc_id].number = place
    columns = {
        name: _renumbered(builder.build(), number) for name, builder in builders.items()
    }
    return {doc_id: read[doc_id] for doc_id in ids}, columns


def _always(text: str | None) -> Callable[[], str | None]:
    return lambda: text


def _read_predicted(
    sides: tuple[Side, Side],
    known: Mapping[str, Known],
    codes: Codes,
    edges: Mapping[str, Edges],
) -> dict[str, Columns]:
    gold, side = sides
    builders = _builders(codes, edges)
    gold_texts = cache(lambda: {doc.id: doc.text for doc in gold.docs})
    for doc in side.docs:
        own = known.get(doc.id)
        if own is None:
            raise DataError(
                f"{side.place(doc.id)} is not among the documents of {gold.name}. "
                "Remove it, or compare with what holds it."
            )
        if own.predicted:
            raise doubled(side, doc.id)
        own.predicted = True
        check_text(doc, own, side, gold)

        def text_of(doc: DocumentLike = doc) -> str | None:
            return side.text_of(doc) or gold_texts().get(doc.id)

        _add(builders, own.number, doc, text_of, side)
    return {name: builder.build() for name, builder in builders.items()}


def _add(
    builders: Mapping[str, ColumnBuilder],
    number: int,
    doc: DocumentLike,
    text_of: Callable[[], str | None],
    side: Side,
) -> None:
    try:
        check_ids(doc)
        check_slices(doc, text_of)
        needed = any(builder.needs_text(doc) for builder in builders.values())
        text = text_of() if needed else None
        for builder in builders.values():
            builder.add(number, doc, text)
    except OverflowError:
        raise DataError(
            f"{side.place(doc.id)} has an offset that no text reaches. Offsets count "
            "code points from 0."
        ) from None
    except DataError as error:
        raise DataError(f"{side.place(doc.id)}: {error}.") from None


def _renumbered(columns: Columns, number: Ints) -> Columns:
    return Columns(
        *(
            {**table, "doc": number[table["doc"]]}
            for table in (columns.entities, columns.triggers, columns.arguments)
        )
    )


def _check_columns(
    columns: Columns,
    known: Mapping[str, Known],
    codes: Codes,
    schema: Schema | None,
    side: Side,
) -> None:
    ids = tuple(known)
    unknown = np.iinfo(np.int64).max
    lengths = np.array(
        [unknown if k.length is None else k.length for k in known.values()],
        dtype=np.int64,
    )
    for table in (columns.entities, columns.triggers, columns.arguments):
        wrong = (
            (table["start"] >= table["end"])
            | (table["start"] < 0)
            | (table["end"] > lengths[table["doc"]])
        )
        if wrong.any():
            raise _bad_span(table, int(wrong.argmax()), ids, lengths, side)
    if schema is not None:
        allowed = (
            ("label", columns.entities, schema.entities, "entity label"),
            ("label", columns.triggers, schema.events, "event label"),
            ("role", columns.arguments, schema.roles, "role"),
        )
        for column, table, labels, what in allowed:
            used = np.unique(table[column])
            names = codes.names()
            for code in used.tolist():
                if names[code] not in labels:
                    row = int((table[column] == code).argmax())
                    raise DataError(
                        f"{side.place(ids[table['doc'][row]])}: {names[code]!r} is no "
                        f"{what} of the schema {schema.name}. Correct it, rename it "
                        "by --map, or score with another --schema, or with none."
                    )


def _bad_span(
    table: Mapping[str, Ints],
    row: int,
    ids: tuple[str, ...],
    lengths: Ints,
    side: Side,
) -> DataError:
    doc = int(table["doc"][row])
    start, end = int(table["start"][row]), int(table["end"][row])
    fault = (
        f"ends after the text ({lengths[doc]} characters)"
        if end > lengths[doc]
        else "starts before the text"
        if start < 0
        else "is empty: it must start before it ends"
    )
    return DataError(
        f"{side.place(ids[doc])}: span [{start}, {end}) {fault}. Offsets are code "
        "points of the text, half-open; check the extractor's units."
    )


def digest_gold(known: Mapping[str, Known], columns: Columns, codes: Codes) -> str:
    """Hash the gold so that neither order nor doubled mentions change the result."""
    names = codes.names()
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.zeros(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    total = hashlib.sha256("\0".join(sorted(names)).encode("utf-8", "surrogatepass"))
    for doc_id, own in known.items():
        total.update(f"\n{doc_id}\0{own.sha256}".encode("utf-8", "surrogatepass"))
    plain = {"doc", "start", "end", "trigger_start", "trigger_end"}
    for table in (columns.entities, columns.triggers, columns.arguments):
        rows = [v if name in plain else rank[v] for name, v in table.items()]
        code, _ = joint_codes(rows, [v[:0] for v in rows])
        _, one_of_each = np.unique(code, return_index=True)
        total.update(f"\n{len(one_of_each)}\n".encode())
        for column in rows:
            total.update(np.ascontiguousarray(column[one_of_each], "<i4").tobytes())
    return total.hexdigest()
