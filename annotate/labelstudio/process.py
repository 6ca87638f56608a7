"""Know a process again: its id alone may have passed to another one."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

__all__ = ["birth", "end_group"]


def birth(pid: int) -> str | None:
    """Return a mark of when `pid` began, or None if there is no such process.

    Together with the id it names one process for good. A zombie counts as ended.
    """
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        # The command in brackets may itself hold spaces and brackets.
        rest = fields.rpartition(")")[2].split()
        return None if rest[0] == "Z" else rest[19]
    listed = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.strip() or None


def end_group(pid: int, born: str, *, patience: float = 10.0) -> bool:
    """End the process group led by `pid` if it is still the one born then.

    Asks first and insists after `patience` seconds. False means that the process was
    gone already or is another one, and nothing was ended.
    """
    if birth(pid) != born:
        return False
    for sign, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(pid, sign)
        except ProcessLookupError:
            return True
        if _is_gone(pid, born, seconds):
            return True
    return birth(pid) != born


def _is_gone(pid: int, born: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _reap(pid)
        if birth(pid) != born:
            return True
        time.sleep(0.05)
    return False


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
