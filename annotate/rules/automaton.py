"""One Aho-Corasick automaton over the parted, folded words of a text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

__all__ = ["NameAutomaton"]


class NameAutomaton:
    """Find the longest names, leftmost first, over keys of units.

    Every key stands between two spaces of its own, so that a name matches whole units
    or nothing: clitics and word boundaries are settled before, once for each word form.
    A unit with an empty key (a quotation mark) is invisible to the names around it.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._automaton = AhoCorasick(
            list(patterns),
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
        )

    def find(self, keys: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Yield (pattern, first unit, last unit) in order of the text."""
        text = "".join(keys)
        ends = list(accumulate(map(len, keys)))
        for pattern, start, end in self._automaton.find_matches_as_indexes(text):
            yield pattern, bisect_right(ends, start), bisect_right(ends, end - 1)
