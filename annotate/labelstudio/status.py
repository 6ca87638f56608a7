"""Say how the server is and what its projects hold."""

from __future__ import annotations

from typing import Any

from annotate.labelstudio.client import connect
from annotate.labelstudio.database import chosen_database
from annotate.labelstudio.projects import list_projects
from annotate.labelstudio.server import find_server, is_healthy
from annotate.labelstudio.standing import render_rows
from annotate.settings import Settings

__all__ = ["read_status", "render_status"]

_SHOWN = (
    *("id", "title", "task_number", "maximum_annotations"),
    *("total_annotations_number", "skipped_annotations_number"),
    "finished_task_number",
)


def read_status(settings: Settings) -> dict[str, Any]:
    """Return whether the server runs, its address and its projects; no secrets."""
    server = None if settings.url else find_server(settings)
    url = settings.url or (server.url if server else None)
    running = url is not None and is_healthy(url)
    database = None if settings.url else chosen_database(settings)
    return {
        "running": running,
        "url": url,
        "pid": server.pid if server else None,
        "state": str(settings.home.absolute()),
        "database": str(database) if database else None,
        "login": settings.admin,
        "credentials": str(settings.credentials_file),
        "projects": _projects(settings) if running else [],
    }


def _projects(settings: Settings) -> list[dict[str, Any]]:
    with connect(settings) as studio:
        listed = list_projects(studio, fields=_SHOWN)
    return [
        {
            "id": project["id"],
            "project": project["title"],
            "documents": project["task_number"],
            "overlap": project["maximum_annotations"],
            "annotations": project["total_annotations_number"],
            "skipped": project["skipped_annotations_number"],
            "finished": project["finished_task_number"],
        }
        for project in sorted(listed, key=lambda p: int(p["id"]))
    ]


def render_status(found: dict[str, Any]) -> str:
    """Return the status as lines for a terminal."""
    if not found["running"]:
        return (
            f"Label Studio does not run (state folder {found['state']}). Start it with "
            "'miyar up'."
        )
    lines = [
        f"Label Studio runs at {found['url']}"
        + (f" (process {found['pid']})" if found["pid"] else ""),
        *([f"data in {found['database']}"] if found["database"] else []),
        f"login {found['login']}, password in {found['credentials']}",
    ]
    columns = ("project", "documents", "overlap", "annotations", "skipped", "finished")
    if found["projects"]:
        rows = [[project[name] for name in columns] for project in found["projects"]]
        lines += render_rows([columns, *rows])
    return "\n".join(lines)
