"""Named sets of Arabic characters; every other module takes them from here."""

from __future__ import annotations

__all__ = [
    "BIDI",
    "DAMMA",
    "DIACRITICS",
    "DIGITS",
    "LETTER_FOLDS",
    "PRESENTATION",
    "TATWEEL",
]

# Fathatan to sukun and the marks after them, superscript alef, Quranic signs.
DIACRITICS = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
)
"""Character class (without brackets) of marks that belong to the letter before them."""

DAMMA = "\u064f"
TATWEEL = "\u0640"

BIDI = "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad"
"""Character class of invisible controls: bidi marks, joiners, the soft hyphen."""

PRESENTATION = "\ufb50-\ufdff\ufe70-\ufefc"
"""Character class of the presentation forms, ligatures included."""

LETTER_FOLDS = {
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "\u0671": "ا",  # alef wasla
    "ى": "ي",
    "\u06cc": "ي",  # Persian ya
    "\u06d2": "ي",  # ya barree
    "ة": "ه",
    "\u06c1": "ه",  # heh goal
    "\u06d5": "ه",  # ae
    "\u06c0": "ه",  # heh with ya above
    "\u06a9": "ك",  # keheh
    "\u06aa": "ك",  # swash kaf
    "ؤ": "و",
    "ئ": "ي",
    "\u06af": "غ",  # gaf
    "\u067e": "ب",  # peh
    "\u0686": "ج",  # tcheh
    "\u0698": "ز",  # jeh
    "\u06a4": "ف",  # veh
}
"""One letter for one: spellings that name the same thing."""

DIGITS = {
    **{chr(0x0660 + digit): str(digit) for digit in range(10)},
    **{chr(0x06F0 + digit): str(digit) for digit in range(10)},
}
"""Arabic-Indic and extended Arabic-Indic digits."""
