"""Find event triggers: which units, by which lemma, as verb or noun."""

from __future__ import annotations

from typing import NamedTuple

from annotate.rules.model import TriggerSpec
from annotate.rules.reading import Reading
from annotate.rules.resolve import Found
from annotate.rules.shapes import TriggerForms

__all__ = ["Trigger", "find_triggers"]


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
            first, end = mention.first, mention.last + 1
            covered[first:end] = b"\1" * (end - first)
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
    unit = reading.unit(at)
    before = reading.symbols[at - 1] if at > bounds[0] else -1
    grammar = reading.ruleset.grammar
    options = unit.triggers
    if len(options) > 1:
        options = _prefer(options, noun=before in grammar.noun_context)
    for spec, kind in options:
        if kind == "past" and before in grammar.verbless:
            continue
        if spec.alone and unit.bare < unit.end:
            continue
        last = _fits(reading, spec, at, bounds) if spec.conditional else at
        if last is not None:
            return None if spec.trap else Trigger(at, last, spec, kind, bounds)
    return None


def _prefer(options: TriggerForms, *, noun: bool) -> TriggerForms:
    """Put traps first, then nouns before verbs of one spelling or the other way."""

    def order(option: tuple[TriggerSpec, str]) -> tuple[bool, bool]:
        spec, kind = option
        return not spec.trap, (kind == "noun") != noun

    return tuple(sorted(options, key=order))


def _fits(
    reading: Reading, spec: TriggerSpec, at: int, bounds: tuple[int, int]
) -> int | None:
    """Return the last unit of the trigger, or None where its conditions fail."""
    keys = reading.keys
    ahead = keys[at + 1 : min(bounds[1], at + 1 + spec.within)]
    if not _admits(ahead, spec.after, spec.after_not):
        return None
    if spec.before or spec.before_not:
        behind = keys[max(bounds[0], at - spec.within) : at]
        if not _admits(behind, spec.before, spec.before_not):
            return None
    if not spec.extend:
        return at
    return at + 1 if ahead[0] in spec.after else None


def _admits(words: str, wanted: frozenset[str], barred: frozenset[str]) -> bool:
    if wanted and wanted.isdisjoint(words):
        return False
    return barred.isdisjoint(words)
