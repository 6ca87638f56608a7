"""Percentile bootstrap intervals over documents.

Documents are drawn with replacement (Efron and Tibshirani 1993, ch. 13): the counts of
a resample are the counts of the documents times how often each was drawn, so nothing is
matched twice. The same seed draws the same documents for every layer and every system.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from schemas.errors import UsageError

__all__ = [
    "Bootstrap",
    "Floats",
    "Interval",
    "draws",
    "percentile_intervals",
    "rates_of",
    "resampled",
]

Floats = npt.NDArray[np.float32]
Interval = tuple[float, float]

_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How often to resample, from which seed, and how wide the interval is."""

    resamples: int = 1000
    seed: int = 1
    confidence: float = 0.95

    def __post_init__(self) -> None:
        """Raise UsageError for a number of resamples that gives no interval."""
        if self.resamples < 0:
            raise UsageError("the number of resamples cannot be negative; 0 is none.")

    def __str__(self) -> str:
        """Return the choice as signatures show it."""
        return f"boot:{self.resamples},seed:{self.seed}"


def draws(documents: int, bootstrap: Bootstrap) -> Iterator[Floats]:
    """Yield blocks of resamples, each (resamples in the block, documents) of counts."""
    random = np.random.default_rng(bootstrap.seed)
    # One resample after the other, so that the block size does not change the draws.
    block = max(1, min(100, _CHUNK_CELLS // max(documents, 1)))
    for start in range(0, bootstrap.resamples, block):
        size = min(block, bootstrap.resamples - start)
        counts = np.empty((size, documents), dtype=np.float32)
        for row in counts:
            drawn = random.integers(documents, size=documents)
            row[:] = np.bincount(drawn, minlength=documents)
        yield counts


def resampled(
    tables: Sequence[npt.NDArray[np.floating]], bootstrap: Bootstrap
) -> list[npt.NDArray[np.float64]]:
    """Return for each (documents, columns) table its (resamples, columns) sums."""
    sums: list[list[npt.NDArray[np.float64]]] = [[] for _ in tables]
    for drawn in draws(len(tables[0]), bootstrap) if tables else ():
        for table, blocks in zip(tables, sums, strict=True):
            blocks.append((drawn @ table).astype(np.float64))
    return [np.concatenate(blocks) for blocks in sums]


def percentile_intervals(
    values: npt.NDArray[np.float64], confidence: float
) -> list[Interval | None]:
    """Return the interval of each column of (resamples, columns) values.

    NaN stands for a resample in which the value is undefined; it is left out. A column
    of nothing else has no interval. Percentiles are interpolated linearly.
    """
    ordered = np.sort(values, axis=0)  # NaN sorts last
    defined = np.count_nonzero(~np.isnan(ordered), axis=0)
    tail = (1 - confidence) / 2
    low = _quantiles(ordered, defined, tail)
    high = _quantiles(ordered, defined, 1 - tail)
    return [
        (float(a), float(b)) if n else None
        for a, b, n in zip(low, high, defined, strict=True)
    ]


def _quantiles(
    ordered: npt.NDArray[np.float64], defined: npt.NDArray[np.intp], share: float
) -> npt.NDArray[np.float64]:
    place = share * np.maximum(defined - 1, 0)
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(defined - 1, 0))
    columns = np.arange(ordered.shape[1])
    a, b = ordered[below, columns], ordered[above, columns]
    result: npt.NDArray[np.float64] = a + (b - a) * (place - below)
    return result


def rates_of(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return precision, recall and F1 of (..., 3) counts; NaN where undefined."""
    tp, fp, fn = np.moveaxis(counts, -1, 0)
    wholes = np.stack((tp + fp, tp + fn, 2 * tp + fp + fn))
    parts = np.stack((tp, tp, 2 * tp))
    rates: npt.NDArray[np.float64] = np.full_like(wholes, np.nan)
    np.divide(parts, wholes, out=rates, where=wholes > 0)
    return rates
