"""Give each folded word one character: a text becomes a string of words."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Keys"]

# Characters beyond the basic plane: no surrogate is among them.
_FIRST = 0x10000
_LAST = 0x10FFFD
_NONE = "\0"


class Keys(dict[str, str]):
    """Words and their characters, given in the order in which words are first met.

    When the million characters are used up, all further words share one that no name
    and no rule knows.
    """

    __slots__ = ()

    def __missing__(self, word: str) -> str:
        """Give a word its character, the same each time."""
        number = _FIRST + len(self)
        if number > _LAST:
            return _NONE
        key = self[word] = chr(number)
        return key

    def all(self, words: Iterable[str]) -> frozenset[str]:
        """Return the characters of several words."""
        return frozenset(self[word] for word in words)
