"""A document as the rules read it: units, their classes, and the mentions found."""

from __future__ import annotations

from annotate.arabic.sentences import find_sentences
from annotate.arabic.tokens import find_tokens
from annotate.rules.compiled import Ruleset
from annotate.rules.context import CONTINUED, Stage
from annotate.rules.model import NOMINAL, PROVISIONAL, PatternRule
from annotate.rules.resolve import Found
from annotate.rules.words import Unit

__all__ = ["Reading", "read_units"]


class Reading:
    """Parallel lists over the units of a text; a boundary unit ends each sentence.

    `symbols` is rewritten by the stages: the units of a mention become its label's
    symbol and continuation marks.
    """

    __slots__ = (
        "ends",
        "mentions",
        "ruleset",
        "sentences",
        "starts",
        "symbols",
        "units",
    )

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.units: list[Unit] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.symbols: list[str] = []
        self.sentences: list[tuple[int, int]] = []
        self.mentions: list[Found] = []

    def name_entities(self) -> None:
        """Find the names of the lexicons; weak ones only leave their symbol."""
        letters, entries = self.ruleset.letters, self.ruleset.entries
        keys = [unit.key for unit in self.units]
        for pattern, first, last in self.ruleset.automaton.find(keys):
            entry = entries[pattern]
            last = self._close_quote(first, last)
            if entry.weak:
                if first < last or self.symbols[first] in self.ruleset.plain:
                    self._mark(first, last, letters["~" + entry.label])
                continue
            found = Found(
                first, last, entry.label, "name", entry.subtype, entry.kb, entry.rule,
                0.9, False, 0, False,
            )  # fmt: skip
            self.mentions.append(found)
            kind = "shared_" if entry.shared else ""
            self._mark(first, last, letters[kind + entry.label])

    def _close_quote(self, first: int, last: int) -> int:
        quotes = [n for n in range(first, last + 1) if not self.units[n].key]
        closes = last + 1 < len(self.units) and not self.units[last + 1].key
        return last + 1 if len(quotes) % 2 and closes else last

    def _mark(self, first: int, last: int, symbol: str) -> None:
        self.symbols[first] = symbol
        for unit in range(first + 1, last + 1):
            self.symbols[unit] = CONTINUED

    def run(self, stage: Stage, rank: int) -> None:
        """Apply the rules of one stage from left to right, the first rule that fits."""
        rules = stage.rules
        for match in stage.regex.finditer("".join(self.symbols)):
            group = match.lastindex
            if group is None:
                continue
            rule = rules[group]
            for offset, mark in enumerate(rule.marks, start=1):
                first, end = match.span(group + offset)
                if mark is None or not 0 <= first < end:
                    continue
                if not rule.agree or self._agrees(first, end - 1):
                    self._apply(rule, mark, first, end - 1, rank)

    def _agrees(self, first: int, last: int) -> bool:
        feminine = ("ه", "ات")
        ends = [self.units[at].base.endswith(feminine) for at in (first, last)]
        return ends[0] == ends[1]

    def _apply(
        self, rule: PatternRule, mark: str, first: int, last: int, rank: int
    ) -> None:
        label, subtype, name = mark.removeprefix(PROVISIONAL), rule.subtype, rule.id
        if mark == NOMINAL:
            spec = self.units[first].nominal
            if spec is None:
                return
            label, subtype, name = spec.label, spec.subtype, spec.rule
        provisional = mark.startswith(PROVISIONAL)
        self.mentions.append(
            Found(
                first,
                last,
                label,
                rule.level,
                subtype,
                None,
                name,
                rule.score,
                provisional,
                rank,
            )  # fmt: skip
        )
        self._mark(first, last, self.ruleset.letters[label])


def read_units(
    text: str, sentences: tuple[tuple[int, int], ...] | None, ruleset: Ruleset
) -> Reading:
    """Part the words of a text into units, sentence by sentence."""
    reading = Reading(ruleset)
    table, boundary = ruleset.table, ruleset.letters["boundary"]
    units, starts, ends = reading.units, reading.starts, reading.ends
    symbols = reading.symbols
    stop = Unit(boundary, 0, 0, " \n ", "\n", 0, (), None, False)
    for begin, end in sentences if sentences is not None else find_sentences(text):
        first = len(units)
        sentence = text[begin:end]
        for at, to in find_tokens(sentence):
            at += begin
            for unit in table[sentence[at - begin : to]]:
                units.append(unit)
                symbols.append(unit.symbol)
                starts.append(at + unit.start)
                ends.append(at + unit.end)
        reading.sentences.append((first, len(units)))
        units.append(stop)
        symbols.append(boundary)
        starts.append(end)
        ends.append(end)
    return reading
