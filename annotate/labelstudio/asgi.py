"""Serve a backend over HTTP: who may ask, how much, and how a refusal is told.

Nothing of a request's body is logged: Label Studio sends its users' tokens in it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from annotate.labelstudio.backend import Backend, Inspection, RefusedError
from annotate.labelstudio.doors import SUGGESTIONS, WEBHOOK, Doors
from schemas.errors import MiyarError

__all__ = ["LARGEST_BODY", "build_asgi"]

Json = dict[str, Any]
LARGEST_BODY = 64 * 2**20
"""Bytes of a request: Label Studio asks for a whole page of tasks in one."""

_LOG = logging.getLogger("miyar.serve")
_Endpoint = Callable[[Request], Awaitable[Response]]


def build_asgi(
    backend: Backend,
    *,
    doors: Doors,
    report: Callable[[Inspection], None],
    largest_body: int = LARGEST_BODY,
) -> Starlette:
    """Return the ASGI application of a backend.

    `report` is told of each annotation that was judged, after the reply is sent:
    Label Studio waits for a webhook one second, and the annotator with it.
    """

    async def health(_: Request) -> Response:
        return JSONResponse(backend.health())

    async def versions(_: Request) -> Response:
        return JSONResponse(backend.versions())

    async def setup(request: Request) -> Response:
        asked = await _read(request, largest_body)
        return JSONResponse(await run_in_threadpool(backend.setup, asked))

    async def predict(request: Request) -> Response:
        asked = await _read(request, largest_body)
        return JSONResponse(await run_in_threadpool(backend.predict, asked))

    async def webhook(request: Request) -> Response:
        asked = await _read(request, largest_body)
        found = await run_in_threadpool(backend.webhook, asked)
        if found is None:
            return JSONResponse({"judged": False})
        return JSONResponse(
            {
                "judged": True,
                "annotation": found.annotation,
                "reasons": [asdict(finding.reason) for finding in found.findings],
            },
            background=BackgroundTask(report, found),
        )

    def route(path: str, endpoint: _Endpoint, method: str, door: str) -> Route:
        return Route(path, _behind(door, doors, endpoint), methods=[method])

    return Starlette(
        routes=[
            route("/", health, "GET", SUGGESTIONS),
            route("/health", health, "GET", SUGGESTIONS),
            route("/versions", versions, "GET", SUGGESTIONS),
            route("/setup", setup, "POST", SUGGESTIONS),
            route("/predict", predict, "POST", SUGGESTIONS),
            route("/webhook", webhook, "POST", WEBHOOK),
        ],
        exception_handlers={HTTPException: _tell_http},
    )


def _behind(door: str, doors: Doors, endpoint: _Endpoint) -> _Endpoint:
    """Let through who knows the door's password; turn every failure into a reply."""

    async def guarded(request: Request) -> Response:
        if not doors.opens(door, request.headers.get("authorization")):
            return _refusal(
                401,
                "Wrong or missing password. 'miyar serve --project NAME' connects a "
                "project with the right one.",
                {"WWW-Authenticate": 'Basic realm="miyar"'},
            )
        try:
            return await endpoint(request)
        except RefusedError as error:
            return _refusal(error.status, str(error))
        except MiyarError as error:
            return _refusal(422, str(error))
        except ClientDisconnect:
            return _refusal(400, "The request ended before its body did.")
        except Exception:  # noqa: BLE001 - logged here, and never shown to the caller
            _LOG.exception("%s failed", request.url.path)
            return _refusal(500, "miyar serve failed; its own output tells why.")

    return guarded


async def _read(request: Request, largest: int) -> Json:
    """Return the JSON object of a request's body, never more than `largest` bytes."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > largest:
            raise RefusedError(
                f"The request is larger than {largest // 2**20} MB. Ask for fewer "
                "tasks at once.",
                status=413,
            )
    try:
        asked = await run_in_threadpool(json.loads, bytes(body))
    except (ValueError, RecursionError):
        raise RefusedError("The request's body is not JSON.") from None
    if not isinstance(asked, dict):
        raise RefusedError("The request's body is not a JSON object.")
    return asked


async def _tell_http(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    says = error.detail if isinstance(error, HTTPException) else "failed"
    return _refusal(status, f"{says}.")


def _refusal(
    status: int, message: str, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse({"error": message}, status_code=status, headers=headers)
