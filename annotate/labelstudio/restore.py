"""Put a backup back onto a server and hold the two against each other.

Label Studio's import takes tasks, suggestions, results and who said them; our own
server then gets all else (times, drafts, whence an annotation came) in one transaction.
Of another server's project that part is lost, and named.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from annotate.labelstudio import finish_restore
from annotate.labelstudio.backup import Backup, portable_content, read_backup
from annotate.labelstudio.campaign import Campaign, find_campaign, iter_tasks
from annotate.labelstudio.client import ATTEMPTS, LostReplyError, Studio, patiently
from annotate.labelstudio.credentials import Login
from annotate.labelstudio.database import server_environ
from annotate.labelstudio.installation import Say
from annotate.labelstudio.portable import differences
from annotate.labelstudio.users import ensure_users, users_by_id
from annotate.settings import Settings
from schemas.errors import ServiceError, UsageError

__all__ = ["Restored", "compare", "restore"]

Json = dict[str, Any]
BATCH = 200
# Set last: the first three by the server, the model once its predictions are there.
_LATER = ("created_at", "created_by", "pinned_at", "model_version", "description")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; `differing` counts the values that are not as they were."""

    project: str
    url: str
    created: bool
    tasks: int
    logins: tuple[Login, ...]
    differing: Mapping[str, int]


def restore(
    path: Path,
    *,
    studio: Studio,
    settings: Settings,
    say: Say,
    title: str | None = None,
) -> Restored:
    """Restore the project of a backup, under its own title or another.

    A restore that was cut is finished by running it again, and one that is complete
    changes nothing. Raises UsageError where a project of that title holds other things.
    """
    kept = read_backup(path)
    title = title or str(kept.project["title"])
    mark = f"miyar: restoring {kept.checksum[:12]}"
    there = find_campaign(studio, title)
    if there is not None and _description(studio, there) != mark:
        return _already(studio, there, kept, settings)
    known = set(users_by_id(studio).values())
    emails = tuple(user["email"] for user in kept.users)
    logins = ensure_users(studio, settings, emails)
    campaign = there or _create(studio, kept, title, mark)
    _import(studio, campaign, kept, say)
    _set_later(studio, campaign, kept)
    if settings.url:
        _set_parents(studio, campaign, kept)
        _describe(studio, campaign, kept)
    else:
        new = [user for user in kept.users if user["email"] not in known]
        say("  setting times and authors ...")
        _finish(studio, campaign, kept, settings, new)
    found = compare(studio, campaign, kept, settings)
    url = campaign.address(studio)
    return Restored(title, url, True, kept.size, logins, found)


def _already(
    studio: Studio, there: Campaign, kept: Backup, settings: Settings
) -> Restored:
    found = compare(studio, there, kept, settings)
    # A server that is not ours never takes the times: they say nothing of the content.
    content = {"tasks", "data", "annotations.result", "predictions.result"}
    if found and (not settings.url or content & found.keys()):
        raise UsageError(
            f"Label Studio has a project {there.title!r} with other content "
            f"({_listed(found)}). Rename it in its settings, or restore under another "
            "title with --as."
        )
    url = there.address(studio)
    return Restored(there.title, url, False, kept.size, (), found)


def _listed(found: Mapping[str, int]) -> str:
    return ", ".join(f"{path}: {n}" for path, n in sorted(found.items())[:5])


def compare(
    studio: Studio, campaign: Campaign, kept: Backup, settings: Settings
) -> Mapping[str, int]:
    """Return how often each field of a project differs from the backup.

    The title is not compared: a project may be restored under another.
    """
    found: Counter[str] = Counter()
    project, views, tasks = portable_content(studio, campaign, settings)
    own = {"title": None}
    found.update(differences(kept.project | own, project | own, "project"))
    found.update(differences(list(kept.views), views, "views"))
    for mine, theirs in zip_longest(kept.tasks(), tasks):
        if mine is None or theirs is None:
            found["tasks"] += 1
        else:
            found.update(set(differences(mine, theirs)))
    return dict(found)


def _description(studio: Studio, campaign: Campaign) -> str:
    project = studio.get(f"/api/projects/{campaign.id}")
    return str(project.get("description"))


def _create(studio: Studio, kept: Backup, title: str, mark: str) -> Campaign:
    fields = {n: v for n, v in kept.project.items() if n not in _LATER}
    fields |= {"title": title, "description": mark}
    made = studio.post("/api/projects", fields, doing=f"create the project {title!r}")
    return Campaign(
        int(made["id"]), title, made["label_config"], int(made["maximum_annotations"])
    )


def _import(studio: Studio, campaign: Campaign, kept: Backup, say: Say) -> None:
    """Import what is missing, in order; a batch is stored whole or not at all."""
    done = _count(studio, campaign)
    tasks = islice(kept.tasks(), done, None)
    while batch := [_importable(task) for task in islice(tasks, BATCH)]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                studio.post(
                    f"/api/projects/{campaign.id}/import",
                    batch,
                    doing=f"import {len(batch)} tasks",
                )
                break
            except LostReplyError as error:
                # What the server is still at work on cannot be counted yet.
                if error.pending or attempt == ATTEMPTS:
                    raise
                if _count(studio, campaign) == done + len(batch):
                    break
        done += len(batch)
        say(f"  {done} of {kept.size} tasks restored")


def _count(studio: Studio, campaign: Campaign) -> int:
    return int(studio.get(f"/api/projects/{campaign.id}")["task_number"])


def _importable(task: Json) -> Json:
    annotations = [
        {
            "id": entry["import_id"],
            "result": entry["result"],
            "completed_by": entry["completed_by"] and {"email": entry["completed_by"]},
            "lead_time": entry["lead_time"],
            "ground_truth": entry["ground_truth"],
            "was_cancelled": entry["was_cancelled"],
        }
        for entry in task["annotations"]
    ]
    names = ("result", "score", "model_version")
    predictions = [{n: entry[n] for n in names} for entry in task["predictions"]]
    return {
        "data": task["data"],
        "meta": task["meta"] or {},
        "annotations": annotations,
        "predictions": predictions,
    }


def _set_later(studio: Studio, campaign: Campaign, kept: Backup) -> None:
    """Name the suggestions to show, and add the tabs that are missing."""
    version = kept.project["model_version"]
    if version and any(task["predictions"] for task in kept.tasks()):
        _patch(studio, campaign, model_version=version)
    there = [v["data"] for v in studio.get("/api/dm/views", project=campaign.id)]
    for view in kept.views:
        if view not in there:
            content = {"project": campaign.id, "data": view}
            studio.post("/api/dm/views", content, doing="add a tab")


def _describe(studio: Studio, campaign: Campaign, kept: Backup) -> None:
    _patch(studio, campaign, description=kept.project["description"] or "")


def _patch(studio: Studio, campaign: Campaign, **changes: Any) -> None:
    def change() -> None:
        with studio.telling(f"change the project {campaign.title!r}"):
            studio.sdk.projects.update(campaign.id, **changes)

    patiently(change)


def _numbered(
    studio: Studio, campaign: Campaign, kept: Backup
) -> Iterator[tuple[int, Json]]:
    """Yield each task of the backup with its number on this server."""
    numbers = sorted(
        int(task["id"]) for task in iter_tasks(studio, campaign, fields="task_only")
    )
    if len(numbers) != kept.size:
        raise ServiceError(
            f"project {campaign.title!r} has {len(numbers)} tasks and the backup has "
            f"{kept.size}. Did somebody add some meanwhile? Delete the project and "
            "restore it again."
        )
    yield from zip(numbers, kept.tasks(), strict=True)


def _set_parents(studio: Studio, campaign: Campaign, kept: Backup) -> None:
    """Tell another server's annotations which suggestions they began from."""
    for number, task in _numbered(studio, campaign, kept):
        places = [entry["parent_prediction"] for entry in task["annotations"]]
        if all(place is None for place in places):
            continue
        full = studio.get(f"/api/tasks/{number}")
        predictions = sorted(int(entry["id"]) for entry in full["predictions"])
        annotations = sorted(int(entry["id"]) for entry in full["annotations"])
        for annotation, place in zip(annotations, places, strict=True):
            if place is not None:
                parent = predictions[place]
                with studio.telling("name the suggestions of an annotation"):
                    studio.sdk.annotations.update(annotation, parent_prediction=parent)


def _finish(
    studio: Studio,
    campaign: Campaign,
    kept: Backup,
    settings: Settings,
    users: list[Json],
) -> None:
    """Set in the embedded server's database what its API does not take."""
    head = kept.project | {"project": campaign.id, "users": users}
    script = str(Path(finish_restore.__file__))
    # Without -P the script's folder would hide Label Studio's own modules.
    python = settings.server_folder / "venv" / "bin" / "python"
    with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
        lines.write(json.dumps(head) + "\n")
        for number, task in _numbered(studio, campaign, kept):
            lines.write(json.dumps({"task": number, "content": task}) + "\n")
        lines.seek(0)
        done = subprocess.run(
            [str(python), "-P", script],
            stdin=lines,
            capture_output=True,
            text=True,
            env=server_environ(settings),
            cwd=settings.data_folder,
            check=False,
        )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["(nothing)"])[-1][:300]
        raise ServiceError(
            f"The times and authors of {campaign.title!r} could not be set: {said} "
            "Run the command again; nothing is done twice."
        )
