"""Read whole tasks in pieces, so that neither side ever holds a whole project.

Label Studio's export is its fastest way out, and takes the ids of tasks. A piece is
asked for as a range of ids: those of other projects in between do no harm, and finding
out where a range ends costs one small request.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from annotate.labelstudio.client import GoneError, Studio
from annotate.labelstudio.projects import Campaign, iter_tasks, task_query
from annotate.labelstudio.readahead import ahead
from annotate.settings import Settings

__all__ = ["iter_whole_tasks"]

Json = dict[str, Any]
PIECE = 350
# So many ids still fit into an address that any server in front lets through.
WIDEST = 500


def iter_whole_tasks(
    studio: Studio,
    campaign: Campaign,
    *,
    since: datetime | None = None,
    settings: Settings | None = None,
) -> Iterator[Json]:
    """Yield tasks with annotations and everybody's drafts, in order of their ids.

    With `since` only those that were annotated, or changed otherwise, at or after that
    time. The server keeps a copy of each piece on its disk; with the `settings` of an
    embedded server these are removed.
    """
    mark = secrets.token_hex(8)
    pieces = _changed(studio, campaign, since) if since else _ranges(studio, campaign)

    def fetch(ids: Sequence[int]) -> list[Json]:
        tasks = studio.get(
            f"/api/projects/{campaign.id}/export",
            exportType="JSON",
            download_all_tasks="true",
            miyar=mark,
            **{"ids[]": list(ids)},
        )
        return sorted(tasks, key=lambda task: int(task["id"]))

    try:
        # Closed before copies are removed: one may still be on its way.
        with closing(ahead(pieces, fetch)) as ready:
            for tasks in ready:
                yield from tasks
                del tasks
    finally:
        if settings and not settings.url:
            _remove_copies(settings.data_folder / "export", campaign, mark)


def _ranges(studio: Studio, campaign: Campaign) -> Iterator[Sequence[int]]:
    first, last = _edge(studio, campaign, "tasks:id"), 0
    if first is not None:
        last = _edge(studio, campaign, "-tasks:id") or first
    beyond = (first or 1) - 1
    while beyond < last:
        upper = _nth_after(studio, campaign, beyond, PIECE) or last
        if upper - beyond <= WIDEST:
            yield range(beyond + 1, upper + 1)
        else:
            yield from _listed(studio, campaign, beyond, upper)
        beyond = upper


def _edge(studio: Studio, campaign: Campaign, order: str) -> int | None:
    found = studio.get(
        "/api/tasks",
        project=campaign.id,
        fields="task_only",
        page_size=1,
        query=json.dumps({"ordering": [order]}),
    )["tasks"]
    return int(found[0]["id"]) if found else None


def _nth_after(studio: Studio, campaign: Campaign, beyond: int, nth: int) -> int | None:
    try:
        found = studio.get(
            "/api/tasks",
            project=campaign.id,
            fields="task_only",
            page_size=1,
            page=nth,
            query=task_query(beyond=beyond),
        )["tasks"]
    except GoneError:
        # There are fewer: Label Studio has no such page.
        return None
    return int(found[0]["id"]) if found else None


def _listed(
    studio: Studio, campaign: Campaign, beyond: int, upper: int
) -> Iterator[Sequence[int]]:
    tasks = iter_tasks(
        studio, campaign, fields="task_only", page_size=PIECE, beyond=beyond
    )
    yield from _in_pieces(int(t["id"]) for t in tasks if int(t["id"]) <= upper)


def _changed(
    studio: Studio, campaign: Campaign, since: datetime
) -> Iterator[Sequence[int]]:
    changed = {
        "filter": "filter:tasks:updated_at",
        "operator": "greater_or_equal",
        "type": "Datetime",
        "value": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    tasks = iter_tasks(
        studio, campaign, fields="task_only", page_size=PIECE, only=[changed]
    )
    yield from _in_pieces(int(task["id"]) for task in tasks)


def _in_pieces(ids: Iterator[int]) -> Iterator[Sequence[int]]:
    piece: list[int] = []
    for number in ids:
        piece.append(number)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _remove_copies(folder: Path, campaign: Campaign, mark: str) -> None:
    for about in folder.glob(f"project-{campaign.id}-at-*-info.json"):
        if mark in about.read_text(encoding="utf-8", errors="replace"):
            copy = about.with_name(about.name.removesuffix("-info.json") + ".json")
            copy.unlink(missing_ok=True)
            about.unlink(missing_ok=True)
