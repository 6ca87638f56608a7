"""Read what annotators said, one opinion a document and annotator.

A skipped task keeps the whole suggestion, a draft was not submitted, and a relation
without a role says nothing: each is told apart, and none becomes a document's content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from annotate.labelstudio.client import Studio
from annotate.labelstudio.exporting import iter_whole_tasks
from annotate.labelstudio.projects import Part
from annotate.labelstudio.results import read_results
from annotate.labelstudio.tasks import task_fault, task_name
from annotate.labelstudio.users import users_by_id
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.labels import Schema

__all__ = ["Kind", "Opinion", "collect"]

Json = Mapping[str, Any]
Kind = Literal["submitted", "skipped", "draft", "changing", "none"]
"""A `draft` was begun and not submitted; `changing` is a draft of what was submitted;
`none` stands for a task that nobody submitted or skipped."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one annotator did with one task.

    `doc` is there for what was submitted, unless its text or schema is not the one that
    was pushed; `problems` then says why. `seconds` is the time of work that Label
    Studio measured, `at` when it was last changed (ISO 8601).
    """

    annotator: str
    task: int
    document: str
    kind: Kind
    doc: AnnotatedDocument | None = None
    seconds: float | None = None
    at: str = ""
    unlabelled: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is needed to read any task."""

    schema: Schema
    users: Mapping[int, str]
    since: datetime | None
    taken: set[tuple[str, str]]


def collect(
    studio: Studio,
    parts: tuple[Part, ...],
    schema: Schema,
    *,
    since: datetime | None = None,
    settings: Settings | None = None,
) -> Iterator[Opinion]:
    """Yield every opinion of a campaign, task by task, oldest first.

    A document's `meta.studio` names annotator, task, annotation and seconds of work.
    With `since` only what was submitted or skipped at or after that time.
    """
    desk = _Desk(schema, users_by_id(studio), since, set())
    for part in parts:
        for task in iter_whole_tasks(
            studio, part.campaign, since=since, settings=settings
        ):
            yield from _opinions(task, desk)


def _opinions(task: Json, desk: _Desk) -> Iterator[Opinion]:
    number, document = int(task["id"]), str(task["data"].get("doc_id", ""))
    annotations = task.get("annotations") or []
    if not annotations and desk.since is None:
        yield Opinion("", number, document, "none")
    fault = _unlike_pushed(task, desk.schema)
    for annotation in sorted(annotations, key=lambda entry: int(entry["id"])):
        if _is_older(annotation, desk.since):
            continue
        who = desk.users.get(_user_id(annotation), f"user-{_user_id(annotation)}")
        at = str(annotation.get("updated_at") or "")
        if annotation.get("was_cancelled"):
            yield Opinion(who, number, document, "skipped", at=at)
            continue
        problem = fault or _twice(task, annotation, who, desk)
        if problem:
            yield Opinion(
                who, number, document, "submitted", at=at, problems=(problem,)
            )
        else:
            desk.taken.add((who, document))
            yield _opinion(task, annotation, who, desk.schema)
    for draft in task.get("drafts") or ():
        kind: Kind = "draft" if draft.get("annotation") is None else "changing"
        if not _is_older(draft, desk.since):
            yield Opinion(_drafter(draft, desk.users), number, document, kind)


def _is_older(entry: Json, since: datetime | None) -> bool:
    if since is None:
        return False
    return datetime.fromisoformat(str(entry["updated_at"])) < since


def _user_id(annotation: Json) -> int:
    author = annotation.get("completed_by")
    return int(author["id"]) if isinstance(author, dict) else int(author or 0)


def _drafter(draft: Json, users: Mapping[int, str]) -> str:
    # "Name, address, id": the name may be anything, the id is last.
    number = str(draft.get("created_username") or "").rpartition(", ")[2]
    return users.get(int(number) if number.isdigit() else 0, f"user-{number}")


def _twice(task: Json, annotation: Json, who: str, desk: _Desk) -> str | None:
    document = str(task["data"]["doc_id"])
    if (who, document) not in desk.taken:
        return None
    return (
        f"task {task['id']} ({document}): {who} annotated it twice. Delete annotation "
        f"{annotation['id']} or the one before."
    )


def _unlike_pushed(task: Json, schema: Schema) -> str | None:
    if fault := task_fault(task):
        return fault
    data = task["data"]
    if data.get("schema") != schema.name:
        return (
            f"{task_name(task)}: was pushed with the schema {data.get('schema')}, and "
            f"this is {schema.name}. Name that schema with --schema."
        )
    return None


def _opinion(task: Json, annotation: Json, who: str, schema: Schema) -> Opinion:
    data, number = task["data"], int(task["id"])
    reading = read_results(
        annotation["result"],
        text=data["text"],
        schema=schema,
        where=f"task {number} ({data['doc_id']}), {who}",
    )
    origin = {"annotator": who, "task": number, "annotation": int(annotation["id"])}
    seconds = annotation.get("lead_time")
    if seconds:
        origin["seconds"] = round(float(seconds), 1)
    # Apart from the article's own meta: adjudication keeps that, and drops this.
    meta = {**(task.get("meta") or {}), "studio": origin}
    doc = AnnotatedDocument(
        id=data["doc_id"],
        text=data["text"],
        sha256=data["sha256"],
        meta=meta,
        entities=reading.entities,
        events=reading.events,
    )
    return Opinion(
        who,
        number,
        doc.id,
        "submitted",
        doc,
        float(seconds) if seconds else None,
        str(annotation.get("updated_at") or ""),
        reading.unlabelled,
        reading.problems,
    )
