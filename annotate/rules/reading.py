"""A document as the rules read it: units, their classes, and the mentions found."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from annotate.arabic.sentences import find_sentences
from annotate.rules.compiled import Ruleset
from annotate.rules.context import Stage
from annotate.rules.model import NOMINAL, PROVISIONAL, PatternRule
from annotate.rules.pattern import CONTINUED
from annotate.rules.resolve import Found
from annotate.rules.words import BOUNDARY, Unit

__all__ = ["Reading", "read_units"]

_FEMININE = ("ه", "ات")


class Reading:
    """A text as sequences over its units; a boundary unit ends each sentence.

    `symbols` holds their classes and is rewritten by the stages: the units of a mention
    become its label's symbol and continuation marks. `keys` holds one character for
    each word, `flags` TRIGGER where a trigger may be. Units themselves are looked up.
    """

    __slots__ = (
        "_ends",
        "_places",
        "_words",
        "flags",
        "keys",
        "mentions",
        "ruleset",
        "sentences",
        "symbols",
    )

    def __init__(
        self, ruleset: Ruleset, words: list[str], places: list[int], stops: list[int]
    ) -> None:
        codes = list(map(ruleset.table.__getitem__, words))
        coded = "".join(codes)
        self.ruleset = ruleset
        self.symbols = list(coded[0::3])
        self.keys = coded[1::3]
        self.flags = coded[2::3]
        self.mentions: list[Found] = []
        self._words = words
        self._places = places
        # Thrice the number of units up to the end of each word.
        self._ends = ends = list(accumulate(map(len, codes)))
        self.sentences: list[tuple[int, int]] = []
        first = 0
        for stop in stops:
            last = ends[stop] // 3 - 1
            self.sentences.append((first, last))
            first = last + 1

    def unit(self, at: int) -> Unit:
        """Return a unit; its offsets count from the stretch it stands in."""
        word = bisect_right(self._ends, 3 * at)
        first = self._ends[word - 1] // 3 if word else 0
        return self.ruleset.table.units(self._words[word])[at - first]

    def place(self, at: int) -> tuple[Unit, int]:
        """Return a unit with the offset in the text that its own offsets count from."""
        word = bisect_right(self._ends, 3 * at)
        first = self._ends[word - 1] // 3 if word else 0
        unit = self.ruleset.table.units(self._words[word])[at - first]
        return unit, self._places[word] + word

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
                    first,
                    last,
                    entry.label,
                    "name",
                    entry.subtype,
                    entry.kb,
                    entry.rule,
                    0.9,
                    False,
                    0,
                    False,
                )
            )
            kind = "shared_" + entry.label if entry.shared else entry.label
            self._mark(first, last, letters[kind])

    def _close_quote(self, first: int, last: int) -> int:
        quote = self.ruleset.grammar.quote
        odd = self.keys.count(quote, first, last + 1) % 2
        return last + 1 if odd and self.keys[last + 1] == quote else last

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
                if not rule.agree or self._agrees(rule, first, end - 1):
                    self._apply(rule, mark, first, end - 1, rank)

    def _agrees(self, _: PatternRule, first: int, last: int) -> bool:
        ends = [self.unit(at).base.endswith(_FEMININE) for at in (first, last)]
        return ends[0] == ends[1]

    def _apply(
        self, rule: PatternRule, mark: str, first: int, last: int, rank: int
    ) -> None:
        label, subtype, name = mark, rule.subtype, rule.id
        provisional = mark[0] == PROVISIONAL
        if mark == NOMINAL:
            spec = self.unit(first).nominal
            if spec is None:
                return
            label, subtype, name = spec.label, spec.subtype, spec.rule
        elif provisional:
            label = mark[1:]
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
                rule.solid,
            )
        )
        self._mark(first, last, self.ruleset.letters[label])


def read_units(
    text: str,
    sentences: tuple[tuple[int, int], ...] | None,
    ruleset: Ruleset,
    *,
    kind: type[Reading] = Reading,
) -> Reading:
    """Part the words of a text into units, sentence by sentence."""
    words: list[str] = []
    # places[n] + n is where word n begins: the spaces between are counted by n.
    places: list[int] = []
    stops: list[int] = []
    for begin, end in sentences if sentences is not None else find_sentences(text):
        count = len(words)
        found = text[begin:end].split(" ")
        words += found
        places += accumulate(map(len, found), initial=begin - count)
        stops.append(len(words))
        words.append(BOUNDARY)
    return kind(ruleset, words, places, stops)
