"""Install the Label Studio server into an environment of its own.

The server pins its libraries exactly, so it never shares our environment. Its folder
holds `venv/` (from the hash-pinned `server.lock`), `template/` (a migrated, empty
database that every new data folder starts from) and `lock.sha256`, written last.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import ServiceError

__all__ = [
    "LOCK",
    "Say",
    "copy_template",
    "ensure_installed",
    "label_studio",
    "last_lines",
    "only_one",
    "safe_environ",
]

LOCK = Path(__file__).with_name("server.lock")
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "USER", "LOGNAME"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy"),
)
_QUIET = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "CONVERTER_DOWNLOAD_RESOURCES": "false",
    "LOG_LEVEL": "INFO",
    "PYTHONUNBUFFERED": "1",
}

# Seconds between looks at a step, and between words about it.
_LOOK = 0.1
_TELL = 5.0

Say = Callable[[str], None]
"""How progress is told; the command line prints it on stderr."""


def safe_environ() -> dict[str, str]:
    """Return an environment for the server: quiet, and nothing it could misread.

    Label Studio takes bare names such as HOST, DEBUG or USERNAME for its settings, so
    only a short list of variables is passed on.
    """
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed | _QUIET


def label_studio(folder: Path) -> Path:
    """Return the path of the server's executable in its folder."""
    return folder / "venv" / "bin" / "label-studio"


def ensure_installed(folder: Path, *, say: Say) -> Path:
    """Install the server in `folder` unless it is there; return its executable.

    Two callers at once do it once. An installation of another lock is replaced.
    """
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = folder / "lock.sha256"
    if _is_stamped(stamp, wanted):
        return label_studio(folder)
    with only_one(folder / ".installing"):
        if not _is_stamped(stamp, wanted):
            stamp.unlink(missing_ok=True)
            _install(folder, say)
            _make_template(folder, say)
            stamp.write_text(wanted + "\n", encoding="ascii")
    return label_studio(folder)


def copy_template(folder: Path, data: Path, *, database: bool = True) -> None:
    """Give a new data folder the migrated database; an existing one is kept.

    The template's secret key stays behind: each data folder makes its own. Without
    `database` the SQLite file does too: the data will be elsewhere.
    """
    if data.exists():
        return
    data.parent.mkdir(parents=True, exist_ok=True)
    fresh = data.with_name(f".{data.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    left = (".env",) if database else (".env", "label_studio.sqlite3*")
    shutil.copytree(folder / "template", fresh, ignore=shutil.ignore_patterns(*left))
    fresh.chmod(0o700)
    fresh.replace(data)


def _is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == wanted


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; a second holder waits for the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _find_uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.is_file() else shutil.which("uv")


def _install(folder: Path, say: Say) -> None:
    venv = folder / "venv"
    python = venv / "bin" / "python"
    shutil.rmtree(venv, ignore_errors=True)
    uv = _find_uv()
    log = folder / "install.log"
    log.write_bytes(b"")
    from_lock = ("--require-hashes", "-r", str(LOCK))
    if uv:
        say(f"Installing Label Studio with uv into {venv} (about 800 MB, once) ...")
        _run([uv, "venv", "--python", sys.executable, str(venv)], log, say)
        _run([*(uv, "pip", "install", "--python", str(python)), *from_lock], log, say)
    else:
        say(f"Installing Label Studio with pip into {venv} (1 GB, some minutes) ...")
        _run([sys.executable, "-m", "venv", str(venv)], log, say)
        _run([*(str(python), "-m", "pip", "install"), *from_lock], log, say)


def _run(
    command: list[str],
    log: Path,
    say: Say,
    environ: dict[str, str] | None = None,
    *,
    quiet: bool = False,
) -> None:
    """Run one step into the log, saying every few seconds how far it is.

    Of a `quiet` step only the seconds are said.
    """
    began = told = time.monotonic()
    with (
        log.open("ab") as out,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environ,
        ) as step,
    ):
        while step.poll() is None:
            time.sleep(_LOOK)
            if time.monotonic() - told >= _TELL:
                told = time.monotonic()
                doing = "" if quiet else f": {last_lines(log, count=1)[:70]}"
                say(f"  {told - began:.0f} s{doing}")
    if step.returncode:
        raise ServiceError(
            f"Label Studio could not be installed: {Path(command[0]).name} ended with "
            f"{step.returncode}. Its last words: {last_lines(log)} The whole log is "
            f"{log}; see to the network or the disk and run it again."
        )


def last_lines(log: Path, count: int = 3) -> str:
    """Return the last lines of a log, joined; an empty log says so."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        lines = []
    kept = [line.strip() for line in lines if line.strip()][-count:]
    return " | ".join(kept)[-600:] or "(the log is empty)"


def _make_template(folder: Path, say: Say) -> None:
    say("Preparing an empty Label Studio database (about a minute, once) ...")
    fresh = folder / "template.new"
    shutil.rmtree(fresh, ignore_errors=True)
    environ = safe_environ() | {"LABEL_STUDIO_BASE_DATA_DIR": str(fresh)}
    # `version` migrates the database and makes no user, so copies share no secret.
    # What it warns of meanwhile frightens and means nothing.
    command = [str(label_studio(folder)), "version"]
    _run(command, folder / "install.log", say, environ, quiet=True)
    shutil.rmtree(folder / "template", ignore_errors=True)
    fresh.replace(folder / "template")
