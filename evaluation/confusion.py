"""Which value of an attribute was taken for which, on the triggers both sides have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.columns import Ints, joint_codes
from evaluation.corpus import Corpus
from evaluation.criteria import Criterion
from evaluation.items import ATTRIBUTES, compared_items
from evaluation.pairing import Items

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = ["Confusion", "confuse_attributes"]

Value = str | None
"""The value of an attribute; None where the event has none."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each value of the gold was answered by each predicted one.

    `counts` has a row for each of the `values` in the gold and a column for each
    predicted. Two events of one type on one trigger have two values: equal ones answer
    each other, then those that come next by name; `missed` and `spurious` count the
    values without an answer, in the order of the `values`. So the diagonal adds up to
    the TP of the layer `attributes`, the rest of the rows with `missed` to its FN, and
    the rest of the columns with `spurious` to its FP.
    """

    attribute: str
    values: tuple[Value, ...]
    counts: tuple[tuple[int, ...], ...]
    missed: tuple[int, ...]
    spurious: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the confusion as plain data; a value that is not there is null."""
        return {
            "values": list(self.values),
            "counts": [list(row) for row in self.counts],
            "missed": list(self.missed),
            "spurious": list(self.spurious),
        }


def confuse_attributes(
    criterion: Criterion, corpus: Corpus, schema: Schema | None
) -> dict[str, Confusion]:
    """Return the confusion of each attribute, over what `criterion` compares.

    Values stand in the order of the schema, else of their names; None comes last.
    """
    gold, predicted = compared_items(criterion, corpus, schema)
    names = corpus.codes.names()
    order = sorted(range(len(names)), key=lambda code: (code == 0, names[code]))
    if schema is not None:
        place = {name: i for i, name in enumerate(_values_of(schema))}
        order.sort(key=lambda code: (code == 0, place.get(names[code], len(place))))
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    pairs = _pairs(gold, predicted, rank)
    found = {}
    for number, attribute in enumerate(ATTRIBUTES):
        mine = pairs[pairs[:, 0] == number]
        codes = np.setdiff1d(mine[:, 1:3], [-1])
        values = tuple(names[order[i]] or None for i in codes.tolist())
        size = len(codes)
        # The place after the last is that of no answer.
        table = np.zeros((size + 1, size + 1), dtype=np.int64)
        where = np.searchsorted(codes, mine[:, 1:3])
        where[mine[:, 1:3] < 0] = size
        np.add.at(table, (where[:, 0], where[:, 1]), mine[:, 3])
        found[attribute] = Confusion(
            attribute=attribute,
            values=values,
            counts=tuple(tuple(row) for row in table[:size, :size].tolist()),
            missed=tuple(table[:size, size].tolist()),
            spurious=tuple(table[size, :size].tolist()),
        )
    return found


def _values_of(schema: Schema) -> Iterable[str]:
    modes: Mapping[str, Any]
    yield from schema.polarity
    yield from schema.realis
    for event in schema.events.values():
        modes = event.modes
        yield from modes


def _pairs(gold: Items, predicted: Items, rank: Ints) -> Ints:
    """Return rows of attribute, gold value, predicted value and how often.

    Values are ranks; -1 stands for no answer.
    """
    shared, mine, theirs = np.intersect1d(
        gold.code, predicted.code, assume_unique=True, return_indices=True
    )
    found = [_rows(gold.row[mine], rank[gold.start[mine]], rank[gold.start[mine]])]
    rest, other = (
        side.take(~np.isin(side.code, shared, assume_unique=True))
        for side in (gold, predicted)
    )
    keys = joint_codes(
        *((side.group, _turn(side.group, rank[side.start])) for side in (rest, other))
    )
    _, mine, theirs = np.intersect1d(*keys, assume_unique=True, return_indices=True)
    answered = rank[rest.start[mine]], rank[other.start[theirs]]
    found.append(_rows(rest.row[mine], *answered))
    for side, taken, first in ((rest, mine, True), (other, theirs, False)):
        left = np.setdiff1d(np.arange(len(side)), taken)
        value, none = rank[side.start[left]], np.full(len(left), -1)
        found.append(_rows(side.row[left], *(value, none) if first else (none, value)))
    rows, counts = np.unique(np.concatenate(found), axis=0, return_counts=True)
    return np.column_stack((rows, counts))


def _rows(*columns: Ints) -> Ints:
    return np.column_stack([column.astype(np.int64) for column in columns])


def _turn(group: Ints, value: Ints) -> Ints:
    """Number the items of each group from 0 in the order of their values."""
    order = np.lexsort((value, group))
    sorted_group = group[order]
    first = np.searchsorted(sorted_group, sorted_group, side="left")
    turn = np.empty(len(order), dtype=np.int64)
    turn[order] = np.arange(len(order)) - first
    return turn
