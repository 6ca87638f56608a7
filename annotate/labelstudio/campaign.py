"""Put documents before annotators: a project, its tasks, and submitted annotations.

Nothing is pushed twice. A task is known by the document id and the text's SHA-256 in
its data, so a push that was cut anywhere is finished by running it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.client import ATTEMPTS, LostReplyError, Studio, patiently
from annotate.labelstudio.config import render_config
from annotate.labelstudio.credentials import Login
from annotate.labelstudio.installation import Say
from annotate.labelstudio.instructions import render_steps
from annotate.labelstudio.tasks import to_results, to_task
from annotate.labelstudio.users import check_emails, ensure_users
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, ServiceError, UsageError
from schemas.labels import Schema

__all__ = [
    "Campaign",
    "Plan",
    "Pushed",
    "find_campaign",
    "iter_tasks",
    "push",
    "submit",
    "tasks_by_document",
]

Json = dict[str, Any]
MODEL_VERSION = "miyar"
BATCH = 200
PAGE = 500


@dataclass(frozen=True, slots=True)
class Campaign:
    """A project in Label Studio."""

    id: int
    title: str
    config: str
    overlap: int

    def address(self, studio: Studio) -> str:
        """Return where the project is opened in a browser."""
        return f"{studio.url}/projects/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a push is to bring about.

    `overlap` is how many annotators see each document. `reset_page` puts the schema's
    labelling page back where somebody edited it; `dry_run` changes nothing.
    `guideline` is HTML that annotators read after how the page is worked.
    """

    project: str
    schema: Schema
    annotators: tuple[str, ...] = ()
    overlap: int = 1
    guideline: str = ""
    reset_page: bool = False
    dry_run: bool = False

    def check(self) -> None:
        """Raise UsageError for what Label Studio would refuse or never finish."""
        if not 3 <= len(self.project) <= 50:
            raise UsageError(
                f"--project: {self.project!r} has {len(self.project)} characters; "
                "Label Studio takes 3 to 50."
            )
        if self.overlap < 1:
            raise UsageError(f"--overlap {self.overlap}: give 1 or more.")
        if self.annotators and self.overlap > len(self.annotators):
            raise UsageError(
                f"--overlap {self.overlap} needs as many annotators, and --annotators "
                f"names {len(self.annotators)}. Name more, or lower the overlap."
            )
        check_emails(self.annotators)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did, or with `dry_run` would do."""

    project: str
    url: str | None
    created: bool
    added: tuple[str, ...]
    present: int
    logins: tuple[Login, ...] = ()


def find_campaign(studio: Studio, title: str) -> Campaign | None:
    """Return the project with exactly this title, or None.

    Raises ServiceError when there are several: which is meant cannot be known.
    """
    listed = _pages(studio, "/api/projects", "results", title=title)
    found = [project for project in listed if project["title"] == title]
    if len(found) > 1:
        raise ServiceError(
            f"Label Studio has {len(found)} projects named {title!r}. Rename all but "
            "one of them in their settings."
        )
    if not found:
        return None
    full = studio.get(f"/api/projects/{found[0]['id']}")
    return Campaign(
        full["id"], title, full["label_config"], int(full["maximum_annotations"])
    )


def push(
    docs: Sequence[AnnotatedDocument],
    plan: Plan,
    *,
    studio: Studio,
    settings: Settings,
    say: Say,
) -> Pushed:
    """Put documents with their suggestions into a project, each once.

    Everything is checked before the first change: the plan, the documents, and what
    the project holds already. A document without mentions is pushed without
    suggestions. Raises DataError for a document that is there with another text.
    """
    plan.check()
    tasks = {doc.id: _task(doc, plan.schema) for doc in docs}
    if len(tasks) < len(docs):
        raise DataError("Two documents to push have one id. Give each its own.")
    campaign = find_campaign(studio, plan.project)
    _check_page(campaign, plan)
    present = _present(studio, campaign, tasks) if campaign else set()
    added = tuple(doc_id for doc_id in tasks if doc_id not in present)
    created = campaign is None
    if plan.dry_run:
        url = campaign.address(studio) if campaign else None
        return Pushed(plan.project, url, created, added, len(present))
    logins = ensure_users(studio, settings, plan.annotators)
    if campaign is None:
        campaign = _create(studio, plan)
    else:
        _update(studio, campaign, plan)
    _import(studio, campaign, [tasks[doc_id] for doc_id in added], say)
    _show_suggestions(studio, campaign)
    url = campaign.address(studio)
    return Pushed(plan.project, url, created, added, len(present), logins)


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
    with studio.telling(f"submit the annotation of {doc.id}"):
        if not mine:
            studio.sdk.annotations.create(
                task,
                result=results,
                lead_time=seconds if seconds is not None else 0.0,
                ground_truth=False,
                was_cancelled=False,
            )
        elif mine[0]["result"] != results:
            studio.sdk.annotations.update(mine[0]["id"], result=results)
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


def iter_tasks(
    studio: Studio, campaign: Campaign, *, fields: str, page_size: int = PAGE
) -> Iterator[Json]:
    """Yield the project's tasks in order; `fields` is `task_only` or `all`."""
    yield from _pages(
        studio,
        "/api/tasks",
        "tasks",
        project=campaign.id,
        fields=fields,
        page_size=page_size,
    )


def _pages(studio: Studio, path: str, key: str, **params: Any) -> Iterator[Json]:
    seen = 0
    params.setdefault("page_size", PAGE)
    for page in range(1, 1_000_000):
        answer = studio.get(path, page=page, **params)
        yield from answer[key]
        seen += len(answer[key])
        if not answer[key] or seen >= answer.get("total", answer.get("count", 0)):
            return


def _author(annotation: Json) -> int:
    author = annotation.get("completed_by")
    return int(author["id"]) if isinstance(author, dict) else int(author or 0)


def _check_page(campaign: Campaign | None, plan: Plan) -> None:
    if campaign is None or plan.reset_page:
        return
    if campaign.config != render_config(plan.schema):
        raise UsageError(
            f"The labelling page of project {plan.project!r} is not that of "
            f"{plan.schema.name}: it was edited by hand or made from another schema. "
            "Push to another project, or add --reset-page to put the schema's page "
            "back."
        )


def _task(doc: AnnotatedDocument, schema: Schema) -> Json:
    version = MODEL_VERSION if doc.entities or doc.events else None
    return to_task(doc, schema, model_version=version)


def _present(studio: Studio, campaign: Campaign, tasks: dict[str, Json]) -> set[str]:
    """Return which documents are in the project; another text is an error."""
    present = set()
    for task in iter_tasks(studio, campaign, fields="task_only"):
        doc_id = task["data"].get("doc_id")
        if doc_id not in tasks:
            continue
        if task["data"].get("sha256") != tasks[doc_id]["data"]["sha256"]:
            raise DataError(
                f"{doc_id}: project {campaign.title!r} holds it with another text "
                f"(task {task['id']}). Push the new text under a new id, or delete "
                "that task with its annotations first."
            )
        present.add(doc_id)
    return present


def _create(studio: Studio, plan: Plan) -> Campaign:
    page = render_config(plan.schema)
    with studio.telling(f"create the project {plan.project!r}"):
        project = studio.sdk.projects.create(
            title=plan.project,
            label_config=page,
            description=f"miyar: {plan.schema.name}",
            expert_instruction=render_steps(plan.schema) + plan.guideline,
            show_instruction=True,
            maximum_annotations=plan.overlap,
            show_collab_predictions=True,
            sampling="Sequential sampling",
            skip_queue="REQUEUE_FOR_OTHERS",
        )
    return Campaign(int(project.id or 0), plan.project, page, plan.overlap)


def _update(studio: Studio, campaign: Campaign, plan: Plan) -> None:
    changes: Json = {}
    page = render_config(plan.schema)
    if campaign.config != page:
        changes["label_config"] = page
    if campaign.overlap != plan.overlap:
        changes["maximum_annotations"] = plan.overlap
    if changes:
        _patch(studio, campaign, **changes)


def _show_suggestions(studio: Studio, campaign: Campaign) -> None:
    """Name our suggestions as those to show: of another version none would be seen."""
    project = studio.get(f"/api/projects/{campaign.id}")
    # Label Studio refuses the name of a version that it has no prediction of.
    if (
        project["total_predictions_number"]
        and project["model_version"] != MODEL_VERSION
    ):
        _patch(studio, campaign, model_version=MODEL_VERSION)


def _patch(studio: Studio, campaign: Campaign, **changes: Any) -> None:
    def change() -> None:
        with studio.telling(f"change the project {campaign.title!r}"):
            studio.sdk.projects.update(campaign.id, **changes)

    patiently(change)


def _import(
    studio: Studio, campaign: Campaign, tasks: Sequence[Json], say: Say
) -> None:
    """Import in batches; after a lost reply only what is missing is sent again."""
    done = 0
    for start in range(0, len(tasks), BATCH):
        batch = list(tasks[start : start + BATCH])
        for attempt in range(1, ATTEMPTS + 1):
            try:
                studio.post(
                    f"/api/projects/{campaign.id}/import",
                    batch,
                    doing=f"import {len(batch)} tasks",
                )
                break
            except LostReplyError:
                if attempt == ATTEMPTS:
                    raise
                there = _present(
                    studio, campaign, {task["data"]["doc_id"]: task for task in batch}
                )
                batch = [t for t in batch if t["data"]["doc_id"] not in there]
                if not batch:
                    break
        done = min(start + BATCH, len(tasks))
        say(f"  {done} of {len(tasks)} documents pushed")
