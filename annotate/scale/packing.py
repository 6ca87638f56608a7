"""A share of a score as bytes: MessagePack and plain numbers, nothing that could act.

Finished shares lie in a folder until the whole is done.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from evaluation.columns import COLUMNS, Codes, Columns
from evaluation.corpus import Corpus
from evaluation.criteria import Criterion
from evaluation.items import Tally
from evaluation.shares import Share
from evaluation.sides import Known
from schemas.errors import DataError

__all__ = ["pack_share", "unpack_share"]

_INT, _FLOAT = "<i4", "<f4"

Side = dict[str, dict[str, bytes]]
"""The columns of each table, one after another, by convention."""


class _Packed(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """What a share is made of; `names` are the strings of its codes from 1 on."""

    known: dict[str, tuple[int, int | None, str | None, bool]]
    names: tuple[str, ...]
    gold: Side
    predicted: Side
    digest: str
    unanswered: tuple[str, ...]
    tallies: tuple[tuple[tuple[str, ...], bytes], ...]
    """Rows and counts, in the order of the criteria."""


def pack_share(share: Share) -> bytes:
    """Return bytes of which `unpack_share` makes the share again."""
    corpus = share.corpus
    packed = _Packed(
        {
            doc_id: (own.number, own.length, own.sha256, own.predicted)
            for doc_id, own in share.known.items()
        },
        tuple(corpus.codes.names()[1:]),
        _pack_side(corpus.gold),
        _pack_side(corpus.predicted),
        corpus.digest,
        corpus.unanswered,
        tuple((own.rows, own.counts.astype(_FLOAT).tobytes()) for own in share.tallies),
    )
    return zlib.compress(msgspec.msgpack.encode(packed), 1)


def _pack_side(side: Mapping[str, Columns]) -> Side:
    return {
        convention: {
            kind: np.array(
                [getattr(columns, kind)[name] for name in names], _INT
            ).tobytes()
            for kind, names in COLUMNS.items()
        }
        for convention, columns in side.items()
    }


def unpack_share(content: bytes, criteria: Sequence[Criterion]) -> Share:
    """Return the share that was packed, counted by these criteria.

    Raises DataError for bytes that are no such share.
    """
    try:
        packed = msgspec.msgpack.decode(zlib.decompress(content), type=_Packed)
        return _share(packed, criteria)
    except (zlib.error, msgspec.MsgspecError, LookupError, ValueError) as error:
        raise DataError(
            f"what is kept of an earlier run is no share of a score ({error}). Remove "
            "it, and run the same command again."
        ) from None


def _share(packed: _Packed, criteria: Sequence[Criterion]) -> Share:
    known = {doc_id: Known(*own) for doc_id, own in packed.known.items()}
    codes = Codes()
    for name in packed.names:
        codes[name]  # numbers it
    corpus = Corpus(
        tuple(known),
        codes,
        _unpack_side(packed.gold),
        _unpack_side(packed.predicted),
        packed.digest,
        packed.unanswered,
    )
    tallies = (
        Tally(
            criterion,
            rows,
            np.frombuffer(counts, _FLOAT).reshape(len(known), len(rows), 3),
        )
        for criterion, (rows, counts) in zip(criteria, packed.tallies, strict=True)
    )
    return Share(corpus, known, tuple(tallies))


def _unpack_side(side: Side) -> dict[str, Columns]:
    return {
        convention: Columns(
            **{
                kind: dict(
                    zip(
                        names,
                        np.frombuffer(tables[kind], _INT).reshape(len(names), -1),
                        strict=True,
                    )
                )
                for kind, names in COLUMNS.items()
            }
        )
        for convention, tables in side.items()
    }
