"""Look at each stretch of text once: its words, their proclitics and their classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from annotate.arabic.clitics import Segmenter
from annotate.arabic.fold import fold
from annotate.arabic.tokens import find_tokens
from annotate.rules.model import NominalSpec
from annotate.rules.shapes import CLITICS, TriggerForms, Vocabulary
from schemas.textview import TextView

__all__ = ["QUOTE", "TRIGGER", "Chunk", "Unit", "WordTable"]

_LETTER = re.compile(r"[\u0621-\u064a]")
_DIGITS = re.compile(r"\d[\d.,:٫٬/]*$")
_LIMIT = 300_000
_LONG = 60
_DAMMA = "\u064f"
# Keys are characters beyond the basic plane: no surrogate among them.
_FIRST_KEY = 0x10000
_NO_KEY = "\0"

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


class Chunk(NamedTuple):
    """What stands between two spaces: its units, and per unit one character each.

    `symbols` holds the classes, `keys` the words as the automaton knows them, `flags`
    TRIGGER where a unit may be a trigger.
    """

    symbols: str
    keys: str
    flags: str
    units: tuple[Unit, ...]


class WordTable(dict[str, Chunk]):
    """Memo of what stands between spaces; it is analysed when it is first met.

    News repeats itself: after some hundred articles nearly every look-up is a hit. The
    memo empties itself when it grows beyond a bound.
    """

    def __init__(
        self, vocabulary: Vocabulary, letters: Mapping[str, str], segmenter: Segmenter
    ) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._letters = letters
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
        keys = []
        for start, end in find_tokens(name):
            for unit in self._analyse(name[start:end]):
                key = self._keys.get(unit.base)
                if key is None:
                    key = self._keys[unit.base] = chr(_FIRST_KEY + len(self._keys))
                keys.append(key)
        return "".join(keys)

    def _chunk(self, text: str) -> Chunk:
        tokens = find_tokens(text)
        if len(tokens) == 1 and tokens[0] == (0, len(text)):
            units = self._analyse(text)
            keys = self._keys
            return Chunk(
                "".join([unit.symbol for unit in units]),
                "".join([keys.get(unit.base, _NO_KEY) for unit in units]),
                "".join([TRIGGER if unit.triggers else "." for unit in units]),
                units,
            )
        # Punctuation clings to words: the words alone are in the memo most often.
        parts = [self[text[start:end]] for start, end in tokens]
        return Chunk(
            "".join([part.symbols for part in parts]),
            "".join([part.keys for part in parts]),
            "".join([part.flags for part in parts]),
            tuple(
                _shifted(unit, start)
                for part, (start, _) in zip(parts, tokens, strict=True)
                for unit in part.units
            ),
        )

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
