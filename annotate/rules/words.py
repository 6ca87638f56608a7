"""Look at each word form once: its parts, its class, and what it may trigger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from annotate.arabic.clitics import PRONOUNS, Segmenter
from annotate.arabic.fold import fold
from annotate.arabic.tokens import find_tokens
from annotate.rules.model import NominalSpec, TriggerSpec
from schemas.textview import TextView

__all__ = ["CLITICS", "QUOTE", "TRIGGER", "Chunk", "Unit", "Vocabulary", "WordTable"]

T = TypeVar("T")
TriggerForms = tuple[tuple[TriggerSpec, str], ...]

CLITICS = {
    "و": "c_wa",
    "ف": "c_fa",
    "ب": "c_bi",
    "ل": "c_li",
    "ك": "c_ka",
    "س": "c_sa",
}
"""The class of each proclitic."""

_LETTER = re.compile(r"[\u0621-\u064a]")
_DIGITS = re.compile(r"[\d.,:٫٬/]+$")
# First and second person after a verb or event noun: not in news, but in names.
_SPEAKER = frozenset({"ني", "نا", "ي", "ك", "كم", "كما"})
_LIMIT = 300_000
_LONG = 60
TRIGGER = "t"
QUOTE = '"'
# Keys are characters beyond the basic plane: no surrogate among them.
_FIRST_KEY = 0x10000
_NO_KEY = "\0"
# A word this frequent (Zipf times ten) that no list has for a name is none.
_FAMILIAR = 42


class Unit(NamedTuple):
    """A word without its proclitics, or one proclitic, or a mark; offsets in the token.

    `symbol` is its class as one character, `bare` the end before an attached pronoun.
    """

    symbol: str
    start: int
    end: int
    base: str
    bare: int
    triggers: TriggerForms
    nominal: NominalSpec | None
    passive: bool


class Chunk(NamedTuple):
    """What stands between two spaces: its units, and per unit one character each.

    `symbols` holds the classes, `keys` the words as the automaton knows them, `flags`
    TRIGGER where a unit may be a trigger.
    """

    symbols: str
    keys: str
    flags: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known about folded words."""

    cues: Mapping[str, str]
    forms: Mapping[str, TriggerForms]
    nominals: Mapping[str, NominalSpec]
    names: Mapping[str, str]
    common: frozenset[str]
    verbal: frozenset[str]
    marks: Mapping[str, str]


class WordTable(dict[str, Chunk]):
    """Memo of what stands between spaces; it is analysed when it is first met.

    News repeats itself: after some hundred articles nearly every look-up is a hit. The
    memo empties itself when it grows beyond a bound.
    """

    def __init__(
        self, vocabulary: Vocabulary, letters: Mapping[str, str], segmenter: Segmenter
    ) -> None:
        super().__init__()
        self._words = vocabulary
        self._alphabet = letters
        self.segmenter = segmenter
        self._keys: dict[str, str] = {}

    def __missing__(self, text: str) -> Chunk:
        chunk = self._chunk(text)
        if len(text) <= _LONG:
            if len(self) > _LIMIT:
                self.clear()
            self[text] = chunk
        return chunk

    def learn(self, name: str) -> str:
        """Give every unit of a name a key of its own; return the name's keys."""
        units = self.parts(name)
        for unit in units:
            if unit.base not in self._keys:
                self._keys[unit.base] = chr(_FIRST_KEY + len(self._keys))
        return "".join(self._keys[unit.base] for unit in units)

    def key(self, base: str) -> str:
        """Return the key of a word; all words of no name share one."""
        return self._keys.get(base, _NO_KEY)

    def parts(self, text: str) -> list[Unit]:
        """Part a text into units, offsets from its start."""
        units = []
        for start, end in find_tokens(text):
            for unit in self._analyse(text[start:end]):
                units.append(
                    unit._replace(
                        start=unit.start + start,
                        end=unit.end + start,
                        bare=unit.bare + start,
                    )
                )
        return units

    def _chunk(self, text: str) -> Chunk:
        units = tuple(self.parts(text))
        return Chunk(
            "".join(unit.symbol for unit in units),
            "".join(self._keys.get(unit.base, _NO_KEY) for unit in units),
            "".join(TRIGGER if unit.triggers else "." for unit in units),
            units,
        )

    def _analyse(self, token: str) -> tuple[Unit, ...]:
        view = fold(token)
        if not _LETTER.search(view.text):
            return (self._other(token, view),)
        head, base = self.segmenter.split(view.text)
        units = [
            self._plain(CLITICS[letter], letter, *view.raw_span(at, at + 1))
            for at, letter in enumerate(head)
        ]
        units.append(self._base(token, view, len(head), base))
        return tuple(units)

    def _other(self, token: str, view: TextView) -> Unit:
        end = len(token)
        text = view.text
        if _DIGITS.match(text) and any(letter.isdigit() for letter in text):
            return self._plain("number", text, 0, end)
        if token in self._words.marks:
            name = self._words.marks[token]
            return self._plain(name, QUOTE if name == "quote" else token, 0, end)
        name = "latin" if token[:1].isalpha() or token[:1] in "@#" else "mark"
        return self._plain(name, token, 0, end)

    def _plain(self, name: str, base: str, start: int, end: int) -> Unit:
        symbol = self._alphabet[name]
        return Unit(symbol, start, end, base, end, (), None, False)

    def _base(self, token: str, view: TextView, skip: int, base: str) -> Unit:
        text = view.text
        start, end = view.raw_span(skip, len(text))
        # A final ة or ى is never a pronoun, though it is folded into one.
        whole = text[-1:] in "هي" and token[end - 1 : end] in "ةى"
        triggers, cut = self._lookup(base, self._words.forms, whole=whole)
        nominal, cut_nominal = self._lookup(base, self._words.nominals, whole=whole)
        bare = end
        cut = cut if triggers else cut_nominal
        if cut:
            bare = view.raw_span(skip, len(text) - cut)[1]
        # أليكس has no article, ال has: only a bare alef can open one.
        article = base.startswith("ال") and token[start] in "الٱ"
        name = self._class_of(
            base, triggers, nominal, pronoun=bool(cut), article=article
        )
        return Unit(
            self._alphabet[name],
            start,
            end,
            base,
            bare,
            triggers or (),
            nominal,
            "\u064f" in token[start : start + 3],
        )

    def _lookup(
        self, base: str, table: Mapping[str, T], *, whole: bool
    ) -> tuple[T | None, int]:
        found = table.get(base)
        if found is not None or whole or base.startswith("ال"):
            return found, 0
        for pronoun in PRONOUNS:
            if not base.endswith(pronoun) or len(base) - len(pronoun) < 3:
                continue
            if pronoun in _SPEAKER and table is self._words.forms:
                continue
            stem = base[: -len(pronoun)]
            options = [stem]
            if stem.endswith("و"):
                options.append(stem + "ا")
            if stem.endswith("ا"):
                options.append(stem[:-1] + "ي")
            for option in options:
                if option in table:
                    return table[option], len(pronoun)
        return None, 0

    def _class_of(
        self,
        base: str,
        triggers: TriggerForms | None,
        nominal: NominalSpec | None,
        *,
        pronoun: bool,
        article: bool,
    ) -> str:
        words = self._words
        if base in words.cues:
            return words.cues[base]
        if len(base) == 1:
            return CLITICS.get(base, "initial")
        if triggers:
            kind = triggers[0][1]
            if kind == "noun":
                return "event_al" if base.startswith("ال") else "event"
            return "say" if triggers[0][0].frame.speech else "verb"
        if nominal:
            if pronoun:
                return "nominal_own"
            return "nominal_al" if base.startswith("ال") else "nominal"
        if base in words.names:
            return words.names[base]
        return self._shape_of(base, article)

    def _shape_of(self, base: str, article: bool) -> str:
        common = self._words.common
        if article and len(base) > 4:
            stem = base[2:]
            if base not in common and stem not in common and not self._inflects(stem):
                return "al_unknown"
            return "al_adj" if _is_nisba(stem) else "al"
        usual = self.segmenter.zipf.get(base, 0) >= _FAMILIAR
        if usual or base in common or self._inflects(base):
            if base[0] in "يتن" and self._conjugates(base):
                return "word_verb"
            if self._is_verb(base):
                return "word_verb"
            if base[0] in "بلكوف" and len(base) > 4 and base[1:] in common:
                return "word_joined"
            return "adj" if _is_nisba(base) else "word"
        return "unknown"

    def _is_verb(self, base: str) -> bool:
        verbal = self._words.verbal
        return base in verbal or (
            base.endswith(("ت", "وا")) and base.rstrip("توا") in verbal
        )

    def _conjugates(self, base: str) -> bool:
        common = self._words.common
        others = sum(
            prefix + base[1:] in common for prefix in "يتن" if prefix != base[0]
        )
        return others > 0 and len(base) > 3

    def _inflects(self, base: str) -> bool:
        common = self._words.common
        for end in (*PRONOUNS, "ات", "ين", "ون", "ان", "وا", "ت", "ا", "يه"):
            if base.endswith(end) and len(base) - len(end) >= 3:
                stem = base[: -len(end)]
                if stem in common or stem + "ه" in common or stem + "ا" in common:
                    return True
                if stem.endswith("ت") and stem[:-1] + "ه" in common:
                    return True
        if base[0] in "يتنا" and len(base) > 4:
            return any(prefix + base[1:] in common for prefix in "يتن")
        return False


def _is_nisba(stem: str) -> bool:
    return len(stem) > 3 and stem.endswith(("ي", "يه", "يين", "يون", "يا", "ياً"))
