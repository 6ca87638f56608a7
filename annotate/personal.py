"""Find what a text tells of private people: numbers and addresses to reach them by.

======  ========================================================
code    what
======  ========================================================
P101    a telephone number
P102    an e-mail address
P103    a number of an identity card, national register or passport
======  ========================================================

All are warnings: a newsroom's own address is no secret, and only a person can tell. A
telephone number is one that its country gives out, written with its prefix; a national
id has the right build, or stands behind the words that announce one. Digits of any
script count. The messages show no number whole: they end up in logs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from schemas.annotations import AnnotatedDocument
from schemas.checks import Problem
from schemas.spans import Span

__all__ = ["WARNINGS", "find_personal_data"]

WARNINGS = frozenset({"P101", "P102", "P103"})

_REGIONS = (
    *("IQ", "SY", "LB", "JO", "PS", "EG", "SA", "YE", "OM", "AE", "QA", "BH", "KW"),
    *("SD", "LY", "TN", "DZ", "MA", "MR", "IR", "TR"),
)
_EMAIL = re.compile(
    r"(?<![\w.%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
    r"(?![A-Za-z0-9-])"
)
# Ten to fifteen digits, at most one sign between two of them.
_NUMBER = re.compile(r"(?<![\d.,/-])\d(?:[ -]?\d){8,14}(?![\d%]|[.,/-]\d)")
_ZERO = "0\u0660\u06f0"
_PREFIX = f"{_ZERO}+\uff0b"
_DIALLED = re.compile(rf"(?<![\d.,])[{_PREFIX}][\d \u00a0().-]{{6,}}\d")
_NOT_DIALLED = re.compile(rf"\d{{1,2}}([-.])\d{{1,2}}\1\d{{2,4}}|[{_ZERO}][.,].*")
_ANNOUNCED = re.compile(
    r"(?:الرقم\s+(?:الوطني|القومي|المدني)|رقم\s+(?:الهوي[ةه]|البطاق[ةه]|هويت?ه|بطاقته?)"
    r"|السجل\s+المدني|جواز\s+(?:السفر|سفره?ا?)|هوي[ةه]\s+رقم|national\s+id|passport)"
    r"[^\d\n.،]{0,25}?(?P<number>[A-Za-z]{0,2}\d(?:[ -]?\d){5,14})(?!\d)",
    re.IGNORECASE,
)


def find_personal_data(doc: AnnotatedDocument) -> list[Problem]:
    """Return a warning for each telephone number, e-mail address and national id."""
    text = doc.text or ""
    found: dict[Span, tuple[str, str]] = {}
    for span in _emails(text):
        found.setdefault(span, ("P102", "an e-mail address"))
    for span in _identities(text):
        found.setdefault(span, ("P103", "a number of an identity card or passport"))
    taken = list(found)
    for span in _telephones(text):
        if not any(span.start < t.end and t.start < span.end for t in taken):
            found[span] = ("P101", "a telephone number")
    return [
        Problem(
            code,
            f"{doc.id}: [{span.start}, {span.end}) {_hidden(text, span)!r}",
            f"looks like {what}. If it is a private person's, take it out of the "
            "article before it is annotated.",
        )
        for span, (code, what) in sorted(found.items())
    ]


def _hidden(text: str, span: Span) -> str:
    shown = text[span.start : span.end]
    return f"{shown[:2]}{'*' * (len(shown) - 4)}{shown[-2:]}"


def _emails(text: str) -> Iterator[Span]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Span(*match.span())


def _telephones(text: str) -> Iterator[Span]:
    if not _DIALLED.search(text):
        return
    from phonenumbers import Leniency, PhoneNumberMatcher

    found = set()
    for region in _REGIONS:
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID):
            raw = match.raw_string
            # Without a prefix any count of dead or of money may be a number somewhere.
            if raw[0] in _PREFIX and not _NOT_DIALLED.fullmatch(raw):
                found.add(Span(match.start, match.end))
    last = -1
    for span in sorted(found, key=lambda s: (s.start, -s.end)):
        if span.start >= last:
            yield span
            last = span.end


def _identities(text: str) -> Iterator[Span]:
    for match in _ANNOUNCED.finditer(text):
        yield Span(*match.span("number"))
    for match in _NUMBER.finditer(text):
        digits = "".join(_digit(c) for c in match[0] if c.isdigit())
        if _is_identity(digits):
            yield Span(*match.span())


def _digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


def _is_identity(digits: str) -> bool:
    """Tell whether a number has the build of a national id that can be checked."""
    match len(digits):
        case 10:  # Saudi Arabia: citizens 1, residents 2
            return digits[0] in "12" and _luhn(digits)
        case 12:  # Kuwait
            return _kuwait(digits)
        case 14:  # Egypt
            return _born(digits) and digits[7:9] in _EGYPT
        case 15:  # United Arab Emirates
            return digits.startswith("784") and _luhn(digits)
        case _:
            return False


_PROVINCES = (*range(1, 5), *range(11, 20), *range(21, 36), 88)
_EGYPT = frozenset(f"{n:02}" for n in _PROVINCES)
_KUWAIT = (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _born(digits: str) -> bool:
    """Tell whether century, year, month and day of birth are a day that has been."""
    if digits[0] not in "23":
        return False
    year = {"2": 1900, "3": 2000}[digits[0]] + int(digits[1:3])
    try:
        return date(year, int(digits[3:5]), int(digits[5:7])) <= date.today()
    except ValueError:
        return False


def _kuwait(digits: str) -> bool:
    total = sum(int(d) * w for d, w in zip(digits, _KUWAIT, strict=False))
    return _born(digits) and 11 - total % 11 == int(digits[-1])


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
