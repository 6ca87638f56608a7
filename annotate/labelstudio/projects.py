"""Find, make and settle the projects of a campaign.

A campaign is one project of its name, or with strict blindness one project for each
annotator, because in one project everybody can open everybody's work. Such a project is
known by its title, which is made from the campaign's name and the annotator's address:
nothing about it is kept elsewhere, so a lost state folder loses nothing. Open-source
Label Studio has no roles: somebody who looks for it can still open another's project,
but nobody meets another's work by working.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.client import Studio, patiently
from annotate.labelstudio.users import users_by_id
from schemas.errors import ServiceError, UsageError

__all__ = [
    "LONGEST_TITLE",
    "Campaign",
    "Part",
    "create_project",
    "find_campaign",
    "find_parts",
    "iter_tasks",
    "known_parts",
    "list_projects",
    "part_title",
    "patch_project",
    "task_query",
]

Json = dict[str, Any]
LONGEST_TITLE = 50
PAGE = 500
PROJECTS = 100
_LISTED = ("id", "title", "description", "task_number")
_JOINT = " · "
# However long an address is, so much of a campaign's name stands in its parts' titles.
_SHARED = 20


@dataclass(frozen=True, slots=True)
class Campaign:
    """A project in Label Studio.

    `born` is when it was made; with the id it tells it from any other. `size` is how
    many tasks it had when it was looked up.
    """

    id: int
    title: str
    config: str
    overlap: int
    born: str = ""
    size: int = 0

    def address(self, studio: Studio) -> str:
        """Return where the project is opened in a browser."""
        return f"{studio.url}/projects/{self.id}"


@dataclass(frozen=True, slots=True)
class Part:
    """One project of a campaign; `annotator` is None when all share it."""

    annotator: str | None
    campaign: Campaign


def part_title(name: str, annotator: str) -> str:
    """Return the title of an annotator's own project; at most 50 characters.

    >>> part_title("news", "a@x.org")
    'news · a@x.org'
    """
    full = f"{name}{_JOINT}{annotator}"
    if len(full) <= LONGEST_TITLE:
        return full
    digest = hashlib.sha256(f"{name}\n{annotator}".encode()).hexdigest()[:6]
    tail = f"{_JOINT}{annotator.partition('@')[0][:16]} {digest}"
    return name[: LONGEST_TITLE - len(tail)] + tail


def find_campaign(studio: Studio, title: str) -> Campaign | None:
    """Return the project with exactly this title, or None.

    Raises ServiceError when there are several: which is meant cannot be known.
    """
    found = _same(studio, title)
    if len(found) > 1:
        raise ServiceError(
            f"Label Studio has {len(found)} projects named {title!r}. Rename all but "
            "one of them in their settings."
        )
    return _opened(studio, found[0]["id"]) if found else None


def find_parts(studio: Studio, name: str) -> tuple[Part, ...]:
    """Return the projects of a campaign: one for all, or one for each annotator.

    None at all means that there is no such campaign. Raises ServiceError when it is
    there in both forms, or a title is there twice.
    """
    titles = {part_title(name, user): user for user in users_by_id(studio).values()}
    found = [
        entry
        for entry in list_projects(studio, within=name[:_SHARED])
        if entry["title"] == name or entry["title"] in titles
    ]
    heard = [entry["title"] for entry in found]
    for title in heard:
        if heard.count(title) > 1:
            raise ServiceError(
                f"Label Studio has {heard.count(title)} projects named {title!r}. "
                "Rename all but one of them in their settings."
            )
    if name in heard and len(heard) > 1:
        raise ServiceError(
            f"{name!r} is a project for all annotators, and there are projects of it "
            f"for single ones too ({', '.join(sorted(set(heard) - {name}))}). Rename "
            "one or the others in their settings."
        )
    parts = [
        Part(titles.get(entry["title"]), _opened(studio, entry["id"]))
        for entry in found
    ]
    return tuple(sorted(parts, key=lambda part: part.annotator or ""))


def known_parts(studio: Studio, name: str) -> tuple[Part, ...]:
    """Return the projects of a campaign that must be there; else UsageError."""
    parts = find_parts(studio, name)
    if not parts:
        raise UsageError(
            f"Label Studio at {studio.url} has no project {name!r}. 'miyar status' "
            "lists what is there."
        )
    return parts


def list_projects(
    studio: Studio, *, within: str = "", fields: Sequence[str] = _LISTED
) -> list[Json]:
    """Return the projects whose titles hold the words, all of them without any.

    The server gives no more than 100 at once, however many are asked for.
    """
    found: dict[int, Json] = {}
    for page in range(1, 1_000_000):
        answer = studio.get(
            "/api/projects",
            title=within,
            include=",".join(fields),
            page=page,
            page_size=PROJECTS,
        )
        # One that is made meanwhile moves others to the next page: each counts once.
        found |= {int(entry["id"]): entry for entry in answer["results"]}
        if not answer["next"]:
            break
    return list(found.values())


def create_project(studio: Studio, title: str, **settings: Any) -> Campaign:
    """Create a project, once: neither a lost reply nor a second caller doubles it.

    Of several that were made at the same time the oldest is kept. The others are
    deleted, which is safe as each caller looks here before it puts anything in.
    """

    def create() -> None:
        known = _same(studio, title)
        if not known:
            studio.post(
                "/api/projects",
                {"title": title, **settings},
                doing=f"create the project {title!r}",
            )

    patiently(create)
    kept, *younger = _same(studio, title)
    for entry in younger:
        if not entry["task_number"] and entry["description"] == kept["description"]:
            studio.delete(
                f"/api/projects/{entry['id']}",
                doing=f"delete the empty project {entry['id']}, the second {title!r}",
            )
    return _opened(studio, kept["id"])


def patch_project(studio: Studio, campaign: Campaign, **changes: Any) -> None:
    """Change settings of a project."""
    studio.patch(
        f"/api/projects/{campaign.id}",
        doing=f"change the project {campaign.title!r}",
        **changes,
    )


def iter_tasks(  # noqa: PLR0913 - keyword-only; each says which tasks
    studio: Studio,
    campaign: Campaign,
    *,
    fields: str,
    page_size: int = PAGE,
    beyond: int = 0,
    only: Sequence[Json] = (),
) -> Iterator[Json]:
    """Yield the project's tasks in order; `fields` is `task_only` or `all`.

    `beyond` leaves out tasks up to that id, `only` holds further filters of the Data
    Manager. Each page begins after the last task seen, so that tasks which come or go
    meanwhile shift no other out of sight.
    """
    while True:
        query = task_query(beyond=beyond, only=only)
        tasks = studio.get(
            "/api/tasks",
            project=campaign.id,
            fields=fields,
            page_size=page_size,
            query=query,
        )["tasks"]
        yield from tasks
        if len(tasks) < page_size:
            return
        beyond = int(tasks[-1]["id"])


def task_query(*, beyond: int, only: Sequence[Json] = ()) -> str:
    """Return a query for the tasks with greater ids, in order of their ids."""
    later = {
        "filter": "filter:tasks:id",
        "operator": "greater",
        "type": "Number",
        "value": beyond,
    }
    return json.dumps(
        {
            "filters": {"conjunction": "and", "items": [later, *only]},
            "ordering": ["tasks:id"],
        }
    )


def _same(studio: Studio, title: str) -> list[Json]:
    listed = list_projects(studio, within=title)
    found = [entry for entry in listed if entry["title"] == title]
    return sorted(found, key=lambda entry: int(entry["id"]))


def _opened(studio: Studio, project: int) -> Campaign:
    full = studio.get(f"/api/projects/{project}")
    return Campaign(
        full["id"],
        full["title"],
        full["label_config"],
        int(full["maximum_annotations"]),
        full["created_at"],
        int(full["task_number"] or 0),
    )
