"""Parse the patterns of context rules: token classes, brackets and bounded repeats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.errors import SchemaError

__all__ = ["CONTINUED", "Pattern", "PatternParser"]

CONTINUED = "_"
"""The symbol of every unit of a mention but its first."""

_TOKEN = re.compile(
    r"\s*(?:(?P<name>~?[A-Za-z][A-Za-z0-9_]*)|(?P<open>\((?:\?[:=!])?)"
    r"|(?P<op>[)|])|(?P<many>[?*+]|\{\d(?:,\d)?\}))"
)
_BOUNDED = {"*": "{0,8}", "+": "{1,8}"}
_WHOLE = CONTINUED + "{0,40}+"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled piece: its regular expression, and how it may begin.

    `probe` is the same expression without groups; `first` holds the symbols it can
    start with, `empty` says that it may match nothing, `groups` counts its marked
    groups.
    """

    regex: str
    probe: str
    first: frozenset[str]
    empty: bool
    groups: int = 0


class PatternParser:
    """Turn the pattern of a rule into a regular expression over class symbols.

    `groups` names sets of classes, `chunks` the classes that span several units. Every
    repeat is bounded, so that no pattern backtracks without bound. Raises SchemaError
    that opens with `where` at an unknown class and at brackets or operators out of
    place.
    """

    def __init__(
        self,
        letters: Mapping[str, int],
        groups: Mapping[str, tuple[str, ...]],
        chunks: frozenset[str],
    ) -> None:
        self._letters = letters
        self._groups = groups
        self._chunks = chunks
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        self._where = ""

    def parse(self, text: str, where: str) -> Pattern:
        """Return the compiled pattern of one rule."""
        self._where = where
        self._tokens = list(self._scan(text))
        self._at = 0
        pattern = self._alternatives()
        if self._at < len(self._tokens):
            raise self._fault(f"a stray {self._tokens[self._at][1]!r}")
        if pattern.empty:
            raise self._fault("it may match nothing")
        return pattern

    def _fault(self, problem: str) -> SchemaError:
        return SchemaError(
            f"{self._where} has a bad pattern: {problem}. Write class names, ( ) (?: ) "
            "(?= ) (?! ) | ? * + and {m,n}."
        )

    def _scan(self, text: str) -> list[tuple[str, str]]:
        tokens, at, text = [], 0, text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise self._fault(
                    f"nothing is known about {text[at : at + 12].strip()!r}"
                )
            tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        return tokens

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _alternatives(self) -> Pattern:
        options = [self._sequence()]
        while self._peek() == ("op", "|"):
            self._at += 1
            options.append(self._sequence())
        return Pattern(
            "|".join(option.regex for option in options),
            "|".join(option.probe for option in options),
            frozenset().union(*(option.first for option in options)),
            any(option.empty for option in options),
            sum(option.groups for option in options),
        )

    def _sequence(self) -> Pattern:
        regex, probe, first, empty, groups = "", "", frozenset[str](), True, 0
        while self._peek()[0] in ("name", "open"):
            piece = self._repeated(self._atom())
            regex += piece.regex
            probe += piece.probe
            first |= piece.first if empty else frozenset()
            empty = empty and piece.empty
            groups += piece.groups
        return Pattern(regex, probe, first, empty, groups)

    def _repeated(self, piece: Pattern) -> Pattern:
        kind, text = self._peek()
        if kind != "many":
            return piece
        self._at += 1
        if self._peek()[0] == "many":
            raise self._fault(f"two repeats in a row at {text!r}")
        bound = _BOUNDED.get(text, text)
        empty = piece.empty or bound[0] == "?" or bound.startswith("{0")
        regex, probe = f"(?:{piece.regex}){bound}", f"(?:{piece.probe}){bound}"
        return Pattern(regex, probe, piece.first, empty, piece.groups)

    def _atom(self) -> Pattern:
        kind, text = self._peek()
        self._at += 1
        if kind == "name":
            return self._class(text)
        inner = self._alternatives()
        if self._peek() != ("op", ")"):
            raise self._fault(f"{text!r} is never closed")
        self._at += 1
        regex = f"{text}{inner.regex})"
        opening = "(?:" if text == "(" else text
        probe = f"{opening}{inner.probe})"
        if text in ("(?=", "(?!"):
            return Pattern(regex, probe, frozenset(), True, inner.groups)
        groups = inner.groups + (text == "(")
        return Pattern(regex, probe, inner.first, inner.empty, groups)

    def _class(self, name: str) -> Pattern:
        members = self._groups.get(name, (name,))
        for member in members:
            if member not in self._letters:
                raise SchemaError(
                    f"{self._where} uses the unknown class {member!r}. Add it under "
                    "classes or groups, or mend its name."
                )
        symbols = "".join(chr(self._letters[member]) for member in members)
        whole = _WHOLE if self._chunks.intersection(members) else ""
        regex = f"[{re.escape(symbols)}]{whole}"
        return Pattern(regex, regex, frozenset(symbols), False)
