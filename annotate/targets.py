"""Write contract lines where the user wants them: packed, in columns or in parts.

What a target is follows from its name alone: `.jsonl` (and any name that says nothing),
`.jsonl.gz`, `.jsonl.zst`, `.parquet`, or a folder, written `FOLDER/`, of parts that
hold `PART` documents each. The same lines give the same bytes.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO

from exports.folders import new_folder
from schemas.atomic import open_whole
from schemas.parquet import write_rows
from schemas.sources import PARQUET, zstd

__all__ = ["PART", "write_target"]

PART = 10_000
"""Documents in each part of a folder."""


def write_target(target: str, bodies: Iterable[bytes]) -> None:
    """Write bodies of whole lines, the target whole or not at all.

    A file that is there is replaced at the end. Raises DataError where the disk refuses
    and where a folder is there that holds anything else.
    """
    path = Path(target)
    if target.endswith(("/", os.sep)) or path.is_dir():
        _write_parts(path, bodies)
        return
    with open_whole(path) as out:
        _write(out, path, bodies)


def _write(out: IO[bytes], path: Path, bodies: Iterable[bytes]) -> None:
    if path.suffix == PARQUET:
        write_rows(out, _lines(bodies))
    elif path.suffix == ".gz":
        # Without a time and a name: the same lines, the same bytes.
        with gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed:
            packed.writelines(bodies)
    elif path.suffix == ".zst":
        with zstd().open(out, "wb") as packed:
            packed.writelines(bodies)
    else:
        out.writelines(bodies)


def _lines(bodies: Iterable[bytes]) -> Iterator[bytes]:
    for body in bodies:
        yield from body.splitlines(keepends=True)


def _write_parts(folder: Path, bodies: Iterable[bytes]) -> None:
    lines = _lines(bodies)
    with new_folder(folder) as draft:
        for number, first in enumerate(lines):
            path = draft / f"part-{number:05}.jsonl"
            with path.open("wb") as out:
                out.writelines(chain([first], islice(lines, PART - 1)))
