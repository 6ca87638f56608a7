"""Cut Arabic text into tokens, as spans of code points."""

from __future__ import annotations

import re

from schemas.spans import Span

__all__ = ["find_tokens"]

# Marks: Arabic diacritics, superscript alef, Quranic signs; the tatweel; bidi controls
# and joiners stay with the word they stand in, so that no mark is cut from its letter.
_MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
_INSIDE = f"{_MARKS}\u0640\u200c-\u200f\u202a-\u202e\u2066-\u2069\ufeff"

# Nearly every token is an Arabic word, so that is tried first; nothing else opens with
# such a letter.
_TOKEN = re.compile(
    rf"[\u0621-\u064a](?:[\u0621-\u064a{_INSIDE}]++|[^\W\d_])*+"
    r"|(?:https?://|www\.|pic\.)[^\s()<>\"'،؛]+"  # addresses
    r"|[@#]\w+"  # handles and hashtags
    r"|\d+(?:[.,:٫٬/]\d+)*"  # numbers, clock times, 7/8/2020
    rf"|[^\W\d_](?:[^\W\d_]|[{_INSIDE}])*"  # a word with its marks
    r"|[^\s\w]"  # one mark of punctuation
    r"|\S"
)


def find_tokens(text: str) -> tuple[Span, ...]:
    """Return the tokens in order: words with their clitics, punctuation one by one.

    No token holds white space and tokens never overlap; every other character is in
    exactly one token.

    >>> [("وببغداد، 7/8")[s:e] for s, e in find_tokens("وببغداد، 7/8")]
    ['وببغداد', '،', '7/8']
    """
    return tuple(map(Span._make, map(re.Match.span, _TOKEN.finditer(text))))
