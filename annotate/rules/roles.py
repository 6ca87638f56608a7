"""The roles of one event while they are filled; the schema says what fits."""

from __future__ import annotations

from annotate.rules.model import TriggerSpec
from annotate.rules.resolve import Found
from schemas.labels import EventRole

__all__ = ["Filled", "Roles"]

Filled = tuple[str, int]
"""A role and the index of the mention that fills it."""


class Roles:
    """Filled roles in order; a role takes one mention, mutual ones and و take more."""

    __slots__ = ("_frame", "_mentions", "_types", "filled")

    def __init__(
        self, types: dict[str, EventRole], spec: TriggerSpec, mentions: list[Found]
    ) -> None:
        self._types = types
        self._mentions = mentions
        self._frame = spec.frame
        self.filled: list[Filled] = []

    def fits(self, roles: tuple[str, ...], index: int) -> bool:
        """Tell whether a mention may fill one of the roles."""
        return any(self._accepts(role, index) for role in roles)

    def _accepts(self, role: str, index: int) -> bool:
        use = self._types.get(role)
        label = self._mentions[index].label
        if use is None or label not in use.fillers:
            return False
        frame = self._frame
        return label not in frame.avoid or role not in frame.subject

    def has(self, roles: tuple[str, ...]) -> bool:
        """Tell whether one of the roles is filled."""
        return any(role in roles for role, _ in self.filled)

    def holds(self, index: int) -> bool:
        """Tell whether a mention fills a role."""
        return any(index == held for _, held in self.filled)

    def replace(self, roles: tuple[str, ...], index: int) -> None:
        """Empty the roles, then fill the first that accepts the mention."""
        self.filled = [(r, i) for r, i in self.filled if r not in roles and i != index]
        self.give(roles, index)

    def give(self, roles: tuple[str, ...], index: int) -> None:
        """Fill the first role that accepts the mention, unless it is taken."""
        if not roles or self.holds(index):
            return
        for role in roles:
            if self._accepts(role, index):
                many = self._frame.mutual and role in self._frame.subject
                if many or not self.has((role,)):
                    self.filled.append((role, index))
                return

    def complete(self, other: Roles) -> None:
        """Take over the fillers of roles that are empty here."""
        empty = {role for role, _ in other.filled} - {role for role, _ in self.filled}
        for role, index in other.filled:
            if role in empty:
                self.add(role, index)

    def add(self, role: str, index: int) -> bool:
        """Fill the role once more; tell whether the mention fits."""
        if self.holds(index) or not self._accepts(role, index):
            return False
        self.filled.append((role, index))
        return True
