"""`miyar score --workers`: partitions counted by many, put together to one score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.cli.hands import outcomes_of, parts_of
from annotate.cli.sides import span_rule
from evaluation.documents import JsonlSource
from evaluation.selection import Relabelled

if TYPE_CHECKING:
    from annotate.scale.scoring import Labels
    from evaluation import Bootstrap, Report
    from evaluation.criteria import Convention
    from evaluation.documents import DocumentLike
    from schemas.labels import Schema

__all__ = ["pays", "score_shares"]

Sides = tuple["Iterable[DocumentLike]", "Iterable[DocumentLike]"]

MUCH = 2**30
"""From so many bytes on, workers are worth starting: one process reads 100 MB/s."""


def pays(sides: Sides, workers: int | None, scheduler: str | None) -> bool:
    """Tell whether to share the work: asked for, or much to read for many cores."""
    if workers is not None or scheduler is not None:
        return workers != 1 or scheduler is not None
    files = [path for side in sides for path in _files(side)[0]]
    if sum(path.stat().st_size for path in files if path.exists()) <= MUCH:
        return False
    from annotate.scale.pipeline import cores

    return cores() > 1


def score_shares(  # noqa: PLR0913 - keyword-only
    sides: Sides,
    layers: Sequence[str],
    *,
    schema: Schema | None,
    bootstrap: Bootstrap,
    convention: Convention,
    by_type: bool,
    name: str,
    options: Sequence[str],
    hands: tuple[int | None, str | None],
) -> Report | None:
    """Score in shares; None where one process has to.

    That is so where the sides are no files or come in very different orders, and where
    something is wrong with them, which one process tells with its place.
    """
    from annotate.scale.pipeline import Collection
    from annotate.scale.scoring import Contested, pair_lines, read_share, scoring
    from evaluation.scoring import build_report, choose_criteria
    from evaluation.shares import add_shares
    from schemas.errors import DataError
    from schemas.load import load_schema

    (golds, gold_labels), (predictions, predicted_labels) = map(_files, sides)
    if not golds or not predictions:
        return None
    ruled = span_rule(schema, convention, layers) is not None
    contested = Contested(
        schema,
        choose_criteria(layers, convention),
        (schema or load_schema()).span_rule if ruled else None,
        (gold_labels, predicted_labels),
    )

    def read(told: Callable[[float], None]) -> Iterator[tuple[str, bytes]]:
        return pair_lines(golds, predictions, told)

    with outcomes_of(
        Collection(read),
        scoring(contested),
        title="scoring",
        parts=parts_of("score", *map(str, (*golds, *predictions))),
        workers=hands[0],
        scheduler=hands[1],
    ) as outcomes:
        try:
            shares = [read_share(outcome, contested) for outcome in outcomes]
        except DataError:
            return None
    added = add_shares(shares)
    if added is None:
        return None
    corpus, tallies = added
    return build_report(
        corpus,
        tallies,
        schema=schema,
        bootstrap=bootstrap,
        convention=convention,
        by_type=by_type,
        name=name,
        options=options,
    )


def _files(side: Iterable[DocumentLike]) -> tuple[tuple[Path, ...], Labels | None]:
    """Return the files a side is read from, if it is, and its new labels."""
    docs, labels = side, None
    if isinstance(side, Relabelled):
        docs, labels = side.docs, side.labels
    return (docs.paths if isinstance(docs, JsonlSource) else ()), labels
