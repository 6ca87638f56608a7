"""Put documents before annotators: projects, their tasks, and submitted annotations.

Everything is read and checked first and written then. What stands on the server is what
counts: nothing is pushed twice, and a push that was cut anywhere is finished by running
it again.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import render_config
from annotate.labelstudio.credentials import Login
from annotate.labelstudio.freight import Freight
from annotate.labelstudio.importing import BATCH, bring, read_holding
from annotate.labelstudio.installation import Say
from annotate.labelstudio.instructions import render_steps
from annotate.labelstudio.plan import MODEL_VERSION, Plan
from annotate.labelstudio.preparation import Job, Todo, prepare
from annotate.labelstudio.projects import (
    Campaign,
    create_project,
    find_campaign,
    iter_tasks,
    patch_project,
)
from annotate.labelstudio.roster import write_roster
from annotate.labelstudio.tasks import to_results
from annotate.labelstudio.users import ensure_users
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.errors import ServiceError
from schemas.labels import Schema

__all__ = [
    "BATCH",
    "Campaign",
    "Plan",
    "Pushed",
    "PushedPart",
    "find_campaign",
    "iter_tasks",
    "push",
    "submit",
    "tasks_by_document",
]

Json = dict[str, Any]
Progress = Callable[[int, int], None]
"""Called with how many tasks are pushed, and how many there are to push."""


@dataclass(frozen=True, slots=True)
class PushedPart:
    """One project of a push: whose it is, where, and what came into it."""

    title: str
    annotator: str | None
    url: str | None
    added: int
    present: int


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did, or with `dry_run` would do.

    `added` are the documents of which a task was made, `present` counts those that
    needed none. `changes` tell which settings of projects that were there are others
    now. `control` are the added ones that go without suggestions, `again` those
    that an earlier push had put there and somebody deleted. `notes` tell what is left
    for people to mend.
    """

    project: str
    url: str | None
    created: bool
    added: tuple[str, ...]
    present: int
    logins: tuple[Login, ...] = ()
    newcomers: tuple[str, ...] = ()
    parts: tuple[PushedPart, ...] = ()
    control: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether everything was there already, as it was to be."""
        return not (self.created or self.added or self.newcomers or self.changes)


def push(  # noqa: PLR0913 - keyword-only; each is a part of the order
    docs: Sequence[AnnotatedDocument],
    plan: Plan,
    *,
    studio: Studio,
    settings: Settings,
    say: Say,
    progress: Progress | None = None,
) -> Pushed:
    """Put documents with their suggestions before annotators, each once.

    Everything is checked before the first change: the plan, the documents, and what
    the projects hold already. A document without mentions is pushed without
    suggestions. A second push to the campaign from this state folder waits for the
    first. Raises DataError for documents that are there with another text.
    """
    plan.check()
    tasks = Freight(docs, plan.schema)
    if plan.dry_run:
        return _describe(prepare(studio, settings, plan, tasks), studio, ())
    with _alone(settings, studio, plan.project, say):
        job = prepare(studio, settings, plan, tasks)
        counter = _Counter(sum(len(todo.missing) for todo in job.todos), progress, say)
        logins: tuple[Login, ...] = ()
        try:
            logins = ensure_users(studio, settings, plan.annotators)
            return _carry_out(job, studio, settings, logins, counter)
        except ServiceError as error:
            error.args = (
                f"{error} {counter.done} of {counter.total} tasks are pushed; run the "
                "same command again to push what is missing, nothing comes twice."
                + _kept(logins, settings),
            )
            raise


def submit(
    doc: AnnotatedDocument,
    *,
    studio: Studio,
    task: int,
    schema: Schema,
    seconds: float | None = None,
) -> bool:
    """Submit a document's mentions as the connection's user; False if it was there.

    A user has one annotation of a task: another result replaces it.
    """
    results = to_results(doc, schema)
    me = int(studio.get("/api/current-user/whoami")["id"])
    listed = studio.get(f"/api/tasks/{task}/annotations/")
    mine = [a for a in listed if _author(a) == me and not a.get("was_cancelled")]
    doing = f"submit the annotation of {doc.id}"
    if not mine:
        studio.post(
            f"/api/tasks/{task}/annotations/",
            {
                "result": results,
                "lead_time": seconds if seconds is not None else 0.0,
                "ground_truth": False,
                "was_cancelled": False,
            },
            doing=doing,
        )
    elif mine[0]["result"] != results:
        studio.patch(f"/api/annotations/{mine[0]['id']}/", doing=doing, result=results)
    else:
        return False
    return True


def tasks_by_document(studio: Studio, campaign: Campaign) -> dict[str, int]:
    """Return the task id of each document of a project."""
    return {
        task["data"]["doc_id"]: int(task["id"])
        for task in iter_tasks(studio, campaign, fields="task_only")
        if "doc_id" in task["data"]
    }


def _author(annotation: Json) -> int:
    author = annotation.get("completed_by")
    return int(author["id"]) if isinstance(author, dict) else int(author or 0)


@contextmanager
def _alone(settings: Settings, studio: Studio, name: str, say: Say) -> Iterator[None]:
    """Hold the campaign's lock; whoever waits for it is told."""
    key = hashlib.sha256(f"{studio.url}\n{name}".encode()).hexdigest()[:16]
    path = settings.home / "locks" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another push to {name!r} is at work; waiting for its end ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class _Counter:
    """Counts tasks that are pushed, and shows it."""

    def __init__(self, total: int, progress: Progress | None, say: Say) -> None:
        self.total = total
        self.done = 0
        self.progress = progress
        self.say = say

    def __call__(self, count: int) -> None:
        # Tasks that vanish while they are pushed are brought in a second time.
        self.done = min(self.done + count, self.total)
        if self.progress:
            self.progress(self.done, self.total)
        else:
            self.say(f"  {self.done} of {self.total} tasks pushed")


def _kept(logins: Sequence[Login], settings: Settings) -> str:
    """Say where new logins are kept: the next run does not tell them again."""
    if not logins:
        return ""
    named = ", ".join(login.email for login in logins)
    return f" The new logins of {named} are kept in {settings.credentials_file}."


def _carry_out(
    job: Job,
    studio: Studio,
    settings: Settings,
    logins: tuple[Login, ...],
    counter: _Counter,
) -> Pushed:
    notes: list[str] = []
    made: dict[str, Campaign] = {}
    for todo in job.todos:
        campaign = todo.campaign or _create(studio, job.plan, todo)
        made[todo.title] = campaign
        if todo.changes:
            patch_project(studio, campaign, **todo.changes)
        holding = todo.holding if todo.campaign else read_holding(studio, campaign)
        left = bring(studio, campaign, todo.docs, job.tasks, holding, arrived=counter)
        notes += left
        _show_suggestions(studio, campaign)
        here = [todo.annotator] if todo.annotator else job.plan.annotators
        write_roster(settings, campaign, {*holding.tasks, *todo.docs}, here)
    return _describe(job, studio, logins, made=made, notes=tuple(notes))


def _create(studio: Studio, plan: Plan, todo: Todo) -> Campaign:
    return create_project(
        studio,
        todo.title,
        label_config=render_config(plan.schema),
        description=f"miyar: {plan.schema.name}",
        expert_instruction=render_steps(plan.schema) + plan.guideline,
        show_instruction=True,
        maximum_annotations=1 if todo.annotator else plan.overlap,
        show_collab_predictions=True,
        sampling="Sequential sampling",
        skip_queue="REQUEUE_FOR_OTHERS",
    )


def _show_suggestions(studio: Studio, campaign: Campaign) -> None:
    """Name our suggestions as those to show: of another version none would be seen."""
    project = studio.get(f"/api/projects/{campaign.id}")
    # Label Studio refuses the name of a version that it has no prediction of.
    if (
        project["total_predictions_number"]
        and project["model_version"] != MODEL_VERSION
    ):
        patch_project(studio, campaign, model_version=MODEL_VERSION)


def _describe(
    job: Job,
    studio: Studio,
    logins: tuple[Login, ...],
    *,
    made: Mapping[str, Campaign] | None = None,
    notes: tuple[str, ...] = (),
) -> Pushed:
    parts = []
    for todo in job.todos:
        campaign = (made or {}).get(todo.title) or todo.campaign
        url = campaign.address(studio) if campaign else None
        missing = len(todo.missing)
        parts.append(
            PushedPart(
                todo.title, todo.annotator, url, missing, len(todo.docs) - missing
            )
        )
    added = {doc for todo in job.todos for doc in todo.missing}
    again = {doc for todo in job.todos for doc in todo.again}
    return Pushed(
        job.plan.project,
        parts[0].url if parts else None,
        any(todo.campaign is None for todo in job.todos),
        tuple(doc for doc in job.tasks if doc in added),
        sum(doc not in added for doc in job.tasks),
        logins,
        job.newcomers,
        tuple(parts),
        tuple(
            d for d in job.tasks if d in added and job.tasks.arms.get(d) == "control"
        ),
        tuple(doc for doc in job.tasks if doc in again),
        notes,
        tuple(line for todo in job.todos for line in _told(todo)),
    )


def _told(todo: Todo) -> Iterator[str]:
    if "label_config" in todo.changes:
        yield f"{todo.title}: the schema's labelling page"
    if "maximum_annotations" in todo.changes:
        yield f"{todo.title}: overlap {todo.changes['maximum_annotations']}"
