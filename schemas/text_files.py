"""Read text and JSON that others wrote: UTF-8 or a clear refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schemas.errors import DataError, MiyarError

__all__ = ["read_json", "read_utf8"]


def read_utf8(path: Path, *, error: type[MiyarError] = DataError) -> str:
    """Return the text of a file, its line breaks as they stand.

    Raises `error` where it cannot be read, and where it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as fault:
        raise error(f"{path}: cannot be read ({fault.strerror}).") from None
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
