"""Tell what the engine matched in a text, what it dropped, and why.

The engine itself runs, with a reading and roles that listen; nothing here decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass

from annotate.rules.compiled import Ruleset
from annotate.rules.engine import Steps, run
from annotate.rules.events import REFUSALS, judge, options_at
from annotate.rules.listening import ListeningFinder, ListeningReading
from annotate.rules.resolve import Found, why_dropped
from schemas.annotations import AnnotatedDocument

__all__ = ["Step", "TracedSentence", "Word", "trace"]

_HOW = {
    "same": "gives way to {other}, which has the same words",
    "cross": "crosses {other}, which is longer or of a later stage",
    "opens": "is only the beginning of {other}",
    "inside": "lies in {other}, and {outer} may not hold {inner} there",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was read: its attached particles, base, pronoun and class.

    `before` and `after` are its class before and after names were found.
    """

    start: int
    end: int
    clitics: tuple[str, ...]
    base: str
    pronoun: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the engine considered; `why` is empty where it stayed.

    `part`: names, triggers or arguments. `head` is the start of an argument's trigger.
    """

    part: str
    start: int
    end: int
    label: str
    rule: str
    kept: bool
    why: str
    head: int | None = None


@dataclass(frozen=True, slots=True)
class TracedSentence:
    """One sentence `[start, end)` with its words and steps, in order of the text."""

    number: int
    start: int
    end: int
    words: tuple[Word, ...]
    steps: tuple[Step, ...]


def trace(
    doc: AnnotatedDocument, ruleset: Ruleset, *, muted: Collection[str] = ()
) -> tuple[TracedSentence, ...]:
    """Return every sentence with what was read, matched and dropped, and why.

    Offsets are code points of the document's text. Raises DataError where the text is
    absent.
    """
    steps = run(doc, ruleset, kind=ListeningReading, finds=ListeningFinder)
    return _Tracer(steps, muted).sentences()


class _Tracer:
    def __init__(self, steps: Steps, muted: Collection[str]) -> None:
        self._steps = steps
        self._reading = steps.reading
        self._ruleset = steps.reading.ruleset
        self._muted = muted
        self._classes = {v: k for k, v in self._ruleset.letters.items()}

    def sentences(self) -> tuple[TracedSentence, ...]:
        reading = self._reading
        steps = [
            *self._names(),
            *self._unused_weak(),
            *self._disagreeing(),
            *self._triggers(),
            *self._arguments(),
        ]
        order = {"names": 0, "triggers": 1, "arguments": 2}
        steps.sort(key=lambda s: (order[s.part], s.head or 0, s.start, -s.end))
        found = []
        for number, (first, last) in enumerate(reading.sentences, start=1):
            if last <= first:
                continue
            start, end = self._span(first, last - 1)
            inside = tuple(
                s
                for s in steps
                if start <= (s.start if s.head is None else s.head) < end
            )
            words = tuple(self._words(first, last))
            found.append(TracedSentence(number, start, end, words, inside))
        return tuple(found)

    def _span(self, first: int, last: int) -> tuple[int, int]:
        return self._reading.starts[first], self._reading.end(last)

    def _words(self, first: int, last: int) -> list[Word]:
        reading = self._reading
        before = getattr(reading, "before", reading.symbols)
        words: list[Word] = []
        clitics: list[str] = []
        begin: int | None = None
        for at in range(first, last):
            unit = reading.unit(at)
            name = self._classes.get(before[at], "?")
            if name == "boundary":
                continue
            if begin is None:
                begin = reading.starts[at]
            if name.startswith("c_") and at + 1 < last and self._clings(at):
                clitics.append(unit.base)
                continue
            cut = unit.end - unit.bare
            after = self._classes.get(reading.symbols[at], "?")
            base = unit.base[: len(unit.base) - cut] if cut else unit.base
            pronoun = unit.base[len(unit.base) - cut :] if cut else ""
            end = reading.end(at)
            words.append(Word(begin, end, tuple(clitics), base, pronoun, name, after))
            clitics, begin = [], None
        return words

    def _clings(self, at: int) -> bool:
        return self._reading.starts[at + 1] <= self._reading.end(at)

    # Names

    def _names(self) -> list[Step]:
        nesting = self._ruleset.files.nesting
        kept = self._steps.mentions
        # Mentions are values: two rules may find the very same.
        indices = {id(mention): index for index, mention in enumerate(kept)}
        found = []
        for mention in self._reading.mentions:
            index = indices.get(id(mention))
            why = ""
            if index is None:
                why = self._gave_way(mention, why_dropped(mention, kept, nesting))
            elif mention.provisional and index not in self._steps.used:
                why = "fills no role of an event, and stays only where it does"
            elif mention.rule in self._muted:
                why = "its rule is muted"
            start, end = self._span(mention.first, mention.last)
            found.append(
                Step("names", start, end, mention.label, mention.rule, not why, why)
            )
        return found

    def _gave_way(self, mention: Found, reason: tuple[Found, str] | None) -> str:
        if reason is None:
            return "gives way to another mention"
        other, how = reason
        start, end = self._span(other.first, other.last)
        named = f"{other.label} [{start}, {end}) of {other.rule}"
        return _HOW[how].format(other=named, outer=other.label, inner=mention.label)

    def _unused_weak(self) -> list[Step]:
        """Return the names of lexicons that are common words and were not asked for."""
        reading = self._reading
        entries = self._ruleset.entries
        found = []
        for pattern, first, end in self._ruleset.automaton.find(reading.keys):
            entry = entries[pattern]
            if not entry.weak:
                continue
            taken = any(
                mention.first <= first and end - 1 <= mention.last
                for mention in self._steps.mentions
                if not mention.provisional
            )
            if taken:
                continue
            begin, stop = self._span(first, end - 1)
            why = "is a common word too, and no context rule asked for it"
            found.append(
                Step("names", begin, stop, entry.label, entry.rule, False, why)
            )
        return found

    def _disagreeing(self) -> list[Step]:
        found = []
        for rule, first, last in getattr(self._reading, "refused", ()):
            start, end = self._span(first, last)
            label = next((mark for mark in rule.marks if mark), "?")
            why = "its first and last word are not of one gender"
            found.append(Step("names", start, end, label, rule.id, False, why))
        return found

    # Events

    def _triggers(self) -> list[Step]:
        reading = self._reading
        taken = {t.first: t for t in self._steps.triggers}
        muted = self._muted
        found = []
        for bounds in reading.sentences:
            first, end = (bisect_left(reading.triggers, edge) for edge in bounds)
            for at in reading.triggers[first:end]:
                trigger = taken.get(at)
                if trigger is None:
                    found += self._no_triggers(at, bounds)
                else:
                    spec = trigger.spec
                    start = self._span(at, at)[0]
                    one = trigger.last == at
                    stop = reading.bare(at) if one else reading.end(trigger.last)
                    why = "its rule is muted" if spec.rule in muted else ""
                    found.append(
                        Step(
                            "triggers", start, stop, spec.label, spec.rule, not why, why
                        )
                    )
        return found

    def _no_triggers(self, at: int, bounds: tuple[int, int]) -> list[Step]:
        start, end = self._span(at, at)
        around = next(
            (
                m
                for m in self._steps.mentions
                if not m.provisional and m.first <= at <= m.last
            ),
            None,
        )
        found = []
        for spec, kind in options_at(self._reading, at, bounds):
            verdict = judge(self._reading, spec, kind, at, bounds)
            if around is not None:
                first, last = self._span(around.first, around.last)
                why = f"stands in {around.label} [{first}, {last}) of {around.rule}"
            elif verdict < 0:
                why = f"as {kind}: {REFUSALS[verdict]}"
            elif spec.trap:
                why = "this is the trap of the lemma, no event"
            else:
                why = "belongs to the trigger before it"
            label = "-" if spec.trap else spec.label
            found.append(Step("triggers", start, end, label, spec.rule, False, why))
            if spec.trap and verdict >= 0:
                break
        return found

    def _arguments(self) -> list[Step]:
        finder = self._steps.finder
        if not isinstance(finder, ListeningFinder):
            return []
        found = []
        for trigger, roles in zip(self._steps.triggers, finder.made, strict=True):
            head = self._span(trigger.first, trigger.first)[0]
            final = roles.filled
            for attempt in dict.fromkeys(roles.attempts):
                mention = self._steps.mentions[attempt.index]
                start, end = self._span(mention.first, mention.last)
                role = attempt.taken or "/".join(attempt.roles)
                why = attempt.why
                if attempt.taken and final.get(attempt.index) != attempt.taken:
                    why = "the speaker before it took its place"
                if mention.rule in self._muted:
                    why = "the rule of its mention is muted"
                rule = f"{attempt.place}, {mention.label}"
                found.append(
                    Step("arguments", start, end, role, rule, not why, why, head)
                )
            tried = {attempt.index for attempt in roles.attempts}
            for index, role in roles.filled.items():
                if index not in tried:
                    mention = self._steps.mentions[index]
                    start, end = self._span(mention.first, mention.last)
                    rule = f"the speaker of the sentence, {mention.label}"
                    found.append(
                        Step("arguments", start, end, role, rule, True, "", head)
                    )
        return found
