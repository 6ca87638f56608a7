"""Read what became of each suggestion: who kept, changed, deleted or added what.

A region that an annotator deleted leaves no trace in Label Studio, so each annotation
is held against its own copy of the suggestions it began from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from annotate.labelstudio.campaign import Campaign
from annotate.labelstudio.client import Studio
from annotate.labelstudio.marks import Episode, Marks, read_marks
from annotate.labelstudio.snapshot import snapshot
from annotate.labelstudio.tasks import to_results
from annotate.labelstudio.users import users_by_id
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.labels import Schema

__all__ = ["CONTROL", "episodes_of_task", "read_history"]

Json = Mapping[str, Any]
Suggest = Callable[[AnnotatedDocument], AnnotatedDocument]
CONTROL = "control"


def read_history(
    studio: Studio,
    campaign: Campaign,
    schema: Schema,
    *,
    settings: Settings,
    suggest: Suggest | None = None,
) -> Iterator[Episode]:
    """Yield each submitted annotation of a project with its suggestions.

    Skipped tasks and drafts are left out: nobody said anything in them. `suggest` tells
    what rules would have proposed for a document that was pushed without suggestions.
    """
    users = users_by_id(studio)
    for task in snapshot(studio, campaign, settings=settings):
        yield from episodes_of_task(task, users, schema, suggest=suggest)


def episodes_of_task(
    task: Json,
    users: Mapping[int, str],
    schema: Schema,
    *,
    suggest: Suggest | None = None,
) -> Iterator[Episode]:
    """Yield the episodes of one task of a snapshot, by annotation id."""
    data = task["data"]
    if not isinstance(data.get("text"), str) or "doc_id" not in data:
        return
    control = (task.get("meta") or {}).get("arm") == CONTROL
    hidden: Marks | None = None
    if control and suggest is not None:
        doc = AnnotatedDocument(id=data["doc_id"], text=data["text"])
        hidden = read_marks(to_results(suggest(doc), schema))
    for annotation in sorted(task["annotations"], key=lambda a: int(a["id"])):
        if annotation.get("was_cancelled"):
            continue
        author = int(annotation.get("completed_by") or 0)
        lead_time = annotation.get("lead_time")
        said = read_marks(annotation["result"])
        shown = read_marks(_shown(task, annotation, schema))
        yield Episode(
            doc=data["doc_id"],
            annotator=users.get(author, f"user-{author}"),
            characters=len(data["text"]),
            seconds=float(lead_time) if lead_time else None,
            shown=not control,
            suggestions=hidden if control else shown,
            said=said,
        )


def _shown(task: Json, annotation: Json, schema: Schema) -> list[Json]:
    """Return the suggestions an annotation began from, in the schema's own labels."""
    copy = annotation.get("prediction") or {}
    copied: list[Json] = copy.get("result") or []
    parent = annotation.get("parent_prediction") or copy.get("id")
    known = schema.entities.keys() | schema.events.keys()
    # The copy is of the project's own suggestions, which need not be those the page was
    # opened with; and a migration renames labels, but cannot reach into copies.
    own = copied and copy.get("id") == parent
    if own and all(mark.label in known for mark in read_marks(copied).marks):
        return copied
    predictions = sorted(task["predictions"], key=lambda entry: int(entry["id"]))
    for prediction in predictions:
        if prediction["id"] == parent:
            return list(prediction["result"])
    # One that was imported names none and nobody who wrote it: it is held against what
    # its task offers.
    if not copied and annotation.get("updated_by") is None and predictions:
        return list(predictions[-1]["result"])
    return copied
