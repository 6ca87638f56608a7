"""Recognise later mentions by surname of persons named in full in the same article."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from annotate.rules.reading import Reading
from annotate.rules.resolve import Found

__all__ = ["find_surnames"]

RULE = "context.surname"
_RANK = 50
_SHORT = 2
# More surnames than this are looked for together: an article has few of them.
_MANY = 60


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
    wanted = {
        key: full
        for key, full in surnames.items()
        if len(reading.unit(full.last).base) > _SHORT
    }
    return [
        _later(at, wanted[keys[at]])
        for at in _places(keys, wanted)
        if reading.symbols[at] in grammar.nameable
    ]


def _places(keys: str, wanted: Collection[str]) -> Iterator[int]:
    """Yield where one of the wanted keys stands; linear however many they are."""
    if len(wanted) > _MANY:
        each = re.compile(f"[{re.escape(''.join(wanted))}]")
        yield from (match.start() for match in each.finditer(keys))
        return
    for key in wanted:
        at = keys.find(key)
        while at >= 0:
            yield at
            at = keys.find(key, at + 1)


def _later(at: int, full: Found) -> Found:
    return Found(
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
