"""All that a live project holds, as it stands and as a migration would have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from annotate.labelstudio.campaign import Campaign, iter_tasks
from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import render_config
from annotate.labelstudio.questions import Answers, author_of
from annotate.labelstudio.rewriting import Course, Rewritten, Source, rewrite
from annotate.labelstudio.tasks import task_fault, task_name
from schemas.annotations import AnnotatedDocument
from schemas.migrations import Change

__all__ = ["Holdings", "Item", "describe", "read_holdings"]

Json = dict[str, Any]
Kind = Literal["annotations", "drafts", "predictions"]
PAGE = 100


@dataclass(frozen=True, slots=True)
class Item:
    """One result list on the server; `kind` is the part of the API it belongs to.

    `annotation` is the one that a draft is a draft of.
    """

    kind: Kind
    id: int
    task: int
    result: list[Json]
    rewritten: Rewritten
    annotation: int | None = None

    @property
    def path(self) -> str:
        """Where the item is read and changed."""
        return f"/api/{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Holdings:
    """The items of a project, and which tasks and pages still name the old schema."""

    items: tuple[Item, ...]
    tasks: int
    old_tasks: Mapping[int, Json]
    """The data of the tasks that still name the old schema, by task."""
    page_moved: bool
    config: str
    created_at: str
    problems: tuple[str, ...]

    @property
    def fresh(self) -> tuple[Item, ...]:
        """The items that are to be written."""
        return tuple(item for item in self.items if item.rewritten.fresh)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to write."""
        return self.page_moved and not self.old_tasks and not self.fresh

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes to what annotators and rules said, item by item."""
        return tuple(change for i in self.items for change in i.rewritten.changes)

    @property
    def questions(self) -> tuple[AnnotatedDocument, ...]:
        """What the annotations leave to people, one document an annotation."""
        found = (item.rewritten.questions for item in self.items)
        return tuple(asked for asked in found if asked is not None)


def describe(schema_name: str) -> str:
    """Return the description of a project whose page is that of a schema."""
    return f"miyar: {schema_name}"


def read_holdings(
    studio: Studio, campaign: Campaign, course: Course, answers: Answers
) -> Holdings:
    """Read and carry over, in memory, every annotation, draft and suggestion."""
    project = studio.get(f"/api/projects/{campaign.id}")
    moved = _page_moved(project, course)
    items: list[Item] = []
    old_tasks: dict[int, Json] = {}
    problems: list[str] = []
    tasks = 0
    for task in iter_tasks(studio, campaign, fields="all", page_size=PAGE):
        tasks += 1
        fault = _task_fault(task, course)
        if fault:
            problems.append(fault)
            continue
        if task["data"]["schema"] != course.new.name:
            old_tasks[int(task["id"])] = task["data"]
        items += _items(studio, task, course, answers, moved)
    problems += (line for item in items for line in item.rewritten.problems)
    page = moved and project["label_config"] == render_config(course.new)
    return Holdings(
        tuple(items),
        tasks,
        old_tasks,
        page,
        project["label_config"],
        project["created_at"],
        tuple(problems),
    )


def _page_moved(project: Json, course: Course) -> bool:
    """Tell which schema annotators see; two schemas may well have the same page."""
    for schema in (course.old, course.new):
        if project["description"] == describe(schema.name):
            return schema is course.new
    return bool(project["label_config"] == render_config(course.new))


def _task_fault(task: Json, course: Course) -> str | None:
    if fault := task_fault(task):
        return fault
    data = task["data"]
    if data.get("schema") not in (course.old.name, course.new.name):
        return (
            f"{task_name(task)}: was pushed with the schema {data.get('schema')}; this "
            f"migration leads from {course.old.name} to {course.new.name}. Name that "
            "schema."
        )
    return None


def _items(
    studio: Studio, task: Json, course: Course, answers: Answers, moved: bool
) -> Iterator[Item]:
    doc, text = task["data"]["doc_id"], task["data"]["text"]
    new_task = task["data"]["schema"] == course.new.name

    def item(
        kind: Kind,
        entry: Json,
        *,
        submitted: bool,
        strict: bool,
        annotation: Any = None,
    ) -> Item:
        source = Source(
            doc=doc,
            text=text,
            result=entry["result"],
            where=f"task {task['id']} ({doc}), {kind[:-1]} {entry['id']}",
            moved=new_task or (moved and kind != "predictions"),
            submitted=submitted,
            strict=strict,
        )
        given = answers.of(doc, author_of(entry)) if submitted else None
        return Item(
            kind,
            int(entry["id"]),
            int(task["id"]),
            entry["result"],
            rewrite(source, course, given),
            annotation,
        )

    for entry in task.get("annotations") or ():
        said = not entry.get("was_cancelled")
        yield item("annotations", entry, submitted=said, strict=said)
    for entry in task.get("predictions") or ():
        yield item("predictions", entry, submitted=False, strict=True)
    if task.get("draft_exists"):
        for entry in studio.get(f"/api/tasks/{task['id']}/drafts"):
            yield item(
                "drafts",
                entry,
                submitted=False,
                strict=False,
                annotation=entry.get("annotation"),
            )
