"""Say how the server is and what its projects hold."""

from __future__ import annotations

from typing import Any

from annotate.labelstudio.client import connect
from annotate.labelstudio.server import find_server, is_healthy
from annotate.settings import Settings

__all__ = ["read_status", "render_status"]


def read_status(settings: Settings) -> dict[str, Any]:
    """Return whether the server runs, its address and its projects; no secrets."""
    server = None if settings.url else find_server(settings)
    url = settings.url or (server.url if server else None)
    running = url is not None and is_healthy(url)
    return {
        "running": running,
        "url": url,
        "pid": server.pid if server else None,
        "state": str(settings.home.absolute()),
        "login": settings.admin,
        "credentials": str(settings.credentials_file),
        "projects": _projects(settings) if running else [],
    }


def _projects(settings: Settings) -> list[dict[str, Any]]:
    with connect(settings) as studio:
        listed = studio.get("/api/projects", page_size=1000)["results"]
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
        f"login {found['login']}, password in {found['credentials']}",
    ]
    columns = ("project", "documents", "overlap", "annotations", "skipped", "finished")
    rows = [columns, *(tuple(str(p[c]) for c in columns) for p in found["projects"])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    for row in rows if found["projects"] else ():
        first, *rest = (
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *rest]).rstrip())
    return "\n".join(lines)
