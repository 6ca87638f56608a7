"""Read polarity, realis and mode of an event from the words around its trigger."""

from __future__ import annotations

from annotate.rules.grammar import Part
from annotate.rules.model import TriggerSpec
from annotate.rules.phrases import Phrases
from annotate.rules.reading import Reading

__all__ = ["AttributeReader"]

_BACK = 6
_REACH = 7

DENIAL, AHEAD = int(Part.NEGATION | Part.NEVER), int(Part.FUTURE | Part.NEVER)
UNREAL = int(Part.UNREAL)
BREAK, CLAUSE = int(Part.BREAK), int(Part.BREAK | Part.THAT)
LI, AIM, SUFFER = int(Part.LI), int(Part.AIM), int(Part.SUFFER)


class AttributeReader:
    """The attributes of triggers in one reading, taken in order of the text."""

    __slots__ = ("_keys", "_modes", "_parts", "_projection")

    def __init__(self, reading: Reading, phrases: Phrases) -> None:
        self._parts = phrases.parts
        self._keys = reading.keys
        self._modes = reading.ruleset.modes
        self._projection: tuple[int, TriggerSpec] | None = None

    def project(self, unit: int, spec: TriggerSpec) -> None:
        """Remember a trigger whose content is only demanded, threatened or denied."""
        if spec.projects_realis or spec.projects_polarity:
            self._projection = (unit, spec)

    def _projected(self, unit: int, begin: int) -> TriggerSpec | None:
        if self._projection is None:
            return None
        origin, spec = self._projection
        if not begin <= origin < unit or unit - origin > _REACH:
            return None
        for part in self._parts[origin + 1 : unit]:
            if part & CLAUSE:
                return None
        return spec

    def polarity(self, unit: int, begin: int) -> str:
        """Return `negative` under لم لن لا ليس عدم دون or a denying trigger."""
        for part in reversed(self._parts[max(begin, unit - 3) : unit]):
            if part & DENIAL:
                return "negative"
            if part & CLAUSE:
                break
        spec = self._projected(unit, begin)
        if spec is not None and spec.projects_polarity:
            return spec.projects_polarity
        return "positive"

    def realis(self, unit: int, begin: int) -> str:
        """Return the realis that the words before the trigger and its aim give it."""
        for part in reversed(self._parts[max(begin, unit - _BACK) : unit]):
            if part & AHEAD:
                return "future"
            if part & UNREAL:
                return "hypothetical"
            if part & BREAK:
                break
        projected = self._projected(unit, begin)
        if projected is not None and projected.projects_realis:
            return projected.projects_realis
        return "hypothetical" if self._is_aim(unit, begin) else "actual"

    def _is_aim(self, unit: int, begin: int) -> bool:
        """Tell whether ل makes the event noun an aim (للإفراج عن), not an object."""
        parts = self._parts
        if unit - 1 <= begin or not parts[unit - 1] & LI:
            return False
        if not parts[unit - 2] & AIM:
            return False
        return not any(p & SUFFER for p in parts[max(begin, unit - _REACH) : unit])

    def mode(self, unit: int, bounds: tuple[int, int], spec: TriggerSpec) -> str | None:
        """Return the spec's mode, else the first whose words stand near the trigger."""
        if spec.mode is not None:
            return spec.mode
        options = self._modes.get(spec.label)
        if not options:
            return None
        first, end = max(bounds[0], unit - 3), min(bounds[1], unit + 9)
        words = self._keys[first:end]
        for mode, evidence in options:
            if not evidence.isdisjoint(words):
                return mode
        return None
