from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotate.arabic.fold import fold, fold_text
from schemas.errors import DataError

ARABIC = st.text(
    st.characters(
        codec=None, min_codepoint=0x600, max_codepoint=0x6FF, exclude_categories=()
    )
    | st.sampled_from("\u200f\ufefb\ufdf2\ufe8e\u0640 ab1"),
    max_size=30,
)
ANY = st.text(st.characters(exclude_categories=()), max_size=30) | ARABIC


@given(ANY)
@example("\ud800لا\u064e")
@example("ﷲ\u064b ـلـ")
def test_every_view_span_maps_to_exactly_its_raw_span(text: str) -> None:
    view = fold(text)
    for start in range(len(view.text)):
        for end in range(start + 1, min(len(view.text), start + 4) + 1):
            span = view.raw_span(start, end)
            assert 0 <= span.start < span.end <= len(text)
            # What the raw span holds folds to what the view span holds, up to the rest
            # of a ligature that was cut.
            assert view.text[start:end] in fold_text(text[span.start : span.end])


@given(ANY)
def test_raw_spans_of_single_letters_come_in_order_and_never_cross(text: str) -> None:
    view = fold(text)
    spans = [view.raw_span(at, at + 1) for at in range(len(view.text))]
    for one, two in pairwise(spans):
        assert one == two or one.end <= two.start


@given(ANY)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


@pytest.mark.parametrize(
    "spellings",
    [
        ("أميركية", "اميركيه", "اميركية"),
        ("مصطفى", "مصطفي", "مصطفی"),
        ("الخارجيّة", "الخارجية", "الخـارجية"),
        ("آسيا", "أسيا", "اسيا"),
        ("٢٠٢١", "۲۰۲۱", "2021"),
        ("ﻻ", "لا"),
        ("بغداد", "\u200fبغداد\u200e"),
    ],
)
def test_spellings_of_one_name_fold_together(spellings: tuple[str, ...]) -> None:
    assert len({fold_text(spelling) for spelling in spellings}) == 1


def test_a_span_holds_the_marks_of_its_last_letter_but_no_tatweel_after_it() -> None:
    view = fold("لـلعراقِـ قال")
    assert view.text == "للعراق قال"
    assert view.raw_span(1, 6) == (2, 8)


def test_a_span_outside_the_view_is_refused() -> None:
    with pytest.raises(DataError, match="not inside a text view"):
        fold("بغداد").raw_span(3, 9)
