"""Agreement corrected for chance: kappa and alpha, read off sums over documents.

Every coefficient here is a function of counts that add up over documents, so that a
bootstrap over documents needs no second look at the annotations. Undefined is None:
where nobody could have disagreed by chance, chance cannot be corrected for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.intervals import Bootstrap, Interval, percentile_intervals, resampled

__all__ = [
    "MISSING",
    "Coefficient",
    "Measured",
    "Ratings",
    "cohen_kappa",
    "fleiss_kappa",
    "mean_of",
    "measure",
    "nominal_alpha",
]

Numbers = npt.NDArray[np.float64]
Ratings = npt.NDArray[np.int64]
"""The values of one document: (annotators, units) of codes from 0, or `MISSING`."""

MISSING = -1


@dataclass(frozen=True, slots=True)
class Measured:
    """A coefficient's value and its interval; None where undefined."""

    value: float | None
    interval: Interval | None

    def to_json(self) -> dict[str, Any]:
        """Return both under their names."""
        interval = list(self.interval) if self.interval else None
        return {"value": self.value, "interval": interval}


@dataclass(frozen=True, slots=True)
class Coefficient:
    """Counts per document, (documents, columns), and what is read off their sums.

    `read` maps (resamples, columns) of sums to as many values, NaN where undefined.
    """

    counts: Numbers
    read: Callable[[Numbers], Numbers]


def measure(
    coefficients: Mapping[str, Coefficient], bootstrap: Bootstrap
) -> dict[str, Measured]:
    """Read the coefficients off the sums, with a percentile interval over documents.

    There is no interval for fewer than two documents. All coefficients must be counted
    on the same documents; they are resampled together.
    """
    if not coefficients:
        return {}
    tables = [coefficient.counts for coefficient in coefficients.values()]
    values = [
        float(coefficient.read(coefficient.counts.sum(axis=0)[None])[0])
        for coefficient in coefficients.values()
    ]
    intervals: list[Interval | None] = [None] * len(values)
    if bootstrap.resamples and len(tables[0]) > 1:
        sums = resampled(tables, bootstrap)
        drawn = [
            coefficient.read(table)
            for coefficient, table in zip(coefficients.values(), sums, strict=True)
        ]
        intervals = percentile_intervals(np.stack(drawn, axis=1), bootstrap.confidence)
    return {
        name: Measured(None, None) if np.isnan(value) else Measured(value, interval)
        for name, value, interval in zip(coefficients, values, intervals, strict=True)
    }


def corrected(agreed: Numbers, chance: Numbers) -> Numbers:
    """Return (agreed - chance) / (1 - chance), NaN where chance alone gives 1."""
    result = np.full_like(agreed, np.nan)
    # Sums of thirds and the like miss 1 by a few last bits.
    room = 1 - chance
    np.divide(agreed - chance, room, out=result, where=room > 1e-12)
    return result


def divided(part: Numbers, whole: Numbers) -> Numbers:
    """Return part / whole, NaN where the whole is nothing."""
    result = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def cohen_kappa(ratings: Sequence[Ratings], first: int, second: int) -> Coefficient:
    """Count two annotators' agreement on units that both valued.

    kappa = (p_o - p_e) / (1 - p_e) with p_e the sum over values of the product of both
    annotators' shares (Cohen, Educational and Psychological Measurement 20, 1960).
    """
    size = _values(ratings)
    counts = np.zeros((len(ratings), 2 + 2 * size))
    for row, given in zip(counts, ratings, strict=True):
        a, b = given[first], given[second]
        both = (a != MISSING) & (b != MISSING)
        row[0] = np.count_nonzero(both)
        row[1] = np.count_nonzero(both & (a == b))
        row[2 : 2 + size] = np.bincount(a[both], minlength=size)
        row[2 + size :] = np.bincount(b[both], minlength=size)

    def read(sums: Numbers) -> Numbers:
        units, same = sums[:, 0], sums[:, 1]
        products = sums[:, 2 : 2 + size] * sums[:, 2 + size :]
        return corrected(
            divided(same, units), divided(products.sum(axis=1), units * units)
        )

    return Coefficient(counts, read)


def mean_of(coefficients: Sequence[Coefficient]) -> Coefficient:
    """Return the mean of the coefficients that are defined, as one.

    Of Cohen's kappa over all pairs of annotators this is Light's (Psychological
    Bulletin 76, 1971).
    """
    widths = [coefficient.counts.shape[1] for coefficient in coefficients]
    edges = np.cumsum(widths)[:-1]

    def read(sums: Numbers) -> Numbers:
        parts = np.split(sums, edges, axis=1)
        values = np.stack(
            [c.read(part) for c, part in zip(coefficients, parts, strict=True)]
        )
        defined = ~np.isnan(values)
        total = np.where(defined, values, 0).sum(axis=0)
        return divided(total, defined.sum(axis=0).astype(np.float64))

    return Coefficient(np.concatenate([c.counts for c in coefficients], axis=1), read)


def fleiss_kappa(ratings: Sequence[Ratings]) -> Coefficient:
    """Count the agreement of all annotators on the units that all of them valued.

    p_o is the mean share of agreeing pairs of annotators on a unit, p_e the sum of the
    squared shares of the values over all annotators (Fleiss, Psychological Bulletin 76,
    1971). With two annotators this is Scott's pi.
    """
    size = _values(ratings)
    counts = np.zeros((len(ratings), 2 + size))
    for row, given in zip(counts, ratings, strict=True):
        raters = len(given)
        whole = given[:, (given != MISSING).all(axis=0)]
        per_unit = _per_unit(whole, size)
        row[0] = whole.shape[1]
        agreeing = (per_unit * (per_unit - 1)).sum()
        row[1] = agreeing / (raters * (raters - 1)) if raters > 1 else 0
        row[2:] = per_unit.sum(axis=0)

    def read(sums: Numbers) -> Numbers:
        shares = divided(sums[:, 2:], sums[:, 2:].sum(axis=1)[:, None])
        return corrected(divided(sums[:, 1], sums[:, 0]), (shares**2).sum(axis=1))

    return Coefficient(counts, read)


def nominal_alpha(ratings: Sequence[Ratings]) -> Coefficient:
    """Count the coincidences of values on units that at least two annotators valued.

    alpha = 1 - D_o / D_e for nominal data with missing values: a unit with m values
    gives each of its pairs the weight 1 / (m - 1), and D_e pairs all values of all
    units without replacement (Krippendorff, Content Analysis, 2004, ch. 11.3).
    """
    size = _values(ratings)
    counts = np.zeros((len(ratings), 1 + size))
    for row, given in zip(counts, ratings, strict=True):
        per_unit = _per_unit(given, size)
        valued = per_unit.sum(axis=1)
        pairable = valued > 1
        per_unit, valued = per_unit[pairable], valued[pairable]
        same = (per_unit * (per_unit - 1)).sum(axis=1)
        row[0] = (same / (valued - 1)).sum()
        row[1:] = per_unit.sum(axis=0)

    def read(sums: Numbers) -> Numbers:
        same, of_value = sums[:, 0], sums[:, 1:]
        total = of_value.sum(axis=1)
        chance = (of_value * (of_value - 1)).sum(axis=1)
        return corrected(divided(same, total), divided(chance, total * (total - 1)))

    return Coefficient(counts, read)


def _values(ratings: Sequence[Ratings]) -> int:
    """Return how many codes there are: the highest and all below it."""
    return 1 + max((int(given.max()) for given in ratings if given.size), default=0)


def _per_unit(given: Ratings, size: int) -> Numbers:
    """Return (units, values): how many annotators gave each value to each unit."""
    units = given.shape[1]
    there = given != MISSING
    cell = (np.arange(units) * size + given)[there]
    per_unit = np.bincount(cell, minlength=units * size).reshape(units, size)
    return per_unit.astype(np.float64)
