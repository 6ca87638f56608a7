"""Carry files of annotations, and releases, from one schema version to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports import build_release, find_gold
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from schemas.jsonl import read_documents, write_documents
from schemas.labels import Schema
from schemas.migration_steps import Migration
from schemas.migrations import Change, migrate_document
from schemas.undecided import find_questions

__all__ = ["Moved", "migrate_places"]

QUEUE = "undecided.jsonl"


@dataclass(frozen=True, slots=True)
class Moved:
    """What a migration did, or would do, to one file or release."""

    place: Path
    written: Path | None
    documents: int
    changes: tuple[Change, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many changes there are of each kind."""
        return Counter(change.what for change in self.changes)


def migrate_places(
    places: Sequence[Path],
    migration: Migration,
    new: Schema,
    *,
    out: Path | None,
    release_version: str | None = None,
) -> tuple[Moved, ...]:
    """Migrate files and releases into the folder `out`; None changes nothing.

    A release becomes a new one of `release_version`, which is refused while a mention
    waits for a decision. What only a person can decide is queued in
    `out/undecided.jsonl`, documents with just those mentions, ready to be pushed.
    Everything is migrated in memory before the first file is written.
    """
    if len({place.name for place in places}) < len(places):
        raise UsageError("two of the files have one name; migrate them one by one.")
    results = []
    for place in places:
        source = find_gold(place)
        moved = [
            migrate_document(doc, migration, new) for doc in read_documents(source.path)
        ]
        results.append((place, source, moved))
    reports = []
    for place, source, moved in results:
        docs = [result.doc for result in moved]
        changes = tuple(change for result in moved for change in result.changes)
        written = None
        if out is not None and source.manifest is None:
            written = out / place.name
            write_documents(written, docs)
        elif out is not None and source.manifest is not None:
            if release_version is None:
                raise UsageError(
                    f"{place}: is a release, and what comes of it is a new one. Name "
                    "its version with --release-version."
                )
            written = out / f"{source.manifest.name}-{release_version}"
            build_release(
                docs,
                schema=new,
                name=source.manifest.name,
                version=release_version,
                folder=written,
                about=source.manifest.about,
            )
        reports.append(Moved(place, written, len(docs), changes))
    if out is not None:
        _queue(out / QUEUE, (r.doc for _, _, moved in results for r in moved))
    return tuple(reports)


def _queue(path: Path, docs: Iterable[AnnotatedDocument]) -> None:
    waiting: dict[str, AnnotatedDocument] = {}
    for doc in docs:
        asked = find_questions(doc)
        if asked is None:
            continue
        if doc.text is None:
            raise DataError(f"{doc.id}: has no text, so nobody can decide. Add it.")
        waiting.setdefault(doc.id, asked)
    if waiting:
        write_documents(path, waiting.values())
