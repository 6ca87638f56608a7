"""Whether two systems differ on the same gold, or only by luck of the documents.

Two paired tests on cached per-document counts: approximate randomisation, which swaps
the two systems' answers document by document (Noreen 1989; Yeh, COLING 2000), and the
bootstrap of the difference. P values are corrected by Holm's method (1979) over all
labels and pairs of systems of a layer. `smallest` is the smallest true difference that
this gold would show with a power of 80 % at the 5 % level (Card et al., EMNLP 2020);
fewer than six documents show none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.intervals import (
    Bootstrap,
    Floats,
    Interval,
    percentile_intervals,
    rates_of,
    resampled,
)
from evaluation.items import Tally
from evaluation.report import Report
from schemas.errors import DataError, UsageError

__all__ = [
    "LEAST_DOCUMENTS",
    "Comparison",
    "Difference",
    "compare",
    "compare_tallies",
    "holm",
]

_Rates = npt.NDArray[np.float64]
_POWER_80 = 1.959964 + 0.841621
"""Standard errors of a difference found at the 5 % level with a power of 80 %."""

LEAST_DOCUMENTS = 6
"""With n documents no p is below 2 / 2^n: what was seen, and all of it swapped."""

_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """How the second system's F1 differs from the first's, on one row.

    None where an F1 is undefined. `p` is that of the randomisation; `corrected` is
    after Holm; `interval` and `smallest` come from the bootstrap.
    """

    first: str
    second: str
    row: str
    first_f1: float | None
    second_f1: float | None
    difference: float | None
    interval: Interval | None
    p: float | None
    corrected: float | None
    smallest: float | None

    @property
    def distinguishable(self) -> bool:
        """Whether the corrected test rejects equality at the 5 % level."""
        return self.corrected is not None and self.corrected < 0.05

    def to_json(self) -> dict[str, Any]:
        """Return the difference as plain data."""
        return {
            "systems": [self.first, self.second],
            "row": self.row,
            "f1": [self.first_f1, self.second_f1],
            "difference": self.difference,
            "interval": list(self.interval) if self.interval else None,
            "p": self.p,
            "p_holm": self.corrected,
            "smallest_detectable": self.smallest,
            "distinguishable": self.distinguishable,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of every two systems, by layer; the row `micro` comes first."""

    systems: tuple[str, ...]
    documents: int
    signature: str
    layers: Mapping[str, tuple[Difference, ...]]

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        return {
            "signature": self.signature,
            "systems": list(self.systems),
            "documents": self.documents,
            "layers": {
                name: [difference.to_json() for difference in differences]
                for name, differences in self.layers.items()
            },
        }


def compare(
    reports: Mapping[str, Report],
    *,
    trials: int = 10_000,
    bootstrap: Bootstrap | None = None,
) -> Comparison:
    """Test every two systems, in the order given, on every layer and row.

    Raises UsageError for fewer than two reports or no trials, DataError when they were
    not made on the same gold with the same choices.
    """
    if len(reports) < 2:
        raise UsageError("a comparison needs the predictions of two systems or more.")
    if trials < 1:
        raise UsageError("a comparison needs at least one trial.")
    bootstrap = bootstrap or Bootstrap()
    base = next(iter(reports.values()))
    for name, report in reports.items():
        same_gold = report.signature == base.signature
        if not same_gold or report.layers.keys() != base.layers.keys():
            raise DataError(
                f"{name} was scored otherwise than {next(iter(reports))}: "
                f"{report.signature} against {base.signature}. Score both anew on one "
                "gold."
            )
    layers = {
        layer: compare_tallies(
            {name: report.layers[layer].tally for name, report in reports.items()},
            trials=trials,
            bootstrap=bootstrap,
        )
        for layer in base.layers
    }
    settled = replace(base.signature, bootstrap=str(bootstrap))
    signature = f"{settled}|test:paired-randomisation,{trials}"
    return Comparison(tuple(reports), len(base.documents), signature, layers)


def compare_tallies(
    tallies: Mapping[str, Tally], *, trials: int, bootstrap: Bootstrap
) -> tuple[Difference, ...]:
    """Test every two tallies over the same documents, row by row."""
    rows = tuple(dict.fromkeys(row for t in tallies.values() for row in t.rows))
    tables = {name: _with_micro(t.with_rows(rows)) for name, t in tallies.items()}
    found = [
        difference
        for first, second in combinations(tables, 2)
        for difference in _pair(
            (first, second),
            (tables[first], tables[second]),
            ("micro", *rows),
            trials,
            bootstrap,
        )
    ]
    return _corrected(found)


def _with_micro(tally: Tally) -> Floats:
    """Return (documents, 1 + rows, 3) counts, the sum of the rows first."""
    counts = tally.counts
    return np.concatenate((counts.sum(axis=1, keepdims=True), counts), axis=1)


def _pair(
    names: tuple[str, str],
    tables: tuple[Floats, Floats],
    rows: Sequence[str],
    trials: int,
    bootstrap: Bootstrap,
) -> Iterator[Difference]:
    totals = [table.sum(axis=0, dtype=np.float64) for table in tables]
    f1 = [rates_of(total)[2] for total in totals]
    difference = f1[1] - f1[0]
    p = _randomisation(tables, difference, trials, bootstrap.seed)
    intervals, errors = _bootstrap_difference(tables, bootstrap)
    for i, row in enumerate(rows):
        known = not np.isnan(difference[i])
        enough = known and len(tables[0]) >= LEAST_DOCUMENTS
        yield Difference(
            first=names[0],
            second=names[1],
            row=row,
            first_f1=_number(f1[0][i]),
            second_f1=_number(f1[1][i]),
            difference=_number(difference[i]),
            interval=intervals[i] if known else None,
            p=float(p[i]) if known else None,
            corrected=None,
            smallest=_number(errors[i] * _POWER_80) if enough else None,
        )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _randomisation(
    tables: tuple[Floats, Floats], observed: _Rates, trials: int, seed: int
) -> _Rates:
    """Return the two-sided p of each row: (1 + as extreme) / (1 + trials)."""
    first, second = (table.reshape(len(table), -1) for table in tables)
    totals = [table.sum(axis=0, dtype=np.float64) for table in (first, second)]
    change = second - first
    used = np.flatnonzero(change.any(axis=0))
    extreme = np.zeros(len(observed))
    reach = np.abs(observed) - 1e-12
    for swaps in _coin_flips(len(first), trials, seed):
        moved = np.zeros((len(swaps), change.shape[1]))
        moved[:, used] = swaps @ change[:, used]
        shape = (len(swaps), len(observed), 3)
        one = rates_of((totals[0] + moved).reshape(shape))[2]
        other = rates_of((totals[1] - moved).reshape(shape))[2]
        # An F1 that a swap makes undefined means nothing on either side: no difference.
        extreme += (np.nan_to_num(np.abs(other - one)) >= reach).sum(axis=0)
    p: _Rates = (1 + extreme) / (1 + trials)
    return p


def _coin_flips(documents: int, trials: int, seed: int) -> Iterator[Floats]:
    random = np.random.default_rng(seed)
    block = max(1, min(1000, _CHUNK_CELLS // max(documents, 1)))
    for start in range(0, trials, block):
        size = min(block, trials - start)
        flips = random.integers(2, size=(size, documents), dtype=np.uint8)
        yield flips.astype(np.float32)


def _bootstrap_difference(
    tables: tuple[Floats, Floats], bootstrap: Bootstrap
) -> tuple[list[Interval | None], _Rates]:
    """Return interval and standard error of each row's difference in F1."""
    documents, rows, _ = tables[0].shape
    if documents < 2 or bootstrap.resamples < 2:
        return [None] * rows, np.full(rows, np.nan)
    flat = [table.reshape(documents, -1) for table in tables]
    one, other = (
        rates_of(sums.reshape(-1, rows, 3))[2] for sums in resampled(flat, bootstrap)
    )
    difference = other - one
    known = ~np.isnan(difference)
    count = known.sum(axis=0)
    zeroed = np.where(known, difference, 0)
    mean = zeroed.sum(axis=0) / np.maximum(count, 1)
    squares = np.where(known, (difference - mean) ** 2, 0).sum(axis=0)
    error = np.sqrt(squares / np.maximum(count - 1, 1))
    return (
        percentile_intervals(difference, bootstrap.confidence),
        np.where(count > 1, error, np.nan),
    )


def _corrected(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """Correct the labels' p values as one family, and those of `micro` as another."""
    corrected = list(differences)
    for overall in (True, False):
        family = [
            i
            for i, d in enumerate(differences)
            if (d.row == "micro") is overall and d.p is not None
        ]
        for i, p in zip(
            family, holm([differences[i].p or 0.0 for i in family]), strict=True
        ):
            corrected[i] = replace(differences[i], corrected=p)
    return tuple(corrected)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values corrected by Holm's step-down method, in the same order.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p_values[i]))
        corrected[i] = highest
    return corrected
