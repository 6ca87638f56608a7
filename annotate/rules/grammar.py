"""What the classes of tokens mean to the search for arguments and attributes."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from annotate.arabic.fold import fold_text
from annotate.rules.keys import Keys
from annotate.rules.model import RuleFiles
from annotate.rules.words import QUOTE

__all__ = ["Grammar", "Part", "build_grammar"]


class Part(IntFlag):
    """The parts a token can play; a class may play several.

    HEAD and TAIL are no parts of a class: a phrase opens or ends with the unit.
    """

    REL = 1
    THAT = 2
    BREAK = 4
    SOFT = 8
    OPENING = 16
    GOVERNOR = 32
    GAP = 64
    PREP = 128
    LIGHT = 256
    SUFFER = 512
    PURPOSE = 1024
    FINITE = 2048
    APPOSITION = 4096
    EVENT = 8192
    AGENT = 16384
    WA = 32768
    QUANTITY = 65536
    INSIDE = 131072
    AMONG = 262144
    COMMA = 524288
    TITLE_GAP = 1048576
    NEGATION = 2097152
    NEVER = 4194304
    FUTURE = 8388608
    UNREAL = 16777216
    AIM = 33554432
    LI = 67108864
    DEFINITE = 134217728
    HAPPEN = 268435456
    HIT = 536870912
    HEAD = 1073741824
    TAIL = 2147483648


_GROUPS = {
    Part.REL: ("relatives",),
    Part.THAT: ("that",),
    Part.BREAK: ("breaks",),
    Part.SOFT: ("soft",),
    Part.OPENING: ("colon", "quote"),
    Part.GOVERNOR: ("governors",),
    Part.GAP: ("gap",),
    Part.PREP: ("prepositions",),
    Part.LIGHT: ("light",),
    Part.SUFFER: ("suffer",),
    Part.PURPOSE: ("purpose",),
    Part.FINITE: ("finite",),
    Part.APPOSITION: ("honorific", "former", "quote"),
    Part.EVENT: ("event", "event_al"),
    Part.AGENT: ("agent_words",),
    Part.WA: ("c_wa",),
    Part.QUANTITY: ("quantity", "number_word", "number"),
    Part.INSIDE: ("inside",),
    Part.AMONG: ("among",),
    Part.COMMA: ("comma", "semicolon"),
    Part.TITLE_GAP: ("title_gap",),
    Part.NEGATION: ("negation",),
    Part.NEVER: ("never",),
    Part.FUTURE: ("future",),
    Part.UNREAL: ("unreal",),
    Part.AIM: ("finite", "word_verb", "hours", "al", "al_adj", "word"),
    Part.LI: ("c_li",),
    Part.DEFINITE: ("event_al",),
    Part.HAPPEN: ("happen",),
    Part.HIT: ("hit_verb",),
}


@dataclass(frozen=True, slots=True)
class Grammar:
    """The parts of each symbol as bits, and the settings of labels.

    `parts` holds an integer of 32 bits for each symbol number.
    `place_words`, `quantities`, `from_` (من), `in_` (في), `with_` (مع), `about` (نحو),
    `to` (ل) and `quote` are keys of words.
    """

    parts: bytes
    noun_context: frozenset[int]
    verbless: frozenset[int]
    nameable: frozenset[int]
    persons: frozenset[str]
    titles: frozenset[str]
    times: frozenset[str]
    nisbas: frozenset[str]
    counts: frozenset[str]
    place_words: frozenset[str]
    quantities: frozenset[str]
    from_: str
    in_: str
    with_: str
    about: str
    to: str
    quote: str
    plain: frozenset[int]

    def parts_of(self, symbols: array[int]) -> NDArray[np.uint32]:
        """Return the parts that the units of these symbols play."""
        of_symbol = np.frombuffer(self.parts, np.uint32)
        return of_symbol.take(np.frombuffer(symbols, np.uint32))


def build_grammar(
    files: RuleFiles, letters: Mapping[str, int], keys: Keys, plain: tuple[str, ...]
) -> Grammar:
    """Gather the parts that the groups of the rule files give to each symbol."""

    def symbols(*groups: str) -> frozenset[int]:
        names = (n for group in groups for n in files.groups.get(group, (group,)))
        return frozenset(letters[name] for name in names if name in letters)

    def setting(name: str) -> frozenset[str]:
        return frozenset(files.settings.get(name, ()))

    parts = array("I", bytes(4 * (1 + max(letters.values()))))
    for part, groups in _GROUPS.items():
        for symbol in symbols(*groups):
            parts[symbol] |= int(part)
    return Grammar(
        parts=parts.tobytes(),
        noun_context=symbols("noun_context"),
        verbless=symbols("prepositions"),
        nameable=symbols("nameable"),
        persons=setting("person_labels"),
        titles=setting("title_labels"),
        times=setting("time_labels"),
        nisbas=setting("nisba_labels"),
        counts=setting("count_labels"),
        place_words=keys.all(map(fold_text, setting("place_words"))),
        from_=keys.letter("من"),
        in_=keys.letter("في"),
        with_=keys.letter("مع"),
        about=keys.letter("نحو"),
        to=keys.letter("ل"),
        quantities=keys.all(map(fold_text, setting("quantity_nominals"))),
        quote=keys.letter(QUOTE),
        plain=frozenset(letters[name] for name in plain),
    )
