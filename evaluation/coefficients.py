"""The coefficients of agreement, layer by layer and label by label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

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
from evaluation.intervals import Bootstrap
from evaluation.ratings import (
    SPAN_LAYERS,
    Reading,
    rate_attributes,
    rate_tokens,
    unitise,
)
from evaluation.unitising import Continuum, alpha_u, left_out, u_alpha
from schemas.labels import Schema

__all__ = ["COEFFICIENTS", "LayerReliability", "find_coefficients"]

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


def _to_json(row: Measures) -> dict[str, Any]:
    return {name: measured.to_json() for name, measured in row.items()}


def find_coefficients(
    readings: Sequence[Reading],
    names: tuple[str, ...],
    schema: Schema | None,
    bootstrap: Bootstrap,
    gamma: bool,
) -> dict[str, LayerReliability]:
    """Return the coefficients of every layer of spans, and of the attributes.

    `names` are the annotators, in the order of each reading's sides; `gamma` takes a
    library of its own, and UsageError is raised where it is not installed.
    """
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
