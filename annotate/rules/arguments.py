"""Fill the roles of a trigger from the phrases of its own sentence."""

from __future__ import annotations

from itertools import compress

from annotate.rules.events import Trigger
from annotate.rules.grammar import Part
from annotate.rules.model import Frame, TriggerSpec
from annotate.rules.phrases import Phrases
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found
from annotate.rules.roles import Roles
from annotate.rules.walks import AGENT, Walk

__all__ = ["ArgumentFinder"]

_LIGHT_REACH = 16
_TIME_REACH = 14
_COUNT_BACK = 3
_COUNT_REACH = 8
# A sentence has no bound, and each of its triggers looks around.
_TYPICAL_REACH = 79
_PLURAL = ("وا", "ون")

LIGHT, SUFFER = int(Part.LIGHT), int(Part.SUFFER)
HEAD, TAIL = int(Part.HEAD), int(Part.TAIL)
CLAUSE = int(Part.BREAK | Part.THAT)
COUNT_STOP = int(Part.BREAK | Part.THAT | Part.FINITE)
WA = int(Part.WA)


class ArgumentFinder:
    """The roles of triggers in one reading, given its settled mentions."""

    __slots__ = ("_before", "_described", "_speaker", "phrases")

    roles = Roles

    def __init__(self, reading: Reading, mentions: list[Found]) -> None:
        self.phrases = Phrases(reading, mentions)
        self._speaker: tuple[int, int] | None = None
        self._described: tuple[int | None, Trigger, Roles] | None = None
        self._before: tuple[Trigger, Roles] | None = None

    def fill(self, trigger: Trigger) -> dict[int, str]:
        """Return the roles filled for a trigger, by index of the mention.

        Call it in order of the text: later triggers may add to what was returned.
        """
        unit, last, spec, kind, bounds = trigger
        frame, noun = spec.frame, kind == "noun"
        walk = Walk(self.phrases, last + 1, bounds[1], noun=noun, frame=frame)
        roles = self.roles(frame, self.phrases.mentions)
        if noun:
            self._noun_core(unit, walk, frame, roles, bounds[0])
        else:
            self._verb_core(unit, walk, spec, roles, bounds[0])
        self._circumstances(trigger, walk, roles)
        self._missing(trigger, walk, roles)
        if frame.speech:
            self._speak(kind, frame, roles, bounds[0])
        if roles.filled:
            self._coordinate(roles, bounds[1])
        self._share(trigger, walk, roles)
        return roles.filled

    def _share(self, trigger: Trigger, walk: Walk, roles: Roles) -> None:
        """Let a noun and the verb of its relative clause tell of one event.

        What one of them leaves open, the other fills (الضربة الأميركية التي استهدفت).
        """
        if walk.relative is not None:
            self._described = walk.relative, trigger, roles
        elif self._described is not None and self._described[0] == trigger.first:
            _, noun, described = self._described
            if noun.spec.label == trigger.spec.label:
                described.complete(roles)
                roles.complete(described)
        elif self._before is not None and trigger.kind == "noun":
            # The noun only says how the act went on (وصل إلى بغداد في زيارة).
            earlier, named = self._before
            same = earlier.spec.label == trigger.spec.label
            inside = self.phrases.keys[trigger.first - 1] == self.phrases.grammar.in_
            if same and inside and earlier.bounds == trigger.bounds:
                roles.complete(named)
        self._before = trigger, roles

    # Core places

    def _verb_core(
        self, unit: int, walk: Walk, spec: TriggerSpec, roles: Roles, begin: int
    ) -> None:
        frame = spec.frame
        core = list(dict.fromkeys(walk.core))
        # The word the trigger asked for is its object (نشر قوات).
        asked = bool(core) and self._opens_with(core[0], spec.after)
        if asked and roles.fits(frame.object, core[0]):
            roles.give(frame.object, core.pop(0))
        subject, object_ = self._order(unit, core, begin)
        if subject is None and object_ is None:
            return
        word = self.phrases.unit(unit)
        alone = subject is not None and object_ is None
        # What cannot act is acted on: the subject is somewhere else.
        if alone and subject is not None and not roles.fits(frame.subject, subject):
            subject, object_ = None, subject
        suffers = word.passive or (spec.passive and object_ is None and len(core) < 2)
        if subject is not None and suffers and not self._acts(subject, spec):
            roles.give(frame.patient or frame.object, subject)
            return
        if subject is not None:
            roles.give(frame.subject, subject)
        if object_ is not None:
            roles.give(frame.object, object_)

    def _acts(self, index: int, spec: TriggerSpec) -> bool:
        """Tell whether the only participant is of those who act (قتل الجيش)."""
        mention = self.phrases.mentions[index]
        return mention.label in spec.frame.agents

    def _order(
        self, unit: int, core: list[int], begin: int
    ) -> tuple[int | None, int | None]:
        """Return subject and object by the order of the Arabic clause."""
        phrases = self.phrases
        word = phrases.unit(unit)
        first = core[0] if core else None
        relative = phrases.antecedent(unit, begin)
        if relative is not None:
            return relative, first
        if self._speaker is not None and self._says_of_itself(unit, begin):
            return self._speaker[1], first
        before = phrases.subject_before(unit, begin)
        if word.bare < word.end and first is not None:
            # An object pronoun takes up what stands before; the subject follows.
            return first, before
        if before is not None and word.base.endswith(_PLURAL):
            # A plural verb follows its subject.
            return before, first
        if before is not None and (first is None or unit - 1 in phrases.tail):
            return before, first
        if first is None:
            return None, None
        return first, core[1] if len(core) > 1 else None

    def _opens_with(self, index: int, words: frozenset[str]) -> bool:
        phrases = self.phrases
        return phrases.keys[phrases.mentions[index].first] in words

    def _says_of_itself(self, unit: int, begin: int) -> bool:
        """Tell whether `أنه` before the verb takes up the speaker (قال إنه قتل)."""
        if self._speaker is None or self._speaker[0] != begin or unit <= begin:
            return False
        word = self.phrases.unit(unit - 1).base
        return word.startswith("ان") and word.endswith(("ه", "ها", "هم"))

    def _noun_core(
        self, unit: int, walk: Walk, frame: Frame, roles: Roles, begin: int
    ) -> None:
        for index in walk.nisbas[:1]:
            roles.give(frame.nisba, index)
        if walk.adjacent is not None and not walk.nisbas:
            to = self.phrases.grammar.to
            possessed = frame.holder and any(p == to for p, _ in walk.prepositions)
            roles.give(frame.holder if possessed else frame.genitive, walk.adjacent)
        if frame.subject and not roles.has(frame.subject):
            self._light_subject(unit, frame, roles, begin)

    def _light_subject(self, unit: int, frame: Frame, roles: Roles, begin: int) -> None:
        """Take the subject of a light verb before its noun (شن الجيش ضربات)."""
        phrases = self.phrases
        limit = max(begin, unit - _LIGHT_REACH)
        at = phrases.behind[unit - 1]
        while at >= limit:
            part = phrases.parts[at]
            if part & LIGHT:
                place = frame.subject
                if part & SUFFER:
                    place = frame.patient or frame.object
                index = self._light_participant(at, unit, begin)
                if index is not None:
                    roles.give(place, index)
                return
            if part & CLAUSE:
                return
            at = phrases.behind[at - 1]

    def _light_participant(self, light: int, unit: int, begin: int) -> int | None:
        phrases = self.phrases
        at = phrases.ahead[light + 1]
        while at < unit:
            if phrases.parts[at] & HEAD:
                return phrases.best(phrases.head[at])
            at = phrases.ahead[at + 1]
        relative = phrases.antecedent(light, begin)
        return (
            relative if relative is not None else phrases.subject_before(light, begin)
        )

    # Circumstances

    def _circumstances(self, trigger: Trigger, walk: Walk, roles: Roles) -> None:
        """Give their roles to what prepositions govern, to times and to counts."""
        frame = trigger.spec.frame
        if walk.prepositions:
            self._prepositions(walk, frame, roles)
        if walk.times:
            for known in walk.times:
                roles.give(frame.time, known)
        elif frame.time and trigger.kind != "noun":
            self._time_before(trigger.first, trigger.bounds[0], frame, roles)
        if frame.count:
            self._counts(trigger, frame, roles)

    def _prepositions(self, walk: Walk, frame: Frame, roles: Roles) -> None:
        for preposition, index in walk.prepositions:
            if preposition == AGENT:
                roles.give(frame.agent or frame.subject, index)
            elif preposition in frame.prepositions:
                roles.give(frame.prepositions[preposition], index)
        places = self.phrases.grammar.place_words
        for preposition, index in walk.prepositions:
            if preposition in places:
                roles.give(frame.place, index)

    def _time_before(self, unit: int, begin: int, frame: Frame, roles: Roles) -> None:
        """Take the time before a verb; before a noun it is that of the verb there."""
        phrases = self.phrases
        limit = max(begin, unit - _TIME_REACH)
        at = phrases.behind[unit - 1]
        while at >= limit:
            part = phrases.parts[at]
            if part & TAIL:
                index = phrases.tail[at]
                if phrases.mentions[index].label in phrases.grammar.times:
                    roles.give(frame.time, index)
                    return
            elif part & CLAUSE:
                return
            at = phrases.behind[at - 1]

    def _counts(self, trigger: Trigger, frame: Frame, roles: Roles) -> None:
        """Take the count right before a trigger, else the nearest after it."""
        phrases = self.phrases
        unit, last, _, _, bounds = trigger
        labels = phrases.grammar.counts
        limit = max(bounds[0], unit - _COUNT_BACK)
        at = phrases.behind[unit - 1]
        while at >= limit:
            if phrases.parts[at] & TAIL:
                index = phrases.tail[at]
                if phrases.mentions[index].label in labels:
                    roles.give(frame.count, index)
                    return
                break
            at = phrases.behind[at - 1]
        limit = min(bounds[1], last + 1 + _COUNT_REACH)
        at = phrases.ahead[last + 1]
        while at < limit:
            part = phrases.parts[at]
            if part & HEAD:
                index = phrases.head[at]
                if phrases.mentions[index].label in labels:
                    roles.give(frame.count, index)
                    return
            elif part & COUNT_STOP:
                return
            at = phrases.ahead[at + 1]

    # Places that are still open

    def _missing(self, trigger: Trigger, walk: Walk, roles: Roles) -> None:
        """Fill the core places that are open from a light verb and from afar."""
        frame = trigger.spec.frame
        if walk.performer is not None:
            roles.give(frame.subject, walk.performer)
        if walk.sufferer is not None:
            roles.give(frame.patient or frame.object, walk.sufferer)
        if frame.typical and not roles.has(frame.subject):
            self._typical(trigger.first, trigger.bounds, frame, roles)

    def _typical(
        self, unit: int, bounds: tuple[int, int], frame: Frame, roles: Roles
    ) -> None:
        """Let the nearest typical subject of the sentence fill the empty place."""
        phrases, typical = self.phrases, frame.typical
        first = max(bounds[0], unit - _TYPICAL_REACH)
        end = min(bounds[1], unit + _TYPICAL_REACH + 1)
        near = compress(range(first, end), phrases.cues[first:end])
        for at in sorted(near, key=lambda at: (abs(at - unit), at)):
            if phrases.keys[at] in typical and at != unit:
                index = phrases.head.get(at)
                if index is not None and not phrases.describes_act(index):
                    roles.give(frame.subject, index)
                    return

    def _speak(self, kind: str, frame: Frame, roles: Roles, begin: int) -> None:
        """Let a participle of saying share the speaker of the verb before it."""
        if kind == "participle" and self._speaker and self._speaker[0] == begin:
            roles.replace(frame.subject, self._speaker[1])
        for index, role in roles.filled.items():
            if role in frame.subject:
                self._speaker = (begin, index)

    def _coordinate(self, roles: Roles, end: int) -> None:
        """Let what is joined by و to a filler fill the same role."""
        phrases = self.phrases
        for filler, role in tuple(roles.filled.items()):
            at = phrases.mentions[filler].last + 1
            while at + 1 < end and phrases.parts[at] & WA:
                index = phrases.head.get(at + 1)
                if index is None:
                    break
                follower = phrases.best(index)
                if not roles.add(role, follower):
                    break
                at = phrases.mentions[follower].last + 1
