from __future__ import annotations

from annotate.snapping import make_snap
from annotate.spelling import load_speller
from schemas.load import load_schema
from schemas.spans import Span, slice_span

SCHEMA = load_schema()


def snapped(text: str, words: str) -> str:
    snap = make_snap(SCHEMA, speller=load_speller(SCHEMA, None))
    start = text.index(words)
    return slice_span(text, snap(text, Span(start, start + len(words))))


def test_a_known_proclitic_is_left_out() -> None:
    assert snapped("وصل الوزير إلى ببغداد أمس", "ببغداد") == "بغداد"


def test_space_quotes_and_punctuation_are_left_out() -> None:
    assert snapped("قالت «بغداد»، أمس", " «بغداد»،") == "بغداد"


def test_a_span_within_the_rule_stays() -> None:
    assert snapped("زار وزير الخارجية بغداد", "وزير الخارجية") == "وزير الخارجية"
    assert snapped("وصل ببغداد", "بغداد") == "بغداد"


def test_snapping_twice_is_snapping_once() -> None:
    text = "وصل إلى «ببغداد»، أمس"
    once = snapped(text, "«ببغداد»،")
    assert snapped(text, once) == once
