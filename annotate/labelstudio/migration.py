"""Migrate a live project: annotations, drafts, suggestions, page and tasks.

Label Studio keeps who annotated and for how long when an annotation is changed; it does
throw away the draft of an annotation that is changed, so a draft is taken off its
annotation before and put on again after. Annotations are written first, then the page,
because Label Studio refuses a page that lacks a control which annotations still use;
suggestions come after the page, because they are checked against it.

Everything is read and checked before the first change, and what stood there is kept in
a file of the state folder. What was written is known by a mark in its regions, so that
after a cut, or when somebody submitted from a page that was open since before, the same
command does what is left.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotate.labelstudio.campaign import Campaign, Plan, find_campaign, push
from annotate.labelstudio.client import LostReplyError, Studio, patiently
from annotate.labelstudio.config import render_config
from annotate.labelstudio.holdings import Holdings, Item, describe, read_holdings
from annotate.labelstudio.instructions import render_steps
from annotate.labelstudio.questions import (
    Answers,
    new_questions,
    queue_title,
    read_answers,
)
from annotate.labelstudio.rewriting import Course
from annotate.settings import Settings
from schemas.errors import DataError, ServiceError, UsageError
from schemas.jsonl import write_atomically
from schemas.migrations import Change

__all__ = ["ProjectMoved", "migrate_project"]

Json = dict[str, Any]
Say = Callable[[str], None]
PASSES = 3


@dataclass(frozen=True, slots=True)
class ProjectMoved:
    """What a migration did to a project, or would do.

    `written` counts result lists by kind. `asked` are the documents with questions that
    were put into the project `queue`; `waiting` counts all questions without answer.
    """

    project: str
    url: str
    tasks: int
    written: Mapping[str, int]
    changes: tuple[Change, ...]
    asked: int
    waiting: int
    queue: str
    kept: Path | None

    @property
    def counts(self) -> Counter[str]:
        """How many changes there are of each kind."""
        return Counter(change.what for change in self.changes)


def migrate_project(  # noqa: PLR0913 - keyword-only; each is a part of the order
    studio: Studio,
    project: str,
    course: Course,
    *,
    settings: Settings,
    guideline: str = "",
    dry_run: bool = False,
    say: Say,
) -> ProjectMoved:
    """Carry a project to a new schema, and bring answers to its questions home.

    `guideline` is HTML for the instructions, as in a push. Raises DataError that lists
    every task or annotation that cannot be read, before anything is changed, and
    ServiceError when annotators change what is being written again and again.
    """
    campaign = find_campaign(studio, project)
    if campaign is None:
        raise UsageError(
            f"Label Studio at {studio.url} has no project {project!r}. 'miyar status' "
            "lists what is there."
        )
    answers = read_answers(studio, campaign, course.new)
    job = _Job(studio, campaign, course, guideline, say)
    written: Counter[str] = Counter()
    changes: list[Change] = []
    for attempt in range(PASSES + 1):
        holdings = _checked(job, answers)
        if dry_run:
            written.update(item.kind for item in holdings.fresh)
            changes += holdings.changes
        if dry_run or holdings.finished:
            break
        if attempt == PASSES:
            raise ServiceError(
                f"{project}: annotations change while they are migrated. Run the same "
                "command again when the annotators have reloaded their pages."
            )
        _keep(job.kept(settings, holdings), job, holdings)
        done = _write(job, holdings)
        written.update(item.kind for item in done)
        changes += (change for item in done for change in item.rewritten.changes)
    kept = job.kept(settings, holdings)
    asked = new_questions(holdings.questions, answers, campaign)
    if not dry_run:
        _put_drafts_back(studio, holdings.items, _read_kept(kept))
        if asked:
            plan = Plan(
                project=queue_title(project), schema=course.new, guideline=guideline
            )
            push(asked, plan, studio=studio, settings=settings, say=say)
    return ProjectMoved(
        project,
        campaign.address(studio),
        holdings.tasks,
        written,
        tuple(changes),
        len(asked),
        sum(len(doc.entities) + len(doc.events) for doc in holdings.questions),
        queue_title(project),
        kept if kept.exists() else None,
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """What is migrated, where, and what annotators are told."""

    studio: Studio
    campaign: Campaign
    course: Course
    guideline: str
    say: Say

    def kept(self, settings: Settings, holdings: Holdings) -> Path:
        """Return the file for what stood there; a project is known by its birth."""
        born = re.sub(r"\D", "", holdings.created_at)
        steps = f"{self.course.old.name}-{self.course.new.name}"
        name = f"{self.campaign.id}-{born}-{steps}.jsonl"
        return settings.home / "migrations" / name


def _checked(job: _Job, answers: Answers) -> Holdings:
    holdings = read_holdings(job.studio, job.campaign, job.course, answers)
    if holdings.problems:
        raise DataError(
            "\n".join(holdings.problems)
            + f"\nNothing more was changed. Mend these in {job.campaign.title!r}, then "
            "run the command again."
        )
    return holdings


class _Steps:
    """Tell every hundredth step of many, and the last."""

    def __init__(self, total: int, say: Say) -> None:
        self.total = total
        self.say = say
        self.done = 0

    def step(self) -> None:
        self.done += 1
        if self.done % 100 == 0 or self.done == self.total:
            self.say(f"  {self.done} of {self.total} changes in Label Studio")


# What stood there


def _keep(path: Path, job: _Job, holdings: Holdings) -> None:
    """Keep what is about to be changed; what an earlier run kept stays as it is."""
    records = _read_kept(path)
    if not holdings.page_moved:
        page = {"kind": "page", "id": job.campaign.id, "config": holdings.config}
        records.setdefault(("page", job.campaign.id), page)
    for item in holdings.items:
        if item.rewritten.fresh or item.annotation is not None:
            record = {
                "kind": item.kind,
                "id": item.id,
                "task": item.task,
                "annotation": item.annotation,
                "result": item.result,
            }
            records.setdefault((item.kind, item.id), record)
    lines = (json.dumps(record, ensure_ascii=False) for record in records.values())
    write_atomically(path, (line + "\n" for line in lines))


def _read_kept(path: Path) -> dict[tuple[str, int], Json]:
    if not path.exists():
        return {}
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(record["kind"], record["id"]): record for record in records}


# What is written


def _write(job: _Job, holdings: Holdings) -> list[Item]:
    """Write what is left to write; return the items that were written."""
    studio = job.studio
    drafts = [item for item in holdings.items if item.kind == "drafts"]
    done: list[Item] = []
    # Label Studio takes a good part of a second for each: tell that it goes on.
    told = _Steps(len(holdings.fresh) + len(holdings.old_tasks), job.say)
    for item in holdings.fresh:
        if item.kind == "annotations":
            told.step()
            own = [draft for draft in drafts if draft.annotation == item.id]
            done += _write_annotation(studio, item, own)
        elif item.kind == "drafts":
            told.step()
            done += _write_result(studio, item)
    if not holdings.page_moved:
        _turn_page(job)
    for item in holdings.fresh:
        if item.kind == "predictions":
            told.step()
            done += _write_result(studio, item, project=job.campaign.id)
    for task, data in holdings.old_tasks.items():
        told.step()
        named = data | {"schema": job.course.new.name}
        _patch(studio, f"/api/tasks/{task}", data=named)
    return done


def _put_drafts_back(
    studio: Studio, items: Sequence[Item], kept: Mapping[tuple[str, int], Json]
) -> None:
    """Join drafts to their annotations where a cut left them apart."""
    standing = {item.id for item in items if item.kind == "annotations"}
    for draft in items:
        stood = kept.get((draft.kind, draft.id), {}).get("annotation")
        if draft.annotation is None and stood in standing:
            _patch(studio, draft.path, annotation=stood)


def _write_annotation(studio: Studio, item: Item, drafts: list[Item]) -> list[Item]:
    for draft in drafts:
        _patch(studio, draft.path, annotation=None)
    try:
        return _write_result(studio, item)
    finally:
        for draft in drafts:
            _patch(studio, draft.path, annotation=item.id)


def _write_result(studio: Studio, item: Item, **more: Any) -> list[Item]:
    """Write one item, unless it was changed since it was read: that is for later."""
    if studio.get(item.path)["result"] != item.result:
        return []
    _patch(studio, item.path, result=list(item.rewritten.result), **more)
    return [item]


def _turn_page(job: _Job) -> None:
    path, new = f"/api/projects/{job.campaign.id}", job.course.new
    # Label Studio counts the controls in use, and the counts drift from what is there.
    _send(job.studio, "POST", f"{path}/summary/reset")
    _patch(
        job.studio,
        path,
        label_config=render_config(new),
        description=describe(new.name),
        expert_instruction=render_steps(new) + job.guideline,
    )


def _patch(studio: Studio, path: str, **values: Any) -> None:
    patiently(lambda: _send(studio, "PATCH", path, **values))


def _send(studio: Studio, method: str, path: str, **values: Any) -> None:
    doing = f"change {path}"
    with studio.telling(doing):
        answer = studio.sdk._client_wrapper.httpx_client.request(
            path, method=method, json=values
        )
    if answer.status_code >= 500:
        raise LostReplyError(f"Label Studio failed (to {doing}; {answer.status_code}).")
    if answer.status_code >= 400:
        raise ServiceError(
            f"Label Studio refused to {doing} ({answer.status_code} "
            f"{answer.text[:600]})"
        )
