"""Find what is wrong with a Label Studio and the projects in it, each with its remedy.

=====  =====================================================================
code   what
=====  =====================================================================
LS101  the server does not run or does not answer
LS102  another version than the one that was tried
LS103  the token is refused: reset, of another server, or switched off
LS104  the token is of the kind that runs out, or will run out soon
LS106  predictions are stored unchecked
LS107  a suggestion server on this machine cannot be connected
LS108  the disk is nearly full
LS109  the port that is asked for is another program's
LS201  the text does not run in the schema's direction
LS202  spans snap to whole words
LS203  the handles that move an edge are hidden
LS204  the page is not the schema's
LS205  suggestions are not shown in the label stream
LS301  a task's text is not the one that was pushed
LS302  a suggestion does not fit its text
LS303  an annotation does not fit its text
LS304  a task was not made by push
LS401  an annotation differs from the gold that was released of it
LS402  an annotation was changed after the release
LS403  a released document is not there, or has another text
LS404  an annotation that a release was made from is not there
=====  =====================================================================
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.client import Studio, connect
from annotate.labelstudio.installation import LOCK
from annotate.labelstudio.server import find_server, is_healthy
from annotate.settings import Settings
from schemas.errors import ServiceError, UsageError

__all__ = ["Ailment", "check_server", "server_version"]

Json = dict[str, Any]
ROOM = 1_000_000_000
SOON = 7 * 24 * 3600
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that is wrong: a stable code, where, what it means and the remedy."""

    code: str
    where: str
    what: str
    remedy: str


def server_version() -> str:
    """Return the version of Label Studio that this tool installs and was tried with."""
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if line.startswith("label-studio=="):
            return line.partition("==")[2].split()[0]
    raise ServiceError(f"{LOCK}: names no label-studio. Install the tool anew.")


def check_server(settings: Settings) -> tuple[list[Ailment], Studio | None]:
    """Return what is wrong outside of projects, and a connection if one can be made.

    Nothing is changed, but where predictions are stored unchecked: that is seen by one
    being stored, which is deleted at once.
    """
    found = [*_check_disk(settings), *_check_port(settings)]
    server = None if settings.url else find_server(settings)
    url = settings.url or (server.url if server else None)
    if url is None or not is_healthy(url):
        found.append(_silent(settings, url))
        return found, None
    found += _check_token(settings.token)
    try:
        studio = connect(settings)
    except (ServiceError, UsageError) as error:
        found.append(_refused(url, str(error)))
        return found, None
    found += _check_version(studio)
    return found, studio


def _silent(settings: Settings, url: str | None) -> Ailment:
    if settings.url:
        remedy = "Is the address right, and does the server run? Ask who runs it."
    else:
        remedy = "Start it with 'miyar up'; its log is " + str(settings.log_file) + "."
    what = "Label Studio does not answer." if url else "Label Studio does not run."
    return Ailment("LS101", url or str(settings.home), what, remedy)


def _refused(url: str, said: str) -> Ailment:
    return Ailment(
        "LS103",
        url,
        said.split(". ")[0] + ".",
        "Set MIYAR_TOKEN to the legacy token under Account & Settings, or unset it for "
        "the embedded server. A server that gives none has legacy tokens switched off: "
        "Organization, API Tokens Settings.",
    )


def _check_disk(settings: Settings) -> Iterator[Ailment]:
    if settings.url:
        return
    folder = settings.data_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        yield Ailment(
            "LS108",
            str(settings.data_folder),
            f"Only {free / 1e6:.0f} MB are free: a database that cannot grow breaks.",
            f"Free some space. {settings.data_folder}/export holds copies of old "
            "exports, which may be deleted.",
        )


def _check_port(settings: Settings) -> Iterator[Ailment]:
    if settings.url or settings.port is None:
        return
    server = find_server(settings)
    if server is not None and server.port == settings.port:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        busy = probe.connect_ex((HOST, settings.port)) == 0
    if busy:
        yield Ailment(
            "LS109",
            f"{HOST}:{settings.port}",
            "Another program listens on the port that is asked for.",
            "Choose another port (MIYAR_PORT, 'port' in miyar.toml, --port), or none "
            "to take any free one.",
        )


def _check_token(token: str | None) -> Iterator[Ailment]:
    """Judge a token by its form: one with an expiry is not the kind that is needed."""
    if not token or token.count(".") != 2:
        return
    expiry = _expiry(token)
    when = "at a time it does not tell"
    if expiry is not None:
        when = time.strftime("on %Y-%m-%d at %H:%M UTC", time.gmtime(expiry))
        when = f"{when}, which has passed" if expiry < time.time() else when
    soon = expiry is not None and expiry < time.time() + SOON
    yield Ailment(
        "LS104",
        "MIYAR_TOKEN",
        f"This is a personal access token; it runs out {when}."
        + (" Work would stop midway." if soon else ""),
        "Set MIYAR_TOKEN to the legacy token (40 digits) under Account & Settings.",
    )


def _expiry(token: str) -> int | None:
    body = token.split(".")[1]
    try:
        kept = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return int(kept["exp"])
    except (ValueError, KeyError, TypeError):
        return None


def _check_version(studio: Studio) -> Iterator[Ailment]:
    version, wanted = studio.get("/api/version").get("release"), server_version()
    if version != wanted:
        yield Ailment(
            "LS102",
            studio.url,
            f"This is Label Studio {version}; the tool was tried with {wanted}.",
            f"Install {wanted}, or try the tool on a copy of the project first.",
        )
