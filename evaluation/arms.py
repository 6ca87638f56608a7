"""A campaign's two arms apart: agreement on pre-annotated text is inflated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluation.agreement import agree
from evaluation.documents import DocumentLike
from schemas.labels import Schema

__all__ = ["ARMS", "arm_of", "measure_arms", "split_arms"]

ARMS = ("control", "suggested")
"""What `meta.arm` says of a document: annotated without or with suggestions."""

Sides = Mapping[str, Sequence[DocumentLike]]


def arm_of(sides: Iterable[DocumentLike | None]) -> str | None:
    """Return the arm that a document's annotations name; None where they do not say.

    One that any annotator had suggestions for is `suggested`.
    """
    named = {
        (getattr(doc, "meta", None) or {}).get("arm")
        for doc in sides
        if doc is not None
    }
    if "suggested" in named:
        return "suggested"
    return "control" if named == {"control"} else None


def split_arms(annotations: Sides) -> dict[str, dict[str, list[DocumentLike]]]:
    """Return what each annotator made in either arm; arms without documents are absent.

    A document whose arm is not told is in neither.
    """
    sides: dict[str, list[DocumentLike]] = {}
    for docs in annotations.values():
        for doc in docs:
            sides.setdefault(doc.id, []).append(doc)
    arms = {doc_id: arm_of(docs) for doc_id, docs in sides.items()}
    return {
        arm: {
            name: [doc for doc in docs if arms[doc.id] == arm]
            for name, docs in annotations.items()
        }
        for arm in ARMS
        if arm in arms.values()
    }


def measure_arms(
    annotations: Sides, *, schema: Schema | None = None
) -> dict[str, dict[str, Any]]:
    """Return by arm how much was annotated, and how far annotators agree on it.

    `layers` is null where no two annotators share a document of the arm.
    """
    return {
        arm: {**_counts(sides), "layers": _layers(sides, schema)}
        for arm, sides in split_arms(annotations).items()
    }


def _counts(sides: Sides) -> dict[str, int]:
    docs = [doc for side in sides.values() for doc in side]
    return {
        "documents": len({doc.id for doc in docs}),
        "annotations": len(docs),
        "entities": sum(len(doc.entities) for doc in docs),
        "events": sum(len(doc.events) for doc in docs),
        "arguments": sum(len(event.arguments) for doc in docs for event in doc.events),
    }


def _layers(sides: Sides, schema: Schema | None) -> dict[str, Any] | None:
    ids = [{doc.id for doc in docs} for docs in sides.values()]
    shared = any(
        one & other for place, one in enumerate(ids) for other in ids[place + 1 :]
    )
    return agree(sides, schema=schema).to_json()["layers"] if shared else None
