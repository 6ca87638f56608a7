"""The roles of one event while they are filled; the schema says what fits."""

from __future__ import annotations

from annotate.rules.model import Frame, Place
from annotate.rules.resolve import Found

__all__ = ["Roles"]


class Roles:
    """Filled roles by mention, in the order in which they were filled.

    A role takes one mention; mutual ones and those joined by و take more.
    """

    __slots__ = ("_frame", "_mentions", "filled")

    def __init__(self, frame: Frame, mentions: list[Found]) -> None:
        self._mentions = mentions
        self._frame = frame
        self.filled: dict[int, str] = {}

    def fits(self, place: Place, index: int) -> bool:
        """Tell whether a mention may fill one of the roles of a place."""
        return self._mentions[index].label in place.takes

    def has(self, place: Place) -> bool:
        """Tell whether one of the roles is filled."""
        return not place.either.isdisjoint(self.filled.values())

    def replace(self, place: Place, index: int) -> None:
        """Empty the roles of a place, then fill the one that the mention takes."""
        self.filled = {
            held: role
            for held, role in self.filled.items()
            if held != index and role not in place
        }
        self.give(place, index)

    def give(self, place: Place, index: int) -> None:
        """Fill the role that the mention takes in a place, unless it is taken."""
        if index in self.filled:
            return
        role = place.takes.get(self._mentions[index].label)
        if role is None:
            return
        frame = self._frame
        many = frame.mutual and role in frame.subject
        if many or role not in self.filled.values():
            self.filled[index] = role

    def complete(self, other: Roles) -> None:
        """Take over the fillers of roles that are empty here."""
        empty = set(other.filled.values()) - set(self.filled.values())
        for index, role in other.filled.items():
            if role in empty:
                self.add(role, index)

    def add(self, role: str, index: int) -> bool:
        """Fill the role once more; tell whether the mention fits."""
        fillers = self._frame.fillers.get(role, ())
        if index in self.filled or self._mentions[index].label not in fillers:
            return False
        self.filled[index] = role
        return True
