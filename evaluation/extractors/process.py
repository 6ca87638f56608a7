"""One child process: lines in, lines out, with limits on time and memory."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal, cast

__all__ = ["Child", "ChildError", "FaultKind"]

FaultKind = Literal[
    "start", "crash", "hang", "memory", "json", "contract", "span", "label", "slice",
    "unit", "absent", "unknown", "not run",
]  # fmt: skip
"""What can go wrong with an extractor."""

_LONGEST_LINE = 64 * 2**20
_STDERR_KEPT = 4096
_POLL = 0.05
_END = b""


class ChildError(Exception):
    """The process died, hung or grew too large; `kind` says which."""

    def __init__(self, kind: FaultKind, message: str) -> None:
        """Take the kind of fault, and what to tell of it."""
        super().__init__(message)
        self.kind = kind


class Child:
    """A process in a session of its own, so that all it started dies with it.

    `memory` limits its bytes: the kernel refuses it more writable memory than that, and
    it is ended if it and its children together hold more (Linux).
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        memory: int | None = None,
    ) -> None:
        """Start the process; OSError where there is no such program."""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
        )
        self._memory = memory
        self._limit_memory()
        self.peak: int | None = None
        """The most bytes of memory it held at once, as far as the system tells."""
        self._too_large = False
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._unsent: queue.Queue[bytes] = queue.Queue()
        self._said = b""
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._read, self._listen, self._write, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def send(self, lines: Iterable[bytes]) -> None:
        """Hand over lines; they are written as fast as the process reads."""
        for line in lines:
            self._unsent.put(line)

    def finish_sending(self) -> None:
        """Close the process's stdin after what was sent."""
        self._unsent.put(_END)

    def receive(self, seconds: float) -> bytes:
        """Return the next line; b"" where the process ended well instead.

        Raises ChildError where it died, grew too large, or said nothing in time.
        """
        try:
            line = self._lines.get(timeout=max(seconds, 0))
        except queue.Empty:
            raise ChildError("hang", f"no answer within {seconds:.3g} s") from None
        if line is None:
            raise ChildError("json", f"a line of more than {_LONGEST_LINE} bytes")
        if line:
            return line
        self._lines.put(_END)
        try:
            self._process.wait(timeout=max(seconds, 1))
        except subprocess.TimeoutExpired:
            raise ChildError("hang", "it closed its stdout and went on") from None
        self._threads[1].join(timeout=1)
        if self._too_large:
            limit = (self._memory or 0) / 2**20
            raise ChildError("memory", f"it held more than {limit:.0f} MiB")
        if self._process.returncode != 0:
            raise ChildError("crash", self._last_words(self._process.returncode))
        return _END

    def last_said(self) -> str:
        """Return the last line it wrote on stderr."""
        said = self._said.decode("utf-8", "replace").strip()
        return said.rpartition("\n")[2][-300:]

    def end(self) -> None:
        """End the process and all it started, and wait for it."""
        self._measure()
        self._unsent.put(_END)
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(timeout=1)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                # What was not yet written has no reader any more.
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()

    def _last_words(self, status: int) -> str:
        how = (
            f"it was ended by {signal.Signals(-status).name}"
            if status < 0
            else f"it ended with status {status}"
        )
        said = self.last_said()
        return f"{how}: {said}" if said else how

    def _limit_memory(self) -> None:
        if self._memory and sys.platform == "linux":
            import resource

            limits = (self._memory, self._memory)
            try:
                resource.prlimit(self._process.pid, resource.RLIMIT_DATA, limits)
            except (ProcessLookupError, PermissionError):
                return  # it has ended already, or runs as somebody else

    def _read(self) -> None:
        pipe = cast("IO[bytes]", self._process.stdout)
        while line := pipe.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                self._lines.put(None)
                return
            self._lines.put(line)
        self._lines.put(_END)

    def _listen(self) -> None:
        pipe = cast("IO[bytes]", self._process.stderr)
        while said := os.read(pipe.fileno(), 1024):
            self._said = (self._said + said)[-_STDERR_KEPT:]

    def _write(self) -> None:
        pipe = cast("IO[bytes]", self._process.stdin)
        try:
            while line := self._unsent.get():
                pipe.write(line)
                if self._unsent.empty():
                    pipe.flush()
            pipe.close()
        except (BrokenPipeError, ValueError, OSError):
            return  # it stopped reading; that it died or hangs is seen elsewhere

    def _watch(self) -> None:
        while self._process.poll() is None:
            held = self._measure()
            if self._memory and held > self._memory:
                self._too_large = True
                self._process.kill()
                return
            time.sleep(_POLL)

    def _measure(self) -> int:
        """Return the bytes held now, and remember the most so far."""
        tree = list(_tree(self._process.pid))
        held = sum(_status(pid, "VmRSS") for pid in tree)
        most = max(held, _status(self._process.pid, "VmHWM"))
        if most:
            self.peak = max(self.peak or 0, most)
        return held


def _tree(pid: int) -> Iterable[int]:
    """Yield a process and all it started, as far as /proc tells."""
    yield pid
    found: list[str] = []
    with contextlib.suppress(OSError):  # it may end while we look
        for children in Path("/proc", str(pid), "task").glob("*/children"):
            found += children.read_text().split()
    for child in found:
        yield from _tree(int(child))


def _status(pid: int, key: str) -> int:
    """Return a figure of /proc/PID/status in bytes; 0 where there is none."""
    try:
        lines = Path("/proc", str(pid), "status").read_text().splitlines()
    except OSError:
        return 0
    found = next((line for line in lines if line.startswith(f"{key}:")), None)
    return int(found.split()[1]) * 1024 if found else 0
