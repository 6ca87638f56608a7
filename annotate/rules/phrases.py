"""The top-level mentions of a reading as phrases, and what stands before a unit."""

from __future__ import annotations

from annotate.rules.grammar import Part
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found

__all__ = ["Phrases"]

_NEAR = 3
_BEFORE = 30

REL, PREP, EVENT = int(Part.REL), int(Part.PREP), int(Part.EVENT)
QUANTITY, INSIDE, AMONG = int(Part.QUANTITY), int(Part.INSIDE), int(Part.AMONG)
STOP, TITLE_GAP = int(Part.REL | Part.THAT | Part.BREAK), int(Part.TITLE_GAP)


class Phrases:
    """Top-level mentions by their first and last unit."""

    __slots__ = ("grammar", "head", "keys", "mentions", "parts", "tail", "unit")

    def __init__(self, reading: Reading, mentions: list[Found]) -> None:
        self.mentions = mentions
        self.unit = reading.unit
        self.keys = reading.keys
        self.grammar = reading.ruleset.grammar
        self.parts = list(map(self.grammar.parts.__getitem__, reading.symbols))
        self.head: dict[int, int] = {}
        self.tail: dict[int, int] = {}
        last = -1
        for index, mention in enumerate(mentions):
            if mention.first > last:
                last = mention.last
                self.head[mention.first] = index
                self.tail[last] = index

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
        at = unit - 1
        while at >= begin and unit - at <= _NEAR and not self.parts[at] & REL:
            if at in self.tail:
                return None
            at -= 1
        if at < begin or not self.parts[at] & REL:
            return None
        for back in range(at - 1, max(begin, at - 4) - 1, -1):
            if back in self.tail:
                return self.tail[back]
        return None

    def subject_before(self, unit: int, begin: int) -> int | None:
        """Return the nearest ungoverned phrase of the clause before the trigger.

        A name is taken at once; of nominals the farthest.
        """
        at = unit - 1
        found = None
        while at >= begin and unit - at < _BEFORE:
            index = self.tail.get(at)
            if index is not None:
                mention = self.mentions[index]
                at = mention.first - 1
                grammar = self.grammar
                if mention.label in grammar.times or mention.label in grammar.counts:
                    continue
                if not self._is_governed(at, begin) and not self._qualifies(mention):
                    found = index
                    if mention.level == "name":
                        return self.best(index)
                continue
            part = self.parts[at]
            if part & AMONG:
                found = None
            elif part & STOP:
                break
            at -= 1
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
            if part & (PREP | EVENT):
                return True
            if not part & INSIDE:
                return False
        return False
