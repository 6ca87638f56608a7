"""Walks to the right of a trigger: what stands there, and how it is governed."""

from __future__ import annotations

from annotate.rules.grammar import Part
from annotate.rules.model import PURPOSE, Frame
from annotate.rules.phrases import Phrases

__all__ = ["AGENT", "Walk"]

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
DEFINITE, HEAD = int(Part.DEFINITE), int(Part.HEAD)
MET, HURT = HIT | LIGHT, HIT | SUFFER
# What most of the heeded words are not: these are asked for one by one.
SELDOM = STOP | OPENING | GOVERNOR | MET | PURPOSE_WORD | FINITE


class Walk:
    """A walk to the right of a trigger: what it has met, as indices of mentions.

    `core` stands without preposition, `adjacent` is the genitive of a noun, `performer`
    the subject of a light verb after its noun, and `sufferer` who such a verb says was
    met by it (هجمات طالت المطار). `relative` is the verb of the noun's relative clause.

    On its way, `pending` is the preposition that governs what comes, for `slack` more
    words; `closed` says that the trigger's own participants have ended, `governed` that
    the last phrase hangs on a preposition, `skipping` that the next belongs to an
    adjective (الموالية لإيران), and `genitive` that nothing parts the noun from its
    genitive.
    """

    __slots__ = (
        *("core", "adjacent", "prepositions", "nisbas", "times", "performer"),
        *("sufferer", "relative"),
        *("_acts", "_closed", "_frame", "_genitive", "_governed", "_noun", "_pending"),
        *("_phrases", "_skipping", "_slack", "_start", "_stop"),
    )

    def __init__(
        self, phrases: Phrases, at: int, end: int, *, noun: bool, frame: Frame
    ) -> None:
        """Go from a trigger that ends before unit `at`, at most to unit `end`."""
        self.core: list[int] = []
        self.adjacent: int | None = None
        self.prepositions: list[tuple[str, int]] = []
        self.nisbas: list[int] = []
        self.times: list[int] = []
        self.performer: int | None = None
        self.sufferer: int | None = None
        self.relative: int | None = None
        self._phrases = phrases
        self._frame, self._noun = frame, noun
        self._start, self._stop = at, min(end, at + _FAR)
        self._pending: str | None = None
        self._slack = 0
        self._closed = self._governed = self._skipping = False
        self._genitive = not phrases.parts[at - 1] & DEFINITE
        self._acts = noun and frame.acts
        self._go()

    def _go(self) -> None:
        at, stop = self._start, self._stop
        ahead, parts = self._phrases.ahead, self._phrases.parts
        while at < stop:
            passed, at = at, ahead[at]
            if at >= stop:
                break
            if at > passed:
                self._genitive = self._governed = False
                if self._pending is not None:
                    self._slacken(at - passed)
            part = parts[at]
            if part & HEAD:
                at = self._meet(at)
            else:
                at = self._pass(part, at)
                if not at:
                    break

    def _slacken(self, words: int) -> None:
        """Let a preposition govern no more than a few words."""
        self._slack += words
        if self._slack > _NEAR:
            self._pending = None

    def _meet(self, at: int) -> int:
        """Note a mention as what it is here; return the unit to go on from."""
        phrases = self._phrases
        grammar = phrases.grammar
        index = phrases.head[at]
        mention = phrases.mentions[index]
        label = mention.label
        counted = label in grammar.counts
        if counted and self._pending == grammar.about:
            self._pending = None
        if label in grammar.times:
            self.times.append(index)
        elif self._pending is not None:
            self._govern(index, self._pending)
        elif self._noun and label in grammar.nisbas:
            if at - self._start <= 2:
                self.nisbas.append(index)
        elif not counted:
            self._take(index, at)
        if not counted:
            self._pending, self._slack = None, 0
        after = mention.last + 1
        return after + (mention.level != "name" and phrases.made_of(index) != index)

    def _take(self, index: int, at: int) -> None:
        """Take a mention that nothing governs for a participant."""
        if self._governed or self._closed:
            return
        phrases = self._phrases
        if self._acts and at == self._start and phrases.describes_act(index):
            return
        stands = phrases.best(index)
        if self._genitive and self.adjacent is None:
            self.adjacent = stands
        self.core.append(stands)

    def _govern(self, index: int, preposition: str) -> None:
        if self._skipping:
            self._skipping = False
            return
        grammar = self._phrases.grammar
        late = self._frame.mutual and preposition == grammar.with_
        if not self._closed or late or preposition in grammar.place_words:
            self.prepositions.append((preposition, self._phrases.best(index)))
        self._governed = True

    def _pass(self, part: int, at: int) -> int:
        """Go over a word that plays a part; return the next unit, 0 at the end."""
        if part & SELDOM:
            after = self._turn_off(part, at)
            if after != at:
                return after
        if not part & BARE:
            self._genitive = False
        if part & COMMA and self.core and not self._noun:
            # A comma ends what a verb governs, unless a phrase follows at once.
            opens = self._phrases.parts[at + 1] & HEAD
            self._closed = self._closed or not opens
        if not part & APPOSITION:
            self._governed = False
        if part & EVENT and not self._frame.speech and not self._closed:
            self._closed = self._pending not in self._frame.prepositions
        self._turn(part, at)
        return at + 1

    def _turn_off(self, part: int, at: int) -> int:
        """Leave the clause where another opens; return `at` to go on as before."""
        if part & STOP:
            return self._relative(part, at)
        if part & OPENING and self._frame.speech and self._frame.subject:
            return 0
        if part & GOVERNOR:
            self._skipping = True
        if not part & BARE:
            self._genitive = False
        if self._noun and part & MET and at - self._start <= _FEW:
            return self._resume(at)
        if part & PURPOSE_WORD:
            self._pending, self._slack = PURPOSE, -_NEAR
            return at + 1
        return 0 if part & FINITE else at

    def _turn(self, part: int, at: int) -> None:
        """Change the preposition that governs what comes."""
        if part & AGENT_WORD and self._pending is not None:
            self._pending, self._slack = AGENT, 0
        elif part & PREP and self._pending == PURPOSE:
            self._slack += 1
        elif part & PREP:
            # من after a quantity opens what is counted and governs nothing.
            phrases = self._phrases
            word = phrases.keys[at]
            if word != phrases.grammar.from_ or not phrases.is_counted(at - 1):
                self._pending, self._slack = word, 0
        elif part & PARTING:
            self._pending = None
        elif self._pending is not None:
            self._slacken(1)

    # Clauses after a noun

    def _relative(self, part: int, at: int) -> int:
        """Go past a relative clause, or into it; return 0 where the walk ends."""
        if not part & REL:
            return 0
        if self._noun:
            return self._resume(at + 1)
        if not self.core:
            return 0
        self._pending = None
        for end in range(at + 1, min(self._stop, at + _CLAUSE)):
            if self._phrases.parts[end] & COMMA:
                return end + 1
        return self._stop

    def _resume(self, verb: int) -> int:
        """Read who did or met an act from the verb that follows its noun.

        Return the unit to go on from, 0 where the walk ends.
        """
        if verb >= self._stop:
            return 0
        part = self._phrases.parts[verb]
        if part & HAPPEN:
            resumed = verb + 1
        elif part & HURT:
            self.sufferer = self._following(verb + 1)
            resumed = self._after(self.sufferer)
        elif part & LIGHT:
            self.performer = self._performer(verb)
            resumed = self._after(self.performer)
        else:
            self.relative = verb
            resumed = 0
        if resumed:
            self._pending, self._genitive = None, False
        return resumed

    def _after(self, index: int | None) -> int:
        return 0 if index is None else self._phrases.mentions[index].last + 1

    def _following(self, at: int) -> int | None:
        """Return the participant that opens within a few units."""
        phrases = self._phrases
        for place in range(at, min(self._stop, at + _FEW)):
            part = phrases.parts[place]
            if part & HEAD:
                index = phrases.head[place]
                if phrases.mentions[index].label not in phrases.grammar.times:
                    return phrases.best(index)
            elif part & (PREP | STOP | FINITE):
                return None
        return None

    def _performer(self, light: int) -> int | None:
        """Return the subject after a light verb that follows its noun (غارة شنتها)."""
        phrases = self._phrases
        for at in range(light + 1, min(self._stop, light + _FEW)):
            part = phrases.parts[at]
            if part & HEAD:
                return phrases.best(phrases.head[at])
            if part & PREP:
                return None
        return None
