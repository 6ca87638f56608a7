"""How far annotators agree, by every measure, and where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from evaluation.agreement import AGREEMENT_CRITERIA, Agreement, agree
from evaluation.arms import ARMS, arm_of
from evaluation.chance import (
    Coefficient,
    Measured,
    Ratings,
    cohen_kappa,
    fleiss_kappa,
    mean_of,
    measure,
    nominal_alpha,
)
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
from evaluation.ratings import (
    SPAN_LAYERS,
    Reading,
    Tokenizer,
    find_words,
    rate_attributes,
    rate_tokens,
    unitise,
)
from evaluation.unitising import Continuum, alpha_u, left_out, u_alpha
from schemas.labels import Schema

__all__ = [
    "COEFFICIENTS",
    "STUDY_CRITERIA",
    "AgreementStudy",
    "LayerReliability",
    "study_agreement",
]

STUDY_CRITERIA: tuple[str, ...] = (
    *map(str, AGREEMENT_CRITERIA),
    "nominals:overlap",
    "triggers:overlap",
    "arguments:overlap",
    *FRAME_CRITERIA,
)
"""The layers whose F1 a study of agreement shows, exact and overlapping."""

COEFFICIENTS: dict[str, str] = {
    "kappa": "Cohen's kappa on tokens; of more than two annotators the pairs' mean",
    "fleiss_kappa": "Fleiss' kappa on the tokens that all annotators saw",
    "alpha": "Krippendorff's nominal alpha on tokens",
    "u_alpha": "Krippendorff's alpha for unitising (2016) on characters",
    "alpha_u": "Krippendorff's older alpha for unitising (1995, 2004) on characters",
    "gamma": "the gamma of Mathet, Widlöcher and Métivier (2015)",
}
"""What each coefficient is; attributes are compared on shared triggers, not tokens."""

Measures = Mapping[str, Measured]
Documents = Mapping[str, Mapping[str, DocumentLike]]


@dataclass(frozen=True, slots=True)
class LayerReliability:
    """The coefficients of one layer: of all its labels together, and of each.

    `units` is how many tokens (or triggers) were compared, `left_out` how many spans
    the alphas for unitising could not use because they overlap another one.
    """

    all: Measures
    labels: Mapping[str, Measures]
    pairs: Mapping[tuple[str, str], Measured]
    units: int
    left_out: int

    def to_json(self) -> dict[str, Any]:
        """Return all coefficients with their intervals."""
        return {
            "units": self.units,
            "left_out": self.left_out,
            "all": _to_json(self.all),
            "labels": {label: _to_json(row) for label, row in self.labels.items()},
            "pairs": [
                {"annotators": list(pair), "kappa": kappa.to_json()}
                for pair, kappa in self.pairs.items()
            ],
        }


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
            coefficients=_coefficients(part, tuple(sets), schema, bootstrap, gamma),
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


def _to_json(row: Measures) -> dict[str, Any]:
    return {name: measured.to_json() for name, measured in row.items()}


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


def _coefficients(
    readings: Sequence[Reading],
    names: tuple[str, ...],
    schema: Schema | None,
    bootstrap: Bootstrap,
    gamma: bool,
) -> dict[str, LayerReliability]:
    layers = {}
    for layer in SPAN_LAYERS:
        labels, used = _labels(readings, layer, schema)
        values, single = rate_tokens(readings, layer, used)
        texts, alone = unitise(readings, layer, used)
        bare = layer.partition(":")[2] in ("boundary", "found")
        layers[layer] = _layer(
            names,
            (values, {} if bare else single),
            {label: {} for label in labels} if not bare else {},
            bootstrap,
            units=(texts, alone),
        )
        if gamma:
            layers[layer] = _with_gamma(layers[layer], texts, bootstrap)
    layers["attributes"] = _layer(
        names, rate_attributes(readings, schema), {}, bootstrap, units=None
    )
    return layers


def _labels(
    readings: Sequence[Reading], layer: str, schema: Schema | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return all labels of a layer, and those that anybody used, in the same order."""
    used = {
        label
        for reading in readings
        for doc in reading.sides
        if doc is not None
        for label, _ in SPAN_LAYERS[layer](doc)
    }
    known: tuple[str, ...] = ()
    if schema is not None:
        of_layer = {
            "entities": tuple(schema.entities),
            "nominals": tuple(schema.entities),
            "triggers": tuple(schema.events),
            "arguments": tuple(schema.roles),
        }
        known = of_layer.get(layer, ())
    labels = tuple(dict.fromkeys((*known, *sorted(used))))
    return labels, tuple(label for label in labels if label in used)


def _layer(
    names: tuple[str, ...],
    ratings: tuple[list[Ratings], dict[str, list[Ratings]]],
    unused: Mapping[str, Measures],
    bootstrap: Bootstrap,
    *,
    units: tuple[list[Continuum], dict[str, list[Continuum]]] | None,
) -> LayerReliability:
    """Measure a layer and its labels, all on the same resamples of documents."""
    values, single = ratings
    wanted: dict[tuple[str | None, str], Coefficient] = {}
    pairs = {
        (names[i], names[j]): cohen_kappa(values, i, j)
        for i, j in combinations(range(len(names)), 2)
    }
    for label, given in ((None, values), *single.items()):
        for name, count in _ON_RATINGS.items():
            wanted[label, name] = count(given)
    if units is not None:
        together, alone = units
        for label, texts in ((None, together), *alone.items()):
            parts = alone if label is None else {label: texts}
            if label is None or label in single:
                wanted[label, "u_alpha"] = u_alpha(texts)
                wanted[label, "alpha_u"] = _older(parts or {"": texts}, len(names))
    flat = {
        f"{place}": it for place, it in enumerate((*wanted.values(), *pairs.values()))
    }
    measured = list(measure(flat, bootstrap).values())
    rows: dict[str | None, dict[str, Measured]] = {}
    for (label, name), value in zip(wanted, measured, strict=False):
        rows.setdefault(label, {})[name] = value
    labels = {
        label: rows.get(label, dict.fromkeys(rows[None], Measured(None, None)))
        for label in (unused or single)
    }
    return LayerReliability(
        all=rows[None],
        labels=labels,
        pairs=dict(zip(pairs, measured[len(wanted) :], strict=True)),
        units=sum(given.shape[1] for given in values),
        left_out=left_out(units[0]) if units is not None else 0,
    )


def _mean_kappa(ratings: Sequence[Ratings]) -> Coefficient:
    raters = range(len(ratings[0]))
    return mean_of([cohen_kappa(ratings, i, j) for i, j in combinations(raters, 2)])


_ON_RATINGS: dict[str, Callable[[Sequence[Ratings]], Coefficient]] = {
    "kappa": _mean_kappa,
    "fleiss_kappa": fleiss_kappa,
    "alpha": nominal_alpha,
}


def _older(parts: Mapping[str, Sequence[Continuum]], raters: int) -> Coefficient:
    """Count the older alpha, on empty texts where not all annotators were there."""
    empty = Continuum(0, ((),) * raters)
    whole = {
        label: [text if len(text.units) == raters else empty for text in texts]
        for label, texts in parts.items()
    }
    return alpha_u(whole)


def _with_gamma(
    layer: LayerReliability, texts: Sequence[Continuum], bootstrap: Bootstrap
) -> LayerReliability:
    from evaluation.gamma import gamma

    measured = measure({"gamma": gamma(texts)}, bootstrap)
    return LayerReliability(
        {**layer.all, **measured},
        layer.labels,
        layer.pairs,
        layer.units,
        layer.left_out,
    )
