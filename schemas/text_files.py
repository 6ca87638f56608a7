"""Read text and JSON that others wrote: UTF-8 or a clear refusal."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

from schemas.errors import DataError, MiyarError

__all__ = ["read_json", "read_utf8", "unreadable"]

_REMEDIES = {
    errno.ENOENT: "Check the path.",
    errno.ENOTDIR: "Check the path.",
    errno.EISDIR: "Name a file, not a folder.",
    errno.EACCES: "Make it readable for this user (chmod), or name another.",
}


def unreadable(path: Path | str, fault: OSError) -> str:
    """Return what to say of a file that the system does not let us read.

    >>> unreadable("a.yaml", FileNotFoundError(2, "No such file or directory"))
    'a.yaml: cannot be read (No such file or directory). Check the path.'
    """
    remedy = _REMEDIES.get(fault.errno or 0, "")
    return f"{path}: cannot be read ({fault.strerror}). {remedy}".rstrip()


def read_utf8(path: Path, *, error: type[MiyarError] = DataError) -> str:
    """Return the text of a file, its line breaks as they stand.

    Raises `error` where it cannot be read, and where it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as fault:
        raise error(unreadable(path, fault)) from None
    except UnicodeDecodeError as fault:
        raise error(
            f"{path}: is not UTF-8 (byte {fault.start}). Save it as UTF-8."
        ) from None


def read_json(path: Path) -> Any:
    """Return what a JSON file holds, and None where it holds no JSON.

    What the file should be is known where this is called, and said there. Raises
    DataError where the file cannot be read.
    """
    try:
        return json.loads(read_utf8(path))
    except (ValueError, RecursionError):
        return None
