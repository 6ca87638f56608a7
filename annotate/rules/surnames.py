"""Recognise later mentions by surname of persons named in full in the same article."""

from __future__ import annotations

from annotate.rules.reading import Reading
from annotate.rules.resolve import Found

__all__ = ["find_surnames"]

RULE = "context.surname"
_RANK = 50
_SHORT = 2


def find_surnames(reading: Reading) -> list[Found]:
    """Return mentions of one unit that repeat the last word of a longer name.

    Which labels are persons, and which classes of words can be a name, the settings
    `person_labels` and the group `nameable` say.
    """
    grammar = reading.ruleset.grammar
    surnames: dict[str, Found] = {}
    keys = reading.keys
    for mention in reading.mentions:
        named = mention.level == "name" and mention.label in grammar.persons
        if named and mention.last > mention.first:
            surnames.setdefault(keys[mention.last], mention)
    found = []
    for key, full in surnames.items():
        if len(reading.unit(full.last).base) <= _SHORT:
            continue
        at = keys.find(key)
        while at >= 0:
            if reading.symbols[at] in grammar.nameable:
                found.append(
                    Found(
                        at,
                        at,
                        full.label,
                        "name",
                        full.subtype,
                        full.kb,
                        RULE,
                        0.7,
                        False,
                        _RANK,
                    )
                )
            at = keys.find(key, at + 1)
    return found
