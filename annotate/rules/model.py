"""The rule set as values: what the data files say, checked and folded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = [
    "NOMINAL",
    "PROVISIONAL",
    "PURPOSE",
    "Entry",
    "Frame",
    "NominalSpec",
    "PatternRule",
    "Place",
    "RuleFiles",
    "TriggerSpec",
]


PROVISIONAL = "-"
"""Before a mark: the mention stays only where it fills a role of an event."""

PURPOSE = "purpose"
"""Stands among the prepositions of a frame for words of purpose (احتجاجا على)."""

NOMINAL = "-@"
"""The mark of a nominal: its first word says label and rule."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of a lexicon in one spelling.

    `weak` names are common words too: they count only where a context rule asks.
    `derived` forms are generated and give way to a name that is written so.
    """

    form: str
    canonical: str
    label: str
    subtype: str | None
    kb: str | None
    weak: bool
    rule: str
    derived: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class PatternRule:
    """A context rule: a pattern over token classes, and what its groups become.

    `agree`: the first and last word of a group are of one gender, or it stays out.
    `solid`: names inside only lend their name and are not marked.
    """

    id: str
    stage: str
    pattern: str
    marks: tuple[str | None, ...]
    subtype: str | None
    level: str
    score: float
    where: str
    agree: bool = False
    solid: bool = False


@dataclass(frozen=True, slots=True)
class NominalSpec:
    """A common noun that may fill a role."""

    label: str
    subtype: str | None
    rule: str
    plural: bool


class Place(tuple[str, ...]):
    """The roles of a grammatical place, in order of preference.

    `takes` says which of them a mention of each label fills; it is known when the rules
    are compiled, and is empty before. `either` holds the roles without their order.
    """

    takes: Mapping[str, str]
    either: frozenset[str]

    def __new__(
        cls, roles: Iterable[str] = (), takes: Mapping[str, str] | None = None
    ) -> Place:
        """Make a place of its roles."""
        place = super().__new__(cls, roles)
        place.takes = takes or {}
        place.either = frozenset(place)
        return place


_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Frame:
    """Which role each grammatical place of an event fills.

    `fillers` holds the labels that each role takes, and `acts` says that the genitive
    may be the subject; both are known, like `Place.takes`, when the rules are compiled.
    Labels to `avoid` fill neither subject nor genitive; words that are
    `typical` subjects take that place when nobody else does; `agents` are labels that
    act even where they are the only participant.
    """

    name: str
    subject: Place = _NOWHERE
    object: Place = _NOWHERE
    patient: Place = _NOWHERE
    genitive: Place = _NOWHERE
    nisba: Place = _NOWHERE
    place: Place = _NOWHERE
    time: Place = _NOWHERE
    count: Place = _NOWHERE
    agent: Place = _NOWHERE
    holder: Place = _NOWHERE
    prepositions: Mapping[str, Place] = field(default_factory=dict)
    fillers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    acts: bool = False
    avoid: frozenset[str] = frozenset()
    typical: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    mutual: bool = False
    speech: bool = False


@dataclass(frozen=True, slots=True)
class TriggerSpec:
    """One trigger lemma with its label, frame and the traps around it.

    A spec that is itself a `trap` triggers nothing and ends the search.
    """

    id: str
    label: str
    frame: Frame
    mode: str | None
    passive: bool
    after: frozenset[str]
    after_not: frozenset[str]
    before: frozenset[str]
    before_not: frozenset[str]
    within: int
    extend: bool
    alone: bool
    score: float
    trap: bool = False
    projects_realis: str | None = None
    projects_polarity: str | None = None
    conditional: bool = False

    @property
    def rule(self) -> str:
        """The rule id that a suggestion of this lemma carries."""
        return f"trigger.{self.id}"


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Everything read from a rule folder, before it is compiled."""

    entries: tuple[Entry, ...]
    classes: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, ...]]
    patterns: tuple[PatternRule, ...]
    stages: tuple[str, ...]
    nominals: Mapping[str, NominalSpec]
    forms: Mapping[str, tuple[tuple[TriggerSpec, str], ...]]
    specs: tuple[TriggerSpec, ...]
    names: Mapping[str, str]
    zipf: Mapping[str, int]
    common: frozenset[str]
    verbal: frozenset[str]
    nesting: Mapping[str, frozenset[str]]
    settings: Mapping[str, tuple[str, ...]]
    modes: Mapping[str, tuple[tuple[str, frozenset[str]], ...]]
