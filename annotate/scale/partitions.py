"""Cut a stream of lines into partitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from annotate.scale.job import Lines

__all__ = ["BYTES", "DOCUMENTS", "cut"]

DOCUMENTS = 128
"""The most lines of a partition: about a second's work for the rules."""

BYTES = 4 * 2**20
"""A partition is not longer than this, but for a line that is."""


def cut(
    articles: Iterable[tuple[str, bytes]],
    *,
    documents: int = DOCUMENTS,
    size: int = BYTES,
) -> Iterator[Lines]:
    """Yield the lines in order, some at a time; only one partition is in memory.

    >>> lines = [("a:1", b"xx"), ("a:2", b"x"), ("a:3", b"x")]
    >>> [len(part) for part in cut(lines, size=2)]
    [1, 2]
    """
    part: list[tuple[str, bytes]] = []
    held = 0
    for where, line in articles:
        if part and (len(part) == documents or held + len(line) > size):
            yield tuple(part)
            part, held = [], 0
        part.append((where, line))
        held += len(line)
    if part:
        yield tuple(part)
