"""Counts of right, spurious and missed items, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Counts", "ratio"]


def ratio(part: float, whole: float) -> float | None:
    """Divide, or return None where the quotient is undefined.

    >>> ratio(1, 2), ratio(0, 0)
    (0.5, None)
    """
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, false positives and false negatives; they add.

    Whole numbers, except under half credit (`partial`), where halves occur.

    >>> Counts(1, 1, 0) + Counts(0, 0, 2)
    Counts(tp=1, fp=1, fn=2)
    >>> Counts(1, 1, 2).precision, Counts(0, 0, 2).precision
    (0.5, None)
    """

    tp: float = 0
    fp: float = 0
    fn: float = 0

    def __add__(self, other: Counts) -> Counts:
        """Add the counts of two disjoint sets of items."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def gold(self) -> float:
        """How many items the gold has."""
        return self.tp + self.fn

    @property
    def predicted(self) -> float:
        """How many items were predicted."""
        return self.tp + self.fp

    @property
    def precision(self) -> float | None:
        """The share of predictions that are right; None without predictions."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """The share of gold that was found; None without gold."""
        return ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float | None:
        """2 tp / (2 tp + fp + fn); None only where there is nothing at all."""
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)
