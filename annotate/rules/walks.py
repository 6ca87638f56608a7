"""Walks to the right of a trigger: what stands there, and how it is governed."""

from __future__ import annotations

from dataclasses import dataclass, field

from annotate.rules.grammar import Part
from annotate.rules.model import PURPOSE, Frame
from annotate.rules.phrases import Phrases

__all__ = ["AGENT", "Walk", "walk_right"]

AGENT = "by"
_FAR = 40
_NEAR = 3
_FEW = 5
_CLAUSE = 15

REL, OPENING, GOVERNOR = int(Part.REL), int(Part.OPENING), int(Part.GOVERNOR)
STOP = int(Part.REL | Part.THAT | Part.BREAK)
BARE, PREP, FINITE = int(Part.GAP | Part.PREP), int(Part.PREP), int(Part.FINITE)
LIGHT, HIT, HAPPEN = int(Part.LIGHT), int(Part.HIT), int(Part.HAPPEN)
SUFFER, PURPOSE_WORD = int(Part.SUFFER), int(Part.PURPOSE)
APPOSITION, EVENT, AGENT_WORD = int(Part.APPOSITION), int(Part.EVENT), int(Part.AGENT)
PARTING, COMMA = int(Part.WA | Part.SOFT), int(Part.COMMA)
DEFINITE = int(Part.DEFINITE)
# All other words are gone over alike: most of a text is, so this is asked first.
HEEDED = STOP | OPENING | GOVERNOR | BARE | FINITE | LIGHT | HIT | PURPOSE_WORD
HEEDED |= APPOSITION | EVENT | AGENT_WORD | PARTING | COMMA


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


def walk_right(
    phrases: Phrases, at: int, end: int, *, noun: bool, frame: Frame
) -> Walk:
    """Gather what stands after a trigger that ends before unit `at`."""
    return _Walker(phrases, at, end, noun, frame).go()


class _Walker:
    """One pass over the clause.

    `pending` is the preposition that governs what comes, for `slack` more words;
    `closed` says that the trigger's own participants have ended, `governed` that the
    last phrase hangs on a preposition, `skipping` that the next belongs to an adjective
    (الموالية لإيران), and `genitive` that nothing parts the noun from its genitive.
    """

    __slots__ = (
        *("acts", "closed", "frame", "genitive", "governed", "head", "noun"),
        *("parts", "pending", "phrases", "skipping", "slack", "start", "stop", "walk"),
    )

    def __init__(
        self, phrases: Phrases, at: int, end: int, noun: bool, frame: Frame
    ) -> None:
        self.phrases = phrases
        self.head, self.parts = phrases.head, phrases.parts
        self.frame, self.noun = frame, noun
        self.start, self.stop = at, min(end, at + _FAR)
        self.walk = Walk()
        self.pending: str | None = None
        self.slack = 0
        self.closed = self.governed = self.skipping = False
        self.genitive = not phrases.parts[at - 1] & DEFINITE
        self.acts = noun and any(role in frame.subject for role in frame.genitive)

    def go(self) -> Walk:
        at, stop, head, parts = self.start, self.stop, self.head, self.parts
        while at < stop:
            index = head.get(at)
            if index is not None:
                at = self._meet(index, at)
                continue
            part = parts[at] & HEEDED
            if part:
                at = self._pass(part, at)
                if not at:
                    break
            else:
                self.genitive = self.governed = False
                if self.pending is not None:
                    self._slacken()
                at += 1
        return self.walk

    def _slacken(self) -> None:
        """Let a preposition govern no more than a few words."""
        self.slack += 1
        if self.slack > _NEAR:
            self.pending = None

    def _meet(self, index: int, at: int) -> int:
        """Note a mention as what it is here; return the unit to go on from."""
        phrases, grammar = self.phrases, self.phrases.grammar
        mention = phrases.mentions[index]
        counted = mention.label in grammar.counts
        if counted and self.pending == grammar.about:
            self.pending = None
        if mention.label in grammar.times:
            self.walk.times.append(index)
        elif self.pending is not None:
            self._govern(index, self.pending)
        elif self.noun and mention.label in grammar.nisbas:
            if at - self.start <= 2:
                self.walk.nisbas.append(index)
        elif not counted:
            self._take(index, at)
        if not counted:
            self.pending, self.slack = None, 0
        after = mention.last + 1
        return after + (mention.level != "name" and phrases.made_of(index) != index)

    def _take(self, index: int, at: int) -> None:
        """Take a mention that nothing governs for a participant."""
        phrases, walk = self.phrases, self.walk
        if self.acts and at == self.start and phrases.describes_act(index):
            return
        if not (self.governed or self.closed):
            if self.genitive and walk.adjacent is None:
                walk.adjacent = phrases.best(index)
            walk.core.append(phrases.best(index))

    def _govern(self, index: int, preposition: str) -> None:
        if self.skipping:
            self.skipping = False
            return
        grammar = self.phrases.grammar
        late = self.frame.mutual and preposition == grammar.with_
        if not self.closed or late or preposition in grammar.place_words:
            self.walk.prepositions.append((preposition, self.phrases.best(index)))
        self.governed = True

    def _pass(self, part: int, at: int) -> int:
        """Go over a word that plays a part; return the next unit, 0 at the end."""
        if part & STOP:
            return self._relative(part, at)
        if part & OPENING and self.frame.speech and self.frame.subject:
            return 0
        if part & GOVERNOR:
            self.skipping = True
        if not part & BARE:
            self.genitive = False
        if self.noun and part & (HIT | LIGHT) and at - self.start <= _FEW:
            return self._resume(at)
        if part & PURPOSE_WORD:
            self.pending, self.slack = PURPOSE, -_NEAR
            return at + 1
        if part & FINITE:
            return 0
        self._part_phrases(part, at)
        self._turn(part, at)
        return at + 1

    def _part_phrases(self, part: int, at: int) -> None:
        """Let commas and other events end what the trigger governs."""
        if (
            part & COMMA
            and self.walk.core
            and not self.noun
            and at + 1 not in self.head
        ):
            self.closed = True
        if not part & APPOSITION:
            self.governed = False
        if part & EVENT and not self.frame.speech:
            self.closed = self.closed or self.pending not in self.frame.prepositions

    def _turn(self, part: int, at: int) -> None:
        """Change the preposition that governs what comes."""
        if part & AGENT_WORD and self.pending is not None:
            self.pending, self.slack = AGENT, 0
        elif part & PREP and self.pending == PURPOSE:
            self.slack += 1
        elif part & PREP:
            # من after a quantity opens what is counted and governs nothing.
            word = self.phrases.keys[at]
            if word != self.phrases.grammar.from_ or not self.phrases.is_counted(
                at - 1
            ):
                self.pending, self.slack = word, 0
        elif part & PARTING:
            self.pending = None
        elif self.pending is not None:
            self._slacken()

    # Clauses after a noun

    def _relative(self, part: int, at: int) -> int:
        """Go past a relative clause, or into it; return 0 where the walk ends."""
        if not part & REL:
            return 0
        if self.noun:
            return self._resume(at + 1)
        if not self.walk.core:
            return 0
        self.pending = None
        for end in range(at + 1, min(self.stop, at + _CLAUSE)):
            if self.parts[end] & COMMA:
                return end + 1
        return self.stop

    def _resume(self, verb: int) -> int:
        """Read who did or met an act from the verb that follows its noun.

        Return the unit to go on from, 0 where the walk ends.
        """
        if verb >= self.stop:
            return 0
        part = self.parts[verb]
        if part & HAPPEN:
            resumed = verb + 1
        elif part & (SUFFER | HIT):
            self.walk.sufferer = self._following(verb + 1)
            resumed = self._after(self.walk.sufferer)
        elif part & LIGHT:
            self.walk.performer = self._performer(verb)
            resumed = self._after(self.walk.performer)
        else:
            self.walk.relative = verb
            resumed = 0
        if resumed:
            self.pending, self.genitive = None, False
        return resumed

    def _after(self, index: int | None) -> int:
        return 0 if index is None else self.phrases.mentions[index].last + 1

    def _following(self, at: int) -> int | None:
        """Return the participant that opens within a few units."""
        for place in range(at, min(self.stop, at + _FEW)):
            index = self.head.get(place)
            if index is not None:
                if self.phrases.mentions[index].label not in self.phrases.grammar.times:
                    return self.phrases.best(index)
            elif self.parts[place] & (PREP | STOP | FINITE):
                return None
        return None

    def _performer(self, light: int) -> int | None:
        """Return the subject after a light verb that follows its noun (غارة شنتها)."""
        for at in range(light + 1, min(self.stop, light + _FEW)):
            index = self.head.get(at)
            if index is not None:
                return self.phrases.best(index)
            if self.parts[at] & PREP:
                return None
        return None
