"""Labels can be read on their colours: WCAG 2.2 AA, 4.5 to 1, in every state."""

from __future__ import annotations

import pytest

from schemas.colours import AA, contrast, least_contrast
from schemas.load import load_schema

SCHEMA = load_schema()
TYPES = {**SCHEMA.entities, **SCHEMA.events}


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("label", TYPES)
def test_white_reads_on_the_colour_and_ink_on_its_tint(label: str) -> None:
    assert least_contrast(TYPES[label].color) >= AA


def test_a_light_colour_fails_by_its_white_words() -> None:
    assert least_contrast("#ffe082") == contrast("#ffe082", "#ffffff") < AA


def test_labels_of_one_layer_have_colours_of_their_own() -> None:
    for types in (SCHEMA.entities, SCHEMA.events):
        colours = [spec.color for spec in types.values()]
        assert len(set(colours)) == len(colours)
