"""Part attached conjunctions, prepositions, the future س and pronouns from a word.

Rules over closed lists, decided by what is known: a word of the lexicon stays whole,
and otherwise the count of the whole word is weighed against that of what would be left.
All words here are folded.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

__all__ = ["PRONOUNS", "Segmenter"]

CONJUNCTIONS = "وف"
PREPOSITIONS = "بلك"
FUTURE = "س"
PRONOUNS = ("كما", "هما", "ها", "هم", "هن", "كم", "نا", "ني", "ه", "ك", "ي")
"""Attached pronouns, the longer before the shorter ones they end in."""

# In tenths of the Zipf scale. A proclitic costs a factor of three to ten in frequency:
# what is left must be more common than the whole by that, unless it is known.
_MARGIN = 3
_KNOWN_MARGIN = -5
_LAM_ALEF_LAM = "لل"


@dataclass(frozen=True, slots=True)
class Segmenter:
    """Closed lists with the words known (forms, cues) and Zipf values times 10.

    `function` holds words so short or so frequent that counts mislead; `names` counts
    as known for what is left, and leaves the whole word open.
    """

    known: Container[str]
    function: Container[str]
    zipf: Mapping[str, int]
    verbs: Container[str] = frozenset()
    names: Container[str] = frozenset()

    def split(self, word: str) -> tuple[str, str]:
        """Return the attached letters and the folded base, with ال put back after لل.

        >>> words = {"المليشيات": 40, "بغداد": 49, "وزير": 54}
        >>> split = Segmenter(frozenset({"بغداد"}), frozenset(), words).split
        >>> split("للمليشيات"), split("وببغداد"), split("وزير")
        (('ل', 'المليشيات'), ('وب', 'بغداد'), ('', 'وزير'))
        """
        if word in self.function or word in self.known or len(word) < 3:
            return "", word
        head = ""
        rest = word
        if word[0] in CONJUNCTIONS and self._gains(word, word[1:]):
            head, rest = word[0], word[1:]
            if rest in self.function or rest in self.known:
                return head, rest
        letter, base = self._part_particle(rest)
        if letter:
            return head + letter, base
        if not head and word[0] in CONJUNCTIONS:
            letter, base = self._part_particle(word[1:])
            if letter and (base in self.known or base.startswith("ال")):
                return word[0] + letter, base
        return head, rest

    def _part_particle(self, word: str) -> tuple[str, str]:
        if len(word) < 4:
            if len(word) == 3 and word[0] in "بل" and word[1:] in ("ان", "ما", "من"):
                return word[0], word[1:]
            return "", word
        first, rest = word[0], word[1:]
        if word.startswith(_LAM_ALEF_LAM) and len(word) > 4:
            if rest in self.known:
                return first, rest
            base = "ال" + word[2:]
            if base in self.known or self._value(base) >= self._value(word) - 10:
                return first, base
            return "", word
        if first == FUTURE and rest[0] in "يتنا":
            fits = rest in self.verbs or self._value(rest) > self._value(word)
            return (first, rest) if fits else ("", word)
        if first in PREPOSITIONS and self._is_nominal(rest) and self._gains(word, rest):
            return first, rest
        return "", word

    def _is_nominal(self, rest: str) -> bool:
        if rest in self.function:
            return False
        inner = rest[1:]
        return rest[0] not in CONJUNCTIONS or not (
            inner in self.function
            or (rest not in self.known and self._value(inner) > self._value(rest) + 5)
        )

    def _gains(self, word: str, rest: str) -> bool:
        if rest in self.function:
            return True
        if len(rest) < 3:
            return False
        whole, left = self._value(word), self._value(rest)
        if rest in self.known or rest in self.names:
            return left >= whole + _KNOWN_MARGIN or whole == 0
        if rest.startswith("ال") and len(rest) > 4:
            return left > 0 or whole == 0
        return left >= whole + _MARGIN

    def _value(self, word: str) -> int:
        return self.zipf.get(word, 0)
