"""Fill the roles of a trigger from the phrases of its own sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotate.arabic.fold import fold_text
from annotate.rules.compiled import Ruleset
from annotate.rules.model import Frame, TriggerSpec
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found

__all__ = ["ArgumentFinder", "Filled"]

_ABOUT = "نحو"
_PLURAL = ("وا", "ون")
_FAR = 45
_NEAR = 3
_FEW = 5
_CLAUSE = 15

Filled = tuple[str, int]
"""A role and the index of the mention that fills it."""


@dataclass(slots=True)
class _Walk:
    """What a walk to the right of a trigger has seen."""

    core: list[int]
    adjacent: int | None
    prepositions: list[tuple[str, int]]
    nisbas: list[int]
    times: list[int]
    performer: int | None = None


class ArgumentFinder:
    """The roles of triggers in one reading, given its top-level mentions."""

    def __init__(self, reading: Reading, mentions: list[Found]) -> None:
        self._reading = reading
        self._mentions = mentions
        ruleset = reading.ruleset
        self._ruleset = ruleset
        self._letters = ruleset.letters
        self._head: dict[int, int] = {}
        self._tail: dict[int, int] = {}
        last = -1
        for index, mention in enumerate(mentions):
            if mention.first > last:
                self._head[mention.first] = index
                self._tail[mention.last] = index
                last = mention.last
        symbols = ruleset.symbols
        self._rel = symbols("relatives")
        self._that = symbols("that")
        self._break = symbols("breaks")
        self._soft = symbols("soft")
        self._verb = symbols("finite")
        self._event = symbols("event", "event_al")
        self._wa = symbols("c_wa")
        self._prep = symbols("prepositions")
        self._time_labels = frozenset(ruleset.files.settings.get("time_labels", ()))
        self._nisba_labels = frozenset(ruleset.files.settings.get("nisba_labels", ()))
        self._count_labels = frozenset(ruleset.files.settings.get("count_labels", ()))
        self._title_labels = frozenset(ruleset.files.settings.get("title_labels", ()))
        self._light = symbols("light")
        self._suffer = symbols("suffer")
        self._quantity = symbols("quantity", "number_word", "number")
        self._quantities = frozenset(
            map(fold_text, ruleset.files.settings.get("quantity_nominals", ()))
        )
        self._purpose = symbols("purpose")
        self._opening = symbols("colon", "quote")
        self._among = symbols("among")
        self._commas = symbols("comma", "semicolon")
        self._place_words = frozenset(
            map(fold_text, ruleset.files.settings.get("place_words", ()))
        )
        self._governors = symbols("governors")
        self._gap = symbols("gap")
        self._inside = symbols("inside")
        self._apposition = symbols("honorific", "former", "quote")
        self._speaker: tuple[int, int] | None = None
        self._agents = symbols("agent_words")

    def fill(
        self,
        unit: int,
        last: int,
        spec: TriggerSpec,
        kind: str,
        bounds: tuple[int, int],
    ) -> list[Filled]:
        """Return the roles filled for the trigger `[unit, last]` in sentence `bounds`."""
        frame = spec.frame
        walk = self._walk_right(last + 1, bounds[1], noun=kind == "noun", frame=frame)
        roles = _Roles(self._ruleset, spec, self._mentions)
        if kind == "noun":
            self._noun_core(unit, walk, frame, roles, bounds[0])
        else:
            self._verb_core(unit, walk, spec, roles, bounds[0])
        for preposition, index in walk.prepositions:
            if preposition == "by":
                roles.give(frame.agent or frame.subject, index)
            elif preposition in frame.prepositions:
                roles.give(frame.prepositions[preposition], index)
        self._places(walk, frame, roles)
        for index in walk.times:
            roles.give(frame.time, index)
        if frame.time and not walk.times:
            self._time_before(unit, bounds[0], frame, roles)
        self._counts(unit, last, bounds, frame, roles)
        if walk.performer is not None:
            roles.give(frame.subject, walk.performer)
        if frame.typical and not roles.has(frame.subject):
            self._typical(unit, bounds, frame, roles)
        self._speak(kind, frame, roles, bounds[0])
        self._coordinate(roles, bounds[1])
        return roles.filled

    def _typical(
        self, unit: int, bounds: tuple[int, int], frame: Frame, roles: _Roles
    ) -> None:
        """Let the nearest typical subject of the sentence fill the empty place."""
        units = self._reading.units
        near = sorted(range(*bounds), key=lambda at: abs(at - unit))
        for at in near:
            if at in self._head and units[at].base in frame.typical:
                roles.give(frame.subject, self._head[at])
                return

    def _speak(self, kind: str, frame: Frame, roles: _Roles, begin: int) -> None:
        """Let a participle of saying share the speaker of the verb before it."""
        if not frame.speech:
            return
        if kind == "participle" and self._speaker and self._speaker[0] == begin:
            roles.replace(frame.subject, self._speaker[1])
        for role, index in roles.filled:
            if role in frame.subject:
                self._speaker = (begin, index)

    # Walking

    def _walk_right(self, at: int, end: int, *, noun: bool, frame: Frame) -> _Walk:
        walk = _Walk([], None, [], [], [])
        units, symbols = self._reading.units, self._reading.symbols
        start = at
        pending: str | None = None
        slack = 0
        closed = governed = skipping = False
        genitive = not units[start - 1].base.startswith("ال")
        stop = min(end, at + _FAR)
        while at < stop:
            index = self._head.get(at)
            symbol = symbols[at]
            if index is not None:
                mention = self._mentions[index]
                if mention.label in self._count_labels and pending == _ABOUT:
                    pending = None
                if mention.label in self._time_labels:
                    walk.times.append(index)
                elif mention.label in self._nisba_labels and not pending and noun:
                    if at - start <= 2:
                        walk.nisbas.append(index)
                elif noun and at == start and self._is_adjective(mention, frame):
                    pass
                elif pending is not None and skipping:
                    skipping = False
                elif pending is not None:
                    if not closed or pending in self._place_words:
                        walk.prepositions.append((pending, self._best(index)))
                    governed = True
                elif governed:
                    pass
                elif not closed and mention.label not in self._count_labels:
                    if at == start or (
                        noun
                        and walk.adjacent is None
                        and not walk.core
                        and at - start <= _NEAR
                    ):
                        walk.adjacent = self._best(index)
                    walk.core.append(self._best(index))
                at = mention.last + 1
                if mention.level != "name" and self._counted(index) != index:
                    at += 1
                if mention.label not in self._count_labels:
                    pending, slack = None, 0
                continue
            if symbol in self._rel and not noun and walk.core:
                at = self._after_relative(at, stop)
                pending = None
                continue
            if symbol in self._that or symbol in self._break or symbol in self._rel:
                break
            if frame.speech and frame.subject and symbol in self._opening:
                break
            if symbol in self._governors:
                skipping = True
            if symbol not in self._gap and symbol not in self._prep:
                genitive = False
            if noun and symbol in self._light and at - start <= _FEW:
                walk.performer = self._performer(at, stop)
                break
            if symbol in self._purpose:
                pending, slack = "purpose", -_NEAR
                at += 1
                continue
            if symbol in self._verb:
                break
            if symbol not in self._apposition:
                governed = False
            if symbol in self._event and not frame.speech:
                closed = closed or pending not in frame.prepositions
            if symbol in self._agents and pending is not None:
                pending, slack = "by", 0
            elif symbol in self._prep and pending == "purpose":
                slack += 1
            elif symbol in self._prep:
                # من after a quantity opens what is counted and governs nothing.
                if units[at].base != "من" or not self._is_counted(at - 1):
                    pending, slack = units[at].base, 0
            elif symbol in self._wa or symbol in self._soft:
                pending = None
            elif pending is not None:
                slack += 1
                if slack > _NEAR:
                    pending = None
            at += 1
        return walk

    def _after_relative(self, at: int, stop: int) -> int:
        """Return the unit after a relative clause that a comma ends, else the end."""
        for end in range(at + 1, min(stop, at + _CLAUSE)):
            if self._reading.symbols[end] in self._commas:
                return end + 1
        return stop

    def _is_counted(self, at: int) -> bool:
        """Tell whether a quantity ends at the unit, so that من opens what it counts."""
        index = self._tail.get(at)
        if index is not None:
            return self._mentions[index].label in self._count_labels
        return self._reading.symbols[at] in self._quantity

    def _is_adjective(self, mention: Found, frame: Frame) -> bool:
        """Tell whether a nominal right after an act qualifies it (هجوم انتحاري)."""
        if mention.level == "name" or mention.last > mention.first:
            return False
        acts = bool(set(frame.genitive) & set(frame.subject))
        base = self._reading.units[mention.last].base
        return acts and base.endswith(("ي", "يه"))

    def _performer(self, light: int, stop: int) -> int | None:
        """Return the subject after a light verb that follows its noun (غارة شنتها)."""
        for at in range(light + 1, min(stop, light + _FEW)):
            index = self._head.get(at)
            if index is not None:
                return self._best(index)
            if self._reading.symbols[at] in self._prep:
                return None
        return None

    def _best(self, index: int) -> int:
        """Return the name that stands beside a title, else the mention itself."""
        mention = self._mentions[index]
        if mention.level != "name":
            return self._counted(index)
        if mention.label not in self._title_labels:
            return index
        symbols = self._reading.symbols
        for gap in range(1, 4):
            follower = self._head.get(mention.last + gap)
            if follower is not None:
                found = self._mentions[follower]
                same = found.level == "name" and found.label in self._person_labels
                return follower if same else index
            if mention.last + gap >= len(symbols):
                break
            if symbols[mention.last + gap] not in self._ruleset.symbols("title_gap"):
                break
        return index

    def _counted(self, index: int) -> int:
        """Return what a quantity is made of (مئات من المحتجين), else itself."""
        mention = self._mentions[index]
        units = self._reading.units
        after = mention.last + 1
        if units[mention.first].base not in self._quantities or after >= len(units):
            return index
        if units[after].base != "من":
            return index
        return self._head.get(after + 1, index)

    @property
    def _person_labels(self) -> frozenset[str]:
        return frozenset(self._ruleset.files.settings.get("person_labels", ()))

    # Core places

    def _verb_core(
        self, unit: int, walk: _Walk, spec: TriggerSpec, roles: _Roles, begin: int
    ) -> None:
        frame = spec.frame
        core = list(dict.fromkeys(walk.core))
        if spec.after and core and self._opens_with(core[0], spec.after):
            # The word the trigger asked for is its object (نشر قوات).
            if roles.fits(frame.object, core[0]):
                roles.give(frame.object, core.pop(0))
        relative = self._antecedent(unit, begin)
        passive = self._reading.units[unit].passive
        if relative is not None:
            if passive or (spec.passive and not core):
                roles.give(frame.patient or frame.object, relative)
            else:
                if core and not roles.fits(frame.object, core[0]) and len(core) == 1:
                    roles.give(frame.object, relative)
                    roles.give(frame.subject, core[0])
                    return
                roles.give(frame.subject, relative)
                for index in core[:1]:
                    roles.give(frame.object, index)
            return
        if self._says_of_itself(unit, begin) and self._speaker:
            roles.give(frame.subject, self._speaker[1])
            for index in core[:1]:
                roles.give(frame.object, index)
            return
        word = self._reading.units[unit]
        before = self._subject_before(unit, begin)
        if word.bare < word.end and core:
            # An object pronoun takes up what stands before; the subject follows.
            roles.give(frame.subject, core[0])
            if before is not None:
                roles.give(frame.object, before)
            return
        if self._reading.units[unit].base.endswith(_PLURAL) and before is not None:
            # A plural verb follows its subject.
            if passive or (spec.passive and not core):
                roles.give(frame.patient or frame.object, before)
            else:
                roles.give(frame.subject, before)
                for index in core[:1]:
                    roles.give(frame.object, index)
            return
        if passive or (
            spec.passive and len(core) < 2 and not (core and before is not None)
        ):
            if core:
                roles.give(frame.patient or frame.object, core[0])
            elif before is not None:
                roles.give(frame.patient or frame.object, before)
            return
        if before is not None and (not core or self._headline(unit, begin)):
            roles.give(frame.subject, before)
            for index in core[:1]:
                roles.give(frame.object, index)
            return
        if core:
            roles.give(frame.subject, core[0])
            for index in core[1:2]:
                if index != core[0]:
                    roles.give(frame.object, index)

    def _opens_with(self, index: int, words: frozenset[str]) -> bool:
        return self._reading.units[self._mentions[index].first].base in words

    def _says_of_itself(self, unit: int, begin: int) -> bool:
        """Tell whether `أنه` before the verb takes up the speaker (قال إنه قتل)."""
        word = self._reading.units[unit - 1].base if unit > begin else ""
        spoken = self._speaker is not None and self._speaker[0] == begin
        return spoken and word.startswith("ان") and word.endswith(("ه", "ها", "هم"))

    def _headline(self, unit: int, begin: int) -> bool:
        before = self._tail.get(unit - 1)
        return before is not None

    def _antecedent(self, unit: int, begin: int) -> int | None:
        """Return the phrase before `الذي/التي` when the trigger opens the clause."""
        symbols = self._reading.symbols
        at = unit - 1
        while at >= begin and unit - at <= 3 and symbols[at] not in self._rel:
            if at in self._tail:
                return None
            at -= 1
        if at < begin or symbols[at] not in self._rel:
            return None
        for back in range(at - 1, max(begin, at - 4) - 1, -1):
            if back in self._tail:
                return self._tail[back]
        return None

    def _subject_before(self, unit: int, begin: int) -> int | None:
        symbols = self._reading.symbols
        at = unit - 1
        found = None
        while at >= begin and unit - at < 30:
            symbol = symbols[at]
            index = self._tail.get(at)
            if index is not None:
                mention = self._mentions[index]
                at = mention.first - 1
                if mention.label in self._time_labels | self._count_labels:
                    continue
                if not self._is_governed(at, begin) and not self._qualifies(mention):
                    found = index
                    if mention.level == "name":
                        return self._best(index)
                continue
            if symbol in self._among:
                found = None
            elif symbol in self._that or symbol in self._rel or symbol in self._break:
                break
            at -= 1
        return found

    def _qualifies(self, mention: Found) -> bool:
        """Tell whether a nisba stands beside the noun it qualifies."""
        if mention.label not in self._nisba_labels:
            return False
        before = mention.first - 1
        return before in self._tail or self._reading.symbols[before] in self._inside

    def _is_governed(self, at: int, begin: int) -> bool:
        """Tell whether a preposition or event noun governs what follows the unit."""
        symbols = self._reading.symbols
        for back in range(at, max(begin, at - 2) - 1, -1):
            if symbols[back] in self._prep or symbols[back] in self._event:
                return True
            if symbols[back] not in self._inside:
                return False
        return False

    def _noun_core(
        self, unit: int, walk: _Walk, frame: Frame, roles: _Roles, begin: int
    ) -> None:
        for index in walk.nisbas[:1]:
            roles.give(frame.nisba, index)
        genitive = walk.adjacent
        if genitive is not None and not walk.nisbas:
            li = [i for prep, i in walk.prepositions if prep == "ل"]
            if li and frame.holder:
                roles.give(frame.holder, genitive)
            else:
                roles.give(frame.genitive, genitive)
        if frame.subject and not roles.has(frame.subject):
            self._light_subject(unit, frame, roles, begin)

    def _light_subject(
        self, unit: int, frame: Frame, roles: _Roles, begin: int
    ) -> None:
        """Take the subject of a light verb before its noun (شن الجيش ضربات)."""
        symbols = self._reading.symbols
        for at in range(unit - 1, max(begin, unit - 12) - 1, -1):
            if symbols[at] in self._light:
                places = frame.subject
                if symbols[at] in self._suffer:
                    places = frame.patient or frame.object
                for between in range(at + 1, unit):
                    if between in self._head:
                        roles.give(places, self._best(self._head[between]))
                        return
                relative = self._antecedent(at, begin)
                before = (
                    relative
                    if relative is not None
                    else self._subject_before(at, begin)
                )
                if before is not None:
                    roles.give(places, before)
                return
            if symbols[at] in self._break or symbols[at] in self._that:
                return

    # Circumstances

    def _places(self, walk: _Walk, frame: Frame, roles: _Roles) -> None:
        for preposition, index in walk.prepositions:
            if preposition in self._place_words and not roles.holds(index):
                roles.give(frame.place, index)

    def _time_before(self, unit: int, begin: int, frame: Frame, roles: _Roles) -> None:
        symbols = self._reading.symbols
        for at in range(unit - 1, max(begin, unit - 14) - 1, -1):
            index = self._tail.get(at)
            if index is not None and self._mentions[index].label in self._time_labels:
                roles.give(frame.time, index)
                return
            if symbols[at] in self._that or symbols[at] in self._break:
                return

    def _counts(
        self, unit: int, last: int, bounds: tuple[int, int], frame: Frame, roles: _Roles
    ) -> None:
        if not frame.count:
            return
        for at in range(unit - 1, max(bounds[0], unit - 3) - 1, -1):
            index = self._tail.get(at)
            if index is not None:
                if self._mentions[index].label in self._count_labels:
                    roles.give(frame.count, index)
                    return
                break
        for at in range(last + 1, min(bounds[1], last + 9)):
            index = self._head.get(at)
            if index is not None and self._mentions[index].label in self._count_labels:
                roles.give(frame.count, index)
                return
            if self._reading.symbols[at] in self._break | self._verb | self._that:
                return

    def _coordinate(self, roles: _Roles, end: int) -> None:
        """Let what is joined by و to a filler fill the same role."""
        symbols = self._reading.symbols
        for role, index in tuple(roles.filled):
            at = self._mentions[index].last + 1
            while at + 1 < end and symbols[at] in self._wa:
                follower = self._head.get(at + 1)
                if follower is None or not roles.add(role, self._best(follower)):
                    break
                at = self._mentions[self._best(follower)].last + 1


class _Roles:
    """The roles of one event as they are filled; the schema says what fits."""

    __slots__ = ("_avoid", "_guarded", "_many", "_mentions", "_types", "filled")

    def __init__(
        self, ruleset: Ruleset, spec: TriggerSpec, mentions: list[Found]
    ) -> None:
        frame, label = spec.frame, spec.label
        self._many = frozenset(frame.subject if frame.mutual else ())
        self._avoid = frame.avoid
        self._guarded = frozenset(frame.subject)
        self._types = ruleset.schema.events[label].roles
        self._mentions = mentions
        self.filled: list[Filled] = []

    def fits(self, roles: tuple[str, ...], index: int) -> bool:
        return any(self._accepts(role, index) for role in roles)

    def _accepts(self, role: str, index: int) -> bool:
        use = self._types.get(role)
        label = self._mentions[index].label
        if label in self._avoid and role in self._guarded:
            return False
        return use is not None and label in use.fillers

    def has(self, roles: tuple[str, ...]) -> bool:
        return any(role in roles for role, _ in self.filled)

    def holds(self, index: int) -> bool:
        return any(index == held for _, held in self.filled)

    def replace(self, roles: tuple[str, ...], index: int) -> None:
        """Empty the roles, then fill the first that accepts the mention."""
        self.filled = [(r, i) for r, i in self.filled if r not in roles and i != index]
        self.give(roles, index)

    def give(self, roles: tuple[str, ...], index: int) -> None:
        """Fill the first role that accepts the mention and is not taken."""
        if self.holds(index):
            return
        for role in roles:
            if self._accepts(role, index):
                if role in self._many or not self.has((role,)):
                    self.filled.append((role, index))
                return

    def add(self, role: str, index: int) -> bool:
        if self.holds(index) or not self._accepts(role, index):
            return False
        self.filled.append((role, index))
        return True
