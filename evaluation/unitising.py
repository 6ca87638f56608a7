"""Krippendorff's alpha for unitising: agreement on where units are, and of what kind.

Annotators cut a continuum (the code points of a text) into units with a value and gaps
between them. One annotator's units may not overlap: of units that do, the one that
starts first and reaches farthest is kept, and the others are counted as left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.chance import Coefficient, Numbers, divided
from schemas.spans import Span

__all__ = ["Continuum", "alpha_u", "left_out", "u_alpha"]

Units = Sequence[tuple[str, Span]]


@dataclass(frozen=True, slots=True)
class Continuum:
    """A text of so many code points, and the units that each annotator found in it."""

    length: int
    units: tuple[Units, ...]


def flattened(units: Units) -> list[tuple[str, Span]]:
    """Keep the outermost of overlapping units, in order."""
    kept: list[tuple[str, Span]] = []
    for value, span in sorted(units, key=lambda u: (u[1].start, -u[1].end, u[0])):
        if not kept or span.start >= kept[-1][1].end:
            kept.append((value, span))
    return kept


def left_out(continua: Sequence[Continuum]) -> int:
    """Count the units that overlap another of the same annotator."""
    return sum(
        len(set(units)) - len(flattened(units))
        for continuum in continua
        for units in continuum.units
    )


def u_alpha(continua: Sequence[Continuum]) -> Coefficient:
    """Count the lengths on which annotators coincide in value, gaps being one value.

    The coefficient is 1 - (l.. - sum l_cc) / (l.. - sum e_cc), where l_ck is the length
    on which one annotator has c and another k, and the expected e_cc leaves out the
    pairing of a unit with itself: e_cc = l.. (l_c**2 - S_c) / (l..**2 - S), with S_c
    the sum of the squared lengths of the units of value c, for gaps of their lengths
    (Krippendorff, Mathet, Bouvry and Widlöcher, Quality & Quantity 50, 2016, the
    u-alpha for nominal values; as in Content Analysis, 4th ed., 12.6).
    """
    kept = [[flattened(units) for units in c.units] for c in continua]
    values = sorted({v for doc in kept for units in doc for v, _ in units})
    code = {value: place + 1 for place, value in enumerate(values)}  # 0 is the gap
    size = len(code) + 1
    counts = np.zeros((len(continua), 1 + 2 * size))
    for row, continuum, doc in zip(counts, continua, kept, strict=True):
        if len(doc) < 2:
            continue
        lines = np.zeros((len(doc), continuum.length), dtype=np.int64)
        for line, units in zip(lines, doc, strict=True):
            for value, span in units:
                line[span.start : span.end] = code[value]
                row[1 + size + code[value]] += (span.end - span.start) ** 2
        lengths = np.bincount(lines.ravel(), minlength=size)
        row[1 : 1 + size] = lengths
        row[1 + size] = lengths[0]
        row[0] = _coinciding(lines) / (len(doc) - 1)

    def read(sums: Numbers) -> Numbers:
        total = sums[:, 1 : 1 + size].sum(axis=1)
        itself = sums[:, 1 + size :].sum(axis=1)
        expected = (sums[:, 1 : 1 + size] ** 2 - sums[:, 1 + size :]).sum(axis=1)
        chance = total * divided(expected, total**2 - itself)
        # All of it one gap: nothing could have differed.
        room = np.where(total - chance > 1e-9 * total, total - chance, np.nan)
        ratio: Numbers = 1 - (total - sums[:, 0]) / room
        return ratio

    return Coefficient(counts, read)


def _coinciding(lines: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> float:
    """Return the length on which pairs of lines are equal, each pair both ways."""
    same = sum(
        int(np.count_nonzero(a == b))
        for place, a in enumerate(lines)
        for b in lines[place + 1 :]
    )
    return 2.0 * same


def alpha_u(labels: Mapping[str, Sequence[Continuum]]) -> Coefficient:
    """Count what the older alpha for unitising is made of, label by label.

    For each label the observed disagreement is the sum over all pairs of units of
    squared differences of their edges, or of the squared length of a unit that lies in
    another's gap; the expected one is that of all possible places of the units. alpha
    is 1 - (sum of the labels' D_o) / (sum of their D_e) (Krippendorff, Sociological
    Methodology 25, 1995; Content Analysis, 2004, 11.6). Labels may overlap each other.

    All labels are given on the same documents. A document's gaps end with it. Documents
    that not all annotators have must be left out by the caller.
    """
    kept = {
        label: [[[s for _, s in flattened(units)] for units in c.units] for c in docs]
        for label, docs in labels.items()
    }
    spans = [s for docs in kept.values() for doc in docs for us in doc for s in us]
    lengths = np.array(sorted({end - start for start, end in spans}) or [1])
    continua = next(iter(labels.values()), ())
    raters = max((len(c.units) for c in continua), default=0)
    width = 1 + 2 * len(lengths)
    counts = np.zeros((len(continua), 1 + len(kept) * width))
    for place, docs in enumerate(kept.values()):
        at = 1 + place * width
        for row, continuum, doc in zip(counts, continua, docs, strict=True):
            row[0] = continuum.length
            row[at] = _observed(doc, continuum.length)
            row[at + 1 : at + 1 + len(lengths)] = [
                sum(s.end - s.start == v for units in doc for s in units)
                for v in lengths
            ]
            gaps = np.array(
                [g.end - g.start for us in doc for g in _gaps(us, continuum.length)]
            )
            room = np.maximum(gaps[:, None] - lengths[None, :] + 1, 0)
            row[at + 1 + len(lengths) : at + width] = room.sum(axis=0)

    def read(sums: Numbers) -> Numbers:
        length = sums[:, 0]
        parts = sums[:, 1:].reshape(len(sums), len(kept), width)
        observed = parts[:, :, 0].sum(axis=1)
        seen = divided(observed, raters * (raters - 1) * length**2)
        found, room = parts[:, :, 1 : 1 + len(lengths)], parts[:, :, 1 + len(lengths) :]
        v = lengths.astype(np.float64)
        number = found.sum(axis=2)[:, :, None]
        overlapping = (number - 1) / 3 * (2 * v**3 - 3 * v**2 + v)
        summed = (found * (overlapping + v**2 * room)).sum(axis=2)
        places = (raters * length * (raters * length - 1))[:, None]
        whole = places - (found * v * (v - 1)).sum(axis=2)
        chance = (2 * divided(summed, length[:, None] * whole)).sum(axis=1)
        result: Numbers = 1 - divided(seen, chance)
        return result

    return Coefficient(counts, read)


def _gaps(units: Sequence[Span], length: int) -> list[Span]:
    """Return what lies between the units, before the first and after the last."""
    edges = [0, *(edge for span in units for edge in span), length]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [Span(start, end) for start, end in pairs if start < end]


def _observed(doc: Sequence[Sequence[Span]], length: int) -> float:
    """Sum the squared differences of one label's units over ordered annotator pairs."""
    total = 0
    for place, mine in enumerate(doc):
        for theirs in doc[place + 1 :]:
            for a in mine:
                for b in theirs:
                    if a.start < b.end and b.start < a.end:
                        total += (a.start - b.start) ** 2 + (a.end - b.end) ** 2
            total += _in_gaps(mine, _gaps(theirs, length))
            total += _in_gaps(theirs, _gaps(mine, length))
    return 2.0 * total


def _in_gaps(units: Sequence[Span], gaps: Sequence[Span]) -> int:
    return sum(
        (a.end - a.start) ** 2
        for a in units
        for gap in gaps
        if gap.start <= a.start and a.end <= gap.end
    )
