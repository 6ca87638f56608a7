"""A document as the rules read it: units, their classes, and the mentions found."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from annotate.arabic.sentences import find_sentences
from annotate.rules.compiled import Ruleset
from annotate.rules.context import Stage
from annotate.rules.model import NOMINAL, PROVISIONAL, PatternRule
from annotate.rules.pattern import CONTINUED
from annotate.rules.resolve import Found, make_found
from annotate.rules.words import COLUMNS, CUE, END, GAP, STOP, TRIGGER, Unit

__all__ = ["Reading", "read_units"]

_FEMININE = ("ه", "ات")
_CONTINUED = ord(CONTINUED)
# In the machine's own order, and known to the interpreter without a registry.
_UTF_32 = "utf-32"


class Reading:
    """A text as sequences over its units; a boundary unit ends each sentence.

    `symbols` holds the numbers of their classes and is rewritten by the stages: the
    units of a mention become its label's symbol and continuation marks. `keys` holds
    one character for each word, `starts` the offsets in the text, `triggers` the units
    that may be one, `cues` a byte for each unit, 1 where it is a CUE, `sentences` each
    sentence's first unit and its boundary.
    """

    __slots__ = (
        "_known",
        "_numbers",
        "cues",
        "keys",
        "mentions",
        "ruleset",
        "sentences",
        "starts",
        "symbols",
        "triggers",
    )

    def __init__(
        self, ruleset: Ruleset, words: list[str], spans: Sequence[tuple[int, int]]
    ) -> None:
        rows, self._known = ruleset.table.read(words)
        table: NDArray[np.int32]
        table = np.frombuffer(rows, np.int32).reshape(-1, COLUMNS).T.copy()
        steps, flags = table[3:]
        # A sentence's steps end one behind it, where its boundary stands; the next one
        # may be anywhere.
        ends = flags == STOP
        steps[ends] = [
            after - end - 1 for (_, end), (after, _) in pairwise((*spans, (0, 0)))
        ]
        starts = steps.cumsum(dtype=np.int64) - steps
        if (flags == GAP).any():
            kept = flags != GAP
            table, starts, flags = table[:, kept], starts[kept], flags[kept]
        symbols, keys, numbers = table[:3]
        first = spans[0][0] if spans else 0
        self.ruleset = ruleset
        self.symbols: array[int] = array("I", symbols.tobytes())
        self.keys = keys.tobytes().decode(_UTF_32)
        self.starts: array[int] = array("q", (starts + first).tobytes())
        self.triggers: list[int] = (flags & TRIGGER).nonzero()[0].tolist()
        self.cues = ((flags & CUE) != 0).tobytes()
        stops: list[int] = (flags == STOP).nonzero()[0].tolist()
        opens = (0, *(stop + 1 for stop in stops))
        self.sentences = list(zip(opens, stops, strict=False))
        self.mentions: list[Found] = []
        self._numbers: array[int] = array("i", numbers.tobytes())

    def unit(self, at: int) -> Unit:
        """Return what is known about the word of a unit."""
        return self._known[self._numbers[at]]

    def end(self, at: int) -> int:
        """Return the offset in the text after a unit."""
        return self.starts[at] + self._known[self._numbers[at]].end

    def bare(self, at: int) -> int:
        """Return the offset after a unit without its attached pronoun."""
        return self.starts[at] + self._known[self._numbers[at]].bare

    def name_entities(self) -> None:
        """Find the names of the lexicons; weak ones only leave their symbol."""
        symbols, mentions, keys = self.symbols, self.mentions, self.keys
        names, grammar = self.ruleset.names, self.ruleset.grammar
        plain, quote = grammar.plain, grammar.quote
        for pattern, first, end in self.ruleset.automaton.find(keys):
            symbol, opens_quote, facts = names[pattern]
            if opens_quote and end > first + 1 and keys[end] == quote:
                end += 1
            if facts is not None:
                mentions.append(make_found((first, end - 1, *facts)))
            elif end == first + 1 and symbols[first] not in plain:
                continue
            symbols[first] = symbol
            for at in range(first + 1, end):
                symbols[at] = _CONTINUED

    def run(self, stage: Stage, rank: int) -> None:
        """Apply the rules of one stage from left to right, the first rule that fits."""
        symbols = self.symbols.tobytes().decode(_UTF_32)
        for rule, match, group in stage.matches(symbols):
            for mark in rule.marks:
                group += 1
                first, end = match.span(group)
                if mark is None or not 0 <= first < end:
                    continue
                if not rule.agree or self._agrees(rule, first, end - 1):
                    self._apply(rule, mark, first, end, rank)

    def _agrees(self, _: PatternRule, first: int, last: int) -> bool:
        ends = [self.unit(at).base.endswith(_FEMININE) for at in (first, last)]
        return ends[0] == ends[1]

    def _apply(
        self, rule: PatternRule, mark: str, first: int, end: int, rank: int
    ) -> None:
        label, subtype, name = mark, rule.subtype, rule.id
        provisional = mark[0] == PROVISIONAL
        if mark == NOMINAL:
            spec = self._known[self._numbers[first]].nominal
            if spec is None:
                return
            label, subtype, name = spec.label, spec.subtype, spec.rule
        elif provisional:
            label = mark[1:]
        facts = (label, rule.level, subtype, None, name, rule.score, provisional)
        self.mentions.append(make_found((first, end - 1, *facts, rank, rule.solid)))
        symbols = self.symbols
        symbols[first] = self.ruleset.letters[label]
        for at in range(first + 1, end):
            symbols[at] = _CONTINUED


def read_units(
    text: str,
    sentences: Sequence[tuple[int, int]] | None,
    ruleset: Ruleset,
    *,
    kind: type[Reading] = Reading,
) -> Reading:
    """Part the words of a text into units, sentence by sentence."""
    spans = find_sentences(text) if sentences is None else sentences
    words: list[str] = []
    for begin, end in spans:
        words += text[begin:end].split(" ")
        words.append(END)
    return kind(ruleset, words, spans)
