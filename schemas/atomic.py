"""Files that are whole or not there: written aside, synced, then renamed.

A writer that is killed leaves its draft beside the file. A draft is locked while it is
written, so the next writer of the same file knows one that nobody writes any more, and
takes it away.
"""

from __future__ import annotations

import errno
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from schemas.errors import DataError

if sys.platform != "win32":
    import fcntl

__all__ = ["hold_draft", "open_whole", "sync_folder", "told", "write_atomically"]

_DRAFT = ".draft"
_REMEDIES = {
    errno.ENOSPC: "Free some space, or write to another disk, and run it again.",
    errno.EDQUOT: "Your share of the disk is used up: free some of it.",
    errno.EFBIG: "The file would be larger than is allowed here (ulimit -f).",
    errno.EROFS: "The disk is mounted for reading only: write to another place.",
    errno.EACCES: "Its folder is not yours to write in: choose another place.",
    errno.EPERM: "Its folder is not yours to write in: choose another place.",
}


def write_atomically(path: Path, chunks: Iterable[str]) -> None:
    """Write text beside `path`, sync it, then rename: never a torn file.

    Raises DataError where the disk or the folder refuses; what was there before stays.
    """
    with open_whole(path) as out:
        for chunk in chunks:
            out.write(chunk.encode("utf-8"))


@contextmanager
def open_whole(path: Path, *, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """Give a file to write bytes to, which takes the place of `path` at the end.

    If the block raises, nothing is left and what was there before stays. Raises
    DataError where the disk or the folder refuses.
    """
    try:
        with hold_draft(path) as draft, draft.open("wb") as out:
            yield out
            out.flush()
            draft.chmod(mode)
            os.fsync(out.fileno())
            draft.replace(path)
            sync_folder(path.parent)
    except OSError as error:
        if error.filename is not None and not _is_draft(error.filename, path):
            raise
        raise DataError(told(path, error)) from None


@contextmanager
def hold_draft(path: Path, *, folder: bool = False) -> Iterator[Path]:
    """Make an empty draft of a file, or of a folder, beside `path` and hold its lock.

    What is not renamed by the end of the block is taken away, and so are the drafts of
    writers that were killed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{_DRAFT}"):
        _clear(left)
    draft, handle = _locked(path, folder=folder)
    try:
        yield draft
    finally:
        _remove(draft)
        os.close(handle)


def _locked(path: Path, *, folder: bool) -> tuple[Path, int]:
    while True:
        prefix = f".{path.name}."
        if folder:
            draft = Path(tempfile.mkdtemp(_DRAFT, prefix, path.parent))
            handle = os.open(draft, os.O_RDONLY)
        else:
            handle, name = tempfile.mkstemp(_DRAFT, prefix, path.parent)
            draft = Path(name)
        if _lock(handle) and draft.exists():
            return draft, handle
        # Another writer took it for one that was left, before it was locked.
        os.close(handle)


def _lock(handle: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # A file system without locks: nothing will be cleared there either.
            return True
    return True


def _clear(left: Path) -> None:
    """Take away a draft that nobody holds."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        handle = os.open(left, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(left)
        finally:
            os.close(handle)


def _remove(draft: Path) -> None:
    if draft.is_dir():
        shutil.rmtree(draft, ignore_errors=True)
    else:
        with suppress(OSError):
            draft.unlink()


def _is_draft(name: object, path: Path) -> bool:
    named = Path(os.fsdecode(name)) if isinstance(name, str | bytes) else None
    if named is None or named == path.parent:
        return True
    return named.parent == path.parent and named.name.startswith(f".{path.name}.")


def sync_folder(folder: Path) -> None:
    """Make the renames in a folder outlast a loss of power."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems sync no folders: they keep them in order themselves.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def told(path: Path, error: OSError) -> str:
    """Return what keeps `path` from being written, and what to do about it."""
    remedy = _REMEDIES.get(error.errno or 0, "Choose another place.")
    said = error.strerror or error
    return f"{path}: cannot be written ({said}). Nothing was kept. {remedy}"
