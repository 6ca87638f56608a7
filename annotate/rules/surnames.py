"""Recognise later mentions by surname of persons named in full in the same article."""

from __future__ import annotations

from annotate.rules.reading import Reading
from annotate.rules.resolve import Found

__all__ = ["find_surnames"]

RULE = "context.surname"
_RANK = 50


def find_surnames(reading: Reading) -> list[Found]:
    """Return mentions of one unit that repeat the last word of a longer name.

    Which labels are persons, and which classes of words can be a name, the settings
    `person_labels` and the group `nameable` say.
    """
    grammar = reading.ruleset.grammar
    surnames: dict[str, Found] = {}
    for mention in reading.mentions:
        if mention.last > mention.first and mention.label in grammar.persons:
            base = reading.units[mention.last].base
            if len(base) > 2 and mention.level == "name":
                surnames.setdefault(base, mention)
    if not surnames:
        return []
    found = []
    for at, unit in enumerate(reading.units):
        if unit[3] in surnames and reading.symbols[at] in grammar.nameable:
            full = surnames[unit.base]
            found.append(
                Found(
                    at, at, full.label, "name", full.subtype, full.kb, RULE, 0.7,
                    False, _RANK,
                )  # fmt: skip
            )
    return found
