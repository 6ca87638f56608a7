"""The top-level mentions of a reading as phrases, and the walks between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from annotate.rules.grammar import Part
from annotate.rules.model import PURPOSE, Frame
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found

__all__ = ["AGENT", "Phrases", "Walk"]

AGENT = "by"
_FAR = 40
_NEAR = 3
_FEW = 5
_CLAUSE = 15
_BEFORE = 30

REL, THAT, BREAK = int(Part.REL), int(Part.THAT), int(Part.BREAK)
SOFT, OPENING, GOVERNOR = int(Part.SOFT), int(Part.OPENING), int(Part.GOVERNOR)
GAP, PREP, LIGHT = int(Part.GAP), int(Part.PREP), int(Part.LIGHT)
PURPOSE_WORD, FINITE = int(Part.PURPOSE), int(Part.FINITE)
APPOSITION, EVENT, AGENT_WORD = int(Part.APPOSITION), int(Part.EVENT), int(Part.AGENT)
WA, QUANTITY, INSIDE = int(Part.WA), int(Part.QUANTITY), int(Part.INSIDE)
AMONG, COMMA, TITLE_GAP = int(Part.AMONG), int(Part.COMMA), int(Part.TITLE_GAP)
DEFINITE = int(Part.DEFINITE)
SUFFER, HAPPEN, HIT = int(Part.SUFFER), int(Part.HAPPEN), int(Part.HIT)
STOP = REL | THAT | BREAK


@dataclass(slots=True)
class Walk:
    """What a walk to the right of a trigger has met, as indices of mentions.

    `core` stands without preposition, `adjacent` is the genitive of a noun, `performer`
    the subject of a light verb after its noun, and `sufferer` who such a verb says was
    met by it (هجمات طالت المطار). `relative` is the verb of the noun's relative clause.
    """

    core: list[int] = field(default_factory=list)
    adjacent: int | None = None
    prepositions: list[tuple[str, int]] = field(default_factory=list)
    nisbas: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    performer: int | None = None
    sufferer: int | None = None
    relative: int | None = None


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

    def walk_right(self, at: int, end: int, *, noun: bool, frame: Frame) -> Walk:  # noqa: C901 - one pass over the clause
        """Gather what stands after a trigger that ends before unit `at`."""
        walk = Walk()
        head, parts = self.head, self.parts
        start, stop = at, min(end, at + _FAR)
        pending: str | None = None
        slack = 0
        closed = governed = skipping = False
        genitive = not parts[start - 1] & DEFINITE
        acts = noun and any(role in frame.subject for role in frame.genitive)
        while at < stop:
            index = head.get(at)
            if index is not None:
                mention = self.mentions[index]
                counted = mention.label in self.grammar.counts
                if counted and pending == self.grammar.about:
                    pending = None
                if mention.label in self.grammar.times:
                    walk.times.append(index)
                elif pending is None and noun and mention.label in self.grammar.nisbas:
                    if at - start <= 2:
                        walk.nisbas.append(index)
                elif acts and at == start and self.describes_act(index):
                    pass
                elif pending is not None and skipping:
                    skipping = False
                elif pending is not None:
                    late = frame.mutual and pending == self.grammar.with_
                    if not closed or late or pending in self.grammar.place_words:
                        walk.prepositions.append((pending, self.best(index)))
                    governed = True
                elif not (governed or closed or counted):
                    if genitive and walk.adjacent is None:
                        walk.adjacent = self.best(index)
                    walk.core.append(self.best(index))
                at = mention.last + 1
                if mention.level != "name" and self._made_of(index) != index:
                    at += 1
                if not counted:
                    pending, slack = None, 0
                continue
            part = parts[at]
            if not part:
                genitive = governed = False
                if pending is not None:
                    slack += 1
                    if slack > _NEAR:
                        pending = None
                at += 1
                continue
            if part & STOP:
                if part & REL and not noun and walk.core:
                    at = self._after_relative(at, stop)
                    pending = None
                    continue
                if part & REL and noun:
                    resumed = self._into_relative(at + 1, stop, walk)
                    if resumed > at:
                        at, pending, genitive = resumed, None, False
                        continue
                break
            if part & OPENING and frame.speech and frame.subject:
                break
            if part & GOVERNOR:
                skipping = True
            if not part & (GAP | PREP):
                genitive = False
            if noun and part & HIT and at - start <= _FEW:
                resumed = self._into_relative(at, stop, walk)
                if resumed > at:
                    at, pending, genitive = resumed, None, False
                    continue
            if noun and part & LIGHT and at - start <= _FEW:
                walk.performer = self._performer(at, stop)
                if walk.performer is None:
                    break
                at = self.mentions[walk.performer].last + 1
                continue
            if part & PURPOSE_WORD:
                pending, slack = PURPOSE, -_NEAR
                at += 1
                continue
            if part & FINITE:
                break
            if part & COMMA and walk.core and not noun and at + 1 not in head:
                closed = True
            if not part & APPOSITION:
                governed = False
            if part & EVENT and not frame.speech:
                closed = closed or pending not in frame.prepositions
            if part & AGENT_WORD and pending is not None:
                pending, slack = AGENT, 0
            elif part & PREP and pending == PURPOSE:
                slack += 1
            elif part & PREP:
                # من after a quantity opens what is counted and governs nothing.
                word = self.keys[at]
                if word != self.grammar.from_ or not self._is_counted(at - 1):
                    pending, slack = word, 0
            elif part & (WA | SOFT):
                pending = None
            elif pending is not None:
                slack += 1
                if slack > _NEAR:
                    pending = None
            at += 1
        return walk

    def _into_relative(self, verb: int, stop: int, walk: Walk) -> int:
        """Read who did or met an act from the verb that follows its noun.

        Return the unit to go on from, 0 where the walk ends.
        """
        if verb >= stop:
            return 0
        part = self.parts[verb]
        if part & HAPPEN:
            return verb + 1
        if part & (SUFFER | HIT):
            index = self._following(verb + 1, stop)
            walk.sufferer = index
        elif part & LIGHT:
            index = walk.performer = self._performer(verb, stop)
        else:
            index, walk.relative = None, verb
        return 0 if index is None else self.mentions[index].last + 1

    def _following(self, at: int, stop: int) -> int | None:
        """Return the participant that opens within a few units."""
        for place in range(at, min(stop, at + _FEW)):
            index = self.head.get(place)
            if index is not None:
                if self.mentions[index].label in self.grammar.times:
                    continue
                return self.best(index)
            if self.parts[place] & (PREP | STOP | FINITE):
                return None
        return None

    def _after_relative(self, at: int, stop: int) -> int:
        """Return the unit after a relative clause that a comma ends, else the end."""
        for end in range(at + 1, min(stop, at + _CLAUSE)):
            if self.parts[end] & COMMA:
                return end + 1
        return stop

    def _is_counted(self, at: int) -> bool:
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

    def _performer(self, light: int, stop: int) -> int | None:
        """Return the subject after a light verb that follows its noun (غارة شنتها)."""
        for at in range(light + 1, min(stop, light + _FEW)):
            index = self.head.get(at)
            if index is not None:
                return self.best(index)
            if self.parts[at] & PREP:
                return None
        return None

    def best(self, index: int) -> int:
        """Return the mention that stands for a participant: the name beside a title,
        what a quantity is made of, else the mention itself.
        """
        mention = self.mentions[index]
        if mention.level != "name":
            follower = self.head.get(mention.last + 1)
            if follower is not None and self._names(follower, mention):
                return follower
            return self._made_of(index)
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

    def _made_of(self, index: int) -> int:
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
