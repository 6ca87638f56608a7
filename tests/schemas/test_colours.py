"""Labels can be read on their colours: WCAG 2.2 AA, 4.5 to 1, in every state.

Label Studio tints the words of a mark with its colour, and fills a selected mark and a
chosen label with it, words in white.
"""

from __future__ import annotations

import pytest

from schemas.load import load_schema

SCHEMA = load_schema()
TYPES = {**SCHEMA.entities, **SCHEMA.events}
AA = 4.5
INK = (38, 37, 34)
TINT = 0.35


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def luminance(colour: tuple[float, ...]) -> float:
    """Return the relative luminance of WCAG 2.2, 0 to 1."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast(rgb("#767676"), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("label", TYPES)
def test_white_reads_on_the_colour_and_ink_on_its_tint(label: str) -> None:
    colour = rgb(TYPES[label].color)
    tint = tuple(255 + (part - 255) * TINT for part in colour)
    assert contrast(colour, (255, 255, 255)) >= AA
    assert contrast(tint, INK) >= AA


def test_labels_of_one_layer_have_colours_of_their_own() -> None:
    for types in (SCHEMA.entities, SCHEMA.events):
        colours = [spec.color for spec in types.values()]
        assert len(set(colours)) == len(colours)
