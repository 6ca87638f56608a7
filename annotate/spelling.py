"""What the lint knows of words, taken from the rule engine's lexicons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from annotate.arabic.clitics import Segmenter
from schemas.labels import Schema

__all__ = ["SegmenterSpeller", "load_speller"]


def load_speller(schema: Schema, rules: Path | None) -> SegmenterSpeller | None:
    """Return the speller of a rule folder; None for a schema without proclitics.

    Our own rules speak our own schema. For another one that has Arabic clitics and no
    rules of its own, their word lists serve all the same.
    """
    from annotate.rules.load import load_ruleset
    from schemas.load import load_schema

    if not schema.span_rule.proclitics:
        return None
    ruleset = load_ruleset(schema if rules else load_schema(), rules)
    return SegmenterSpeller(ruleset.table.segmenter)


@dataclass(frozen=True, slots=True)
class SegmenterSpeller:
    """A `Speller` over the word lists and counts of a segmenter."""

    segmenter: Segmenter

    def split(self, word: str) -> tuple[str, str]:
        """Return the proclitics of a folded word and what is left."""
        return self.segmenter.split(word)

    def is_known(self, word: str) -> bool:
        """Tell whether a folded word is a name or form of the lexicon."""
        return word in self.segmenter.known

    def frequency(self, word: str) -> int:
        """Return ten times the Zipf value of a folded word, 0 if never seen."""
        return self.segmenter.zipf.get(word, 0)
