"""Count what annotators made of each suggestion, per rule and per label.

Beside it stands the control arm, whose annotators saw no suggestions: there a rule's
silent suggestion counts as accepted when an annotator marked the very same. How much
more often a suggestion stands when it is shown is how far it anchors.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotate.labelstudio.marks import Episode
from annotate.labelstudio.outcomes import MISSED, OUTCOMES, Decision, decide

__all__ = [
    "Arm",
    "Interval",
    "Ledger",
    "Row",
    "build_ledger",
    "difference",
    "row_json",
    "to_json",
    "weak_rules",
    "wilson",
]

Interval = tuple[float, float]
_Z = 1.959963984540054  # 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The counts of one label or one rule; `seconds` is the mean of a decision."""

    layer: str
    name: str
    counts: Mapping[str, int]
    seconds: float | None

    @property
    def suggested(self) -> int:
        """How many suggestions there were."""
        return sum(self.counts.get(outcome, 0) for outcome in OUTCOMES)

    @property
    def kept(self) -> int:
        """How many stand with their span and label: accepted or amended."""
        return self.counts.get("accepted", 0) + self.counts.get("amended", 0)

    @property
    def acceptance(self) -> float | None:
        """The share that was kept; None where nothing was suggested."""
        return self.kept / self.suggested if self.suggested else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % Wilson interval of `acceptance`."""
        return wilson(self.kept, self.suggested)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """All that was done in one arm of a campaign."""

    documents: int
    annotations: int
    characters: int
    marks: int
    seconds: float
    timed: int
    """How many of the annotations have a time."""
    total: Row
    labels: tuple[Row, ...]
    rules: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The two arms: with suggestions, and without."""

    suggested: Arm
    control: Arm


@dataclass(slots=True)
class _Tally:
    counts: dict[tuple[str, str, str], Counter[str]] = field(default_factory=dict)
    seconds: dict[tuple[str, str, str], float] = field(default_factory=dict)
    timed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    documents: set[str] = field(default_factory=set)
    sums: Counter[str] = field(default_factory=Counter)

    def add(self, episode: Episode) -> None:
        said = episode.said
        size = len(said.marks) + len(said.links)
        self.documents.add(episode.doc)
        self.sums.update(
            annotations=1,
            characters=episode.characters,
            marks=size,
            timed=episode.seconds is not None,
        )
        self.sums["milliseconds"] += round(1000 * (episode.seconds or 0))
        decisions = list(decide(episode.suggestions, said))
        # What was not shown is no decision of anybody's: only what was marked is.
        made = len(decisions) if episode.shown else size
        share = episode.seconds / made if episode.seconds and made else None
        for decision in decisions:
            silent = not episode.shown and decision.outcome == "deleted"
            self.enter(decision, None if silent else share)

    def enter(self, decision: Decision, share: float | None) -> None:
        keys = [("total", "", ""), ("label", decision.layer, decision.label)]
        if decision.rule is not None:
            keys.append(("rule", decision.layer, decision.rule))
        for key in keys:
            self.counts.setdefault(key, Counter())[decision.outcome] += 1
            if share is not None:
                self.seconds[key] = self.seconds.get(key, 0.0) + share
                self.timed[key] += 1

    def row(self, key: tuple[str, str, str]) -> Row:
        timed = self.timed[key]
        return Row(
            layer=key[1],
            name=key[2],
            counts=dict(self.counts.get(key, Counter())),
            seconds=self.seconds[key] / timed if timed else None,
        )

    def finish(self) -> Arm:
        rows = [self.row(key) for key in sorted(self.counts) if key[0] == "label"]
        rules = [self.row(key) for key in sorted(self.counts) if key[0] == "rule"]
        return Arm(
            documents=len(self.documents),
            annotations=self.sums["annotations"],
            characters=self.sums["characters"],
            marks=self.sums["marks"],
            seconds=self.sums["milliseconds"] / 1000,
            timed=self.sums["timed"],
            total=self.row(("total", "", "")),
            labels=tuple(rows),
            rules=tuple(rules),
        )


def build_ledger(episodes: Iterable[Episode]) -> Ledger:
    """Count all episodes, each arm for itself.

    The time of an annotation is shared equally among the decisions made in it.
    """
    shown, control = _Tally(), _Tally()
    for episode in episodes:
        (shown if episode.shown else control).add(episode)
    return Ledger(shown.finish(), control.finish())


def wilson(kept: int, total: int) -> Interval | None:
    """Return the 95 % interval of a share by Wilson (1927); None for 0 of 0.

    >>> low, high = wilson(8, 10) or (0, 0)
    >>> f"{low:.4f} {high:.4f}"
    '0.4902 0.9433'
    """
    if not total:
        return None
    share, square = kept / total, _Z * _Z
    middle = share + square / (2 * total)
    half = _Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    low, high = (middle - half) / scale, (middle + half) / scale
    return (max(0.0, low) if kept else 0.0, min(1.0, high) if kept < total else 1.0)


def difference(shown: Row, silent: Row) -> tuple[float, Interval] | None:
    """Return how much more is kept of what is shown, with its 95 % interval.

    Method 10 of Newcombe (1998), from the two Wilson intervals. None where one of the
    arms has no suggestions.
    """
    one, other = shown.acceptance, silent.acceptance
    low1, low2 = shown.interval, silent.interval
    if one is None or other is None or low1 is None or low2 is None:
        return None
    gap = one - other
    below = math.hypot(one - low1[0], low2[1] - other)
    above = math.hypot(low1[1] - one, other - low2[0])
    return gap, (max(-1.0, gap - below), min(1.0, gap + above))


def weak_rules(ledger: Ledger, *, below: float) -> tuple[Row, ...]:
    """Return the rules that are kept less often than `below`, beyond chance.

    The upper end of the interval counts, so that a rule seen twice is not judged.
    """
    return tuple(
        row
        for row in ledger.suggested.rules
        if row.interval is not None and row.interval[1] < below
    )


def to_json(ledger: Ledger) -> dict[str, Any]:
    """Return the ledger as plain values; what is undefined is None."""
    silent = {(r.layer, r.name): r for r in ledger.control.labels}
    silent_rules = {(r.layer, r.name): r for r in ledger.control.rules}
    shown = ledger.suggested
    anchoring = {
        "total": _gap(shown.total, ledger.control.total),
        "labels": [
            {"layer": r.layer, "name": r.name} | _gap(r, silent.get((r.layer, r.name)))
            for r in shown.labels
        ],
        "rules": [
            {"layer": r.layer, "name": r.name}
            | _gap(r, silent_rules.get((r.layer, r.name)))
            for r in shown.rules
        ],
    }
    return {
        "suggested": _arm_json(shown),
        "control": _arm_json(ledger.control),
        "anchoring": anchoring,
    }


def _gap(shown: Row, silent: Row | None) -> dict[str, Any]:
    found = difference(shown, silent) if silent else None
    return {
        "difference": found[0] if found else None,
        "interval": list(found[1]) if found else None,
    }


def _arm_json(arm: Arm) -> dict[str, Any]:
    return {
        "documents": arm.documents,
        "annotations": arm.annotations,
        "characters": arm.characters,
        "marks": arm.marks,
        "seconds": arm.seconds if arm.timed else None,
        "timed": arm.timed,
        "total": row_json(arm.total),
        "labels": [row_json(row) for row in arm.labels],
        "rules": [row_json(row) for row in arm.rules],
    }


def row_json(row: Row) -> dict[str, Any]:
    """Return one row as plain values."""
    return {
        "layer": row.layer,
        "name": row.name,
        "suggested": row.suggested,
        **{outcome: row.counts.get(outcome, 0) for outcome in (*OUTCOMES, MISSED)},
        "acceptance": row.acceptance,
        "interval": list(row.interval) if row.interval else None,
        "seconds": row.seconds,
    }
