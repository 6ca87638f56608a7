"""Finished partitions, kept until the whole is done, so that a cut costs little."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from annotate.scale.job import Outcome
from schemas.errors import DataError, UsageError

__all__ = ["Parts"]


class _Head(msgspec.Struct):
    """The second line of a file; the first is the hash of it and of what follows."""

    counts: tuple[int, ...]
    ids: bytes


class Parts:
    """A folder of outcomes by their keys; a context that ends well removes it.

    A file there is whole: it was written aside, synced and renamed, and one that is not
    what its hash says is done again. The folder is made when there is something to
    keep, and belongs to one process at a time.
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is made yet."""
        self.folder = folder
        self.found = 0
        """How many partitions an earlier run had finished."""
        self.kept = 0
        """How many this run has finished."""
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Parts:
        """Take the folder if it is there already."""
        if self.folder.is_dir():
            self._take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the folder, unless the work was cut and something is in it."""
        done = kind is None or not (self.found or self.kept)
        if self._lock is not None:
            if done:
                shutil.rmtree(self.folder, ignore_errors=True)
            self._lock.close()

    def _take(self) -> None:
        import fcntl

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("wb")
        except OSError as error:
            raise self._refused(error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise UsageError(
                f"{self.folder}: another run works on this output. Wait for it, or "
                "name another output."
            ) from None
        self._lock = lock

    def _refused(self, error: OSError) -> DataError:
        return DataError(
            f"{self.folder}: finished partitions cannot be kept there "
            f"({error.strerror or error}). Make room, or name another output."
        )

    def get(self, key: str) -> Outcome | None:
        """Return the outcome kept under a key, None if there is no whole one."""
        try:
            with (self.folder / key).open("rb") as kept:
                digest, line, body = kept.readline(), kept.readline(), kept.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(error) from None
        if digest != _digest(line, body):
            return None
        head = msgspec.json.decode(line, type=_Head)
        return Outcome(body, head.counts, head.ids)

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome. Raises DataError where the disk refuses."""
        if self._lock is None:
            self._take()
        line = msgspec.json.encode(_Head(outcome.counts, outcome.ids)) + b"\n"
        aside = self.folder / f".{key}"
        try:
            with aside.open("wb") as out:
                out.writelines((_digest(line, outcome.body), line, outcome.body))
                out.flush()
                os.fsync(out.fileno())
            aside.replace(self.folder / key)
        except OSError as error:
            raise self._refused(error) from None
        self.kept += 1


def _digest(line: bytes, body: bytes) -> bytes:
    total = hashlib.sha256(line)
    total.update(body)
    return total.hexdigest().encode() + b"\n"
