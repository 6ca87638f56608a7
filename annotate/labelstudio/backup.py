"""Keep a project in one file: settings, people, tasks, predictions, annotations, times.

The file is gzipped JSON lines: a header, the users, the tabs of the Data Manager, a
line a task, and an end line with a checksum of all before it. It holds no password and
no token.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from annotate.labelstudio.campaign import Campaign, find_campaign
from annotate.labelstudio.client import Studio
from annotate.labelstudio.portable import (
    portable_project,
    portable_task,
    user_emails,
)
from annotate.labelstudio.snapshot import snapshot
from annotate.labelstudio.users import users_by_id
from annotate.settings import Settings
from schemas.atomic import open_whole
from schemas.errors import DataError, UsageError
from schemas.text_files import unreadable

__all__ = ["FORMAT", "Backup", "Saved", "backup", "portable_content", "read_backup"]

Json = dict[str, Any]
FORMAT = "miyar-backup-1"
_KINDS = frozenset({"project", "user", "view", "task"})
_USER = ("email", "first_name", "last_name", "username", "date_joined")


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds."""

    path: Path
    project: str
    users: int
    tasks: int
    annotations: int
    drafts: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that was read to its end and found whole; tasks are read again at need."""

    path: Path
    project: Json
    users: tuple[Json, ...]
    views: tuple[Json, ...]
    size: int
    checksum: str

    def tasks(self) -> Iterator[Json]:
        """Yield the portable tasks in order."""
        for line in _lines(self.path):
            entry = json.loads(line)
            if entry["kind"] == "task":
                yield entry["task"]


def backup(
    studio: Studio,
    project: str,
    *,
    settings: Settings,
    out: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Saved:
    """Write a project to `out`, whole or not at all; the file is its owner's alone.

    `progress` is called with how many tasks are written, and of about how many.
    """
    campaign = find_campaign(studio, project)
    if campaign is None:
        raise UsageError(
            f"Label Studio at {studio.url} has no project {project!r}. 'miyar status' "
            "lists what is there."
        )
    counts = {"user": 0, "task": 0, "annotations": 0, "drafts": 0}

    def lines() -> Iterator[str]:
        digest = hashlib.sha256()
        for entry in _entries(studio, campaign, settings):
            kind = entry["kind"]
            counts[kind] = counts.get(kind, 0) + 1
            for part in ("annotations", "drafts") if kind == "task" else ():
                counts[part] += len(entry["task"][part])
            if progress:
                progress(counts["task"], max(counts["task"], campaign.size))
            line = json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
            digest.update(line.encode("utf-8", "surrogatepass"))
            yield line
        end = {"kind": "end", "tasks": counts["task"], "sha256": digest.hexdigest()}
        yield json.dumps(end) + "\n"

    _write_gzip(out, lines())
    return Saved(
        out,
        project,
        counts["user"],
        counts["task"],
        counts["annotations"],
        counts["drafts"],
    )


def _entries(studio: Studio, campaign: Campaign, settings: Settings) -> Iterator[Json]:
    users = {int(user["id"]): user for user in studio.get("/api/users/")}
    project, views, tasks = portable_content(studio, campaign, settings)
    yield {
        "kind": "project",
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "server": studio.get("/api/version").get("release"),
        "project": project,
    }
    for view in views:
        yield {"kind": "view", "view": view}
    people = {project["created_by"]} - {None}
    for task in tasks:
        people |= user_emails(task)
        yield {"kind": "task", "task": task}
    for user in users.values():
        if user["email"] in people:
            yield {"kind": "user", "user": {n: user.get(n) for n in _USER}}


def portable_content(
    studio: Studio, campaign: Campaign, settings: Settings
) -> tuple[Json, list[Json], Iterator[Json]]:
    """Return settings, tabs and tasks of a project as they mean the same anywhere."""
    emails = users_by_id(studio)
    project = studio.get(f"/api/projects/{campaign.id}")
    views = studio.get("/api/dm/views", project=campaign.id)
    tasks = snapshot(studio, campaign, settings=settings)
    return (
        portable_project(project, emails),
        [view["data"] for view in sorted(views, key=lambda v: int(v["id"]))],
        (portable_task(task, emails) for task in tasks),
    )


def _write_gzip(path: Path, lines: Iterable[str]) -> None:
    # No time and no name in the header: the same lines are the same bytes.
    with (
        open_whole(path, mode=0o600) as out,
        gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed,
    ):
        for line in lines:
            packed.write(line.encode("utf-8", "surrogatepass"))


def read_backup(path: Path) -> Backup:
    """Read a backup to its end.

    Raises DataError for a file that is cut, changed or no backup.
    """
    digest, size = hashlib.sha256(), 0
    project: Json | None = None
    users: list[Json] = []
    views: list[Json] = []
    end: Json | None = None
    for line in _lines(path):
        if end is not None:
            raise DataError(f"{path}: goes on after its end. Take it anew.")
        entry = _entry(path, line)
        if entry["kind"] == "end":
            end = entry
            continue
        digest.update(line)
        if entry["kind"] == "project":
            project = _checked_format(path, entry)["project"]
        elif entry["kind"] == "user":
            users.append(entry["user"])
        elif entry["kind"] == "view":
            views.append(entry["view"])
        size += entry["kind"] == "task"
    if project is None or end is None or end.get("sha256") != digest.hexdigest():
        raise DataError(
            f"{path}: this backup is not whole: it was cut or changed. Take it anew "
            "from where you had it, or make another with 'miyar backup'."
        )
    checksum = str(end["sha256"])
    return Backup(path, project, tuple(users), tuple(views), size, checksum)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as packed:
            yield from packed
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataError(
            f"{path}: cannot be unpacked ({error}). Is it a file of 'miyar backup', "
            "and all of it?"
        ) from None
    except OSError as error:
        raise DataError(unreadable(path, error)) from None


def _entry(path: Path, line: bytes) -> Json:
    try:
        entry = json.loads(line)
        kind = entry.get("kind") if isinstance(entry, dict) else None
        if kind == "end" or (kind in _KINDS and isinstance(entry.get(kind), dict)):
            return dict(entry)
    except (ValueError, RecursionError):
        pass
    raise DataError(f"{path}: is no backup of a project. 'miyar backup' makes one.")


def _checked_format(path: Path, entry: Json) -> Json:
    if entry.get("format") != FORMAT:
        raise DataError(
            f"{path}: is in the format {entry.get('format')!r}, and this version reads "
            f"{FORMAT!r}. Use the version of miyar that wrote it."
        )
    return entry
