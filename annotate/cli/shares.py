"""`miyar score --workers`: partitions counted by many, put together to one score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from annotate.cli.hands import outcomes_of, parts_of
from annotate.cli.sides import span_rule
from evaluation.documents import JsonlSource

if TYPE_CHECKING:
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
    files = [p for s in sides if isinstance(s, JsonlSource) for p in s.paths]
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
    hands: tuple[int | None, str | None],
) -> Report | None:
    """Score in shares; None where one process has to.

    That is so where labels are renamed, where the sides come in very different orders,
    and where something is wrong with them, which one process tells with its place.
    """
    from annotate.scale.pipeline import Collection
    from annotate.scale.scoring import Contested, pair_lines, read_share, scoring
    from evaluation.criteria import DEFAULT_CRITERIA
    from evaluation.scoring import build_report, choose_criteria
    from evaluation.shares import add_shares
    from schemas.errors import DataError
    from schemas.load import load_schema

    gold, predicted = sides
    if not isinstance(gold, JsonlSource) or not isinstance(predicted, JsonlSource):
        return None
    chosen = choose_criteria(layers or DEFAULT_CRITERIA, convention)
    ruled = span_rule(schema, convention, layers) is not None
    rule = (schema or load_schema()).span_rule if ruled else None
    golds, predictions = gold.paths, predicted.paths

    def read(told: Callable[[float], None]) -> Iterator[tuple[str, bytes]]:
        return pair_lines(golds, predictions, told)

    with outcomes_of(
        Collection(read),
        scoring(Contested(schema, chosen, rule)),
        title="scoring",
        parts=parts_of("score", *map(str, (*golds, *predictions))),
        workers=hands[0],
        scheduler=hands[1],
    ) as outcomes:
        try:
            shares = [read_share(outcome) for outcome in outcomes]
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
    )
