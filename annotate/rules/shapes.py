"""Tell what a folded word without proclitics is: its class, and what it may trigger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from annotate.arabic.clitics import PRONOUNS
from annotate.rules.model import NominalSpec, TriggerSpec

__all__ = ["CLITICS", "Options", "Shape", "TriggerForms", "Vocabulary"]

T = TypeVar("T")
Options = tuple[tuple[TriggerSpec, str], ...]
"""Lemmas and, for each, the kind of its form."""

CLITICS = {
    "و": "c_wa",
    "ف": "c_fa",
    "ب": "c_bi",
    "ل": "c_li",
    "ك": "c_ka",
    "س": "c_sa",
}
"""The class of each proclitic."""

_ARTICLE = "ال"
# First and second person after a verb or event noun: not in news, but in names.
_SPEAKER = frozenset({"ني", "نا", "ي", "ك", "كم", "كما"})
_PRONOUNS = {
    last: tuple(p for p in PRONOUNS if p[-1] == last and p not in _SPEAKER)
    for last in {pronoun[-1] for pronoun in PRONOUNS}
}
_ENDINGS = (*PRONOUNS, "ات", "ين", "ون", "ان", "وا", "ت", "ا", "يه")
_NISBA = ("ي", "يه", "يين", "يون", "يا")
# A word this frequent (Zipf times ten) that no list has for a name is none.
_FAMILIAR = 42
# Below this a word that only looks like a form of another may well be a foreign name.
_SELDOM = 33


class TriggerForms(NamedTuple):
    """What a form may trigger, in order of the files, and in the order of trial.

    `noun` is the order where a noun is expected, `verb` that of other places: traps
    first, then the one or the other of one spelling.
    """

    listed: Options
    noun: Options
    verb: Options


class Shape(NamedTuple):
    """A word's class, its triggers and nominal, and the length of its pronoun."""

    name: str
    triggers: TriggerForms | None
    nominal: NominalSpec | None
    pronoun: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known about folded words."""

    cues: Mapping[str, str]
    forms: Mapping[str, TriggerForms]
    nominals: Mapping[str, NominalSpec]
    names: Mapping[str, str]
    zipf: Mapping[str, int]
    common: frozenset[str]
    verbal: frozenset[str]
    marks: Mapping[str, str]

    def shape(self, base: str, *, article: bool, whole: bool) -> Shape:
        """Return the shape of a word.

        `article`: it is written with ال and not with أل; `whole`: its last letter is
        written ة or ى and so no pronoun.
        """
        triggers, cut = self.forms.get(base), 0
        nominal, cut_nominal = self.nominals.get(base), 0
        pronouns = () if whole else _PRONOUNS.get(base[-1:], ())
        if pronouns and len(base) > 3 and not base.startswith(_ARTICLE):
            if triggers is None:
                triggers, cut = _before_pronoun(base, self.forms, pronouns)
            if nominal is None:
                nominal, cut_nominal = _before_pronoun(base, self.nominals, pronouns)
        pronoun = cut if triggers else cut_nominal
        name = self._name(base, triggers, nominal, bool(pronoun), article)
        return Shape(name, triggers, nominal, pronoun)

    def _name(
        self,
        base: str,
        triggers: TriggerForms | None,
        nominal: NominalSpec | None,
        pronoun: bool,
        article: bool,
    ) -> str:
        cue = self.cues.get(base)
        if cue is not None:
            return cue
        if len(base) == 1:
            return CLITICS.get(base, "initial")
        defined = "_al" if base.startswith(_ARTICLE) else ""
        # What a word is called does not come from the traps that watch over it.
        options = triggers.listed if triggers else ()
        named = next((option for option in options if not option[0].trap), None)
        if named is not None:
            spec, kind = named
            if kind == "noun":
                return "event" + defined
            return "say" if spec.frame.speech else "verb"
        if nominal:
            return "nominal_own" if pronoun else "nominal" + defined
        name = self.names.get(base)
        if name is not None:
            return name
        if article and len(base) > 4:
            return self._definite(base)
        return self._bare(base)

    def _definite(self, base: str) -> str:
        stem = base[2:]
        known = base in self.common or stem in self.common or self._inflects(stem)
        if not known:
            return "al_unknown"
        return "al_adj" if _is_nisba(stem) else "al"

    def _bare(self, base: str) -> str:
        usual = self.zipf.get(base, 0) >= _FAMILIAR or base in self.common
        if not usual and not self._inflects(base):
            return "unknown"
        if self._is_verb(base):
            return "word_verb"
        if base[0] in "بلكوف" and len(base) > 4 and base[1:] in self.common:
            return "word_joined"
        name = "adj" if _is_nisba(base) else "word"
        seldom = base not in self.common and self.zipf.get(base, 0) < _SELDOM
        return "seldom_" + name if seldom else name

    def _is_verb(self, base: str) -> bool:
        if base in self.verbal:
            return True
        if base.endswith(("ت", "وا")) and base.rstrip("توا") in self.verbal:
            return True
        if base[0] not in "يتن" or len(base) < 4:
            return False
        others = (prefix + base[1:] for prefix in "يتن" if prefix != base[0])
        return any(other in self.common for other in others)

    def _inflects(self, base: str) -> bool:
        """Tell whether the word is a common one with an ending or a verb prefix."""
        common = self.common
        if base.endswith(_ENDINGS):
            for end in _ENDINGS:
                stem = base[: -len(end)]
                if len(stem) < 3 or not base.endswith(end):
                    continue
                if stem in common or stem + "ه" in common or stem + "ا" in common:
                    return True
                if stem[-1] == "ت" and stem[:-1] + "ه" in common:
                    return True
        if len(base) > 4 and base[0] in "يتنا":
            rest = base[1:]
            return "ي" + rest in common or "ت" + rest in common or "ن" + rest in common
        return False


def _before_pronoun(
    base: str, table: Mapping[str, T], pronouns: tuple[str, ...]
) -> tuple[T | None, int]:
    """Look the word up without each of the pronouns it may end in."""
    for pronoun in pronouns:
        if not base.endswith(pronoun):
            continue
        stem = base[: -len(pronoun)]
        if len(stem) < 3:
            continue
        found = table.get(stem)
        if found is None and stem[-1] == "و":
            found = table.get(stem + "ا")
        if found is None and stem[-1] == "ا":
            found = table.get(stem[:-1] + "ي")
        if found is not None:
            return found, len(pronoun)
    return None, 0


def _is_nisba(stem: str) -> bool:
    return len(stem) > 3 and stem.endswith(_NISBA)
