from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.arabic.sentences import find_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("عنوان\nنص.", ["عنوان", "نص."]),
        ("قال “نعم.” ثم صمت", ["قال “نعم.”", "ثم صمت"]),
        ("زار بغداد.وزير الخارجية", ["زار بغداد.", "وزير الخارجية"]),
        ("توقف.. ثم مضى", ["توقف.. ثم مضى"]),
        ("التقى د. علي", ["التقى د. علي"]),
        ("بلغ 3.5 في المئة", ["بلغ 3.5 في المئة"]),
        ("ماذا؟ لا!", ["ماذا؟", "لا!"]),
        ("أهلا ???? بكم", ["أهلا ???? بكم"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(
    text: str, sentences: list[str]
) -> None:
    assert [text[start:end] for start, end in find_sentences(text)] == sentences


@given(st.text(st.sampled_from('اب .!؟?"\n)(د…”'), max_size=40))
def test_sentences_are_in_order_and_hold_all_but_white_space(text: str) -> None:
    spans = find_sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    outside = text
    for start, end in reversed(spans):
        outside = outside[:start] + outside[end:]
    assert not outside.strip()
