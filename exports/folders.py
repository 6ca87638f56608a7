"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.atomic import hold_draft, sync_folder, told
from schemas.errors import DataError

__all__ = ["new_folder"]


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside `folder` to write in, and put it there at the end.

    If the block raises, nothing is left. Where `folder` already holds the very same
    files, it stays as it is. Raises DataError where it holds anything else, and where
    the disk refuses.
    """
    try:
        with hold_draft(folder, folder=True) as draft:
            yield draft
            _settle(draft, folder)
    except OSError as error:
        raise DataError(told(folder, error)) from None


def _settle(draft: Path, folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if folder.is_dir() and _contents(folder) == _contents(draft):
            return
        raise DataError(
            f"{folder}: is there already and holds something else. Choose a new "
            "folder, or remove this one."
        )
    for path in sorted(draft.rglob("*")):
        if path.is_file():
            path.chmod(0o644)
            with path.open("rb") as written:
                os.fsync(written.fileno())
        else:
            sync_folder(path)
    draft.chmod(0o755)
    sync_folder(draft)
    draft.replace(folder)
    sync_folder(folder.parent)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
