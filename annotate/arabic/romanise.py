"""Write Arabic letters in Latin ones, for terminals that cannot show Arabic."""

from __future__ import annotations

__all__ = ["romanise"]

# Buckwalter's table (Buckwalter 2002), one sign for one letter.
_LETTERS = str.maketrans(
    "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي\u064b\u064c\u064d\u064e\u064f\u0650\u0651"
    "\u0652\u0670\u0671\u0640",
    "'|>&<}AbptvjHxd*rzs$SDTZEgfqklmnhwYyFNKaui~o`{_",
)


def romanise(text: str) -> str:
    """Return the text with each Arabic letter as Buckwalter writes it.

    >>> romanise("وزارة الخارجية")
    'wzArp AlxArjyp'
    """
    return text.translate(_LETTERS)
