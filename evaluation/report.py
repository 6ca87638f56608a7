"""Scores as values: rows, layers and the report they make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evaluation.counts import Counts
from evaluation.criteria import Criterion
from evaluation.intervals import Interval
from evaluation.items import Tally

if TYPE_CHECKING:
    from evaluation.confusion import Confusion

__all__ = ["LayerScore", "Report", "Row", "Signature"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of scores; None where a number is undefined.

    `interval` is that of the F1. Averages over labels have no counts of their own.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    interval: Interval | None = None
    counts: Counts | None = None

    @classmethod
    def of(cls, counts: Counts, interval: Interval | None = None) -> Row:
        """Derive a row from counts."""
        return cls(counts.precision, counts.recall, counts.f1, interval, counts)

    def to_json(self) -> dict[str, Any]:
        """Return the row with the keys of the JSON contract."""
        counts = self.counts
        return {
            "tp": _number(counts.tp) if counts else None,
            "fp": _number(counts.fp) if counts else None,
            "fn": _number(counts.fn) if counts else None,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "interval": list(self.interval) if self.interval else None,
        }


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


@dataclass(frozen=True, slots=True)
class Signature:
    """Every choice that could change a score, in one line (as sacreBLEU prints it)."""

    gold: str
    schema: str
    documents: int
    bootstrap: str
    tool: str
    options: tuple[str, ...] = ()

    def of(self, criterion: Criterion) -> str:
        """Return the signature of one layer."""
        return self._line(f"layer:{criterion.layer}|match:{criterion.match}")

    def _line(self, layer: str) -> str:
        return (
            f"gold:{self.gold}|{layer}|schema:{self.schema}|docs:{self.documents}"
            f"|{'|'.join((*self.options, self.bootstrap))}|tool:{self.tool}"
        )

    def __str__(self) -> str:
        """Return the signature of a whole report; each layer names its own match."""
        return self._line("layer:all")


@dataclass(frozen=True, slots=True)
class LayerScore:
    """The rows of one criterion, and the per-document counts they come from.

    `micro` adds the labels up; `macro` is the mean over the labels whose number is
    defined; `weighted` the mean weighted by how often the label is in the gold.
    """

    criterion: Criterion
    signature: str
    labels: Mapping[str, Row]
    micro: Row
    macro: Row
    weighted: Row
    tally: Tally

    def to_json(self) -> dict[str, Any]:
        """Return the layer with the keys of the JSON contract."""
        return {
            "signature": self.signature,
            "labels": {label: row.to_json() for label, row in self.labels.items()},
            "micro": self.micro.to_json(),
            "macro": self.macro.to_json(),
            "weighted": self.weighted.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What one set of predictions scored against one gold.

    `documents` are the gold's ids, in the order of the layers' per-document counts;
    the `unanswered` ones are not among the predictions, and all in them is missed.
    `confusion` is there, by attribute, with the layer `attributes`. `types` holds, if
    it was asked for, the layers of each event type, their rows being roles.
    """

    signature: Signature
    documents: tuple[str, ...]
    layers: Mapping[str, LayerScore]
    confusion: Mapping[str, Confusion] = field(default_factory=dict)
    types: Mapping[str, Mapping[str, LayerScore]] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the report in the public JSON shape, without the event types."""
        layers = {name: layer.to_json() for name, layer in self.layers.items()}
        if self.confusion:
            layers["attributes"]["confusion"] = {
                name: confusion.to_json() for name, confusion in self.confusion.items()
            }
        return {"signature": str(self.signature), "layers": layers}
