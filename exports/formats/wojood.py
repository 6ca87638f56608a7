"""Wojood's nested layout: a token and one tag for each mention it is in, on a line.

Jarrar, Khalilia and Ghanem, "Wojood: Nested Arabic Named Entity Corpus and Recognition
using BERT" (LREC 2022). Tags stand behind the token, separated by white space or `|`;
the column of a tag says nothing, so that the tags of each label are read apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from exports.losses import Dropped
from exports.tagged import (
    Row,
    decode_tags,
    read_blocks,
    rebuild_document,
    tagged_files,
)
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.spans import Span

__all__ = ["read_wojood"]


def read_wojood(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield a document for each block between blank lines, `FILE-1`, `FILE-2`...

    Raises DataError with file and line at a token without tags, at what is no tag, and
    at two tags of one label on one token: two mentions of one label cannot nest here.
    """
    for path in tagged_files(place):
        for number, block in enumerate(read_blocks(path, _parse), start=1):
            doc = rebuild_document(
                f"{path.stem}-{number}", [block], lambda rows: _find(rows, dropped)
            )
            yield doc.model_copy(update={"meta": {"source": path.name}})


def _parse(line: str, where: str) -> Row:
    token, _, rest = " ".join(line.split()).partition(" ")
    tags = rest.replace("|", " ").split()
    if not tags:
        raise DataError(f"{where}: {token!r} has no tag. Write O where there is none.")
    kept = tuple(tag for tag in tags if tag != "O")
    labels = [tag.partition("-")[2] for tag in kept]
    if len(set(labels)) < len(labels):
        raise DataError(
            f"{where}: {token!r} has one label twice ({' '.join(kept)}). Remove one."
        )
    return Row(token, kept, where)


def _find(rows: Sequence[Row], dropped: Dropped) -> Iterator[tuple[Span, str]]:
    labels = {tag.partition("-")[2] or tag for row in rows for tag in row.tags}
    places = [row.where for row in rows]
    for label in sorted(labels):
        column = [
            next((t for t in row.tags if (t.partition("-")[2] or t) == label), "O")
            for row in rows
        ]
        yield from decode_tags(column, places, dropped)
