"""Tell a project of Label Studio where its suggestions and its judge are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.client import LostReplyError, Studio
from annotate.labelstudio.doors import SUGGESTIONS, WEBHOOK, Doors, door_of
from schemas.errors import ServiceError

__all__ = ["Connected", "connect_project"]

TITLE = "miyar live"
_ACTIONS = ["ANNOTATION_CREATED", "ANNOTATION_UPDATED"]


@dataclass(frozen=True, slots=True)
class Connected:
    """The ids under which Label Studio keeps the backend and the webhook.

    `webhook` is None where the server refuses the address; `remedy` says why.
    """

    backend: int
    webhook: int | None
    remedy: str = ""


def connect_project(
    studio: Studio, project: int, *, url: str, doors: Doors
) -> Connected:
    """Connect a project to our server at `url`, which must be up.

    Label Studio asks the server at once whether it is healthy and takes the project's
    page. What is connected already gets the address and passwords of now. Raises
    ServiceError when Label Studio does not reach the server.
    """
    backend = _connect_backend(studio, project, url, doors)
    try:
        return Connected(backend, _connect_webhook(studio, project, url, doors))
    except LostReplyError:
        raise
    except ServiceError as error:
        return Connected(
            backend,
            None,
            f"Annotations are not judged when they are submitted: {error} Start Label "
            "Studio with LABEL_STUDIO_SSRF_PROTECTION_ENABLED=false to allow it.",
        )


def _connect_backend(studio: Studio, project: int, url: str, doors: Doors) -> int:
    with studio.telling("list the project's models"):
        listed = studio.sdk.ml.list(project=project)
    there = [model for model in listed if model.title == TITLE]
    wanted: dict[str, Any] = {
        "url": url,
        "project": project,
        "title": TITLE,
        "is_interactive": True,
        "auth_method": "BASIC_AUTH",
        "basic_auth_user": SUGGESTIONS,
        "basic_auth_pass": doors.password(SUGGESTIONS),
    }
    try:
        with studio.telling(f"connect the project to {url}"):
            made = (
                studio.sdk.ml.update(int(there[0].id or 0), **wanted)
                if there
                else studio.sdk.ml.create(**wanted)
            )
    except LostReplyError:
        raise
    except ServiceError as error:
        if "reserved network" not in str(error):
            raise
        raise ServiceError(
            f"Label Studio at {studio.url} does not call a private address such as "
            f"{url}. Start it with LABEL_STUDIO_ML_BLOCK_LOCAL_IP=false, or serve at "
            "an address it may reach and name it with --url."
        ) from None
    return int(made.id or 0)


def _connect_webhook(studio: Studio, project: int, url: str, doors: Doors) -> int:
    with studio.telling("list the project's webhooks"):
        listed = studio.sdk.webhooks.list(project=str(project))
    there = [int(hook.id or 0) for hook in listed if _is_ours(hook, project, url)]
    wanted: dict[str, Any] = {
        "url": f"{url}/webhook",
        "headers": {"Authorization": doors.header(WEBHOOK)},
        "actions": _ACTIONS,
        "send_payload": True,
        "send_for_all_actions": False,
        "is_active": True,
    }
    with studio.telling("have submitted annotations judged"):
        if not there:
            return int(studio.sdk.webhooks.create(project=project, **wanted).id or 0)
        studio.sdk.webhooks.update(there[0], **wanted)
        for spare in there[1:]:
            studio.sdk.webhooks.delete(spare)
    return there[0]


def _is_ours(hook: Any, project: int, url: str) -> bool:
    """Tell our webhooks: by the door, for the address may have changed, or by address.

    Label Studio makes one of its own for a new backend, for every event and without a
    password.
    """
    sent = str((hook.headers or {}).get("Authorization", ""))
    ours = door_of(sent) == WEBHOOK or hook.url == f"{url}/webhook"
    return ours and int(hook.project or 0) == project
