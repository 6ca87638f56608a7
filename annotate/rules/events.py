"""Find event triggers: which units, by which lemma, as verb or noun."""

from __future__ import annotations

from typing import NamedTuple

from annotate.rules.model import TriggerSpec
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found
from annotate.rules.shapes import Options

__all__ = ["REFUSALS", "Trigger", "find_triggers", "judge", "options_at"]

REFUSALS = {
    -1: "a past verb does not follow a preposition",
    -2: "it stands with an attached pronoun",
    -3: "no word of `after` follows",
    -4: "a word of `after_not` follows",
    -5: "no word of `before` precedes",
    -6: "a word of `before_not` precedes",
    -7: "the word that would extend it does not follow",
}
"""Why a lemma is no trigger where its form stands."""


class Trigger(NamedTuple):
    """A trigger `[first, last]` in units, its lemma and form, and its sentence."""

    first: int
    last: int
    spec: TriggerSpec
    kind: str
    bounds: tuple[int, int]


def find_triggers(reading: Reading, mentions: list[Found]) -> list[Trigger]:
    """Return the triggers outside of mentions that stay, in order of the text."""
    covered = bytearray(len(reading.keys))
    for mention in mentions:
        if not mention.provisional:
            for at in range(mention.first, mention.last + 1):
                covered[at] = 1
    found: list[Trigger] = []
    sentences = iter(reading.sentences)
    bounds = next(sentences, (0, 0))
    taken = -1
    for at in reading.triggers:
        while at >= bounds[1]:
            bounds = next(sentences)
        if at > taken and not covered[at]:
            trigger = _choose(reading, at, bounds)
            if trigger is not None:
                found.append(trigger)
                taken = trigger.last
    return found


def _choose(reading: Reading, at: int, bounds: tuple[int, int]) -> Trigger | None:
    """Return the first lemma whose surroundings fit; a trap ends the search."""
    for spec, kind in options_at(reading, at, bounds):
        last = judge(reading, spec, kind, at, bounds)
        if last >= 0:
            return None if spec.trap else Trigger(at, last, spec, kind, bounds)
    return None


def options_at(reading: Reading, at: int, bounds: tuple[int, int]) -> Options:
    """Return the lemmas a unit may be a form of, in the order they are tried."""
    forms = reading.unit(at).triggers
    if forms is None:
        return ()
    expected = reading.ruleset.grammar.noun_context
    if at > bounds[0] and reading.symbols[at - 1] in expected:
        return forms.noun
    return forms.verb


def judge(
    reading: Reading, spec: TriggerSpec, kind: str, at: int, bounds: tuple[int, int]
) -> int:
    """Return the last unit of the trigger, or a key of REFUSALS."""
    if kind == "past" and at > bounds[0]:
        verbless = reading.ruleset.grammar.verbless
        if reading.symbols[at - 1] in verbless:
            return -1
    if spec.alone:
        unit = reading.unit(at)
        if unit.bare < unit.end:
            return -2
    return _fits(reading, spec, at, bounds) if spec.conditional else at


def _fits(reading: Reading, spec: TriggerSpec, at: int, bounds: tuple[int, int]) -> int:
    """Return the last unit of the trigger, or why its conditions fail."""
    keys = reading.keys
    ahead = keys[at + 1 : min(bounds[1], at + 1 + spec.within)]
    if spec.after and spec.after.isdisjoint(ahead):
        return -3
    if not spec.after_not.isdisjoint(ahead):
        return -4
    if spec.before or spec.before_not:
        behind = keys[max(bounds[0], at - spec.within) : at]
        if spec.before and spec.before.isdisjoint(behind):
            return -5
        if not spec.before_not.isdisjoint(behind):
            return -6
    if not spec.extend:
        return at
    return at + 1 if ahead[0] in spec.after else -7
