"""Bring tasks into a project, each document once, whatever happens on the way.

A task is known by the document id and the text's SHA-256 in its data. Label Studio
commits a batch whole or not at all, and refuses no double, so before anything is sent
again it is asked what arrived. What two callers put in at the same time is found when
the number of tasks is not the expected one, and the younger of two that nobody worked
on is taken out again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.client import ATTEMPTS, GoneError, LostReplyError, Studio
from annotate.labelstudio.freight import Freight
from annotate.labelstudio.projects import Campaign, iter_tasks
from annotate.labelstudio.readahead import ahead
from schemas.errors import DataError, ServiceError
from schemas.jsonl import text_sha256

__all__ = ["HeldTask", "Holding", "bring", "check_held", "read_holding"]

Json = dict[str, Any]
Arrived = Callable[[int], None]
"""Called with the number of tasks that were just brought in."""

BATCH = 200
ROUNDS = 3
SETTLING = 2.0


@dataclass(frozen=True, slots=True)
class HeldTask:
    """A task that a project holds: what it is of, and what it was pushed as."""

    id: int
    doc: str
    sha256: str
    text_sha256: str
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Holding:
    """The documents of a project, the task of each, and how many tasks there are.

    `doubled` are younger tasks of a document that has one; `size` counts tasks that
    were not pushed by this tool too.
    """

    tasks: Mapping[str, HeldTask]
    doubled: tuple[HeldTask, ...]
    size: int


def read_holding(studio: Studio, campaign: Campaign) -> Holding:
    """Read which documents a project holds."""
    tasks: dict[str, HeldTask] = {}
    doubled: list[HeldTask] = []
    size = 0
    for task in iter_tasks(studio, campaign, fields="task_only"):
        size += 1
        data = task["data"]
        if "doc_id" not in data:
            continue
        held = HeldTask(
            int(task["id"]),
            str(data["doc_id"]),
            str(data.get("sha256")),
            text_sha256(str(data.get("text"))),
            task.get("meta") or {},
        )
        if held.doc in tasks:
            doubled.append(held)
        else:
            tasks[held.doc] = held
    return Holding(tasks, tuple(doubled), size)


def check_held(holding: Holding, wanted: Freight, campaign: Campaign) -> None:
    """Raise DataError for documents that are there with another text.

    One line for each, with what to do: a text may be new on our side, or may have been
    edited in Label Studio.
    """
    problems = []
    for task in (*holding.tasks.values(), *holding.doubled):
        if task.doc not in wanted:
            continue
        where = f"{task.doc}: project {campaign.title!r} holds it"
        if task.sha256 != wanted.sha256_of(task.doc):
            problems.append(
                f"{where} with another text (task {task.id}). Push the new text under "
                "a new id, or delete that task with its annotations first."
            )
        elif task.text_sha256 != task.sha256:
            problems.append(
                f"{where}, and its text was edited there (task {task.id}). Put the "
                "old text back, or delete that task with its annotations and push "
                "again."
            )
    if problems:
        raise DataError("\n".join(problems) + "\nNothing was changed.")


def bring(  # noqa: PLR0913 - keyword-only but for what it works on
    studio: Studio,
    campaign: Campaign,
    docs: Sequence[str],
    tasks: Freight,
    holding: Holding,
    *,
    arrived: Arrived,
) -> tuple[str, ...]:
    """Import the tasks of `docs` that are missing, and settle what is there twice.

    Returns a line for each document that stays doubled because people worked on its
    second task. Raises ServiceError when tasks vanish as fast as they are brought in.
    """
    for _ in range(ROUNDS):
        missing = [doc for doc in docs if doc not in holding.tasks]
        expected = holding.size + len(missing)
        _import(studio, campaign, missing, tasks, holding, arrived)
        if not holding.doubled and _size(studio, campaign) == expected:
            return ()
        holding = read_holding(studio, campaign)
        left = _take_out(studio, holding.doubled)
        if all(doc in holding.tasks for doc in docs):
            return left
        removed = len(holding.doubled) - len(left)
        holding = Holding(holding.tasks, (), holding.size - removed)
    raise ServiceError(
        f"Tasks of {campaign.title!r} are deleted while they are pushed. See who does "
        "that."
    )


def _size(studio: Studio, campaign: Campaign) -> int:
    return int(studio.get(f"/api/projects/{campaign.id}")["task_number"] or 0)


def _import(  # noqa: PLR0913 - the steps of one loop
    studio: Studio,
    campaign: Campaign,
    docs: Sequence[str],
    tasks: Freight,
    known: Holding,
    arrived: Arrived,
) -> None:
    last = max((task.id for task in known.tasks.values()), default=0)
    parts = [docs[start : start + BATCH] for start in range(0, len(docs), BATCH)]
    for batch in ahead(parts, lambda part: [tasks[doc] for doc in part]):
        size = len(batch)
        last = _import_batch(studio, campaign, batch, last)
        arrived(size)


def _import_batch(
    studio: Studio, campaign: Campaign, batch: list[Json], last: int
) -> int:
    """Import one batch; after a lost reply only what did not arrive is sent again.

    `last` is the id of a task after which the batch will come to stand; returns the
    one for the next batch.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            done = studio.post(
                f"/api/projects/{campaign.id}/import?return_task_ids=true",
                batch,
                doing=f"import {len(batch)} tasks",
            )
            return max(map(int, done.get("task_ids") or ()), default=last)
        except LostReplyError as error:
            # What outlived its time limit may still be committed: it is given as much
            # time again before it is sent a second time.
            patience = studio.timeout if error.pending else SETTLING
            batch = _not_arrived(studio, campaign, batch, last, patience)
            if not batch:
                break
            if attempt == ATTEMPTS:
                raise
    return last


def _not_arrived(
    studio: Studio, campaign: Campaign, batch: list[Json], last: int, patience: float
) -> list[Json]:
    until = time.monotonic() + patience
    pause = 0.2
    while True:
        there = {
            task["data"].get("doc_id")
            for task in iter_tasks(studio, campaign, fields="task_only", beyond=last)
        }
        left = [task for task in batch if task["data"]["doc_id"] not in there]
        if not left or time.monotonic() > until:
            return left
        time.sleep(pause)
        pause = min(2 * pause, 5.0)


def _take_out(studio: Studio, doubled: Iterable[HeldTask]) -> tuple[str, ...]:
    """Delete second tasks that nobody worked on; return a line for each other one.

    The older task is never touched: a second caller who sees the same two decides the
    same, so that of two at least one stays.
    """
    left = []
    for task in doubled:
        if _is_untouched(studio, task.id):
            studio.delete(
                f"/api/tasks/{task.id}", doing=f"delete the second task of {task.doc}"
            )
        else:
            left.append(
                f"{task.doc} is in the project twice, and somebody worked on its "
                f"second task ({task.id}). Keep the better one and delete the other "
                "by hand."
            )
    return tuple(left)


def _is_untouched(studio: Studio, task: int) -> bool:
    try:
        found = studio.get(f"/api/tasks/{task}")
        # The task itself tells the drafts of the one who asks, and no others.
        return not found["annotations"] and not studio.get(f"/api/tasks/{task}/drafts")
    except GoneError:
        return True
