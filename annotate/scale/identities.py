"""See that no document comes twice among millions, at eight bytes a document."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable

import numpy as np

from schemas.errors import DataError

__all__ = ["WIDTH", "Identities", "digest_ids", "refuse_doubled"]

WIDTH = 8
"""Bytes of each document's hash."""


def digest_ids(ids: Iterable[str]) -> bytes:
    """Return eight bytes of a hash for each id, joined."""
    return b"".join(
        hashlib.blake2b(
            doc_id.encode("utf-8", "surrogatepass"), digest_size=WIDTH
        ).digest()
        for doc_id in ids
    )


class Identities:
    """The hashes of all ids so far.

    They are held against each other whenever they have doubled in number, and at the
    end: early enough for short runs, and in all no more than twice the sorting.
    """

    def __init__(self) -> None:
        """Start with no document."""
        self._hashes = array("Q")
        self._next = 1024

    def __len__(self) -> int:
        """Return how many documents there were."""
        return len(self._hashes)

    def add(self, ids: bytes) -> frozenset[bytes]:
        """Take in `digest_ids`; return what came twice, if it was time to look."""
        self._hashes.frombytes(ids)
        if len(self._hashes) < self._next:
            return frozenset()
        self._next = 2 * len(self._hashes)
        return self.doubled()

    def doubled(self) -> frozenset[bytes]:
        """Return the hashes that came more than once."""
        if not self._hashes:  # an empty buffer cannot be viewed
            return frozenset()
        hashes = np.frombuffer(self._hashes, dtype=np.uint64)
        found, times = np.unique(hashes, return_counts=True)
        return frozenset(value.tobytes() for value in found[times > 1])


def refuse_doubled(
    doubled: frozenset[bytes], ids: Iterable[tuple[str, str | None]]
) -> None:
    """Raise DataError with both places of the first id that comes twice.

    `ids` are all ids anew, with where they stand: two may have one hash and differ, and
    then nothing is raised.
    """
    seen: dict[str, str] = {}
    for where, doc_id in ids:
        if doc_id is None or digest_ids([doc_id]) not in doubled:
            continue
        if doc_id in seen:
            raise DataError(
                f"{where}: document id {doc_id!r} was used by {seen[doc_id]} already. "
                "Give every document its own id."
            )
        seen[doc_id] = where
