"""Collections of documents on disk: which files they are, and their lines one by one.

A file holds JSON lines (`.jsonl`, also packed as `.jsonl.gz` or `.jsonl.zst`) or is a
Parquet file, whose rows are handed out as the same lines. Nothing here builds a
document, keeps a line or loads more than the file at hand needs.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

from schemas.errors import DataError

__all__ = [
    "LINES",
    "PARQUET",
    "Told",
    "find_documents",
    "find_files",
    "kind_of",
    "open_packed",
    "read_collection",
    "read_lines",
    "read_placed",
    "zstd",
]

LINES = ".jsonl"
PARQUET = ".parquet"
_PACKINGS = (".gz", ".zst")
_ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"

_BUFFER = 2**20
"""Long lines are read in a third of the time that the default buffer takes."""

Told = Callable[[int], None]
"""Is told how many bytes of the file, as it lies on disk, are read by now."""

Reader = Callable[[Path, Told], Iterator[tuple[str, bytes]]]
"""Yields what a file holds as lines, each with where it stands."""


def kind_of(path: Path) -> str:
    """Return the suffix that says what a file holds, whatever packs it.

    >>> kind_of(Path("news.2015.jsonl.zst")), kind_of(Path("a.parquet"))
    ('.jsonl', '.parquet')
    """
    suffixes = path.suffixes
    if suffixes and suffixes[-1] in _PACKINGS:
        return suffixes[-2] if len(suffixes) > 1 else ""
    return path.suffix


def find_files(
    places: Sequence[Path], kinds: Collection[str] = (LINES, PARQUET)
) -> list[Path]:
    """Return the files of folders, globs and files; a folder's sorted by name.

    Of a folder the files of the `kinds` are taken, of which it may hold one. Raises
    DataError where a place holds no such file, where a file is of another kind, and
    where a folder mixes kinds: it may well hold the same documents twice.
    """
    found: list[Path] = []
    for place in places:
        inside = _files_of(place, kinds)
        if not inside:
            raise DataError(
                f"{place}: no document is there. Give a folder, glob or file of "
                f"{_listed(kinds)}."
            )
        found += inside
    for path in found:
        kind = kind_of(path)
        if kind not in kinds or (kind != LINES and path.suffix in _PACKINGS):
            raise DataError(
                f"{path}: of a kind that is not read. Give one of {_listed(kinds)}."
            )
    return found


def find_documents(*places: Path) -> list[Path]:
    """Return the files of contract lines; a file that is named is taken as it is.

    Raises DataError as `find_files` does.
    """
    found: list[Path] = []
    for place in places:
        found += [place] if place.is_file() else find_files([place])
    return found


def _files_of(place: Path, kinds: Collection[str]) -> list[Path]:
    if not place.is_dir():
        if place.exists():
            return [place]
        root = Path(place.anchor or ".")
        return _visible(root.glob(str(place.relative_to(place.anchor))))
    inside = [path for path in _visible(place.iterdir()) if kind_of(path) in kinds]
    mixed = sorted({kind_of(path) for path in inside})
    if len(mixed) > 1:
        raise DataError(
            f"{place}: holds files of several kinds ({', '.join(mixed)}), perhaps the "
            f"same documents twice. Name a glob, such as '{place / f'*{mixed[0]}'}'."
        )
    return inside


def _visible(paths: Iterable[Path]) -> list[Path]:
    """Return the files in order of their names, without those that tools hide."""
    return sorted(p for p in paths if p.is_file() and not p.name.startswith("."))


def _listed(kinds: Collection[str]) -> str:
    packed = f"{LINES} (also .gz, .zst)"
    return ", ".join(packed if kind == LINES else kind for kind in kinds)


def read_lines(path: Path, told: Told | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank with their numbers from 1; rows of Parquet.

    A row of Parquet is rendered as the line it was made from (`schemas.parquet`).
    Raises DataError where the file cannot be read to its end.
    """
    if path.suffix == PARQUET:
        from schemas.parquet import read_rows

        yield from read_rows(path, told)
        return
    try:
        with path.open("rb", buffering=_BUFFER) as raw, open_packed(path, raw) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.isspace():
                    yield number, line
                if told is not None:
                    told(raw.tell())
    except (OSError, EOFError, zlib.error, _zstd_error()) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{path}: cannot be read ({reason}).") from None


def read_collection(
    paths: Sequence[Path],
    told: Callable[[float], None] | None = None,
    *,
    reader: Reader | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Yield the lines of many files, each with where it stands (`file:line`).

    `told` is told the share of all bytes that is read by now; a `reader` takes the
    place of `read_lines`.
    """
    sizes = [path.stat().st_size if path.exists() else 0 for path in paths]
    total = sum(sizes) or 1
    before = 0
    for path, size in zip(paths, sizes, strict=True):

        def share(read: int, before: int = before) -> None:
            if told is not None:
                told((before + read) / total)

        yield from (reader or read_placed)(path, share)
        before += size
        share(0, before)


def read_placed(path: Path, told: Told) -> Iterator[tuple[str, bytes]]:
    """Yield the lines of a file with their places (`read_lines`)."""
    for number, line in read_lines(path, told):
        yield f"{path}:{number}", line


def open_packed(path: Path, raw: IO[bytes]) -> IO[bytes]:
    """Return the bytes of an open file unpacked, as its name says they are packed."""
    if path.suffix == ".gz":
        import gzip

        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw, mode="rb"))
    if path.suffix == ".zst":
        return cast("IO[bytes]", zstd().open(raw, "rb"))
    return raw


def zstd() -> Any:
    """Return the module of zstd: Python's own from 3.14 on, else its backport."""
    return import_module(_ZSTD)


def _zstd_error() -> type[Exception]:
    """Return what damaged zstd raises; it is loaded by then, or was not needed."""
    found: type[Exception] = getattr(sys.modules.get(_ZSTD), "ZstdError", zlib.error)
    return found
