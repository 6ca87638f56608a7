"""Repairs of offsets: other units, or no offsets at all, turned into code points.

An extractor's answer is repaired only where that was asked for, and every repair is
counted. What cannot be mapped is a fault of the mention; it is never guessed.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from schemas.spans import Span
from schemas.textview import TextView

__all__ = ["UNITS", "Aligned", "Unit", "align", "map_answer", "white_space_tokens"]

Unit = Literal["utf16", "bytes", "tokens", "strings"]
Answer = dict[str, Any]

UNITS: dict[Unit, str] = {
    "utf16": "UTF-16 code units, as Java and JavaScript count",
    "bytes": "bytes of the UTF-8 text, as Go and Rust count",
    "tokens": "tokens of the document, from 0, the end not included",
    "strings": "no offsets: the mention's 'text', and perhaps a 'quote' around it",
}
"""The units that answers can be in, besides code points."""

_TATWEEL = "\N{ARABIC TATWEEL}"
_LONGEST_PREFIX = 3


class Aligned(NamedTuple):
    """An answer in code points, what was repaired how often, and what could not be."""

    answer: Answer
    repairs: Counter[str]
    faults: tuple[str, ...]


def align(
    answer: Answer,
    text: str,
    *,
    unit: Unit,
    tokens: Sequence[tuple[int, int]] | None = None,
) -> Aligned:
    """Return the answer with offsets in code points of `text`.

    Mentions and arguments that cannot be mapped are left out and told as faults.
    `tokens` are the document's, half-open in code points; without them words between
    white space are counted.

    >>> answer = {"entities": [{"label": "GPE", "start": 6, "end": 15}]}
    >>> align(answer, "في بغداد", unit="bytes").faults
    ('GPE [6, 15) cuts a character: 6 is inside one',)
    """
    if unit == "strings":
        return _Strings(text).align(answer)
    return _Offsets(text, unit, tokens).align(answer)


def white_space_tokens(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of the words between white space.

    >>> white_space_tokens("في بغداد ")
    ((0, 2), (3, 8))
    """
    found, end = [], 0
    for word in text.split():
        start = text.index(word, end)
        end = start + len(word)
        found.append((start, end))
    return tuple(found)


class _UnmappedError(Exception):
    """An offset or string that no place of the text answers to."""


class _Offsets:
    """Maps the offsets of mentions and arguments, one by one."""

    def __init__(
        self, text: str, unit: Unit, tokens: Sequence[tuple[int, int]] | None
    ) -> None:
        self._unit = unit
        self._tokens = tokens or white_space_tokens(text) if unit == "tokens" else ()
        self._edges: list[int] = [0]
        """The code points' own offsets in the foreign unit."""
        if unit != "tokens":
            width = _utf16_width if unit == "utf16" else _utf8_width
            for character in text:
                self._edges.append(self._edges[-1] + width(character))

    def align(self, answer: Answer) -> Aligned:
        repairs: Counter[str] = Counter()
        faults: list[str] = []

        def mapped(item: Any) -> Any:
            if not isinstance(item, dict) or not _has_offsets(item):
                return item  # what is wrong with it is told by the checks
            try:
                span = self._span(item)
            except _UnmappedError as error:
                faults.append(str(error))
                return None
            changed = (span.start, span.end) != (item["start"], item["end"])
            repairs[f"{self._unit} to code points"] += changed
            return {**item, "start": span.start, "end": span.end}

        return Aligned(map_answer(answer, mapped), +repairs, tuple(faults))

    def _span(self, item: dict[str, Any]) -> Span:
        start, end = item["start"], item["end"]
        name = f"{item.get('label') or item.get('role')} [{start}, {end})"
        if self._unit == "tokens":
            if not 0 <= start < end <= len(self._tokens):
                count = len(self._tokens)
                raise _UnmappedError(f"{name} is not within the {count} tokens")
            return Span(self._tokens[start][0], self._tokens[end - 1][1])
        return Span(self._edge(start, name), self._edge(end, name))

    def _edge(self, offset: int, name: str) -> int:
        place = bisect_left(self._edges, offset)
        if offset < 0 or place == len(self._edges):
            raise _UnmappedError(f"{name} ends after the text ({self._edges[-1]})")
        if self._edges[place] != offset:
            raise _UnmappedError(f"{name} cuts a character: {offset} is inside one")
        return place


def _utf16_width(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


def _utf8_width(character: str) -> int:
    code = ord(character)
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


def _has_offsets(item: dict[str, Any]) -> bool:
    return all(type(item.get(key)) is int for key in ("start", "end"))


def map_answer(answer: Answer, mapped: Callable[[Any], Any]) -> Answer:
    """Map every mention and argument; those mapped to None are left out."""
    changed = dict(answer)
    for layer in ("entities", "events"):
        if isinstance(answer.get(layer), list):
            changed[layer] = _map_items(answer[layer], mapped)
    if isinstance(changed.get("events"), list):
        changed["events"] = [
            {**event, "arguments": _map_items(event["arguments"], mapped)}
            if isinstance(event, dict) and isinstance(event.get("arguments"), list)
            else event
            for event in changed["events"]
        ]
    return changed


def _map_items(items: list[Any], mapped: Callable[[Any], Any]) -> list[Any]:
    return [new for item in items if (new := mapped(item)) is not None]


class _Strings:
    """Finds mentions by their strings.

    A mention that comes again takes the next place of its string, so that repeats are
    told apart by their order; a quote tells better. A string that ends a word, and
    begins it or stands behind at most three letters of it, is preferred to one in the
    middle of a word. Where the string is not there as it is written, diacritics,
    tatweel and the kind of white space are overlooked.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded = _fold(text)
        self._taken: Counter[tuple[str, str]] = Counter()
        self._repairs: Counter[str] = Counter()
        self._faults: list[str] = []
        self._places: dict[tuple[str, str], Span] = {}

    def align(self, answer: Answer) -> Aligned:
        changed = dict(answer)
        for layer in ("entities", "events"):
            if isinstance(answer.get(layer), list):
                found = (self._mention(item, layer) for item in answer[layer])
                changed[layer] = [item for item in found if item is not None]
        return Aligned(changed, self._repairs, tuple(self._faults))

    def _mention(self, item: Any, layer: str) -> Any:
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            return item
        label = str(item.get("label"))
        try:
            span = self._find(item["text"], f"{layer} {label}", item.get("quote"))
        except _UnmappedError as error:
            self._faults.append(f"{label} {error}")
            return None
        kept = {k: v for k, v in item.items() if k not in ("text", "quote")}
        if isinstance(item.get("arguments"), list):
            filled = (self._argument(a, span) for a in item["arguments"])
            kept["arguments"] = [a for a in filled if a is not None]
        return {**kept, "start": span.start, "end": span.end}

    def _argument(self, item: Any, trigger: Span) -> Any:
        """Take the place of the filler's string that is nearest to the trigger."""
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            return item
        try:
            places = self._occurrences(item["text"])
        except _UnmappedError as error:
            self._faults.append(f"{item.get('role')} {error}")
            return None
        span = min(places, key=lambda s: (abs(s.start - trigger.start), s))
        self._repairs["strings to code points"] += 1
        kept = {k: v for k, v in item.items() if k != "text"}
        return {**kept, "start": span.start, "end": span.end}

    def _find(self, string: str, taker: str, quote: Any) -> Span:
        places = self._occurrences(string)
        self._repairs["strings to code points"] += 1
        if isinstance(quote, str) and quote.strip():
            around = _search(self._folded, _fold(quote).text)
            inside = [
                span
                for span in places
                if any(q.start <= span.start and span.end <= q.end for q in around)
            ]
            if len(inside) == 1:
                return inside[0]
            places = inside or places
        nth = self._taken[taker, string]
        if nth >= len(places):
            raise _UnmappedError(
                f"{string!r} is given {nth + 1} times, but is there {len(places)} times"
            )
        self._taken[taker, string] += 1
        return places[nth]

    def _occurrences(self, string: str) -> list[Span]:
        if not string.strip():
            raise _UnmappedError("has an empty string")
        places = list(_occurrences(self._text, string.strip()))
        if not places:
            places = _search(self._folded, _fold(string).text)
            if not places:
                raise _UnmappedError(f"{string!r} is not in the text")
            self._repairs["strings found without diacritics"] += 1
        return [span for span in places if self._stands_well(span)] or places

    def _stands_well(self, span: Span) -> bool:
        """Tell whether the span ends a word and hardly begins inside one."""
        after = self._text[span.end : span.end + 1]
        before = self._text[: span.start][-_LONGEST_PREFIX - 1 :]
        return not after.isalnum() and not (
            len(before) > _LONGEST_PREFIX and before.isalnum()
        )


def _occurrences(text: str, string: str) -> Iterator[Span]:
    at = text.find(string)
    while at >= 0:
        yield Span(at, at + len(string))
        at = text.find(string, at + len(string))


def _search(view: TextView, string: str) -> list[Span]:
    string = string.strip()
    if not string:
        return []
    return [view.raw_span(*span) for span in _occurrences(view.text, string)]


def _fold(text: str) -> TextView:
    """Drop combining marks and tatweel, and make every run of white space one space."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if letters and letters[-1] == " ":
                ends[-1] = place + 1
                continue
            character = " "
        elif character == _TATWEEL or unicodedata.combining(character):
            if ends:
                ends[-1] = place + 1  # a mark belongs to the letter it stands on
            continue
        letters.append(character)
        starts.append(place)
        ends.append(place + 1)
    return TextView("".join(letters), tuple(starts), tuple(ends))
