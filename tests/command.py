"""`miyar` as a user types it, without a process for every call.

Where the process itself is tested (limits, signals, workers, a terminal, what is
imported), a test starts the installed command instead.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from annotate.cli.main import main

__all__ = ["MIYAR", "miyar"]

MIYAR = Path(sys.executable).with_name("miyar")
"""The installed command."""


def miyar(
    *words: object, cwd: Path, environ: Mapping[str, str] = {}
) -> subprocess.CompletedProcess[str]:
    """Run what the installed command runs, in a folder with a state of its own.

    Of our variables only the cache of compiled rules is taken over, and `environ`. An
    exception that `main` does not turn into a message is raised here.
    """
    typed = ["miyar", *map(str, words)]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in "oe")
    signals = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.getsignal(number) for number in signals]
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("MIYAR_") and name != "MIYAR_CACHE":
                patch.delenv(name)
        for name, value in {"MIYAR_HOME": str(cwd / "state"), **environ}.items():
            patch.setenv(name, value)
        patch.chdir(cwd)
        patch.setattr(sys, "argv", typed)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main()
        except SystemExit as end:
            code = end.code
        finally:
            for number, handler in zip(signals, handlers, strict=True):
                signal.signal(number, handler)
    return subprocess.CompletedProcess(
        typed, int(code or 0), *(_content(stream) for stream in (out, err))
    )


def _content(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")
