"""From columns to the items that a criterion compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evaluation.columns import Codes, Columns, Ints, Table, joint_codes
from evaluation.corpus import Corpus
from evaluation.criteria import Criterion, Triggers
from evaluation.pairing import PAIRINGS, Items, distinct

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = ["ATTRIBUTES", "Tally", "compared_items", "tally"]

ATTRIBUTES = ("polarity", "realis", "mode")
"""The attributes of an event that are compared, in the order of the rows."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one criterion for each document: everything a score is made of.

    `counts` is (documents, rows, 3) with tp, fp and fn; documents are in the order of
    their ids. Sums of it over any documents and rows are counts again.
    """

    criterion: Criterion
    rows: tuple[str, ...]
    counts: npt.NDArray[np.float32]

    def with_rows(self, rows: tuple[str, ...]) -> Tally:
        """Return the tally with these rows, zeros where it had none."""
        if rows == self.rows:
            return self
        counts = np.zeros((len(self.counts), len(rows), 3), dtype=np.float32)
        counts[:, [rows.index(row) for row in self.rows]] = self.counts
        return replace(self, rows=rows, counts=counts)


def tally(criterion: Criterion, corpus: Corpus, schema: Schema | None) -> Tally:
    """Match the two sides by the criterion and count per document and row.

    With a schema the rows are its labels (or roles) in its order, used or not; without
    one, those that occur on either side, sorted.
    """
    rows = _row_names(criterion, schema, corpus)
    sides = _items(criterion, corpus, schema, rows)
    credit = PAIRINGS[criterion.pairing](*sides)
    documents = len(corpus.ids)
    counts = np.zeros((documents, len(rows), 3), dtype=np.float32)
    shape = documents * len(rows)
    for side, (items, matched) in enumerate(zip(sides, credit, strict=True)):
        cell = items.doc.astype(np.int64) * len(rows) + items.row
        missing = np.bincount(cell, weights=1 - matched, minlength=shape)
        counts[:, :, 2 - side] = missing.reshape(documents, len(rows))
        if side == 0:
            right = np.bincount(cell, weights=matched, minlength=shape)
            counts[:, :, 0] = right.reshape(documents, len(rows))
    return Tally(criterion, rows, counts)


def compared_items(
    criterion: Criterion, corpus: Corpus, schema: Schema | None
) -> tuple[Items, Items]:
    """Return the distinct items of both sides that the criterion compares."""
    return _items(criterion, corpus, schema, _row_names(criterion, schema, corpus))


def _row_names(
    criterion: Criterion, schema: Schema | None, corpus: Corpus
) -> tuple[str, ...]:
    if criterion.table == "attributes":
        return ATTRIBUTES
    if schema is not None:
        if criterion.table in ("entities", "nominals"):
            return tuple(schema.entities)
        return tuple(schema.events if criterion.table == "triggers" else schema.roles)
    names = corpus.codes.names()
    used: set[int] = set()
    for side in (corpus.gold, corpus.predicted):
        table = _rows_of(criterion, side[criterion.convention], corpus.codes)
        used.update(np.unique(table[criterion.row]).tolist())
    return tuple(sorted(names[code] for code in used))


def _items(
    criterion: Criterion,
    corpus: Corpus,
    schema: Schema | None,
    rows: Sequence[str],
) -> tuple[Items, Items]:
    codes = corpus.codes
    gold = corpus.gold[criterion.convention]
    predicted = corpus.predicted[criterion.convention]
    if criterion.table == "attributes" and schema is not None:
        gold = _with_fixed_modes(gold, codes, schema)
        predicted = _with_fixed_modes(predicted, codes, schema)
    tables = [_rows_of(criterion, side, codes) for side in (gold, predicted)]
    if criterion.triggers != "all":
        tables = list(_on_triggers(criterion.triggers, tables, gold, predicted))
    rank = np.zeros(len(codes) + len(rows), dtype=np.int32)
    for place, name in enumerate(rows):
        rank[codes[name]] = place
    # Document and position first: mentions that come in order have ordered codes.
    whole = ("doc", "start", "end", *criterion.equal)
    wholes = joint_codes(*(tuple(table[c] for c in whole) for table in tables))
    groups = wholes
    if criterion.pairing != "equal" or criterion.table == "attributes":
        equal = ("doc", *criterion.equal)
        groups = joint_codes(*(tuple(table[c] for c in equal) for table in tables))
    entities = _referents(criterion, gold, tables, codes)
    items = [
        Items(
            doc=table["doc"],
            row=rank[table[criterion.row]],
            group=group,
            start=table["start"],
            end=table["end"],
            entity=entity,
            code=code,
        )
        for table, group, entity, code in zip(
            tables, groups, entities, wholes, strict=True
        )
    ]
    if criterion.table == "attributes":
        items = _comparable(items[0], items[1])
    return distinct(items[0]), distinct(items[1])


def _on_triggers(
    wanted: Triggers, tables: Sequence[Table], gold: Columns, predicted: Columns
) -> tuple[Table, Table]:
    """Keep the arguments of the triggers that are wanted."""
    one, other = tables
    typed = wanted == "right"
    if wanted != "unmissed":
        other = _on_triggers_of(gold, other, typed=typed)
    return _on_triggers_of(predicted, one, typed=typed), other


def _on_triggers_of(side: Columns, arguments: Table, *, typed: bool) -> Table:
    """Keep the arguments on trigger spans, perhaps with their types, of a side."""
    same = [("doc", "doc"), ("trigger_start", "start"), ("trigger_end", "end")]
    if typed:
        same.append(("type", "label"))
    asked, there = joint_codes(
        [arguments[column] for column, _ in same],
        [side.triggers[column] for _, column in same],
    )
    kept = np.isin(asked, there)
    return {name: column[kept] for name, column in arguments.items()}


def _rows_of(criterion: Criterion, columns: Columns, codes: Codes) -> Table:
    match criterion.table:
        case "entities" | "nominals":
            level = codes["name" if criterion.table == "entities" else "nominal"]
            wanted = columns.entities["level"] == level
            if wanted.all():
                return columns.entities
            return {name: col[wanted] for name, col in columns.entities.items()}
        case "triggers":
            return columns.triggers
        case "arguments":
            return columns.arguments
        case "attributes":
            return _attributes(columns.triggers, codes)


def _attributes(triggers: Table, codes: Codes) -> Table:
    """List the attributes of all triggers; the value takes the place of the span."""
    n = len(triggers["doc"])
    one = dict.fromkeys(ATTRIBUTES)
    return {
        "doc": np.concatenate([triggers["doc"] for _ in one]),
        "type": np.concatenate([triggers["label"] for _ in one]),
        "trigger_start": np.concatenate([triggers["start"] for _ in one]),
        "trigger_end": np.concatenate([triggers["end"] for _ in one]),
        "label": np.repeat([codes[name] for name in one], n),
        "start": np.concatenate([triggers[name] for name in one]),
        "end": np.zeros(n * len(one), dtype=np.int64),
    }


def _with_fixed_modes(columns: Columns, codes: Codes, schema: Schema) -> Columns:
    """Fill in the mode where the event type has just one and it was left out."""
    mode = columns.triggers["mode"].copy()
    for label, event in schema.events.items():
        if event.default_mode is not None:
            left_out = (mode == 0) & (columns.triggers["label"] == codes[label])
            mode[left_out] = codes[event.default_mode]
    return replace(columns, triggers={**columns.triggers, "mode": mode})


def _comparable(gold: Items, predicted: Items) -> list[Items]:
    """Keep the attributes of triggers that both have, unless neither has a value."""
    given = [np.unique(side.group[side.start != 0]) for side in (gold, predicted)]
    valued = np.union1d(*given)
    shared = np.intersect1d(gold.group, predicted.group)
    wanted = np.intersect1d(valued, shared)
    return [side.take(np.isin(side.group, wanted)) for side in (gold, predicted)]


def _referents(
    criterion: Criterion, gold: Columns, tables: Sequence[Table], codes: Codes
) -> tuple[Ints, Ints]:
    """Return what each span refers to: the kb id that the gold gives that span.

    Both sides are looked up in the gold, so that an extractor need not link names.
    """
    sizes = [len(table["doc"]) for table in tables]
    if criterion.pairing != "same-entity":
        return np.zeros(sizes[0], np.int64), np.zeros(sizes[1], np.int64)
    place = ("doc", "start", "end")
    linked = gold.entities["kb"] != 0
    known, asked = joint_codes(
        [gold.entities[c][linked] for c in place],
        [np.concatenate([table[c] for table in tables]) for c in place],
    )
    # Ranked by name: of two ids on one span the order of reading must not choose.
    names = codes.names()
    rank = np.empty(len(names), dtype=np.int64)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    kb = rank[gold.entities["kb"][linked]] + 1
    order = np.lexsort((kb, known))
    if not len(order):
        return np.zeros(sizes[0], np.int64), np.zeros(sizes[1], np.int64)
    at = np.minimum(np.searchsorted(known[order], asked), len(order) - 1)
    entity = np.where(known[order][at] == asked, kb[order][at], 0)
    return entity[: sizes[0]], entity[sizes[0] :]
