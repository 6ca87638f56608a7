"""Which gold item goes with which predicted one.

Matching is one to one, and the result does not depend on the order of the items. Items
are sets: one given twice counts once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.assignment import best_pairs
from evaluation.columns import Ints

__all__ = ["PAIRINGS", "Credit", "Items", "distinct"]

Credit = npt.NDArray[np.float32]
"""For each item how much of it was matched: 0, 1/2 or 1."""


@dataclass(frozen=True, slots=True)
class Items:
    """One side's distinct items, as columns of equal length.

    Two items can only be paired when their `group` is equal, which implies that their
    documents are; where only equal spans are paired, the group is the code. `row` is
    where the item is counted. `entity` is a code for what the span refers to, 0 where
    that is not known. `code` is the same number on both sides just for equal group and
    span; items are in its order.
    """

    doc: Ints
    row: Ints
    group: Ints
    start: Ints
    end: Ints
    entity: Ints
    code: Ints

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.doc)

    def take(self, which: npt.NDArray[np.bool_] | Ints) -> Items:
        """Return some of the items."""
        return Items(
            doc=self.doc[which],
            row=self.row[which],
            group=self.group[which],
            start=self.start[which],
            end=self.end[which],
            entity=self.entity[which],
            code=self.code[which],
        )


def distinct(items: Items) -> Items:
    """Keep one item per code, the one with the lowest row, ordered by code."""
    if (items.code[1:] > items.code[:-1]).all():
        return items  # mentions mostly come in order, and once
    order = np.lexsort((items.row, items.code))
    code = items.code[order]
    first = np.ones(len(code), dtype=np.bool_)
    first[1:] = code[1:] != code[:-1]
    return items.take(order[first])


def _pair_equal(gold: Items, predicted: Items) -> tuple[Credit, Credit]:
    """Give full credit to spans that are equal."""
    in_gold = _is_in(gold.code, predicted.code)
    in_predicted = _is_in(predicted.code, gold.code)
    return in_gold.astype(np.float32), in_predicted.astype(np.float32)


def _is_in(codes: Ints, others: Ints) -> npt.NDArray[np.bool_]:
    """Tell which codes are among the others; both are sorted."""
    if not len(others):
        return np.zeros(len(codes), dtype=np.bool_)
    at = np.searchsorted(others, codes)
    at[at == len(others)] = 0
    found: npt.NDArray[np.bool_] = others[at] == codes
    return found


def _pair_overlap(gold: Items, predicted: Items) -> tuple[Credit, Credit]:
    """Give full credit to as many pairs that share a character as possible."""
    return _pair_connected(gold, predicted, _touching(gold, predicted), _shared)


def _pair_half(gold: Items, predicted: Items) -> tuple[Credit, Credit]:
    """Give full credit to equal spans, then half credit to overlapping ones.

    Pairing equal spans first never costs credit: the two overlapping pairs that an
    equal pair may displace are worth as much as it is.
    """
    in_gold, in_predicted = _pair_equal(gold, predicted)
    rest_gold, rest_predicted = in_gold == 0, in_predicted == 0
    more_gold, more_predicted = _pair_overlap(
        gold.take(rest_gold), predicted.take(rest_predicted)
    )
    in_gold[rest_gold] = more_gold / 2
    in_predicted[rest_predicted] = more_predicted / 2
    return in_gold, in_predicted


def _pair_same_entity(gold: Items, predicted: Items) -> tuple[Credit, Credit]:
    """Pair spans that overlap or refer to the same entity."""
    return _pair_connected(gold, predicted, (gold.group, predicted.group), _related)


PAIRINGS: dict[str, Callable[[Items, Items], tuple[Credit, Credit]]] = {
    "equal": _pair_equal,
    "overlap": _pair_overlap,
    "half": _pair_half,
    "same-entity": _pair_same_entity,
}
"""The ways to pair distinct items, by the name criteria use."""


def _shared(gold: Items, predicted: Items) -> Ints:
    """Return by how many characters items overlap, row by row; 0 for not at all."""
    low = np.maximum(gold.start, predicted.start)
    shared: Ints = np.minimum(gold.end, predicted.end) - low
    shared[shared < 0] = 0
    return shared


def _related(gold: Items, predicted: Items) -> Ints:
    """Return the overlap plus 1, else 1 for the same entity, else 0."""
    shared = _shared(gold, predicted)
    same = (gold.entity == predicted.entity) & (gold.entity != 0)
    related: Ints = shared + ((shared > 0) | same)
    return related


def _touching(gold: Items, predicted: Items) -> tuple[Ints, Ints]:
    """Number the connected runs of overlapping spans within each group."""
    split = len(gold)
    start = np.concatenate((gold.start, predicted.start))
    end = np.concatenate((gold.end, predicted.end))
    group = np.concatenate((gold.group, predicted.group))
    if not len(group):
        return gold.group, predicted.group
    _, dense = np.unique(group, return_inverse=True)
    shift = dense.astype(np.int64) * (int(end.max()) + 1)
    order = np.lexsort((start, dense))
    reach = np.maximum.accumulate((shift + end)[order])
    opens = np.ones(len(order), dtype=np.int64)
    opens[1:] = (shift + start)[order][1:] >= reach[:-1]
    run = np.empty(len(order), dtype=np.int64)
    run[order] = np.cumsum(opens) - 1
    return run[:split], run[split:]


def _pair_connected(
    gold: Items,
    predicted: Items,
    runs: tuple[Ints, Ints],
    affinity: Callable[[Items, Items], Ints],
) -> tuple[Credit, Credit]:
    """Pair within runs: as many as possible, then by affinity, then by position."""
    in_gold = np.zeros(len(gold), dtype=np.float32)
    in_predicted = np.zeros(len(predicted), dtype=np.float32)
    both = np.intersect1d(*runs)
    order_gold, low_gold, size_gold = _members(gold, runs[0], both)
    order_predicted, low_predicted, size_predicted = _members(predicted, runs[1], both)
    size = size_gold * size_predicted
    run = np.repeat(np.arange(len(both)), size)
    place = np.arange(len(run)) - np.repeat(np.cumsum(size) - size, size)
    g = order_gold[low_gold[run] + place // size_predicted[run]]
    p = order_predicted[low_predicted[run] + place % size_predicted[run]]
    weight = affinity(gold.take(g), predicted.take(p))

    # Two items that can have no other partner need no search, and are the most.
    possible = weight > 0
    degree_gold = np.bincount(g[possible], minlength=len(gold))
    degree_predicted = np.bincount(p[possible], minlength=len(predicted))
    sole = possible & (degree_gold[g] == 1) & (degree_predicted[p] == 1)
    in_gold[g[sole]] = in_predicted[p[sole]] = 1
    ends = np.cumsum(size)
    for i in np.unique(run[possible & ~sole]).tolist():
        pairs = slice(int(ends[i] - size[i]), int(ends[i]))
        matrix = weight[pairs].reshape(size_gold[i], size_predicted[i]).tolist()
        for row, column in best_pairs(matrix):
            chosen = pairs.start + row * int(size_predicted[i]) + column
            in_gold[g[chosen]] = in_predicted[p[chosen]] = 1
    return in_gold, in_predicted


def _members(items: Items, run: Ints, wanted: Ints) -> tuple[Ints, Ints, Ints]:
    """Return items ordered by run and position, and where each run lies."""
    order = np.lexsort((items.end, items.start, run))
    low = np.searchsorted(run[order], wanted, side="left")
    high = np.searchsorted(run[order], wanted, side="right")
    return order, low, high - low
