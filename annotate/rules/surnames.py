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
    files = reading.ruleset.files
    persons = frozenset(files.settings.get("person_labels", ()))
    surnames: dict[str, Found] = {}
    for mention in reading.mentions:
        if mention.label in persons and mention.level == "name":
            base = reading.units[mention.last].base
            if mention.last > mention.first and len(base) > 2:
                surnames.setdefault(base, mention)
    if not surnames:
        return []
    nameable = reading.ruleset.symbols("nameable")
    found = []
    for at, unit in enumerate(reading.units):
        full = surnames.get(unit.base)
        if full is None or reading.symbols[at] not in nameable:
            continue
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
    return found
