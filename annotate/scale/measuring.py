"""The job of `miyar measure`: sets that others annotated in, counts out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from annotate.measure import (
    Figure,
    Line,
    measure_events,
    measure_names,
    parse_line,
)
from annotate.rules.compiled import Ruleset, compile_ruleset
from annotate.rules.model import RuleFiles
from annotate.rules.yamlfile import RuleFile
from annotate.scale.job import Job, Lines, Outcome, Work, code_digest, hash_of
from annotate.scale.rules import Rules
from evaluation.counts import Counts
from schemas.labels import Schema

__all__ = ["SETS", "add_figures", "measuring"]

Measure = Callable[[Iterable[Line], Ruleset, RuleFile], list[Figure]]

SETS: dict[str, Measure] = {"newsfane": measure_names, "event_gsr": measure_events}
"""The sets by name, and what compares with each."""


def measuring(name: str, rules: Rules, settings: RuleFile) -> Job:
    """Build the job of a set; the counts are those of its figures, one after another.

    `settings` says how their convention is met; it is part of the rule folder.
    """
    ruleset = rules.ruleset
    return Job(
        hash_of("measure", name, rules.identity, code_digest()),
        _make,
        (name, ruleset.files, ruleset.schema, settings),
        _work(name, ruleset, settings),
    )


def add_figures(
    name: str, rules: Rules, settings: RuleFile, outcomes: Iterable[Outcome]
) -> Sequence[Figure]:
    """Add the counts of partitions up to the figures of the whole set."""
    figures = SETS[name]([], rules.ruleset, settings)
    total = [0] * (3 * len(figures))
    for outcome in outcomes:
        total = [a + b for a, b in zip(total, outcome.counts, strict=True)]
    return [
        Figure(figure.name, Counts(*total[3 * place : 3 * place + 3]))
        for place, figure in enumerate(figures)
    ]


def _make(argument: tuple[str, RuleFiles, Schema, RuleFile]) -> Work:
    name, files, schema, settings = argument
    return _work(name, compile_ruleset(files, schema), settings)


def _work(name: str, ruleset: Ruleset, settings: RuleFile) -> Work:
    def work(lines: Lines) -> Outcome:
        parsed = [parse_line(line, where) for where, line in lines]
        counts = [figure.counts for figure in SETS[name](parsed, ruleset, settings)]
        return Outcome(b"", tuple(int(n) for c in counts for n in (c.tp, c.fp, c.fn)))

    return work
