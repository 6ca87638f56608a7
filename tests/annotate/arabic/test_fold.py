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


CLASSES = {
    "presentation forms": "\ufefb\ufdf2\ufe8e\ufb50\ufdfa\ufef7",
    "Persian letters": "\u06a9\u06af\u067e\u0686\u0698\u06cc\u06c0",
    "digits": "٠١٩۰۹0",
    "bidi marks": "\u200e\u200f\u202a\u202c\u2066\u2069\u061c\ufeff\u00ad",
    "combining marks": "\u064b\u0651\u0670\u06e4\u0640",
    "lone surrogates": "\ud800\udbff\udc00\udfff",
}


@pytest.mark.parametrize("name", CLASSES)
@given(data=st.data())
def test_each_kind_of_character_keeps_its_way_back(
    name: str, data: st.DataObject
) -> None:
    text = data.draw(st.text(st.sampled_from(CLASSES[name] + "بل "), max_size=12))
    view = fold(text)
    covered: set[int] = set()
    for at in range(len(view.text)):
        start, end = view.raw_span(at, at + 1)
        # The span is exact: its first character is the letter, the others its marks.
        assert view.text[at] in fold_text(text[start])
        assert fold_text(text[start + 1 : end]) == ""
        covered |= set(range(start, end))
    # What belongs to no letter folds to nothing.
    rest = [letter for at, letter in enumerate(text) if at not in covered]
    assert fold_text("".join(rest)) == ""


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
