"""Verify a release beyond its checksums: its gold, and what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from annotate.labelstudio.released import Release, origin_of
from annotate.lint import lint_document
from annotate.spelling import load_speller
from exports.release import MANIFEST_FILE, read_release
from schemas.checks import Problem, check_documents
from schemas.errors import DataError
from schemas.jsonl import read_documents

__all__ = ["as_released", "check_gold"]


def check_gold(folder: Path) -> list[Problem]:
    """Return what is wrong with a release's gold by its own schema and span rule.

    Raises DataError if the release was changed since it was made.
    """
    release = read_release(folder)
    speller = load_speller(release.schema, None)
    problems = check_documents(release.documents, release.schema)
    for doc in release.documents:
        problems += lint_document(doc, release.schema, speller=speller)
    return problems


def as_released(
    folder: Path, *, passes: Sequence[Path] = (), annotator: str | None = None
) -> Release:
    """Read a release, to hold Label Studio's copies against it.

    `passes` are files that `pull` wrote; `annotator` is whose annotations are the gold
    itself. When it was made is what its makers say, else when it was written. Raises
    DataError if a pass does not say which annotations it was pulled from.
    """
    release = read_release(folder)
    said = release.manifest.about.released
    try:
        made = datetime.fromisoformat(said or "")
    except ValueError:
        written = (folder / MANIFEST_FILE).stat().st_mtime
        made = datetime.fromtimestamp(written, UTC)
    if made.tzinfo is None:
        made = made.replace(tzinfo=UTC)
    originals = {}
    for place in passes:
        for doc in read_documents(place):
            origin = origin_of(doc)
            if origin is None:
                raise DataError(
                    f"{place}: {doc.id} does not say which annotation it is "
                    "(meta.studio). Give the files as 'miyar pull' wrote them."
                )
            originals[origin] = doc
    return Release(
        release.manifest.title,
        made,
        {doc.id: doc for doc in release.documents},
        passes=originals,
        annotator=annotator,
    )
