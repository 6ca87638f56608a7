"""What several annotators made of the same documents, put side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError

__all__ = ["Passes", "check_labels", "index_passes", "side_by_side"]

Passes = Mapping[str, Mapping[str, AnnotatedDocument]]
"""Documents by annotator, then by id."""


def index_passes(
    passes: Mapping[str, Iterable[AnnotatedDocument]],
) -> dict[str, dict[str, AnnotatedDocument]]:
    """Return each annotator's documents by id.

    Raises DataError where an annotator has one document twice, or none at all.
    """
    indexed: dict[str, dict[str, AnnotatedDocument]] = {}
    for name, docs in passes.items():
        own = indexed.setdefault(name, {})
        for doc in docs:
            if doc.id in own:
                raise DataError(
                    f"{name}: document {doc.id!r} is there twice. Keep one annotation "
                    "a document and annotator."
                )
            own[doc.id] = doc
        if not own:
            raise DataError(
                f"{name}: holds no document. Was anything submitted? 'miyar status' "
                "shows how far a project is."
            )
    return indexed


def side_by_side(
    passes: Passes, *, overlap: int | None = None
) -> dict[str, dict[str, AnnotatedDocument]]:
    """Return for each document, in order of id, who made what of it.

    Each needs `overlap` annotators, or all of them. Raises DataError, listing every
    document that too few have: not annotated is not the same as nothing found.
    """
    wanted = len(passes) if overlap is None else overlap
    ids = sorted(set().union(*passes.values()))
    sides = {
        doc_id: {name: docs[doc_id] for name, docs in passes.items() if doc_id in docs}
        for doc_id in ids
    }
    few = [
        f"{doc_id}: has no annotation by {', '.join(passes.keys() - side.keys())}"
        if overlap is None
        else f"{doc_id}: has {len(side)} of {wanted} annotations"
        for doc_id, side in sides.items()
        if len(side) < wanted
    ]
    if few:
        hint = "" if overlap else " Or say with --overlap how many each is to have."
        raise DataError(
            "\n".join(few)
            + f"\nPull again when these are finished, and adjudicate then.{hint}"
        )
    return sides


def check_labels(passes: Passes, labels: Iterable[str], *, schema: str) -> None:
    """Raise DataError, listing them all, where annotations use labels not among these.

    So it is when the schema was changed while people annotated.
    """
    known = frozenset(labels)
    strange: list[str] = []
    for name, docs in passes.items():
        found: dict[str, int] = {}
        for doc in docs.values():
            for mention in (*doc.entities, *doc.events):
                if mention.label not in known:
                    found[mention.label] = found.get(mention.label, 0) + 1
        strange += [f"{name}: {label} ({n})" for label, n in sorted(found.items())]
    if strange:
        raise DataError(
            f"these labels are not in the schema {schema}:\n"
            + "\n".join(strange)
            + "\nWas it changed midway? Move the annotations with 'miyar schema "
            "migrate', or name their schema with --schema."
        )
