"""Wojood's nested layout: a token and one tag for each mention it is in, on a line.

Jarrar, Khalilia and Ghanem, "Wojood: Nested Arabic Named Entity Corpus and Recognition
using BERT" (LREC 2022), as in the sample that its authors publish with their tagger
(github.com/SinaLab/ArabicNER, data/). Tags stand behind the token, separated by white
space or `|`; the column of a tag says nothing, so that the tags of each label are read
apart. Mentions of one label may nest (a university in its students' union): of several
tags of a label, those that continue belong to what began first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from exports.losses import Dropped
from exports.tagged import Row, decode_tags, read_alone
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.spans import Span

__all__ = ["read_wojood"]


def read_wojood(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield a document for each block between blank lines, `FILE-1`, `FILE-2`...

    Raises DataError with file and line at a token without tags and at what is no tag.
    """
    return read_alone(place, _parse, lambda rows: _find(rows, dropped))


def _parse(line: str, where: str) -> Row:
    token, _, rest = " ".join(line.split()).partition(" ")
    tags = rest.replace("|", " ").split()
    if not tags:
        raise DataError(f"{where}: {token!r} has no tag. Write O where there is none.")
    return Row(token, tuple(tag for tag in tags if tag != "O"), where)


def _find(rows: Sequence[Row], dropped: Dropped) -> Iterator[tuple[Span, str]]:
    places = [row.where for row in rows]
    for label in sorted({_label(tag) for row in rows for tag in row.tags}):
        # What continues stands before what begins: the outer mention before the inner.
        own = [
            sorted((t for t in row.tags if _label(t) == label), reverse=True)
            for row in rows
        ]
        for depth in range(max(map(len, own))):
            column = [tags[depth] if depth < len(tags) else "O" for tags in own]
            yield from decode_tags(column, places, dropped)


def _label(tag: str) -> str:
    return tag.partition("-")[2] or tag
