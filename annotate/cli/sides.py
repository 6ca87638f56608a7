"""What the scoring commands compare: files, their names, schema and labels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import UsageError
from schemas.sources import find_documents

if TYPE_CHECKING:
    from evaluation.columns import Snap
    from evaluation.documents import DocumentLike
    from exports import GoldSource, Manifest
    from schemas.labels import Schema

__all__ = [
    "Source",
    "choose_schema",
    "find_source",
    "map_option",
    "name_files",
    "relabelling",
    "span_rule",
]


@dataclass(frozen=True, slots=True)
class Source:
    """Documents to be scored, and the manifest if they are those of a release."""

    path: Path
    name: str
    manifest: Manifest | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files of documents: one, or those of a folder or glob."""
        return tuple(find_documents(self.path))


def find_source(place: Path) -> Source:
    """Find the JSONL file of a release folder, or take the collection as it is.

    Nothing of releases is loaded for a plain file: that takes longer than most scores.
    """
    if place.is_file():
        return Source(place, place.name.partition(".")[0] or place.name)
    from exports import find_gold

    found = find_gold(place)
    return Source(found.path, found.name, found.manifest)


def choose_schema(choice: str | None, source: GoldSource | Source) -> Schema | None:
    """Return the schema that was asked for, the gold's own, or the built-in one."""
    if choice == "none":
        return None
    from exports.release import SCHEMA_FILE
    from schemas.load import load_schema

    if choice is not None:
        return load_schema(Path(choice))
    if source.manifest is not None:
        return load_schema(source.path.with_name(SCHEMA_FILE))
    return load_schema()


def name_files(places: list[Path]) -> dict[str, Path]:
    """Name files by their names, or by their paths where names are the same.

    The endings .jsonl and .gz do not belong to a name, nor does .predictions, with
    which 'miyar bench' ends an extractor's; the dots of an address do.
    """
    for named in (
        {_plain_name(place): place for place in places},
        {str(place): place for place in places},
    ):
        if len(named) == len(places):
            return named
    raise UsageError("the same file is named twice. Name each once.")


def _plain_name(place: Path) -> str:
    name = place.name.removesuffix(".gz").removesuffix(".jsonl")
    return name.removesuffix(".predictions") or str(place)


def relabelling(
    path: Path | None,
) -> Callable[[str, Iterable[DocumentLike]], Iterable[DocumentLike]]:
    """Return what renames the labels of a side, as the file says."""
    if path is None:
        return lambda _side, docs: docs
    from evaluation.selection import Relabelled, read_label_map

    maps = read_label_map(path)
    return lambda side, docs: Relabelled(docs, maps.get(side, {}))


def map_option(path: Path | None) -> tuple[str, ...]:
    """Return what signatures say of a label map: that there is one, and which."""
    if path is None:
        return ()
    return (f"map:{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}",)


def span_rule(
    schema: Schema | None, convention: str, layers: Iterable[str]
) -> Snap | None:
    """Return the span rule if the convention or a layer asks for it.

    A label set without schema is held against the built-in one's rule. It is loaded
    when the first edge is moved: many scores have none to move.
    """
    if convention != "clitic" and not any(name.endswith(":clitic") for name in layers):
        return None

    @cache
    def rule() -> Snap:
        from annotate.snapping import make_snap
        from schemas.load import load_schema

        return make_snap((schema or load_schema()).span_rule)

    return lambda text, span: rule()(text, span)
