"""Compile the context rules of a stage, so that each place tries few of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from annotate.rules.model import PatternRule
from annotate.rules.pattern import Pattern, PatternParser
from schemas.errors import SchemaError

__all__ = ["Stage", "compile_stage"]

Choice = tuple[re.Pattern[str], Mapping[int, PatternRule]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over the class string.

    `finder` finds the symbols at which a rule matches; `choices` holds for each the
    rules that can start so, in order of preference, as one expression: the outer group
    that matched names the rule, its marked groups follow.
    """

    name: str
    finder: re.Pattern[str]
    choices: Mapping[str, Choice]

    def matches(self, symbols: str) -> Iterator[tuple[PatternRule, re.Match[str], int]]:
        """Yield (rule, match, index of its outer group), leftmost, not overlapping."""
        resume = 0
        choices = self.choices
        for candidate in self.finder.finditer(symbols):
            at = candidate.start()
            if at < resume:
                continue
            regex, rules = choices[symbols[at]]
            match = regex.match(symbols, at)
            if match is not None and match.lastindex is not None:
                yield rules[match.lastindex], match, match.lastindex
                resume = match.end()


def compile_stage(
    name: str, rules: Iterable[PatternRule], parser: PatternParser
) -> Stage:
    """Compile the rules of a stage.

    Raises SchemaError with file and line at a bad pattern or a rule whose marks do not
    fit its groups.
    """
    parsed = [(rule, _parse(rule, parser)) for rule in rules]
    compiled: dict[tuple[int, ...], Choice] = {}
    choices: dict[str, Choice] = {}
    probes: list[str] = []
    for symbol in sorted(frozenset().union(*(p.first for _, p in parsed))):
        able = tuple(n for n, (_, p) in enumerate(parsed) if symbol in p.first)
        if able not in compiled:
            compiled[able] = _join([parsed[n] for n in able])
        choices[symbol] = compiled[able]
        probes.append(_probe(re.escape(symbol), [parsed[n][1] for n in able]))
    return Stage(name, re.compile("|".join(probes) or "(?!)"), choices)


def _probe(symbol: str, patterns: Iterable[Pattern]) -> str:
    """Return an expression for the symbol where one of the patterns matches.

    It opens with the symbol itself, so that the search skips all others at the speed of
    a character class, then looks from before it.
    """
    rest = "|".join(pattern.probe for pattern in patterns)
    return f"{symbol}(?<=(?={rest}){symbol})"


def _parse(rule: PatternRule, parser: PatternParser) -> Pattern:
    where = f"{rule.where}: rule {rule.id!r}"
    pattern = parser.parse(rule.pattern, where)
    if pattern.groups != len(rule.marks):
        raise SchemaError(
            f"{where} has {pattern.groups} groups in its pattern and "
            f"{len(rule.marks)} marks. Give one mark (or null) for each group."
        )
    return pattern


def _join(parsed: Sequence[tuple[PatternRule, Pattern]]) -> Choice:
    table: dict[int, PatternRule] = {}
    index = 1
    for rule, pattern in parsed:
        table[index] = rule
        index += 1 + pattern.groups
    return re.compile("|".join(f"({pattern.regex})" for _, pattern in parsed)), table
