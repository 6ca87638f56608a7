"""How far annotators agree, by every measure, and where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evaluation.agreement import AGREEMENT_CRITERIA, Agreement, agree
from evaluation.arms import ARMS, arm_of
from evaluation.coefficients import LayerReliability, find_coefficients
from evaluation.columns import Snap
from evaluation.criteria import Criterion
from evaluation.disagreements import (
    Disagreement,
    find_disagreements,
    summarise_kinds,
    summarise_patterns,
)
from evaluation.documents import DocumentLike
from evaluation.frames import FRAME_CRITERIA
from evaluation.intervals import Bootstrap
from evaluation.ratings import Reading, Tokenizer, find_words
from schemas.labels import Schema

__all__ = ["STUDY_CRITERIA", "AgreementStudy", "study_agreement"]

STUDY_CRITERIA: tuple[str, ...] = (
    *map(str, AGREEMENT_CRITERIA),
    "nominals:overlap",
    "triggers:overlap",
    "arguments:overlap",
    *FRAME_CRITERIA,
)
"""The layers whose F1 a study of agreement shows, exact and overlapping."""

Documents = Mapping[str, Mapping[str, DocumentLike]]


@dataclass(frozen=True, slots=True)
class AgreementStudy:
    """Everything measured on the same annotations.

    `arms` holds the documents of either arm as a study of its own, where documents say
    which they belong to; `untold` is how many do not say. A study of an arm has no
    arms again.
    """

    agreement: Agreement
    coefficients: Mapping[str, LayerReliability]
    disagreements: tuple[Disagreement, ...]
    readings: tuple[Reading, ...]
    arms: Mapping[str, AgreementStudy]
    untold: int

    def to_json(self) -> dict[str, Any]:
        """Return the agreement's JSON with the other measures beside it."""
        return {
            **self.figures_to_json(),
            "own_tokens": sum(reading.own_tokens for reading in self.readings),
            "arms": {name: arm.figures_to_json() for name, arm in self.arms.items()},
            "documents_without_arm": self.untold,
            "by_document": self.by_document(),
            "kinds": summarise_kinds(self.disagreements),
            "patterns": summarise_patterns(self.disagreements),
            "disagreements": [case.to_json() for case in self.disagreements],
        }

    def figures_to_json(self) -> dict[str, Any]:
        """Return F1 and coefficients alone."""
        layers = {name: it.to_json() for name, it in self.coefficients.items()}
        return {**self.agreement.to_json(), "coefficients": layers}

    def by_document(self) -> list[dict[str, Any]]:
        """Return for each pair and document what F1 each layer has there."""
        return [
            {
                "document": doc_id,
                "annotators": [pair.first, pair.second],
                "layers": {
                    name: _f1(*layer.tally.counts[place].sum(axis=0).tolist())
                    for name, layer in pair.report.layers.items()
                },
            }
            for pair in self.agreement.pairs
            for place, doc_id in enumerate(pair.report.documents)
        ]


def study_agreement(  # noqa: PLR0913 - keyword-only options
    annotations: Mapping[str, Iterable[DocumentLike]],
    *,
    schema: Schema | None = None,
    criteria: Iterable[Criterion | str] = STUDY_CRITERIA,
    bootstrap: Bootstrap | None = None,
    tokenize: Tokenizer = find_words,
    clitic: Snap | None = None,
    gamma: bool = False,
) -> AgreementStudy:
    """Measure the agreement by every measure, and find the disagreements.

    Tokens are the documents' own; `tokenize` cuts the texts that bring none. `clitic`
    is the span rule, to tell differences by clitics from others. `gamma` takes a
    library of its own and some seconds a document.

    Raises what `agree` raises, DataError for a document without text, UsageError where
    gamma's library is not installed.
    """
    bootstrap = bootstrap or Bootstrap()
    sets = {name: tuple(docs) for name, docs in annotations.items()}
    chosen = tuple(criteria)
    agreement = agree(sets, schema=schema, criteria=chosen, bootstrap=bootstrap)
    by_id = {name: {doc.id: doc for doc in docs} for name, docs in sets.items()}
    shared = sorted({i for pair in agreement.pairs for i in pair.report.documents})
    readings = [
        Reading.of(doc_id, [docs.get(doc_id) for docs in by_id.values()], tokenize)
        for doc_id in shared
    ]

    def study(part: Sequence[Reading], of: Agreement) -> AgreementStudy:
        return AgreementStudy(
            agreement=of,
            coefficients=find_coefficients(part, tuple(sets), schema, bootstrap, gamma),
            disagreements=tuple(_disagreements(by_id, of, schema, clitic)),
            readings=tuple(part),
            arms={},
            untold=0,
        )

    arms = {}
    for arm in ARMS:
        part = [reading for reading in readings if arm_of(reading.sides) == arm]
        if part:
            ids = {reading.doc_id for reading in part}
            own = {
                name: [doc for doc in docs if doc.id in ids]
                for name, docs in sets.items()
            }
            of = agree(own, schema=schema, criteria=chosen, bootstrap=bootstrap)
            arms[arm] = study(part, of)
    whole = study(readings, agreement)
    untold = len(readings) - sum(len(arm.readings) for arm in arms.values())
    return replace(whole, arms=arms, untold=untold)


def _f1(tp: float, fp: float, fn: float) -> float | None:
    whole = 2 * tp + fp + fn
    return 2 * tp / whole if whole else None


def _disagreements(
    by_id: Documents, agreement: Agreement, schema: Schema | None, clitic: Snap | None
) -> list[Disagreement]:
    found: list[Disagreement] = []
    for pair in agreement.pairs:
        sides = (
            [by_id[name][doc_id] for doc_id in pair.report.documents]
            for name in (pair.first, pair.second)
        )
        names = (pair.first, pair.second)
        found += find_disagreements(
            *sides, annotators=names, schema=schema, clitic=clitic
        )
    return sorted(found, key=lambda d: (-d.cost, d.doc_id, d.start, d.layer))
