"""The top-level mentions of a reading as phrases, and what stands before a unit."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from annotate.rules.grammar import Part
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found

__all__ = ["HEEDED", "Phrases"]

_NEAR = 4
_BEFORE = 30

REL, PREP, EVENT = int(Part.REL), int(Part.PREP), int(Part.EVENT)
QUANTITY, INSIDE, AMONG = int(Part.QUANTITY), int(Part.INSIDE), int(Part.AMONG)
STOP, TITLE_GAP = int(Part.REL | Part.THAT | Part.BREAK), int(Part.TITLE_GAP)
HEAD, TAIL = int(Part.HEAD), int(Part.TAIL)
GOVERNS = PREP | EVENT

HEEDED = STOP | int(
    Part.OPENING
    | Part.GOVERNOR
    | Part.GAP
    | Part.PREP
    | Part.FINITE
    | Part.LIGHT
    | Part.HIT
    | Part.PURPOSE
    | Part.APPOSITION
    | Part.EVENT
    | Part.AGENT
    | Part.WA
    | Part.SOFT
    | Part.COMMA
)
"""What a walk to the right heeds; all other words are gone over alike."""
_AHEAD = HEEDED | HEAD
_BEHIND = STOP | AMONG | TAIL | int(Part.LIGHT)


class Phrases:
    """Top-level mentions by their first and last unit, and the parts of all units.

    Most units play no part in a search, so it goes from one that does to the next:
    `ahead` holds for each unit the nearest from it on that is heeded or opens a phrase,
    the number of units where there is none; `behind` the nearest up to it that ends a
    phrase or may end a look back, -1 where there is none.
    """

    __slots__ = (
        *("ahead", "behind", "cues", "grammar", "head", "keys", "mentions", "parts"),
        *("tail", "unit"),
    )

    def __init__(self, reading: Reading, mentions: list[Found]) -> None:
        self.mentions = mentions
        self.unit = reading.unit
        self.keys = reading.keys
        self.cues = reading.cues
        self.grammar = reading.ruleset.grammar
        self.head: dict[int, int] = {}
        self.tail: dict[int, int] = {}
        last = -1
        for index, mention in enumerate(mentions):
            first = mention[0]
            if first > last:
                last = mention[1]
                self.head[first] = self.tail[last] = index
        parts = self.grammar.parts_of(reading.symbols)
        parts[np.fromiter(self.head, np.intp, len(self.head))] |= HEAD
        parts[np.fromiter(self.tail, np.intp, len(self.tail))] |= TAIL
        self.parts: array[int] = array("I", parts.tobytes())
        self.ahead = _nearest_from(parts & _AHEAD != 0)
        self.behind = _nearest_to(parts & _BEHIND != 0)

    def is_counted(self, at: int) -> bool:
        """Tell whether a quantity ends at the unit, so that من opens what it counts."""
        index = self.tail.get(at)
        if index is not None:
            return self.mentions[index].label in self.grammar.counts
        return bool(self.parts[at] & QUANTITY)

    def describes_act(self, index: int) -> bool:
        """Tell whether a nominal only says of what kind an act is (هجوم انتحاري)."""
        mention = self.mentions[index]
        at = mention.first
        alone = mention.level != "name" and mention.last == at
        if not alone or not at or not self.parts[at - 1] & EVENT:
            return False
        return self.unit(at).base.endswith(("ي", "يه"))

    def best(self, index: int) -> int:
        """Return the mention that stands for a participant: the name beside a title,
        what a quantity is made of, else the mention itself.
        """
        mention = self.mentions[index]
        if mention.level != "name":
            follower = self.head.get(mention.last + 1)
            if follower is not None and self._names(follower, mention):
                return follower
            return self.made_of(index)
        if mention.label not in self.grammar.titles:
            return index
        for at in range(mention.last + 1, min(mention.last + 4, len(self.parts))):
            follower = self.head.get(at)
            if follower is not None:
                found = self.mentions[follower]
                same = found.level == "name" and found.label in self.grammar.persons
                return follower if same else index
            if not self.parts[at] & TITLE_GAP:
                break
        return index

    def _names(self, index: int, nominal: Found) -> bool:
        """Tell whether a name stands in apposition (العاصمة بغداد)."""
        mention = self.mentions[index]
        same = mention.level == "name" and mention.label == nominal.label
        return same and self.unit(nominal.first).base.startswith("ال")

    def made_of(self, index: int) -> int:
        """Return what a quantity is made of (مئات من المحتجين), else itself."""
        mention = self.mentions[index]
        if self.keys[mention.first] not in self.grammar.quantities:
            return index
        after = mention.last + 1
        if after >= len(self.parts) or self.keys[after] != self.grammar.from_:
            return index
        return self.head.get(after + 1, index)

    def antecedent(self, unit: int, begin: int) -> int | None:
        """Return the phrase before `الذي/التي` when the trigger opens the clause."""
        limit = max(begin, unit - _NEAR)
        at = self.behind[unit - 1]
        while at >= limit and not self.parts[at] & REL:
            if self.parts[at] & TAIL:
                return None
            at = self.behind[at - 1]
        if at < limit:
            return None
        for back in range(at - 1, max(begin, at - 4) - 1, -1):
            if self.parts[back] & TAIL:
                return self.tail[back]
        return None

    def subject_before(self, unit: int, begin: int) -> int | None:
        """Return the nearest ungoverned phrase of the clause before the trigger.

        A name is taken at once; of nominals the farthest.
        """
        parts, behind, grammar = self.parts, self.behind, self.grammar
        limit = max(begin, unit - _BEFORE + 1)
        at = behind[unit - 1]
        found = None
        while at >= limit:
            part = parts[at]
            if part & TAIL:
                index = self.tail[at]
                mention = self.mentions[index]
                at = mention.first
                label = mention.label
                if not (
                    label in grammar.times
                    or label in grammar.counts
                    or self._is_governed(at - 1, begin)
                    or self._qualifies(mention)
                ):
                    found = index
                    if mention.level == "name":
                        return self.best(index)
            elif part & AMONG:
                found = None
            elif part & STOP:
                break
            at = behind[at - 1]
        return found

    def _qualifies(self, mention: Found) -> bool:
        """Tell whether a nisba stands beside the noun it qualifies."""
        if mention.label not in self.grammar.nisbas:
            return False
        before = mention.first - 1
        return before in self.tail or bool(self.parts[before] & INSIDE)

    def _is_governed(self, at: int, begin: int) -> bool:
        """Tell whether a preposition or event noun governs what follows the unit."""
        for back in range(at, max(begin, at - 2) - 1, -1):
            part = self.parts[back]
            if part & GOVERNS:
                return True
            if not part & INSIDE:
                return False
        return False


def _nearest_from(marked: NDArray[np.bool_]) -> array[int]:
    """Return for each place the nearest marked one from it on, else their number."""
    size = len(marked)
    found = np.where(marked, np.arange(size, dtype=np.int32), np.int32(size))
    return array("i", np.minimum.accumulate(found[::-1])[::-1].tobytes())


def _nearest_to(marked: NDArray[np.bool_]) -> array[int]:
    """Return for each place the nearest marked one up to it, else -1.

    One more place stands before the first: [-1] is -1.
    """
    found = np.where(marked, np.arange(len(marked), dtype=np.int32), np.int32(-1))
    nearest = array("i", np.maximum.accumulate(found).tobytes())
    nearest.append(-1)
    return nearest
