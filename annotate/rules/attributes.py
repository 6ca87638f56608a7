"""Read polarity, realis and mode of an event from the words around its trigger."""

from __future__ import annotations

from annotate.rules.model import TriggerSpec
from annotate.rules.reading import Reading

__all__ = ["AttributeReader"]

_BACK = 4


class AttributeReader:
    """The attributes of triggers in one reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        symbols = reading.ruleset.symbols
        self._negations = symbols("negation")
        self._never = symbols("never")
        self._future = symbols("future")
        self._unreal = symbols("unreal")
        self._breaks = symbols("breaks", "that")
        self._transparent = symbols("light")

    def polarity(self, unit: int, begin: int) -> str:
        """Return `negative` under لم لن لا ليس عدم دون or a denying trigger."""
        symbols = self._reading.symbols
        for at in range(unit - 1, max(begin, unit - 3) - 1, -1):
            if symbols[at] in self._negations or symbols[at] in self._never:
                return "negative"
            if symbols[at] in self._breaks:
                break
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
            if symbol in self._breaks:
                break
        return "actual"

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
