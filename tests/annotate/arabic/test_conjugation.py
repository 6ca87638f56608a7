from __future__ import annotations

import pytest

from annotate.arabic.conjugation import inflect_imperfect, inflect_noun, inflect_past
from annotate.arabic.fold import fold_text


@pytest.mark.parametrize(
    ("past", "form"),
    [
        ("قال", "قالت"),
        ("قال", "قالوا"),
        ("نفى", "نفت"),
        ("نفى", "نفوا"),
        ("دعا", "دعوا"),
        ("دعا", "دعت"),
        ("اعتقل", "اعتقلوا"),
        ("التقى", "التقيا"),
        ("زار", "زرنا"),
    ],
)
def test_past_forms_hold(past: str, form: str) -> None:
    assert fold_text(form) in inflect_past(past)


@pytest.mark.parametrize(
    ("imperfect", "form"),
    [
        ("يلتقي", "تلتقي"),
        ("ينفي", "ينفون"),
        ("ينفي", "ينف"),
        ("يستقيل", "يستقل"),
        ("يطالب", "نطالب"),
        ("يدعو", "تدعو"),
    ],
)
def test_imperfect_forms_hold(imperfect: str, form: str) -> None:
    assert fold_text(form) in inflect_imperfect(imperfect)


def test_a_noun_in_ta_marbuta_has_a_form_before_pronouns() -> None:
    assert "زيارت" in inflect_noun("زيارة")
    assert "زيارات" in inflect_noun("زيارة", plural=True)
    assert "زيارات" not in inflect_noun("زيارة")
