"""The engine's reading and roles, with an ear for what they refuse and try.

They decide nothing themselves: each calls what it listens to and notes the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotate.rules.arguments import ArgumentFinder
from annotate.rules.compiled import Ruleset
from annotate.rules.model import Frame, PatternRule, Place
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found
from annotate.rules.roles import Roles

__all__ = ["Attempt", "ListeningFinder", "ListeningReading", "ListeningRoles"]

_PLACES = (
    *("subject", "object", "patient", "genitive", "nisba", "place", "time"),
    *("count", "agent", "holder"),
)


class ListeningReading(Reading):
    """Keeps the classes before names were found, and what a rule refused to mark."""

    __slots__ = ("before", "refused")

    def __init__(
        self, ruleset: Ruleset, words: list[str], spans: Sequence[tuple[int, int]]
    ) -> None:
        super().__init__(ruleset, words, spans)
        self.before = tuple(self.symbols)
        self.refused: list[tuple[PatternRule, int, int]] = []

    def _agrees(self, rule: PatternRule, first: int, last: int) -> bool:
        agrees = super()._agrees(rule, first, last)
        if not agrees:
            self.refused.append((rule, first, last))
        return agrees


@dataclass(frozen=True, slots=True)
class Attempt:
    """A mention that was offered to roles: which it took, or why none."""

    place: str
    roles: tuple[str, ...]
    index: int
    taken: str | None
    why: str


class ListeningRoles(Roles):
    """Keeps every attempt to fill a role."""

    __slots__ = ("attempts",)

    def __init__(self, frame: Frame, mentions: list[Found]) -> None:
        super().__init__(frame, mentions)
        self.attempts: list[Attempt] = []

    def give(self, place: Place, index: int) -> None:
        """Offer a mention to a place, and note what became of it."""
        if not place:
            return
        why = self._why_not(place, index)
        before = len(self.filled)
        super().give(place, index)
        taken = self.filled[index] if len(self.filled) > before else None
        name = _place(self._frame, place)
        self.attempts.append(Attempt(name, place, index, taken, "" if taken else why))

    def add(self, role: str, index: int) -> bool:
        """Offer one mention more to a role, and note what became of it."""
        why = self._why_not((role,), index)
        added = super().add(role, index)
        taken = role if added else None
        why = "" if added else why
        self.attempts.append(Attempt("joined by wa", (role,), index, taken, why))
        return added

    def _why_not(self, roles: tuple[str, ...], index: int) -> str:
        label = self._mentions[index].label
        if index in self.filled:
            return f"it already fills {self.filled[index]}"
        if not any(label in self._frame.fillers.get(role, ()) for role in roles):
            return f"{' or '.join(roles)} takes no {label} here"
        held = self.filled.values()
        return f"{' or '.join(r for r in roles if r in held)} is filled already"


def _place(frame: Frame, place: Place) -> str:
    for name in _PLACES:
        if getattr(frame, name) is place:
            return name
    return "preposition"


class ListeningFinder(ArgumentFinder):
    """Keeps the attempts of every trigger, in the order of triggers."""

    def __init__(self, reading: Reading, mentions: list[Found]) -> None:
        super().__init__(reading, mentions)
        self.made: list[ListeningRoles] = []

    def roles(  # type: ignore[override]
        self, frame: Frame, mentions: list[Found]
    ) -> Roles:
        """Open the roles of the next trigger."""
        made = ListeningRoles(frame, mentions)
        self.made.append(made)
        return made
