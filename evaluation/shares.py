"""Score a corpus in shares and put them together: the numbers of the whole, to the bit.

A share is some gold documents with the predictions on them. Counts per document do not
depend on other documents, and everything else is made of them; so shares may be scored
anywhere and in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.columns import Codes, Columns, Edges, Ints
from evaluation.corpus import Corpus, digest_gold, read_sides
from evaluation.criteria import Criterion
from evaluation.documents import DocumentLike
from evaluation.items import Tally, tally
from evaluation.sides import Known

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = ["Share", "add_shares", "score_share"]

_NUMBERS = {"doc", "start", "end", "trigger_start", "trigger_end"}
"""Columns that are what they say; all others are codes of strings."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some documents as columns, with their counts by each criterion."""

    corpus: Corpus
    known: Mapping[str, Known]
    tallies: tuple[Tally, ...]


def score_share(
    gold: Iterable[DocumentLike],
    predicted: Iterable[DocumentLike],
    *,
    schema: Schema | None,
    criteria: Sequence[Criterion],
    edges: Mapping[str, Edges],
) -> Share:
    """Score some documents; raises DataError as `score` does."""
    corpus, known = read_sides(gold, predicted, schema=schema, edges=edges)
    counted = (tally(criterion, corpus, schema) for criterion in criteria)
    return Share(corpus, known, tuple(counted))


def add_shares(shares: Sequence[Share]) -> tuple[Corpus, tuple[Tally, ...]] | None:
    """Put shares together as if they had been read as one corpus.

    Returns None where a document is in two of them.
    """
    ids = [doc_id for share in shares for doc_id in share.corpus.ids]
    ordered = sorted(ids)
    if len(set(ids)) < len(ids) or not shares:
        return None
    place = {doc_id: number for number, doc_id in enumerate(ordered)}
    numbers = [
        np.array([place[doc_id] for doc_id in share.corpus.ids], dtype=np.int32)
        for share in shares
    ]
    of_gold = _strings_of_gold(shares)
    codes = Codes()
    codes.update(of_gold)
    new = [
        np.array([codes[name] for name in share.corpus.codes], dtype=np.int32)
        for share in shares
    ]
    sides = [
        {
            convention: _joined(
                [getattr(share.corpus, side)[convention] for share in shares],
                numbers,
                new,
            )
            for convention in shares[0].corpus.gold
        }
        for side in ("gold", "predicted")
    ]
    known = {doc_id: own for share in shares for doc_id, own in share.known.items()}
    known = {doc_id: known[doc_id] for doc_id in ordered}
    digest = digest_gold(known, sides[0]["raw"], of_gold)
    order = np.argsort(np.concatenate(numbers))
    counted = zip(*(share.tallies for share in shares), strict=True)
    left = tuple(doc_id for doc_id, own in known.items() if not own.predicted)
    return (
        Corpus(tuple(ordered), codes, sides[0], sides[1], digest, left),
        tuple(_added(tallies, order) for tallies in counted),
    )


def _strings_of_gold(shares: Sequence[Share]) -> Codes:
    """Number what the gold's columns use: its digest knows of no prediction."""
    codes = Codes()
    for share in shares:
        names = list(share.corpus.codes)
        gold = share.corpus.gold["raw"]
        for table in (gold.entities, gold.triggers, gold.arguments):
            for column in table.keys() - _NUMBERS:
                for code in np.unique(table[column]).tolist():
                    codes[names[code]]  # numbers it
    return codes


def _joined(
    parts: Sequence[Columns], numbers: Sequence[Ints], codes: Sequence[Ints]
) -> Columns:
    """Join columns, with documents and strings under their new numbers."""
    tables = []
    for kind in ("entities", "triggers", "arguments"):
        table = {}
        for name in getattr(parts[0], kind):
            columns = [getattr(part, kind)[name] for part in parts]
            if name == "doc":
                columns = [n[c] for n, c in zip(numbers, columns, strict=True)]
            elif name not in _NUMBERS:
                columns = [n[c] for n, c in zip(codes, columns, strict=True)]
            table[name] = np.concatenate(columns)
        tables.append(table)
    return Columns(*tables)


def _added(tallies: Sequence[Tally], order: Ints) -> Tally:
    """Join the counts of one criterion, documents in the order of their ids.

    Without a schema each share has rows for the labels it met; the whole has all.
    """
    rows = tallies[0].rows
    if any(other.rows != rows for other in tallies):
        rows = tuple(sorted({row for other in tallies for row in other.rows}))
    counts = np.concatenate([other.with_rows(rows).counts for other in tallies])
    return Tally(tallies[0].criterion, rows, counts[order])
