"""Look at each stretch of text once: its words, their proclitics and their classes."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import NamedTuple

from annotate.arabic.clitics import Segmenter
from annotate.arabic.fold import fold, fold_text
from annotate.arabic.tokens import find_tokens
from annotate.rules.keys import Keys
from annotate.rules.model import NominalSpec
from annotate.rules.shapes import CLITICS, TriggerForms, Vocabulary
from schemas.textview import TextView

__all__ = [
    "COLUMNS",
    "CUE",
    "END",
    "GAP",
    "QUOTE",
    "STOP",
    "TRIGGER",
    "Unit",
    "WordTable",
]

_LETTER = re.compile(r"[\u0621-\u064a]")
_DIGITS = re.compile(r"\d[\d.,:٫٬/]*$")
_LIMIT = 300_000
_LONG = 60
_DAMMA = "\u064f"
_BREAK = "\n"

COLUMNS = 5
"""Numbers in the row of a unit: its class, the key of its word, its number, the step
to the start of the next unit, and its flags.
"""
_STEP = 3

TRIGGER, STOP, GAP, CUE = 1, 2, 4, 8
"""Bits of a row's flags: what may be a trigger, ends a sentence, is no unit and only
steps over what none holds, says the mode of an event or is typical for its subject.
"""

END = " "
"""The word that ends a sentence: between the spaces of a sentence it cannot be."""

QUOTE = '"'
"""The base of every quotation mark."""


class Unit(NamedTuple):
    """A word without its proclitics, or one proclitic, or a mark.

    `symbol` is the number of its class; `end` and, before an attached pronoun, `bare`
    count from its start.
    """

    symbol: int
    base: str
    end: int
    bare: int
    triggers: TriggerForms | None
    nominal: NominalSpec | None
    passive: bool


class WordTable(dict[str, bytes]):
    """Memo of what stands between spaces, analysed when it is first met, as rows.

    Each unit is a row of COLUMNS machine integers. News repeats itself: after some
    hundred articles nearly every look-up is a hit, and a text becomes one table of
    numbers without touching its units. The steps of a word add up to its length and
    one space. The memo empties itself when it grows beyond a bound.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        letters: Mapping[str, int],
        segmenter: Segmenter,
        keys: Keys,
        cues: frozenset[str],
    ) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._letters = letters
        self.segmenter = segmenter
        self._keys = keys
        self._cues = cues
        self._lock = Lock()
        self._reset()

    def __reduce__(self) -> tuple[type[WordTable], tuple[object, ...]]:
        """Travel without what was remembered."""
        parts = (self._vocabulary, self._letters, self.segmenter, self._keys)
        return WordTable, (*parts, self._cues)

    def _reset(self) -> None:
        self.clear()
        self._known: list[Unit] = []
        rows = self._rows([(0, self._plain("boundary", _BREAK, 0))], 1)
        self[_BREAK] = rows.tobytes()
        rows[-1] = STOP
        self[END] = rows.tobytes()

    def read(self, words: Iterable[str]) -> tuple[bytes, list[Unit]]:
        """Return the rows of the words, and the units that their numbers count in."""
        if len(self) > _LIMIT or len(self._known) > _LIMIT:
            with self._lock:
                self._keys.forget()
                self._reset()
        while True:
            known = self._known
            rows = b"".join(map(self.__getitem__, words))
            # Another thread may have emptied the memo meanwhile.
            if self._known is known:
                return rows, known

    def learn(self, name: str, known: Mapping[str, str]) -> str:
        """Return the keys of a name's units; a word that is `known` is kept once."""
        letter = self._keys.letter
        keys: list[str] = []
        for start, end in find_tokens(name):
            token = name[start:end]
            text = fold_text(token)
            if _LETTER.search(text):
                head, base = self.segmenter.split(text)
                keys += map(letter, head)
            else:
                base = self._other(token, text).base
            keys.append(letter(known.get(base, base)))
        return "".join(keys)

    def __missing__(self, text: str) -> bytes:
        with self._lock:
            return self._part(text)

    def _part(self, text: str) -> bytes:
        """Return the rows of what stands between spaces, and remember them."""
        found = self.get(text)
        if found is not None:
            return found
        # Letters alone are one token, and most stretches are that.
        tokens = ((0, len(text)),) if text.isalpha() else find_tokens(text)
        if len(tokens) == 1 and tokens[0] == (0, len(text)):
            rows = self._rows(self._analyse(text), len(text))
        else:
            # Punctuation clings to words: the words alone are in the memo most often.
            rows = array("i")
            at = 0
            for start, end in tokens:
                _step_over(rows, start - at)
                rows.frombytes(self._part(text[start:end]))
                rows[_STEP - COLUMNS] -= 1
                at = end
            _step_over(rows, len(text) + 1 - at)
        found = rows.tobytes()
        if len(text) <= _LONG:
            self[text] = found
        return found

    def _rows(self, units: list[tuple[int, Unit]], length: int) -> array[int]:
        """Return the rows of the units of one token, given where each starts."""
        rows = array("i")
        at = 0
        for start, unit in units:
            if start > at:
                _step_over(rows, start - at)
                at = start
            rows.extend(self._row(unit))
        _step_over(rows, length + 1 - at)
        return rows

    def _row(self, unit: Unit) -> tuple[int, int, int, int, int]:
        number = len(self._known)
        self._known.append(unit)
        flags = TRIGGER if unit.triggers else 0
        if unit.base in self._cues:
            flags |= CUE
        return unit.symbol, self._keys[unit.base], number, 0, flags

    def _analyse(self, token: str) -> list[tuple[int, Unit]]:
        view = fold(token)
        if not _LETTER.search(view.text):
            return [(0, self._other(token, view.text))]
        head, base = self.segmenter.split(view.text)
        placed = []
        for at, letter in enumerate(head):
            start, end = view.raw_span(at, at + 1)
            placed.append((start, self._plain(CLITICS[letter], letter, end - start)))
        placed.append(self._word(token, view, len(head), base))
        return placed

    def _other(self, token: str, text: str) -> Unit:
        end = len(token)
        name = self._vocabulary.marks.get(token)
        if name == "quote":
            return self._plain(name, QUOTE, end)
        if name is not None:
            return self._plain(name, token, end)
        if _DIGITS.match(text):
            return self._plain("number", text, end)
        name = "latin" if token[:1].isalpha() or token[:1] in "@#" else "mark"
        return self._plain(name, token, end)

    def _plain(self, name: str, base: str, end: int) -> Unit:
        return Unit(self._letters[name], base, end, end, None, None, False)

    def _word(
        self, token: str, view: TextView, skip: int, base: str
    ) -> tuple[int, Unit]:
        length = len(view.text)
        plain = view.starts is None
        start, end = (skip, length) if plain else view.raw_span(skip, length)
        last = token[end - 1]
        shape = self._vocabulary.shape(
            base,
            article=base.startswith("ال") and token[start] in "الٱ",
            whole=last in "ةى",
        )
        bare = end
        if shape.pronoun:
            bare = length - shape.pronoun
            bare = bare if plain else view.raw_span(skip, bare)[1]
        unit = Unit(
            self._letters[shape.name],
            base,
            end - start,
            bare - start,
            shape.triggers,
            shape.nominal,
            _DAMMA in token and _DAMMA in token[start : start + 3],
        )
        return start, unit


def _step_over(rows: array[int], width: int) -> None:
    """Lengthen the last step, or open with a gap."""
    if rows:
        rows[_STEP - COLUMNS] += width
    elif width:
        rows.extend((0, 0, 0, width, GAP))
