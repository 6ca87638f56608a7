"""Whether words can be read on a label's colour, by WCAG 2.2.

Label Studio tints the words of a mark with its colour, and fills a selected mark and a
chosen label with it, words in white.
"""

from __future__ import annotations

__all__ = ["AA", "contrast", "least_contrast"]

AA = 4.5
"""The contrast that level AA asks of text of normal size."""

_WHITE = (255.0, 255.0, 255.0)
_INK = (38.0, 37.0, 34.0)
_TINT = 0.35

_Rgb = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours `#rrggbb`, 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 2)
    21.0
    """
    return _contrast(_rgb(one), _rgb(other))


def least_contrast(colour: str) -> float:
    """Return the lower of the contrasts in which a label of that colour is read."""
    full = _rgb(colour)
    red, green, blue = (255 + (part - 255) * _TINT for part in full)
    return min(_contrast(full, _WHITE), _contrast((red, green, blue), _INK))


def _rgb(colour: str) -> _Rgb:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def _contrast(one: _Rgb, other: _Rgb) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: _Rgb) -> float:
    """Return the relative luminance of WCAG 2.2, 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
