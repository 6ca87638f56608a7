"""Edges that differ by what is attached, and by nothing else, become equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.snapping import make_snap
from schemas.load import load_schema
from schemas.spans import Span, slice_span

SNAP = make_snap(load_schema().span_rule)


def snapped(text: str, words: str) -> str:
    start = text.index(words)
    return slice_span(text, SNAP(text, Span(start, start + len(words))))


@pytest.mark.parametrize(
    ("text", "words", "core"),
    [
        ("وصل الوزير إلى ببغداد أمس", "ببغداد", "بغداد"),
        ("قالت «تونس»، أمس", " «تونس»،", "تونس"),
        ("زار وزير الخارجية بغداد", "وزير الخارجية", "زير الخارجية"),
        ("وصل إلى بالقاهرة", "بالقاهرة", "قاهرة"),
        ("تحدث للمليشيات", "للمليشيات", "مليشيات"),
        ("وبرئيسهم", "وبرئيسهم", "رئيس"),
        ("زار تونسَ", "تونسَ", "تونس"),
        ("في يد", "يد", "يد"),
        ("هجوم لـ«داعش» أمس", "لـ«داعش»", "داعش"),
        ('هجوم لـ"داعش" أمس', 'لـ"داعش', "داعش"),
        ("نحو بـ20 مليون", "بـ20 مليون", "20 مليون"),
        ("والـ30 الباقون", "والـ30", "30"),
        ("لـCNN العربية", "لـCNN", "CNN"),
        ("وكالة أ.ف.ب", "أ.ف.ب", "أ.ف.ب"),
    ],
)
def test_what_is_or_may_be_attached_is_left_out(
    text: str, words: str, core: str
) -> None:
    # Both sides of a score lose the same letters, so a core need not be a word.
    assert snapped(text, words) == core


def test_both_conventions_of_a_corpus_meet() -> None:
    text = "وصل وبالبصرة أمس"
    spans = [Span(text.index(w), text.index(" أمس")) for w in ("وبال", "بال", "الب")]
    assert len({SNAP(text, span) for span in spans}) == 1


def test_an_edge_within_a_core_stays() -> None:
    assert snapped("انفجار بغداد", "نفجار بغ") == "نفجار بغ"


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, Span]:
    text = draw(st.text(alphabet="وبالفسكمهانيدغ«»،. 20\u0640\u064e\u200f", min_size=1))
    start = draw(st.integers(0, len(text) - 1))
    return text, Span(start, draw(st.integers(start + 1, len(text))))


@given(marked())
def test_snapping_twice_is_snapping_once_and_never_widens(
    given_: tuple[str, Span],
) -> None:
    text, span = given_
    once = SNAP(text, span)
    assert SNAP(text, once) == once
    assert span.start <= once.start < once.end <= span.end
