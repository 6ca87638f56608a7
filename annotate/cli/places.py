"""Where commands take documents from and write them to; `-` is stdin."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ArticlesArgument", "TargetOption", "take_places"]

ArticlesArgument = Annotated[
    list[Path],
    typer.Argument(
        help="Folders, globs or files: .txt, .jsonl (.gz, .zst), .csv, .parquet; - is "
        "stdin."
    ),
]
TargetOption = Annotated[
    str,
    typer.Option(
        "--out",
        "-o",
        help="The file to write: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; or FOLDER/ "
        "for parts.",
    ),
]

STDIN = Path("-")

_STARTS = {
    b"\x1f\x8b": ".jsonl.gz",
    b"\x28\xb5\x2f\xfd": ".jsonl.zst",
    b"PAR1": ".parquet",
}
"""How packed bytes begin; whatever else comes is lines."""


def take_places(places: Sequence[Path]) -> list[Path]:
    """Return the places, with stdin put into a file: what is read is read again.

    The file is removed when the command ends.
    """
    return [_stdin() if place == STDIN else place for place in places]


@cache
def _stdin() -> Path:
    import tempfile

    folder = tempfile.TemporaryDirectory(prefix="miyar-")
    atexit.register(folder.cleanup)
    source = sys.stdin.buffer
    start = source.read(4)
    kind = next((k for s, k in _STARTS.items() if start.startswith(s)), ".jsonl")
    path = Path(folder.name) / f"stdin{kind}"
    with path.open("wb") as out:
        out.write(start)
        while some := source.read(2**20):
            out.write(some)
    return path
