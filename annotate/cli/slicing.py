"""`--by`: the parts that a score is taken apart into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError

if TYPE_CHECKING:
    from evaluation import Report
    from evaluation.documents import DocumentLike
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
    sides: tuple[Iterable[DocumentLike], Iterable[DocumentLike]],
    *,
    gold: Path,
    train: Path | None,
    schema: Schema | None,
) -> Mapping[str, Any]:
    """Return the layers of each part; event types must have been asked for.

    Raises UsageError where a part needs the training gold and there is none.
    """
    import evaluation
    from evaluation import slices

    if kind is Slice.TYPE:
        return report.types
    if kind is Slice.ROLE:
        from evaluation.event_types import split_roles

        return split_roles(report.types)
    if kind is Slice.DOCUMENT:
        return slices.by_documents(report, {i: [i] for i in report.documents})
    if kind is Slice.OUTLET:
        return slices.by_documents(report, _outlets(gold))
    banding: Banding
    if kind is Slice.LENGTH:
        banding = slices.by_length
    elif train is None:
        raise UsageError(f"--by {kind} needs the training gold: give it by --train.")
    else:
        from annotate.arabic.fold import fold_text
        from exports import find_gold

        make = slices.by_seen if kind is Slice.SEEN else slices.by_frequency
        docs = evaluation.JsonlSource(*find_gold(train).paths)
        banding = make(docs, fold=fold_text)
    bands = slices.score_bands(*sides, banding=banding, schema=schema)
    return {band: part.layers for band, part in bands.items()}


def _outlets(gold: Path) -> dict[str, list[str]]:
    from schemas.jsonl import read_documents

    groups: dict[str, list[str]] = {}
    for doc in read_documents(gold):
        outlet = str(doc.meta.get("outlet") or "not stated")
        groups.setdefault(outlet, []).append(doc.id)
    return dict(sorted(groups.items()))
