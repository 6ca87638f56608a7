"""How far annotators agree: pairwise F1, by the very engine that scores extractors.

What nobody marked is not counted, so that no universe of negatives has to be invented
(Hripcsak and Rothschild, JAMIA 2005: F1 is what kappa tends to as negatives grow).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from evaluation.criteria import Criterion, parse_criteria
from evaluation.documents import DocumentLike
from evaluation.frames import FRAME_CRITERIA, tally_frames
from evaluation.intervals import Bootstrap
from evaluation.items import Tally
from evaluation.report import LayerScore, Report, Signature
from evaluation.scoring import score, summarise
from schemas.errors import DataError, UsageError
from schemas.labels import Schema

__all__ = ["AGREEMENT_CRITERIA", "Agreement", "PairAgreement", "agree"]

AGREEMENT_CRITERIA: tuple[Criterion, ...] = parse_criteria(
    (
        "entities",
        "entities:boundary",
        "entities:overlap",
        "nominals",
        "triggers",
        "triggers:found",
        "arguments",
        "arguments:found",
        "attributes",
    )
)
"""The layers of agreement, unless others are asked for."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two annotators on the documents that both annotated.

    The first stands for the gold in `report`; F1 is the same either way.
    """

    first: str
    second: str
    report: Report

    def to_json(self) -> dict[str, Any]:
        """Return the pair with its layers."""
        return {
            "annotators": [self.first, self.second],
            "documents": len(self.report.documents),
            **self.report.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of every pair, and of all pairs added up.

    `layers` adds the counts of all pairs; its intervals resample documents, with all
    that any pair did on them.
    """

    annotators: tuple[str, ...]
    signature: Signature
    documents: int
    pairs: tuple[PairAgreement, ...]
    layers: Mapping[str, LayerScore]

    def to_json(self) -> dict[str, Any]:
        """Return the agreement in the shape of a report, with the pairs beside it."""
        return {
            "signature": str(self.signature),
            "annotators": list(self.annotators),
            "documents": self.documents,
            "layers": {name: layer.to_json() for name, layer in self.layers.items()},
            "pairs": [pair.to_json() for pair in self.pairs],
        }


def agree(
    annotations: Mapping[str, Iterable[DocumentLike]],
    *,
    schema: Schema | None = None,
    criteria: Iterable[Criterion | str] = AGREEMENT_CRITERIA,
    bootstrap: Bootstrap | None = None,
) -> Agreement:
    """Compare every two annotators on the documents that both have.

    `annotations` maps each annotator to what they annotated. A document that only one
    has is left out: not annotated is not the same as nothing found. Besides the
    criteria of scores those of whole events can be asked for (`FRAME_CRITERIA`).

    Raises UsageError for fewer than two annotators, DataError when no two of them share
    a document, when one has a document twice, or when texts differ.
    """
    if len(annotations) < 2:
        raise UsageError("agreement needs at least two annotators; give another file.")
    bootstrap = bootstrap or Bootstrap()
    chosen = dict.fromkeys(str(criterion) for criterion in criteria)
    sets = {name: _by_id(name, docs) for name, docs in annotations.items()}
    pairs = []
    for first, second in combinations(sets, 2):
        shared = sorted(sets[first].keys() & sets[second].keys())
        if shared:
            report = score(
                [sets[first][doc_id] for doc_id in shared],
                [sets[second][doc_id] for doc_id in shared],
                schema=schema,
                criteria=[name for name in chosen if name not in FRAME_CRITERIA],
                bootstrap=bootstrap,
                names=(first, second),
            )
            whole = [
                tally_frames(
                    criterion,
                    [(sets[first][doc_id], sets[second][doc_id]) for doc_id in shared],
                    schema,
                )
                for name, criterion in FRAME_CRITERIA.items()
                if name in chosen
            ]
            more = summarise(whole, report.signature, bootstrap)
            report = replace(report, layers={**report.layers, **more})
            pairs.append(PairAgreement(first, second, report))
    if not pairs:
        raise DataError(
            f"{', '.join(sets)} have no document in common, so nothing can agree. Do "
            "the files use the same document ids?"
        )
    return _pooled(tuple(sets), tuple(pairs), bootstrap)


def _by_id(name: str, docs: Iterable[DocumentLike]) -> dict[str, DocumentLike]:
    found: dict[str, DocumentLike] = {}
    for doc in docs:
        if doc.id in found:
            raise DataError(
                f"{name}: document {doc.id!r} is there twice. Keep one annotation a "
                "document and annotator."
            )
        found[doc.id] = doc
    return found


def _pooled(
    annotators: tuple[str, ...], pairs: tuple[PairAgreement, ...], bootstrap: Bootstrap
) -> Agreement:
    ids = sorted({doc_id for pair in pairs for doc_id in pair.report.documents})
    base = pairs[0].report.signature
    digests = "+".join(
        sorted({pair.report.signature.gold.rpartition("@")[2] for pair in pairs})
    )
    signature = Signature(
        gold=f"{'~'.join(annotators)}@{digests}",
        schema=base.schema,
        documents=len(ids),
        bootstrap=base.bootstrap,
        tool=base.tool,
    )
    names = pairs[0].report.layers
    tallies = [_added(name, pairs, ids) for name in names]
    layers = summarise(tallies, signature, bootstrap)
    return Agreement(annotators, signature, len(ids), pairs, layers)


def _added(layer: str, pairs: Sequence[PairAgreement], ids: Sequence[str]) -> Tally:
    """Add up the counts of all pairs, document by document."""
    tallies = [pair.report.layers[layer].tally for pair in pairs]
    rows = tuple(dict.fromkeys(row for tally in tallies for row in tally.rows))
    place = {doc_id: i for i, doc_id in enumerate(ids)}
    counts = np.zeros((len(ids), len(rows), 3), dtype=np.float32)
    for pair, tally in zip(pairs, tallies, strict=True):
        at = [place[doc_id] for doc_id in pair.report.documents]
        counts[at] += tally.with_rows(rows).counts
    return Tally(tallies[0].criterion, rows, counts)
