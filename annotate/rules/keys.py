"""Give each folded word one character: a text becomes a string of words."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from schemas.errors import SchemaError

__all__ = ["Keys"]

# Characters beyond the basic plane: no surrogate is among them.
_FIRST = 0x10000
_LAST = 0x10FFFD
_NONE = 0
# Texts have room for more words than are remembered of them at a time.
_ROOM = 400_000


class Keys(dict[str, int]):
    """Words and the numbers of their characters, in the order in which they were met.

    Those of the rules and the lexicons come first, and are settled; those of texts
    follow, and can be forgotten. When the million characters are used up, all further
    words share one that no name and no rule knows.
    """

    __slots__ = ("_settled",)

    def __init__(self) -> None:
        super().__init__()
        self._settled = 0

    def __missing__(self, word: str) -> int:
        """Give a word its character, the same each time."""
        number = _FIRST + len(self)
        if number > _LAST:
            return _NONE
        self[word] = number
        return number

    def letter(self, word: str) -> str:
        """Return the character of a word."""
        return chr(self[word])

    def all(self, words: Iterable[str]) -> frozenset[str]:
        """Return the characters of several words."""
        return frozenset(map(self.letter, words))

    def settle(self) -> None:
        """Keep the words met so far for good.

        Raises SchemaError where they leave too few characters to the words of texts.
        """
        most = _LAST - _FIRST - _ROOM
        if len(self) > most:
            raise SchemaError(
                f"the rules and lexicons have {len(self):,} different words, and no "
                f"more than {most:,} can be told apart. Leave out the rarest names."
            )
        self._settled = len(self)

    def forget(self) -> None:
        """Forget the words of texts."""
        for word in tuple(islice(self, self._settled, None)):
            del self[word]
