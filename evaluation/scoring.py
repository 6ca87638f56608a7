"""Score predictions against gold: counts per document, added, then rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evaluation.columns import Edges, Snap, snap_to_words
from evaluation.corpus import Corpus, read_corpus
from evaluation.counts import Counts
from evaluation.criteria import DEFAULT_CRITERIA, Convention, Criterion, parse_criteria
from evaluation.documents import DocumentLike
from evaluation.intervals import (
    Bootstrap,
    Interval,
    percentile_intervals,
    rates_of,
    resampled,
)
from evaluation.items import Tally, tally
from evaluation.report import LayerScore, Report, Row, Signature
from schemas.errors import UsageError

if TYPE_CHECKING:
    from evaluation.confusion import Confusion
    from schemas.labels import Schema

__all__ = ["build_report", "choose_criteria", "edges_of", "score", "summarise"]

_Rates = npt.NDArray[np.float64]


def score(  # noqa: PLR0913 - keyword-only options, each of them in the signature
    gold: Iterable[DocumentLike],
    predicted: Iterable[DocumentLike],
    *,
    schema: Schema | None = None,
    criteria: Iterable[Criterion | str] = DEFAULT_CRITERIA,
    bootstrap: Bootstrap | None = None,
    convention: Convention = "raw",
    clitic: Snap | None = None,
    by_type: bool = False,
    names: tuple[str, str] = ("gold", "predicted"),
    options: Iterable[str] = (),
) -> Report:
    """Score predictions against gold by every criterion asked for.

    A gold document without predictions is all missed. With a schema every label of it
    has a row and an unknown label is an error; without, the labels are those that
    occur. Under a `convention` other than `raw` the edges of both sides are moved
    first, whatever the criterion; `clitic` is the span rule that does so.
    With `by_type` the layers of triggers and arguments are made for each event type as
    well. `names` are those of the two sides, for the signature and for messages;
    `options` are choices made before, such as a label map, for the signature alone.

    Raises DataError where the two sides are not about the same texts or break the
    contract, UsageError for a criterion that is unknown or lacks its `clitic`.

    >>> from schemas.annotations import AnnotatedDocument, EntityMention
    >>> place = EntityMention(label="GPE", start=3, end=8)
    >>> gold = AnnotatedDocument(id="a", text="في بغداد", entities=(place,))
    >>> score([gold], [gold]).layers["entities"].micro.f1
    1.0
    """
    chosen = choose_criteria(criteria, convention)
    corpus = read_corpus(
        gold, predicted, schema=schema, edges=edges_of(chosen, clitic), names=names
    )
    return build_report(
        corpus,
        [tally(criterion, corpus, schema) for criterion in chosen],
        schema=schema,
        bootstrap=bootstrap,
        convention=convention,
        by_type=by_type,
        name=names[0],
        options=options,
    )


def choose_criteria(
    criteria: Iterable[Criterion | str], convention: Convention
) -> tuple[Criterion, ...]:
    """Return the criteria asked for, all under a convention other than `raw`."""
    chosen = parse_criteria(str(criterion) for criterion in criteria)
    if convention != "raw":
        chosen = tuple(replace(c, convention=convention) for c in chosen)
    return chosen


def build_report(  # noqa: PLR0913 - keyword-only
    corpus: Corpus,
    tallies: Sequence[Tally],
    *,
    schema: Schema | None,
    bootstrap: Bootstrap | None,
    convention: Convention,
    by_type: bool,
    name: str,
    options: Iterable[str] = (),
) -> Report:
    """Make the report of a corpus that is counted; `name` is the gold's."""
    bootstrap = bootstrap or Bootstrap()
    chosen = [counted.criterion for counted in tallies]
    signature = Signature(
        gold=f"{name}@{corpus.digest[:12]}",
        schema=schema.name if schema else "none",
        documents=len(corpus.ids),
        bootstrap=str(bootstrap),
        tool=_tool_version(),
        options=(
            *options,
            *(() if convention == "raw" else (f"convention:{convention}",)),
        ),
    )
    return Report(
        signature,
        corpus.ids,
        summarise(tallies, signature, bootstrap),
        confusion=_confusion(chosen, corpus, schema),
        types=_types(chosen, corpus, schema, signature, bootstrap) if by_type else {},
        unanswered=corpus.unanswered,
    )


def _confusion(
    chosen: Iterable[Criterion], corpus: Corpus, schema: Schema | None
) -> dict[str, Confusion]:
    for criterion in chosen:
        if criterion.table == "attributes":
            from evaluation.confusion import confuse_attributes

            return confuse_attributes(criterion, corpus, schema)
    return {}


def _types(
    chosen: Iterable[Criterion],
    corpus: Corpus,
    schema: Schema | None,
    signature: Signature,
    bootstrap: Bootstrap,
) -> dict[str, Mapping[str, LayerScore]]:
    from evaluation.event_types import tallies_by_type

    return {
        event_type: summarise(
            tallies,
            replace(signature, options=(*signature.options, f"type:{event_type}")),
            bootstrap,
        )
        for event_type, tallies in tallies_by_type(chosen, corpus, schema)
    }


def edges_of(criteria: Iterable[Criterion], clitic: Snap | None) -> dict[str, Edges]:
    """Return the ways of comparing edges; entities are moved only where looked at."""
    edges = {"raw": Edges()}
    for criterion in criteria:
        if criterion.convention == "raw":
            continue
        if criterion.convention == "clitic" and clitic is None:
            raise UsageError(
                f"the layer {criterion} needs the span rule; give it as 'clitic', "
                "or use the convention 'word'."
            )
        looks = criterion.table in ("entities", "nominals")
        looks = looks or criterion.pairing == "same-entity"
        before = edges.get(criterion.convention)
        edges[criterion.convention] = Edges(
            clitic if criterion.convention == "clitic" else snap_to_words,
            looks or (before is not None and before.entities),
        )
    return edges


def _tool_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("miyar")
    except PackageNotFoundError:
        return "unknown"


def summarise(
    tallies: Iterable[Tally], signature: Signature, bootstrap: Bootstrap
) -> Mapping[str, LayerScore]:
    """Add per-document counts up to layers, with an interval on every row."""
    tallies = tuple(tallies)
    resamples = _resamples(tallies, bootstrap)
    layers = {}
    for table, sums in zip(tallies, resamples, strict=True):
        layers[table.criterion.name] = _layer(
            table, sums, signature.of(table.criterion), bootstrap.confidence
        )
    return layers


def _resamples(tallies: tuple[Tally, ...], bootstrap: Bootstrap) -> list[_Rates | None]:
    """Return each tally's resampled counts as (resamples, rows, 3), if there are any.

    Nothing is resampled where there is one document or none: no interval could be
    known. Columns of zeros are not multiplied out.
    """
    documents = len(tallies[0].counts) if tallies else 0
    if bootstrap.resamples == 0 or documents < 2:
        return [None] * len(tallies)
    flat = [t.counts.reshape(documents, -1) for t in tallies]
    used = [np.flatnonzero(table.any(axis=0)) for table in flat]
    sums = resampled([t[:, u] for t, u in zip(flat, used, strict=True)], bootstrap)
    whole: list[_Rates | None] = []
    for table, columns, drawn in zip(tallies, used, sums, strict=True):
        spread = np.zeros((bootstrap.resamples, len(table.rows) * 3))
        spread[:, columns] = drawn
        whole.append(spread.reshape(bootstrap.resamples, len(table.rows), 3))
    return whole


def _layer(
    table: Tally, sums: _Rates | None, signature: str, confidence: float
) -> LayerScore:
    totals = table.counts.sum(axis=0, dtype=np.float64)
    intervals = _intervals(sums, confidence, len(table.rows))
    labels = {
        name: Row.of(_counts(totals[i]), intervals[i])
        for i, name in enumerate(table.rows)
    }
    mean, weighted = (_averages(totals[None], w)[:, 0] for w in (False, True))
    return LayerScore(
        criterion=table.criterion,
        signature=signature,
        labels=labels,
        micro=Row.of(_counts(totals.sum(axis=0)), intervals[-3]),
        macro=_average_row(mean, intervals[-2]),
        weighted=_average_row(weighted, intervals[-1]),
        tally=table,
    )


def _counts(cells: npt.NDArray[np.float64]) -> Counts:
    tp, fp, fn = (int(c) if c == int(c) else float(c) for c in cells)
    return Counts(tp, fp, fn)


def _average_row(values: _Rates, interval: Interval | None) -> Row:
    precision, recall, f1 = (None if np.isnan(v) else float(v) for v in values)
    return Row(precision, recall, f1, interval)


def _intervals(
    sums: _Rates | None, confidence: float, rows: int
) -> list[Interval | None]:
    """Return the intervals of the F1 of all rows, then micro, macro and weighted."""
    if sums is None:
        return [None] * (rows + 3)
    columns = [
        rates_of(sums)[2],
        rates_of(sums.sum(axis=1, keepdims=True))[2],
        _averages(sums, False)[2][:, None],
        _averages(sums, True)[2][:, None],
    ]
    return percentile_intervals(np.concatenate(columns, axis=1), confidence)


def _averages(counts: _Rates, weighted: bool) -> _Rates:
    """Return mean precision, recall and F1 over the labels where they are defined.

    `counts` is (resamples, rows, 3); the result (3, resamples).
    """
    rates = rates_of(counts)
    weight = np.ones_like(rates)
    if weighted:
        weight = weight * (counts[..., 0] + counts[..., 2])
    weight = np.where(np.isnan(rates), 0, weight)
    total = weight.sum(axis=-1)
    summed = (np.nan_to_num(rates) * weight).sum(axis=-1)
    means: _Rates = np.full_like(total, np.nan)
    np.divide(summed, total, out=means, where=total > 0)
    return means
