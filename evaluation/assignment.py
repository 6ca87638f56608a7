"""The best one-to-one assignment in a small matrix of weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import perm

import numpy as np

__all__ = ["best_pairs"]

_FEW = 24
"""Up to so many assignments are tried one by one, which is faster than to search."""


def best_pairs(weights: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Return (row, column) pairs: as many as possible, then as heavy as possible.

    A weight of 0 or less forbids the pair. Equal solutions are told apart by the order
    of rows and columns alone.

    >>> best_pairs([[5, 4], [4, 0]])
    [(0, 1), (1, 0)]
    >>> best_pairs([[1, 9]])
    [(0, 1)]
    """
    if not weights or not weights[0]:
        return []
    if len(weights) == 1:
        heaviest = max(weights[0])
        return [(0, weights[0].index(heaviest))] if heaviest > 0 else []
    if len(weights[0]) == 1:
        column = [row[0] for row in weights]
        heaviest = max(column)
        return [(column.index(heaviest), 0)] if heaviest > 0 else []
    if len(weights) > len(weights[0]):
        turned = list(zip(*weights, strict=True))
        return sorted((row, column) for column, row in best_pairs(turned))
    few = perm(len(weights[0]), len(weights)) <= _FEW
    columns = _best_of_all(weights) if few else _columns_by_row(weights)
    return [(r, c) for r, c in enumerate(columns) if weights[r][c] > 0]


def _best_of_all(weights: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Try every assignment of the rows; the first of equal ones is taken."""

    def worth(columns: tuple[int, ...]) -> tuple[int, int]:
        taken = [row[c] for row, c in zip(weights, columns, strict=True) if row[c] > 0]
        return len(taken), sum(taken)

    return max(permutations(range(len(weights[0])), len(weights)), key=worth)


def _columns_by_row(weights: Sequence[Sequence[int]]) -> list[int]:
    """Assign every row a column at least cost, by shortest augmenting paths.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957), O(rows² columns),
    for no more rows than columns. An allowed pair is worth more than all the weights
    together, so that the number of pairs comes first.
    """
    weight = np.maximum(np.asarray(weights, dtype=np.int64), 0)
    bonus = int(weight.max(axis=1).sum()) + 1
    cost = -np.where(weight > 0, weight + bonus, 0)
    rows, columns = cost.shape
    row_potential = np.zeros(rows, dtype=np.int64)
    column_potential = np.zeros(columns + 1, dtype=np.int64)
    owner = np.full(columns + 1, -1)  # the last column is the path's root
    for row in range(rows):
        _augment(cost, row, owner, row_potential, column_potential)
    result = [0] * rows
    for column in range(columns):
        if owner[column] >= 0:
            result[owner[column]] = column
    return result


def _augment(
    cost: np.typing.NDArray[np.int64],
    row: int,
    owner: np.typing.NDArray[np.int64],
    row_potential: np.typing.NDArray[np.int64],
    column_potential: np.typing.NDArray[np.int64],
) -> None:
    """Give one more row a column, moving the others along a cheapest path."""
    root = cost.shape[1]
    far = np.iinfo(np.int64).max // 4
    slack = np.full(root, far)
    came_from = np.full(root, root)
    visited = np.zeros(root + 1, dtype=np.bool_)
    owner[root] = row
    column = root
    while owner[column] >= 0:
        visited[column] = True
        current = owner[column]
        reduced = cost[current] - row_potential[current] - column_potential[:root]
        closer = ~visited[:root] & (reduced < slack)
        slack[closer] = reduced[closer]
        came_from[closer] = column
        open_slack = np.where(visited[:root], far, slack)
        nearest = int(open_slack.argmin())
        delta = open_slack[nearest]
        row_potential[owner[visited]] += delta
        column_potential[visited] -= delta
        slack[~visited[:root]] -= delta
        column = nearest
    while column != root:
        previous = came_from[column]
        owner[column] = owner[previous]
        column = int(previous)
    owner[root] = -1
