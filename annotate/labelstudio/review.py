"""Hand faults back to annotators: a note on the task, and a tab that lists such tasks.

The note stands in the task's own data, in Arabic and in English, where the Data Manager
shows it as columns and can filter by it. It goes away once the annotation is mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.campaign import Campaign, iter_tasks
from annotate.labelstudio.client import GoneError, Studio
from annotate.labelstudio.reasons import Reason, reason_of_fault, reason_of_problem
from annotate.labelstudio.results import read_results
from annotate.labelstudio.users import users_by_id
from schemas.annotations import AnnotatedDocument
from schemas.checks import Problem
from schemas.labels import Schema

__all__ = [
    "NOTES",
    "TAB",
    "Finding",
    "Review",
    "ensure_tab",
    "lint_project",
    "lint_task",
    "review_task",
]

Json = dict[str, Any]
Lint = Callable[[AnnotatedDocument], Sequence[Problem]]
NOTES = ("review_ar", "review_en")
TAB = "للإصلاح · To mend"
PAGE = 100
LRI, RLI, PDI = "\u2066", "\u2067", "\u2069"
_HIDDEN = (
    *("tasks:data.text", "tasks:data.sha256", "tasks:data.schema"),
    *("tasks:total_annotations", "tasks:cancelled_annotations"),
    *("tasks:total_predictions", "tasks:completed_at", "tasks:annotations_results"),
    *("tasks:annotations_ids", "tasks:predictions_score", "tasks:file_upload"),
    *("tasks:predictions_model_versions", "tasks:predictions_results"),
    *("tasks:storage_filename", "tasks:created_at", "tasks:updated_at"),
    *("tasks:updated_by", "tasks:avg_lead_time", "tasks:draft_exists"),
    *("tasks:inner_id", "tasks:state"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend in one annotator's annotation of one document."""

    doc: str
    task: int
    annotator: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Review:
    """What a look at a project found, and how many notes it wrote and took away."""

    annotations: int
    findings: tuple[Finding, ...]
    marked: int
    cleared: int


def lint_project(
    studio: Studio, campaign: Campaign, schema: Schema, *, lint: Lint
) -> Review:
    """Check every submitted annotation and note on each task what is to be mended.

    `lint` gives what is wrong with a document that could be read. Notes that stand
    already are left, and those of tasks that were mended are taken away.
    """
    users = users_by_id(studio)
    findings: list[Finding] = []
    annotations = marked = cleared = 0
    for task in iter_tasks(studio, campaign, fields="all", page_size=PAGE):
        found = tuple(lint_task(task, users, schema, lint=lint))
        annotations += len(_submitted(task))
        findings += found
        change = _note(studio, task, found)
        marked += change == "marked"
        cleared += change == "cleared"
    if findings:
        ensure_tab(studio, campaign.id)
    return Review(annotations, tuple(findings), marked, cleared)


def review_task(
    studio: Studio, project: int, task: int, schema: Schema, *, lint: Lint
) -> Review:
    """Check all that was submitted of one task, and bring its note up to date.

    A task that is gone meanwhile has nothing to mend.
    """
    try:
        content = studio.get(f"/api/tasks/{task}")
    except GoneError:
        return Review(0, (), 0, 0)
    found = tuple(lint_task(content, users_by_id(studio), schema, lint=lint))
    change = _note(studio, content, found)
    if found:
        ensure_tab(studio, project)
    return Review(
        len(_submitted(content)), found, change == "marked", change == "cleared"
    )


def lint_task(
    task: Json, users: Mapping[int, str], schema: Schema, *, lint: Lint
) -> Iterator[Finding]:
    """Yield what is to be mended in the submitted annotations of one task."""
    data = task["data"]
    if not isinstance(data.get("text"), str) or "doc_id" not in data:
        return
    number = int(task["id"])
    for annotation in _submitted(task):
        author = annotation.get("completed_by")
        user = author["id"] if isinstance(author, dict) else author
        who = users.get(int(user or 0), f"user-{user}")
        where = f"task {number} ({data['doc_id']}), {who}"
        reading = read_results(
            annotation["result"], text=data["text"], schema=schema, where=where
        )
        doc = AnnotatedDocument(
            id=data["doc_id"],
            text=data["text"],
            sha256=data.get("sha256"),
            entities=reading.entities,
            events=reading.events,
        )
        reasons = [reason_of_fault(f, where=where) for f in reading.problems]
        reasons += [
            reason_of_problem(problem, text=data["text"], schema=schema)
            for problem in lint(doc)
        ]
        for reason in reasons:
            yield Finding(data["doc_id"], number, who, reason)


def _submitted(task: Json) -> list[Json]:
    listed = task.get("annotations") or ()
    return [entry for entry in listed if not entry.get("was_cancelled")]


def _note(studio: Studio, task: Json, found: Sequence[Finding]) -> str | None:
    """Bring the task's note up to date; tell whether it was marked or cleared."""
    data = task["data"]
    bare = {name: value for name, value in data.items() if name not in NOTES}
    wanted = bare
    if found:
        notes = (
            "\n".join(_line(n, finding, language) for n, finding in enumerate(found, 1))
            for language in NOTES
        )
        wanted = bare | dict(zip(NOTES, notes, strict=True))
    if wanted == data:
        return None
    with studio.telling(f"note on task {task['id']} what is to be mended"):
        studio.sdk.tasks.update(str(task["id"]), data=wanted)
    return "marked" if found else "cleared"


def _line(number: int, finding: Finding, note: str) -> str:
    """Return one numbered reason; the Data Manager shows line breaks as spaces.

    Each is isolated, for neither the cell nor the words it quotes run as it does.
    """
    who, reason = finding.annotator.partition("@")[0], finding.reason
    if note == NOTES[0]:
        return f"{RLI}{number}) {reason.ar} [{reason.code}، {who}]{PDI}"
    return f"{LRI}{number}) {reason.en} [{reason.code}, {who}]{PDI}"


def ensure_tab(studio: Studio, project: int) -> None:
    """Add the tab of tasks to mend, unless one of its name is there.

    People may rearrange it.
    """
    views = studio.get("/api/dm/views", project=project)
    if any(view["data"].get("title") == TAB for view in views):
        return
    # The first tab is the one Label Studio would make itself at the first visit.
    if not views:
        _add_tab(studio, project, {"title": "Default", "target": "tasks"})
    _add_tab(
        studio,
        project,
        {
            "title": TAB,
            "target": "tasks",
            "type": "list",
            "filters": {
                "conjunction": "and",
                "items": [
                    {
                        "filter": f"filter:tasks:data.{NOTES[0]}",
                        "operator": "empty",
                        "type": "String",
                        "value": False,
                    }
                ],
            },
            "hiddenColumns": {"explore": list(_HIDDEN), "labeling": list(_HIDDEN)},
            "columnsDisplayType": {},
            "columnsWidth": {f"tasks:data.{note}": 420 for note in NOTES},
            "ordering": [],
            "gridWidth": 4,
        },
    )


def _add_tab(studio: Studio, project: int, view: Json) -> None:
    content = {"project": project, "data": view}
    studio.post("/api/dm/views", content, doing="add a tab to the Data Manager")
