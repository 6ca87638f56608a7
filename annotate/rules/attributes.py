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
TELLING = DENIAL | AHEAD | UNREAL
LI, AIM, SUFFER = int(Part.LI), int(Part.AIM), int(Part.SUFFER)


class AttributeReader:
    """The attributes of triggers in one reading, taken in order of the text."""

    __slots__ = ("_cues", "_keys", "_modes", "_parts", "_projection", "_telling")

    def __init__(self, reading: Reading, phrases: Phrases) -> None:
        self._parts = phrases.parts
        self._keys = reading.keys
        self._cues = reading.cues
        parts = reading.ruleset.grammar.parts_of(reading.symbols)
        self._telling = ((parts & TELLING) != 0).tobytes()
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

    def read(
        self, unit: int, bounds: tuple[int, int], spec: TriggerSpec
    ) -> tuple[str, str, str | None]:
        """Return polarity, realis and mode of an event by its trigger."""
        begin = bounds[0]
        polarity = realis = ""
        if self._telling.find(1, max(begin, unit - _BACK), unit) >= 0:
            polarity, realis = self._denied(unit, begin), self._unreal(unit, begin)
        projected = self._projected(unit, begin)
        if projected is not None:
            polarity = polarity or projected.projects_polarity or ""
            realis = realis or projected.projects_realis or ""
        if not realis and self._is_aim(unit, begin):
            realis = "hypothetical"
        mode = self._mode(unit, bounds, spec)
        return polarity or "positive", realis or "actual", mode

    def _denied(self, unit: int, begin: int) -> str:
        """Return `negative` under لم لن لا ليس عدم دون."""
        for part in reversed(self._parts[max(begin, unit - 3) : unit]):
            if part & DENIAL:
                return "negative"
            if part & CLAUSE:
                break
        return ""

    def _unreal(self, unit: int, begin: int) -> str:
        """Return the realis that the words before the trigger give it."""
        for part in reversed(self._parts[max(begin, unit - _BACK) : unit]):
            if part & AHEAD:
                return "future"
            if part & UNREAL:
                return "hypothetical"
            if part & BREAK:
                break
        return ""

    def _is_aim(self, unit: int, begin: int) -> bool:
        """Tell whether ل makes the event noun an aim (للإفراج عن), not an object."""
        parts = self._parts
        if not parts[unit - 1] & LI or unit - 1 <= begin:
            return False
        if not parts[unit - 2] & AIM:
            return False
        return not any(p & SUFFER for p in parts[max(begin, unit - _REACH) : unit])

    def _mode(
        self, unit: int, bounds: tuple[int, int], spec: TriggerSpec
    ) -> str | None:
        """Return the spec's mode, else the first whose words stand near the trigger."""
        if spec.mode is not None:
            return spec.mode
        first, end = max(bounds[0], unit - 3), min(bounds[1], unit + 9)
        if self._cues.find(1, first, end) < 0:
            return None
        words = self._keys[first:end]
        for mode, evidence in self._modes.get(spec.label, ()):
            if not evidence.isdisjoint(words):
                return mode
        return None
