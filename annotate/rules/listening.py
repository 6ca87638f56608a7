"""The engine's reading and roles, with an ear for what they refuse and try.

They decide nothing themselves: each calls what it listens to and notes the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotate.rules.arguments import ArgumentFinder
from annotate.rules.compiled import Ruleset
from annotate.rules.model import Frame, PatternRule, TriggerSpec
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found
from annotate.rules.roles import Roles
from schemas.labels import EventRole

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

    def __init__(
        self, types: dict[str, EventRole], spec: TriggerSpec, mentions: list[Found]
    ) -> None:
        super().__init__(types, spec, mentions)
        self.attempts: list[Attempt] = []

    def give(self, roles: tuple[str, ...], index: int) -> None:
        """Offer a mention to roles, and note what became of it."""
        if not roles:
            return
        why = self._why_not(roles, index)
        before = len(self.filled)
        super().give(roles, index)
        taken = self.filled[-1][0] if len(self.filled) > before else None
        place = _place(self._frame, roles)
        self.attempts.append(Attempt(place, roles, index, taken, "" if taken else why))

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
        if self.holds(index):
            held = next(role for role, other in self.filled if other == index)
            return f"it already fills {held}"
        if not self.fits(roles, index):
            return f"{' or '.join(roles)} takes no {label} here"
        return f"{' or '.join(r for r in roles if self.has((r,)))} is filled already"


def _place(frame: Frame, roles: tuple[str, ...]) -> str:
    for name in _PLACES:
        if getattr(frame, name) is roles:
            return name
    return "preposition"


class ListeningFinder(ArgumentFinder):
    """Keeps the attempts of every trigger, in the order of triggers."""

    def __init__(self, reading: Reading, mentions: list[Found]) -> None:
        super().__init__(reading, mentions)
        self.made: list[ListeningRoles] = []

    def roles(  # type: ignore[override]
        self, types: dict[str, EventRole], spec: TriggerSpec, mentions: list[Found]
    ) -> Roles:
        """Open the roles of the next trigger."""
        made = ListeningRoles(types, spec, mentions)
        self.made.append(made)
        return made
