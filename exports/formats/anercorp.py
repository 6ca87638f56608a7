"""ANERcorp's layout: a token and its tag on a line, a blank line between sentences.

Benajiba, Rosso and Benedí Ruiz, "ANERsys: An Arabic Named Entity Recognition System"
(CICLing 2007), as it is distributed with the splits of CAMeL Lab.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from exports.losses import Dropped
from exports.tagged import Row, decode_tags, read_alone
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.spans import Span

__all__ = ["read_anercorp"]


def read_anercorp(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield a document for each sentence, `FILE-1`, `FILE-2`...; no articles are known.

    Raises DataError with file and line where there is not one token and one tag.
    """
    return read_alone(place, _parse, lambda rows: _find(rows, dropped))


def _parse(line: str, where: str) -> Row:
    parts = line.split()
    if len(parts) != 2:
        raise DataError(
            f"{where}: has {len(parts)} columns. ANERcorp has two, a token and its "
            "tag; for more of them take conll or wojood."
        )
    return Row(parts[0], (parts[1],), where)


def _find(rows: Sequence[Row], dropped: Dropped) -> Iterator[tuple[Span, str]]:
    return decode_tags(
        [row.tags[0] for row in rows], [row.where for row in rows], dropped
    )
