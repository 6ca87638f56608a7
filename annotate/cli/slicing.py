"""`--by`: the parts that a score is taken apart into."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.cli.scorecard import Contest
from schemas.errors import UsageError

if TYPE_CHECKING:
    from evaluation import Bootstrap, LayerScore, Report
    from evaluation.slices import Banding
    from schemas.labels import Schema

__all__ = ["Slice", "score_parts"]


class Slice(StrEnum):
    """By what a score is taken apart."""

    OUTLET = "outlet"
    DOCUMENT = "document"
    LENGTH = "length"
    TYPE = "type"
    ROLE = "role"
    SEEN = "seen"
    FREQUENCY = "frequency"


def score_parts(  # noqa: PLR0913 - keyword-only
    kind: Slice,
    report: Report,
    contest: Contest,
    *,
    gold: Path,
    train: Path | None,
    schema: Schema | None,
    bootstrap: Bootstrap,
) -> Mapping[str, Mapping[str, LayerScore]]:
    """Return the layers of each part; event types must have been asked for.

    Raises UsageError where a part needs the training gold and there is none.
    """
    from evaluation import slices

    if kind is Slice.TYPE:
        return report.types
    if kind is Slice.ROLE:
        from evaluation.event_types import split_roles

        return split_roles(report.types)
    if kind is Slice.DOCUMENT:
        each = {i: [i] for i in report.documents}
        return slices.by_documents(report, each, bootstrap=bootstrap)
    if kind is Slice.OUTLET:
        return slices.by_documents(report, _outlets(gold), bootstrap=bootstrap)
    bands = slices.score_bands(
        *contest.moved,
        banding=_banding(kind, contest, train),
        name=kind.value,
        schema=schema,
        bootstrap=bootstrap,
        signature=report.signature,
    )
    return {band: part.layers for band, part in bands.items()}


def _banding(kind: Slice, contest: Contest, train: Path | None) -> Banding:
    from evaluation import slices

    if kind is Slice.LENGTH:
        return slices.by_length
    if train is None:
        raise UsageError(f"--by {kind} needs the training gold: give it by --train.")
    from annotate.arabic.fold import fold_text

    make = slices.by_seen if kind is Slice.SEEN else slices.by_frequency
    return make(contest.moved_training(train), fold=fold_text)


def _outlets(gold: Path) -> dict[str, list[str]]:
    from schemas.jsonl import read_documents

    groups: dict[str, list[str]] = {}
    for doc in read_documents(gold):
        outlet = str(doc.meta.get("outlet") or "not stated")
        groups.setdefault(outlet, []).append(doc.id)
    return dict(sorted(groups.items()))
