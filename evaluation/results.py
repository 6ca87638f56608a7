"""Results of benchmarks as JSON: what is kept, ranked and reported."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from evaluation.bench import Measured
from evaluation.ceiling import state_agreement
from evaluation.error_analysis import ErrorCase, Item, count_errors
from evaluation.report import Report
from evaluation.runs import Run
from evaluation.sentences import Sentences
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.text_files import read_json

__all__ = ["RESULT_FORMAT", "GoldIdentity", "read_result", "result_json"]

RESULT_FORMAT = "miyar-result-1"
"""The first key's value in every result, so that readers know what they have."""

_FAULTS_SHOWN = 200
_ERRORS_SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class GoldIdentity:
    """Which gold: `hash` is a release's id, or that of the content (`content:...`).

    `annotators` maps those who annotated to person or machine, `agreement` is what the
    release says of how far they agreed.
    """

    name: str
    hash: str
    annotators: Mapping[str, str]
    language: str | None = None
    agreement: Mapping[str, Any] | None = None


def result_json(
    measured: Measured,
    gold: Sequence[AnnotatedDocument],
    identity: GoldIdentity,
    *,
    made: str,
) -> dict[str, Any]:
    """Return everything about one extractor on one gold; `made` is when."""
    report = measured.report
    faults = measured.faults
    return {
        "format": RESULT_FORMAT,
        "name": measured.spec.name,
        "spec": measured.spec.text,
        "made": made,
        "training": measured.training,
        "gold": {
            "name": identity.name,
            "hash": identity.hash,
            "schema": report.signature.schema,
            "documents": len(report.documents),
            "options": list(report.signature.options),
            "language": identity.language,
            "direction": _direction(doc.text or "" for doc in gold),
        },
        **report.to_json(),
        "speed": _speed(measured.run, gold, measured.answered),
        "faults": {
            "count": len(faults),
            "kinds": dict(Counter(fault.kind for fault in faults)),
            "first": [fault.to_json() for fault in faults[:_FAULTS_SHOWN]],
        },
        "repairs": dict(measured.repairs),
        "ceiling": _ceiling(identity),
        "error_kinds": count_errors(measured.errors),
        "confusion": _confusion(report, measured.errors),
        "examples": _examples(gold, measured.predictions, measured.errors),
    }


def read_result(path: Path) -> dict[str, Any]:
    """Read a result; DataError where the file is none."""
    content = read_json(path)
    if not isinstance(content, dict) or content.get("format") != RESULT_FORMAT:
        raise DataError(
            f"{path}: is no result of a benchmark. 'miyar bench -o FOLDER' writes "
            "them, one .result.json for each extractor."
        )
    return content


def _direction(texts: Iterable[str]) -> str:
    """Return `rtl` where more letters are written from the right than from the left."""
    count: Counter[str] = Counter()
    for text in islice(texts, 20):
        count.update(unicodedata.bidirectional(c) for c in text)
    return "rtl" if count["AL"] + count["R"] > count["L"] else "ltr"


def _speed(
    run: Run, gold: Iterable[AnnotatedDocument], answered: int
) -> dict[str, Any]:
    documents = [doc.text or "" for doc in gold]
    characters = sum(map(len, documents))
    timed = run.seconds > 0 and answered > 0
    return {
        "documents": len(documents),
        "answered": answered,
        "characters": characters,
        "seconds": run.seconds if timed else None,
        "documents_per_second": len(documents) / run.seconds if timed else None,
        "characters_per_second": characters / run.seconds if timed else None,
        "start_seconds": run.start_seconds,
        "latency_p50": _percentile(run.latencies, 0.5),
        "latency_p95": _percentile(run.latencies, 0.95),
        "peak_bytes": run.peak,
    }


def _percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that so many are not above (nearest rank)."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _ceiling(identity: GoldIdentity) -> dict[str, Any] | None:
    """Return how far the annotators agreed, and whether they were people."""
    stated = state_agreement(identity.agreement, identity.annotators)
    if stated is None:
        return None
    return {
        "human": stated.human,
        "kinds": list(stated.kinds),
        "layers": {
            name: {
                "micro": rows["micro"],
                "labels": {
                    label: f1 for label, f1 in rows.items() if label not in _AVERAGES
                },
            }
            for name, rows in stated.layers.items()
        },
    }


_AVERAGES = ("micro", "macro", "weighted")


def _confusion(
    report: Report, errors: Iterable[ErrorCase]
) -> dict[str, dict[str, dict[str, int]]]:
    """Count what each gold label was found as; "" is nothing.

    Every gold item counts once. Edges do not matter here: an item found with wrong
    edges stands under its label.
    """
    tables: dict[str, dict[str, Counter[str]]] = {}
    for name in ("entities", "nominals", "triggers", "arguments"):
        if name in report.layers:
            tables[name] = {
                label: Counter({label: int(row.counts.tp)})
                for label, row in report.layers[name].labels.items()
                if row.counts
            }
    for error in errors:
        if error.layer not in tables:
            continue
        table = tables[error.layer]
        found = error.predicted[0].label if error.predicted else ""
        for item in error.gold:
            table.setdefault(item.label, Counter())[found] += 1
        if not error.gold:
            for item in error.predicted:
                table.setdefault("", Counter())[item.label] += 1
    return {
        name: {label: dict(+counts) for label, counts in table.items() if +counts}
        for name, table in tables.items()
    }


def _examples(
    gold: Sequence[AnnotatedDocument],
    predictions: Sequence[AnnotatedDocument],
    errors: Sequence[ErrorCase],
) -> dict[str, Any]:
    """Return the errors with the sentences they are in, and what else is marked there.

    Offsets are code points of the sentence. `total` says how many errors there are.
    """
    sentences = Sentences(gold, predictions)
    shown = []
    for error in errors[:_ERRORS_SHOWN]:
        items = (*error.gold, *error.predicted)
        edges = [place for item in items for place in _places(item)]
        number, start = sentences.around(error.doc_id, min(edges), max(edges))
        shown.append(
            {
                "layer": error.layer,
                "kind": error.kind,
                "sentence": number,
                "gold": [_item(item, start) for item in error.gold],
                "predicted": [_item(item, start) for item in error.predicted],
            }
        )
    return {"total": len(errors), "sentences": sentences.to_json(), "errors": shown}


def _places(item: Item) -> tuple[int, ...]:
    event = item.event
    return (item.start, item.end, *((event[1], event[2]) if event else ()))


def _item(item: Item, start: int) -> dict[str, Any]:
    content: dict[str, Any] = {
        "start": item.start - start,
        "end": item.end - start,
        "label": item.label,
    }
    if item.event is not None:
        kind, low, high = item.event
        content["event"] = {"start": low - start, "end": high - start, "label": kind}
    return content
