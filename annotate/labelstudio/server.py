"""Start, find and stop the embedded Label Studio."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from annotate.labelstudio.credentials import (
    Login,
    new_login,
    read_logins,
    save_login,
)
from annotate.labelstudio.database import (
    Database,
    check_answers,
    chosen_database,
    remember,
    server_environ,
)
from annotate.labelstudio.installation import (
    Say,
    copy_template,
    ensure_installed,
    last_lines,
    only_one,
)
from annotate.labelstudio.networks import loopback_environ
from annotate.labelstudio.process import birth, end_group
from annotate.settings import Settings
from schemas.errors import ServiceError, UsageError
from schemas.jsonl import write_atomically

__all__ = [
    "Server",
    "admin_login",
    "find_server",
    "is_healthy",
    "start_server",
    "stop_server",
    "wait_for_end",
]

HOST = "127.0.0.1"
USUAL_PORT = 8080
START_SECONDS = 180.0
FIRST_START_SECONDS = 600.0
"""For an empty PostgreSQL database: its tables are made one migration at a time."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running Label Studio: its process and its address.

    `fresh` tells that this very call started it.
    """

    pid: int
    born: str
    port: int
    fresh: bool = False

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        return f"http://{HOST}:{self.port}"


def start_server(settings: Settings, *, say: Say) -> Server:
    """Start Label Studio and wait until it is healthy; one that runs is returned.

    Installs the server the first time. Raises ServiceError when the asked port is
    busy, when the database cannot be used, when the server ends early, or when it is
    not healthy in time.
    """
    if settings.url:
        raise UsageError(
            f"Label Studio at {settings.url} is somebody else's to start. Unset "
            "MIYAR_URL (or 'url' in miyar.toml) to use the embedded one."
        )
    with only_one(settings.home / ".starting"):
        return _start(settings, say)


def _start(settings: Settings, say: Say) -> Server:
    database = chosen_database(settings)
    running = find_server(settings)
    if running:
        if settings.port not in (None, running.port):
            raise ServiceError(
                f"Label Studio runs already, at {running.url}. Run 'miyar down' first "
                f"to start it on port {settings.port}."
            )
        return running
    if settings.port is not None and not _is_free(settings.port):
        raise ServiceError(
            f"Port {settings.port} is in use by another program. Choose another with "
            "--port, or leave it out to take any free one."
        )
    executable = ensure_installed(settings.server_folder, say=say)
    seconds = _prepare(settings, database, say)
    port = settings.port or _free_port()
    say(f"Starting Label Studio on {HOST}:{port} ...")
    server = _launch(executable, settings, port)
    server = _wait_until_healthy(server, settings, say, seconds)
    _check_login(server, settings, database)
    return server


def _prepare(settings: Settings, database: Database | None, say: Say) -> float:
    """See to the server's data; return the seconds it may take to start on it."""
    seconds = START_SECONDS
    if database is not None:
        say(f"Label Studio keeps its data in {database}.")
        if check_answers(database, settings):
            say("  it is empty: its tables are made first, which takes a minute ...")
            seconds = FIRST_START_SECONDS
        remember(settings, database)
    copy_template(
        settings.server_folder, settings.data_folder, database=database is None
    )
    return seconds


def find_server(settings: Settings) -> Server | None:
    """Return the running server of this state folder, or None."""
    try:
        kept = json.loads(settings.state_file.read_text(encoding="utf-8"))
        server = Server(int(kept["pid"]), str(kept["born"]), int(kept["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return server if birth(server.pid) == server.born else None


def stop_server(settings: Settings) -> Server | None:
    """Stop the server of this state folder; return it, or None if none ran.

    Only the recorded process and its children are ended, and only while the process
    is still the one that was started.
    """
    server = find_server(settings)
    if server is None:
        settings.state_file.unlink(missing_ok=True)
        return None
    if not end_group(server.pid, server.born) and find_server(settings):
        raise ServiceError(
            f"Label Studio (process {server.pid}) does not end. End it by hand with "
            f"'kill -9 {server.pid}'."
        )
    settings.state_file.unlink(missing_ok=True)
    return server


def wait_for_end(server: Server) -> None:
    """Return when the server's process has ended, by itself or by another's hand."""
    while birth(server.pid) == server.born:
        time.sleep(0.5)


def admin_login(settings: Settings) -> Login:
    """Return the administrator's login, made and kept at the first call."""
    kept = read_logins(settings.credentials_file).get(settings.admin)
    if kept is None:
        kept = new_login(settings.admin)
        save_login(settings.credentials_file, kept)
    return kept


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server binds: a port that only lingers from an old one is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    if _is_free(USUAL_PORT):
        return USUAL_PORT
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _launch(executable: Path, settings: Settings, port: int) -> Server:
    login = admin_login(settings)
    environ = server_environ(settings) | {
        "LABEL_STUDIO_USERNAME": login.email,
        "LABEL_STUDIO_PASSWORD": login.password,
        "LABEL_STUDIO_USER_TOKEN": login.token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        # Refuse predictions that would break the labelling page.
        "fflag_feat_utc_210_prediction_validation_15082025": "true",
        **loopback_environ(),
    }
    log = os.open(settings.log_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    address = ("--internal-host", HOST, "-p", str(port))
    try:
        process = subprocess.Popen(
            [*(str(executable), "start", "--no-browser"), *address],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environ,
            cwd=settings.data_folder,
            start_new_session=True,
        )
    finally:
        os.close(log)
    # A child that died at once stays a zombie with no birth mark: still "not ours".
    server = Server(process.pid, birth(process.pid) or "ended", port, fresh=True)
    # The server is meant to outlive this object, which would warn of it when dropped.
    process.returncode = 0
    _keep_state(server, settings)
    return server


def _keep_state(server: Server, settings: Settings) -> None:
    state = asdict(server) | {"url": server.url}
    del state["fresh"]
    write_atomically(settings.state_file, [json.dumps(state) + "\n"])


def _wait_until_healthy(
    server: Server, settings: Settings, say: Say, patience: float
) -> Server:
    """Return the server once it answers, under the port that it took in the end."""
    began = time.monotonic()
    told = 0
    while time.monotonic() - began < patience:
        if birth(server.pid) != server.born:
            settings.state_file.unlink(missing_ok=True)
            raise ServiceError(
                "Label Studio ended while starting. Its last words: "
                f"{last_lines(settings.log_file)} The whole log is {settings.log_file}."
            )
        port = _port_taken(settings)
        if port not in (None, server.port):
            server = _follow(server, port, settings)
        if port is not None and is_healthy(server.url):
            return server
        seconds = int(time.monotonic() - began)
        if seconds >= told + 5:
            told = seconds
            say(f"  still starting, {seconds} s ...")
        time.sleep(0.2)
    stop_server(settings)
    raise ServiceError(
        f"Label Studio was not healthy after {patience:.0f} s and was stopped. "
        f"Read {settings.log_file}."
    )


def _check_login(server: Server, settings: Settings, database: Database | None) -> None:
    """Stop a server whose data was made with other credentials than are kept."""
    import httpx

    answer = httpx.get(
        f"{server.url}/api/current-user/whoami",
        headers={"Authorization": f"Token {admin_login(settings).token}"},
        timeout=60.0,
        trust_env=False,
    )
    if answer.status_code != 200:
        stop_server(settings)
        raise ServiceError(
            f"The data in {database or settings.data_folder} was made with another "
            f"login than the one in {settings.credentials_file}. Put the old file "
            f"back, or {_anew(database)} to begin with an empty one."
        )


def _anew(database: Database | None) -> str:
    return "name another database" if database else "move the data folder away"


def _port_taken(settings: Settings) -> int | None:
    """Return the port our server says it listens on; None while it says nothing."""
    said = settings.log_file.read_text(encoding="utf-8", errors="replace")
    found = re.search(rf"server at http://{re.escape(HOST)}:(\d+)/", said)
    return int(found[1]) if found else None


def _follow(server: Server, port: int, settings: Settings) -> Server:
    """Return the server under the port it moved to from one that was taken meanwhile.

    Label Studio moves on silently. Raises ServiceError, and stops it, where the port
    was asked for.
    """
    if settings.port is not None:
        stop_server(settings)
        raise ServiceError(
            f"Port {settings.port} was taken by another program while Label Studio "
            "started. Choose another with --port, or leave it out to take any free one."
        )
    moved = replace(server, port=port)
    _keep_state(moved, settings)
    return moved


def is_healthy(url: str) -> bool:
    """Tell whether a Label Studio answers its health check at `url`."""
    import httpx

    try:
        answer = httpx.get(f"{url}/health", timeout=5.0, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200 and "UP" in answer.text
