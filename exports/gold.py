"""Gold as commands take it: a release folder, or a collection of documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exports.manifest import Manifest
from exports.release import GOLD_FILE, MANIFEST_FILE, read_manifest, verify_release
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.jsonl import read_documents
from schemas.sources import find_documents

__all__ = ["GoldSource", "find_gold", "read_gold"]


@dataclass(frozen=True, slots=True)
class GoldSource:
    """Where gold lies, and the manifest if it is a release.

    `path` is a file, or the folder or glob of a collection.
    """

    path: Path
    manifest: Manifest | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files; raises DataError where a folder or glob has none."""
        return tuple(find_documents(self.path))

    @property
    def name(self) -> str:
        """The release's name and version, or the file's name without its suffixes."""
        if self.manifest:
            return self.manifest.title
        return self.path.name.partition(".")[0] or self.path.name


def find_gold(place: Path) -> GoldSource:
    """Find the JSONL file of a release folder, or take the collection as it is.

    Raises DataError where there is nothing to read, and for a release whose gold was
    changed since it was made.
    """
    if not (place / MANIFEST_FILE).is_file():
        try:
            find_documents(place)
        except DataError as error:
            raise DataError(f"{error} A folder of 'miyar release' will do.") from None
        return GoldSource(place)
    changed = [p for p in verify_release(place) if p.code in ("V001", "V002", "V004")]
    if changed:
        raise DataError(
            f"{changed[0].where} {changed[0].message} 'miyar verify {place}' shows "
            "everything; take the release anew from where you had it."
        )
    return GoldSource(place / GOLD_FILE, read_manifest(place))


def read_gold(place: Path) -> tuple[AnnotatedDocument, ...]:
    """Read the documents of a release folder or a collection."""
    return tuple(read_documents(find_gold(place).path))
