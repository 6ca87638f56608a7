"""Measure where attached particles and pronouns are cut, on sentences of our own."""

from __future__ import annotations

from pathlib import Path

from annotate.rules.compiled import Ruleset
from annotate.rules.load import DEFAULT_FOLDER
from annotate.rules.reading import read_units
from evaluation.counts import Counts

__all__ = ["SENTENCES", "measure_clitics", "parse_cuts"]

SENTENCES = DEFAULT_FOLDER / "clitics" / "sentences.txt"
_PARTICLE, _PRONOUN = "+", "-"


def parse_cuts(line: str) -> tuple[str, set[int], set[int]]:
    """Return the raw text of a marked sentence and the offsets of both kinds of cuts.

    >>> parse_cuts("ب+زيارت-ه")
    ('بزيارته', {1}, {6})
    """
    text = ""
    cuts: dict[str, set[int]] = {_PARTICLE: set(), _PRONOUN: set()}
    for letter in line:
        if letter in cuts:
            cuts[letter].add(len(text))
        else:
            text += letter
    return text, cuts[_PARTICLE], cuts[_PRONOUN]


def measure_clitics(
    ruleset: Ruleset, path: Path = SENTENCES
) -> tuple[int, dict[str, Counts]]:
    """Return the number of words, and the counts of cuts of particles and pronouns."""
    words = 0
    found = {"particles": Counts(), "pronouns": Counts()}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, particles, pronouns = parse_cuts(line)
        words += len(text.split())
        ours: dict[str, set[int]] = {"particles": set(), "pronouns": set()}
        reading = read_units(text, ((0, len(text)),), ruleset)
        first, last = reading.sentences[0]
        for at in range(first, last):
            start, bare = reading.starts[at], reading.bare(at)
            if start and text[start - 1] != " ":
                ours["particles"].add(start)
            if bare < reading.end(at):
                ours["pronouns"].add(bare)
        for name, gold in (("particles", particles), ("pronouns", pronouns)):
            right = len(gold & ours[name])
            found[name] += Counts(right, len(ours[name]) - right, len(gold) - right)
    return words, found
