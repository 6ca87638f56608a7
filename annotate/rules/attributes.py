"""Read polarity, realis and mode of an event from the words around its trigger."""

from __future__ import annotations

from annotate.rules.model import TriggerSpec
from annotate.rules.reading import Reading

__all__ = ["AttributeReader"]

_BACK = 6
_REACH = 7


class AttributeReader:
    """The attributes of triggers in one reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        symbols = reading.ruleset.symbols
        self._negations = symbols("negation")
        self._never = symbols("never")
        self._future = symbols("future")
        self._unreal = symbols("unreal")
        self._stops = symbols("breaks")
        self._breaks = symbols("breaks", "that")
        self._suffer = symbols("suffer")
        self._purpose = symbols("c_li")
        self._aims = symbols("finite", "word_verb", "hours", "al", "al_adj", "word")
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
        between = self._reading.symbols[origin + 1 : unit]
        return None if any(symbol in self._breaks for symbol in between) else spec

    def polarity(self, unit: int, begin: int) -> str:
        """Return `negative` under لم لن لا ليس عدم دون or a denying trigger."""
        symbols = self._reading.symbols
        for at in range(unit - 1, max(begin, unit - 3) - 1, -1):
            if symbols[at] in self._negations or symbols[at] in self._never:
                return "negative"
            if symbols[at] in self._breaks:
                break
        spec = self._projected(unit, begin)
        if spec is not None and spec.projects_polarity:
            return spec.projects_polarity
        return "positive"

    def realis(self, unit: int, begin: int, spec: TriggerSpec) -> str:
        """Return the stated realis of the trigger's own words and close context."""
        if spec.realis is not None:
            return spec.realis
        symbols = self._reading.symbols
        for at in range(unit - 1, max(begin, unit - _BACK) - 1, -1):
            symbol = symbols[at]
            if symbol in self._future or symbol in self._never:
                return "future"
            if symbol in self._unreal:
                return "hypothetical"
            if symbol in self._stops:
                break
        projected = self._projected(unit, begin)
        if projected is not None and projected.projects_realis:
            return projected.projects_realis
        return "hypothetical" if self._is_aim(unit, begin) else "actual"

    def _is_aim(self, unit: int, begin: int) -> bool:
        """Tell whether ل makes the event noun an aim (للإفراج عن), not an object."""
        symbols = self._reading.symbols
        if unit - 1 <= begin or symbols[unit - 1] not in self._purpose:
            return False
        around = symbols[max(begin, unit - _REACH) : unit]
        return symbols[unit - 2] in self._aims and self._suffer.isdisjoint(around)

    def mode(self, unit: int, bounds: tuple[int, int], spec: TriggerSpec) -> str | None:
        """Return the spec's mode, else the first whose words stand near the trigger."""
        if spec.mode is not None:
            return spec.mode
        options = self._reading.ruleset.files.modes.get(spec.label)
        if not options:
            return None
        first, end = max(bounds[0], unit - 3), min(bounds[1], unit + 9)
        words = {self._reading.units[at].base for at in range(first, end)}
        for mode, evidence in options:
            if not evidence.isdisjoint(words):
                return mode
        return None
