"""Verify a release beyond its checksums: its gold, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from annotate.adjudicate import Conflict, adjudicate
from annotate.decisions import Decision
from annotate.labelstudio.released import Release, origin_of
from annotate.lint import lint_document
from annotate.passes import index_passes, side_by_side
from annotate.spelling import load_speller
from exports.difference import find_differences
from exports.release import MANIFEST_FILE, read_release
from schemas.annotations import AnnotatedDocument
from schemas.checks import Problem, check_documents
from schemas.errors import DataError
from schemas.jsonl import read_documents
from schemas.labels import Schema

__all__ = ["as_released", "check_gold", "check_history", "find_problems"]


def check_gold(folder: Path) -> list[Problem]:
    """Return what is wrong with a release's gold by its own schema and span rule.

    Raises DataError if the release was changed since it was made.
    """
    release = read_release(folder)
    return find_problems(release.documents, release.schema)


def find_problems(docs: Sequence[AnnotatedDocument], schema: Schema) -> list[Problem]:
    """Return what is wrong with gold by contract, schema and span rule."""
    speller = load_speller(schema, None)
    problems = check_documents(docs, schema)
    for doc in docs:
        problems += lint_document(doc, schema, speller=speller)
    return problems


def check_history(
    docs: Sequence[AnnotatedDocument],
    passes: Mapping[str, Iterable[AnnotatedDocument]],
    decisions: Sequence[Decision],
) -> list[Problem]:
    """Return where gold is not what its passes and the decisions on them give.

    Codes: H001 a conflict has no decision, H002 the gold has or lacks something that
    nobody decided. Documents that fewer than two annotated have no history to check,
    and links to a knowledge base are not decided on.
    """
    sides = side_by_side(index_passes(passes), overlap=1)
    problems = []
    for doc in docs:
        side = list(sides.get(doc.id, {}).values())
        if len(side) < 2:
            continue
        made, conflicts = adjudicate(side, decisions)
        problems += [_open(conflict, doc.text or "") for conflict in conflicts]
        if not conflicts:
            problems += _undecided(doc, made)
    return problems


def _open(conflict: Conflict, text: str) -> Problem:
    start, end, label = conflict.target
    about = conflict.attribute or (conflict.argument[0] if conflict.argument else "")
    what = f"{about} of {label}" if about else label
    return Problem(
        "H001",
        conflict.doc,
        f"the annotators differ on {what} {text[start:end]!r} at [{start}, {end}), and "
        "nothing was decided. Rule on it with 'miyar adjudicate'.",
    )


def _undecided(doc: AnnotatedDocument, made: AnnotatedDocument) -> Iterator[Problem]:
    for found in find_differences([_unlinked(made)], [_unlinked(doc)]):
        yield Problem(
            "H002",
            doc.id,
            f"nobody decided this: {found}. Adjudicate again, or correct it with "
            "'miyar adjudicate --reopen'.",
        )


def _unlinked(doc: AnnotatedDocument) -> AnnotatedDocument:
    bare = tuple(m.model_copy(update={"kb": None}) for m in doc.entities)
    return doc.model_copy(update={"entities": bare})


def as_released(
    folder: Path, *, passes: Sequence[Path] = (), annotator: str | None = None
) -> Release:
    """Read a release, to hold Label Studio's copies against it.

    `passes` are files that `pull` wrote; `annotator` is whose annotations are the gold
    itself. When it was made is what its makers say (of a day, its end), else when it
    was written. Raises DataError if a pass does not say which annotations it was pulled
    from.
    """
    release = read_release(folder)
    made = _made(release.manifest.about.released, folder)
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


def _made(said: str | None, folder: Path) -> datetime:
    try:
        made = datetime.fromisoformat(said or "")
    except ValueError:
        written = (folder / MANIFEST_FILE).stat().st_mtime
        return datetime.fromtimestamp(written, UTC)
    if said == made.date().isoformat():
        # What was annotated that day may well be in it.
        made += timedelta(days=1)
    return made if made.tzinfo is not None else made.replace(tzinfo=UTC)
