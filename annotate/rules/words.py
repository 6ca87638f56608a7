"""Look at each stretch of text once: its words, their proclitics and their classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from annotate.arabic.clitics import Segmenter
from annotate.arabic.fold import fold
from annotate.arabic.tokens import find_tokens
from annotate.rules.keys import Keys
from annotate.rules.model import NominalSpec
from annotate.rules.shapes import CLITICS, TriggerForms, Vocabulary
from schemas.textview import TextView

__all__ = ["BOUNDARY", "QUOTE", "TRIGGER", "Unit", "WordTable"]

_LETTER = re.compile(r"[\u0621-\u064a]")
_DIGITS = re.compile(r"\d[\d.,:٫٬/]*$")
_LIMIT = 300_000
_LONG = 60
_DAMMA = "\u064f"

BOUNDARY = "\n"
"""The word that ends a sentence; no stretch between spaces of a sentence is it."""

TRIGGER = "t"
"""The flag of a unit that may be a trigger."""

QUOTE = '"'
"""The base of every quotation mark."""


class Unit(NamedTuple):
    """A word without its proclitics, or one proclitic, or a mark; offsets in its chunk.

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


class WordTable(dict[str, str]):
    """Memo of what stands between spaces, analysed when it is first met, as codes.

    A code is three characters for each unit: the symbol of its class, the key of its
    word, and TRIGGER where it may be a trigger. News repeats itself: after some hundred
    articles nearly every look-up is a hit, and a text becomes one string without
    touching its units. The memo empties itself when it grows beyond a bound.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        letters: Mapping[str, str],
        segmenter: Segmenter,
        keys: Keys,
    ) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._letters = letters
        self.segmenter = segmenter
        self._units: dict[str, tuple[Unit, ...]] = {}
        self._keys = keys
        end = letters["boundary"]
        self._units[BOUNDARY] = (Unit(end, 0, 0, BOUNDARY, 0, (), None, False),)
        self[BOUNDARY] = end + keys[BOUNDARY] + "."

    def __missing__(self, text: str) -> str:
        if len(text) > _LONG:
            return self._encode(self._part(text))
        if len(self) > _LIMIT:
            boundary = self[BOUNDARY], self._units[BOUNDARY]
            self.clear()
            self._units.clear()
            self[BOUNDARY], self._units[BOUNDARY] = boundary
        units = self._units[text] = self._part(text)
        code = self[text] = self._encode(units)
        return code

    def units(self, text: str) -> tuple[Unit, ...]:
        """Return the units of what stands between spaces."""
        found = self._units.get(text)
        return self._part(text) if found is None else found

    def learn(self, name: str) -> str:
        """Return the keys of a name's units."""
        keys = []
        for start, end in find_tokens(name):
            keys += [self._keys[unit.base] for unit in self._analyse(name[start:end])]
        return "".join(keys)

    def _encode(self, units: tuple[Unit, ...]) -> str:
        return "".join(
            [
                unit.symbol
                + self._keys[unit.base]
                + (TRIGGER if unit.triggers else ".")
                for unit in units
            ]
        )

    def _part(self, text: str) -> tuple[Unit, ...]:
        tokens = find_tokens(text)
        if len(tokens) == 1 and tokens[0] == (0, len(text)):
            return self._analyse(text)
        # Punctuation clings to words: the words alone are in the memo most often.
        return tuple(
            _shifted(unit, start)
            for start, end in tokens
            for unit in self._token(text[start:end])
        )

    def _token(self, token: str) -> tuple[Unit, ...]:
        found = self._units.get(token)
        if found is None:
            found = self._analyse(token)
            if len(token) <= _LONG:
                self._units[token] = found
                self[token] = self._encode(found)
        return found

    def _analyse(self, token: str) -> tuple[Unit, ...]:
        view = fold(token)
        if not _LETTER.search(view.text):
            return (self._other(token, view.text),)
        head, base = self.segmenter.split(view.text)
        if not head:
            return (self._word(token, view, 0, base),)
        clitics = [
            self._plain(CLITICS[letter], letter, *view.raw_span(at, at + 1))
            for at, letter in enumerate(head)
        ]
        return (*clitics, self._word(token, view, len(head), base))

    def _other(self, token: str, text: str) -> Unit:
        end = len(token)
        name = self._vocabulary.marks.get(token)
        if name == "quote":
            return self._plain(name, QUOTE, 0, end)
        if name is not None:
            return self._plain(name, token, 0, end)
        if _DIGITS.match(text):
            return self._plain("number", text, 0, end)
        name = "latin" if token[:1].isalpha() or token[:1] in "@#" else "mark"
        return self._plain(name, token, 0, end)

    def _plain(self, name: str, base: str, start: int, end: int) -> Unit:
        return Unit(self._letters[name], start, end, base, end, (), None, False)

    def _word(self, token: str, view: TextView, skip: int, base: str) -> Unit:
        length = len(view.text)
        start, end = view.raw_span(skip, length)
        last = token[end - 1]
        shape = self._vocabulary.shape(
            base,
            article=base.startswith("ال") and token[start] in "الٱ",
            whole=last in "ةى",
        )
        bare = end
        if shape.pronoun:
            bare = view.raw_span(skip, length - shape.pronoun)[1]
        return Unit(
            self._letters[shape.name],
            start,
            end,
            base,
            bare,
            shape.triggers,
            shape.nominal,
            _DAMMA in token and _DAMMA in token[start : start + 3],
        )


def _shifted(unit: Unit, by: int) -> Unit:
    if not by:
        return unit
    symbol, start, end, base, bare, triggers, nominal, passive = unit
    return Unit(
        symbol, start + by, end + by, base, bare + by, triggers, nominal, passive
    )
