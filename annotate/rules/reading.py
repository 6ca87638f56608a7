"""A document as the rules read it: units, their classes, and the mentions found."""

from __future__ import annotations

from itertools import chain

from annotate.arabic.sentences import find_sentences
from annotate.rules.compiled import Ruleset
from annotate.rules.context import Stage
from annotate.rules.model import NOMINAL, PROVISIONAL, PatternRule
from annotate.rules.pattern import CONTINUED
from annotate.rules.resolve import Found
from annotate.rules.words import QUOTE, Chunk, Unit

__all__ = ["Reading", "read_units"]

_FEMININE = ("ه", "ات")


class Reading:
    """Parallel sequences over the units of a text; a boundary unit ends each sentence.

    `symbols` is rewritten by the stages: the units of a mention become its label's
    symbol and continuation marks. `starts` are code points of the text.
    """

    __slots__ = (
        "flags",
        "keys",
        "mentions",
        "ruleset",
        "sentences",
        "starts",
        "symbols",
        "units",
    )

    def __init__(
        self,
        ruleset: Ruleset,
        chunks: list[Chunk],
        places: list[int],
        sentences: list[tuple[int, int]],
    ) -> None:
        self.ruleset = ruleset
        self.units: list[Unit] = list(chain.from_iterable([c[3] for c in chunks]))
        self.symbols: list[str] = list("".join([c[0] for c in chunks]))
        self.keys = "".join([c[1] for c in chunks])
        self.flags = "".join([c[2] for c in chunks])
        self.starts = [
            place + unit[1]
            for chunk, place in zip(chunks, places, strict=True)
            for unit in chunk[3]
        ]
        self.sentences = sentences
        self.mentions: list[Found] = []

    def end(self, at: int) -> int:
        """Return the end of a unit in the text."""
        unit = self.units[at]
        return self.starts[at] + unit.end - unit.start

    def bare_end(self, at: int) -> int:
        """Return the end of a unit in the text, before its attached pronoun."""
        unit = self.units[at]
        return self.starts[at] + unit.bare - unit.start

    def name_entities(self) -> None:
        """Find the names of the lexicons; weak ones only leave their symbol."""
        letters, entries = self.ruleset.letters, self.ruleset.entries
        plain = self.ruleset.grammar.plain
        for pattern, first, end in self.ruleset.automaton.find(self.keys):
            entry = entries[pattern]
            last = end - 1
            if last > first:
                last = self._close_quote(first, last)
            if entry.weak:
                if first < last or self.symbols[first] in plain:
                    self._mark(first, last, letters["~" + entry.label])
                continue
            self.mentions.append(
                Found(
                    first, last, entry.label, "name", entry.subtype, entry.kb,
                    entry.rule, 0.9, False, 0, False,
                )  # fmt: skip
            )
            kind = "shared_" + entry.label if entry.shared else entry.label
            self._mark(first, last, letters[kind])

    def _close_quote(self, first: int, last: int) -> int:
        inside = [unit.base for unit in self.units[first : last + 2]]
        if QUOTE not in inside:
            return last
        odd = inside[: last + 1 - first].count(QUOTE) % 2
        return last + 1 if odd and inside[-1] == QUOTE else last

    def _mark(self, first: int, last: int, symbol: str) -> None:
        self.symbols[first] = symbol
        if last > first:
            self.symbols[first + 1 : last + 1] = CONTINUED * (last - first)

    def run(self, stage: Stage, rank: int) -> None:
        """Apply the rules of one stage from left to right, the first rule that fits."""
        for rule, match, group in stage.matches("".join(self.symbols)):
            for offset, mark in enumerate(rule.marks, start=1):
                first, end = match.span(group + offset)
                if mark is None or not 0 <= first < end:
                    continue
                if not rule.agree or self._agrees(first, end - 1):
                    self._apply(rule, mark, first, end - 1, rank)

    def _agrees(self, first: int, last: int) -> bool:
        ends = [self.units[at].base.endswith(_FEMININE) for at in (first, last)]
        return ends[0] == ends[1]

    def _apply(
        self, rule: PatternRule, mark: str, first: int, last: int, rank: int
    ) -> None:
        label, subtype, name = mark, rule.subtype, rule.id
        provisional = mark[0] == PROVISIONAL
        if mark == NOMINAL:
            spec = self.units[first].nominal
            if spec is None:
                return
            label, subtype, name = spec.label, spec.subtype, spec.rule
        elif provisional:
            label = mark[1:]
        self.mentions.append(
            Found(
                first, last, label, rule.level, subtype, None, name, rule.score,
                provisional, rank, rule.solid,
            )  # fmt: skip
        )
        self._mark(first, last, self.ruleset.letters[label])


def read_units(
    text: str, sentences: tuple[tuple[int, int], ...] | None, ruleset: Ruleset
) -> Reading:
    """Part the words of a text into units, sentence by sentence."""
    table = ruleset.table
    boundary = ruleset.letters["boundary"]
    stop = Chunk(
        boundary, "\0", ".", (Unit(boundary, 0, 0, "\n", 0, (), None, False),)
    )
    chunks: list[Chunk] = []
    places: list[int] = []
    bounds: list[tuple[int, int]] = []
    count = 0
    for begin, end in sentences if sentences is not None else find_sentences(text):
        at, first = begin, count
        for word in text[begin:end].split(" "):
            chunk = table[word]
            chunks.append(chunk)
            places.append(at)
            count += len(chunk[0])
            at += len(word) + 1
        bounds.append((first, count))
        chunks.append(stop)
        places.append(end)
        count += 1
    return Reading(ruleset, chunks, places, bounds)
