from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.arabic.fold import fold_text
from annotate.cli.backend import build_backend
from annotate.labelstudio.backend import Backend
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.spans import Span, overlaps
from tests.strategies import examples

SURE_TO_MEND = ("S101", "S102", "S103", "S105", "S107", "S109")


@cache
def backend() -> Backend:
    """Ours, built once; no fixture, for hypothesis would print the whole lexicon."""
    return build_backend(None, None)


def place(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


@pytest.fixture(scope="module")
def others():
    """What else is found once the first place of the words is drawn, in brackets."""

    def run(text: str, words: str, label: str = "GPE", *, marked=()) -> str:
        there = [(place(text, other), its) for other, its in marked]
        found = backend().names.find_others(text, (place(text, words), label), there)
        for start, end in reversed(found):
            text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
        return text

    return run


def test_a_name_is_found_behind_its_proclitics_and_not_inside_other_words(others):
    assert others(
        "بغداد، وبغداد، لبغداد، وببغداد، فلبغداد. بغدادي، البغدادية", "بغداد"
    ) == ("بغداد، و[بغداد]، ل[بغداد]، وب[بغداد]، فل[بغداد]. بغدادي، البغدادية")


def test_every_spelling_that_folds_to_the_same_letters_is_the_name(others):
    assert others("إيران، ايران، أيران، إيـران، إيرانَ. ايراني", "إيران") == (
        "إيران، [ايران]، [أيران]، [إيـران]، [إيرانَ]. ايراني"
    )


def test_the_article_that_hides_behind_lam_stays_inside(others):
    assert others("العراق، للعراق، وللعراق، بالعراق، لعراقي", "العراق") == (
        "العراق، ل[لعراق]، ول[لعراق]، ب[العراق]، لعراقي"
    )


def test_a_name_drawn_behind_a_proclitic_or_a_hidden_article_finds_the_bare_one(others):
    assert others("للعراق، العراق", "لعراق") == "للعراق، [العراق]"
    assert others("وبغداد، بغداد", "بغداد") == "وبغداد، [بغداد]"


def test_a_name_drawn_with_its_conjunction_is_the_name_behind_it(others):
    assert others("وإيران، إيران، لإيران", "وإيران") == "وإيران، [إيران]، ل[إيران]"


def test_marks_drawn_along_with_a_name_are_no_part_of_it(others):
    assert others("إيران، إيران، وإيران", "إيران،") == "إيران، [إيران]، و[إيران]"
    assert others("«إيران» إيران", "«إيران»") == "«إيران» [إيران]"


def test_a_word_that_only_looks_like_proclitic_and_name_is_left(others):
    assert others("بنان، لبنان، وبنان", "بنان", "PER") == "بنان، لبنان، و[بنان]"


def test_names_of_several_words_must_stand_together_on_one_line(others):
    text = "وزارة الدفاع. لوزارة الدفاع، وزارة، الدفاع، وزارة\nالدفاع، وزارة  الدفاع"
    assert others(text, "وزارة الدفاع", "ORG") == (
        "وزارة الدفاع. ل[وزارة الدفاع]، وزارة، الدفاع، وزارة\nالدفاع، [وزارة  الدفاع]"
    )


def test_quotes_inside_a_name_do_not_matter_and_are_closed(others):
    assert others("حزب الدعوة، حزب «الدعوة»، بحزب الدعوة", "حزب الدعوة", "ORG") == (
        "حزب الدعوة، [حزب «الدعوة»]، ب[حزب الدعوة]"
    )


def test_a_nominal_before_a_pronoun_is_found_with_and_without_one(others):
    assert others("وزيرها، ووزيره، وزير، الوزير", "وزير", "TITLE") == (
        "وزيرها، و[وزير]ه، [وزير]، الوزير"
    )
    assert others("سفيره، سفير، سفيرة، سفيرهم", "سفير", "TITLE") == (
        "سفيره، [سفير]، سفيرة، [سفير]هم"
    )
    assert others("رئيس، رئيسها", "رئيس", "TITLE") == "رئيس، رئيسها"


def test_a_person_comes_back_by_the_last_name_with_or_without_article(others):
    assert others(
        "مصطفى الكاظمي. قال الكاظمي، للكاظمي، كاظمي", "مصطفى الكاظمي", "PER"
    ) == ("مصطفى الكاظمي. قال [الكاظمي]، ل[لكاظمي]، [كاظمي]")
    assert others("حسن روحاني، روحاني، الروحاني", "حسن روحاني", "PER") == (
        "حسن روحاني، [روحاني]، [الروحاني]"
    )


def test_a_word_more_common_than_the_name_is_no_form_of_it(others):
    assert others("مقتدى الصدر. صدر بيان. والصدر", "مقتدى الصدر", "PER") == (
        "مقتدى الصدر. صدر بيان. و[الصدر]"
    )
    assert others("برهم صالح، لصالح البلاد", "برهم صالح", "PER") == (
        "برهم صالح، لصالح البلاد"
    )


def test_the_last_name_in_another_persons_name_is_that_persons(others):
    text = "مصطفى الكاظمي. محمد الكاظمي"
    assert others(text, "مصطفى الكاظمي", "PER") == text
    text = "الكاظمي. مصطفى الكاظمي"
    assert others(text, "الكاظمي", "PER") == text


def test_a_last_name_keeps_the_word_of_kinship_before_it(others):
    assert others("محمد بن سلمان، بن سلمان، سلمان", "محمد بن سلمان", "PER") == (
        "محمد بن سلمان، [بن سلمان]، سلمان"
    )


def test_only_persons_have_last_names_and_other_forms(others):
    text = "مجلس النواب، النواب، نواب"
    assert others(text, "مجلس النواب", "ORG") == text


def test_what_is_marked_already_is_not_found_again(others):
    text = "بغداد، لبغداد، جامعة بغداد، بغداد اليوم"
    assert others(text, "بغداد", marked=[("جامعة بغداد", "GPE")]) == (
        "بغداد، ل[بغداد]، جامعة بغداد، [بغداد] اليوم"
    )
    marked = [("لبغداد", "FAC"), ("بغداد اليوم", "PER")]
    # FAC may hold a GPE, and NORP may not.
    assert others(text, "بغداد", marked=[("جامعة بغداد", "NORP"), *marked]) == (
        "بغداد، ل[بغداد]، جامعة بغداد، [بغداد] اليوم"
    )


@pytest.mark.parametrize("words", ["غدا", "بغ", "غداد", "،"])
def test_a_span_torn_out_of_a_word_is_no_name(words):
    text = "بغداد، بغداد، وبغداد"
    drawn = (place(text, words), "GPE")
    found = backend().names.find_others(text, drawn, [])
    assert all(text[s:e] == words for s, e in found)
    if words != "،":
        assert found == ()


_VOCABULARY = (
    "بغداد وبغداد للعراق العراق «العراق» مصطفى الكاظمي كاظمي وللكاظمي صالح لصالح بن "
    "سلمان إيـرانَ ايران، وزيرها وزير ؛ 2021 NATO \n 👍🏽 حزب"
)
_WORDS = st.sampled_from(_VOCABULARY.split(" "))
_TEXTS = st.lists(_WORDS, min_size=2, max_size=25).map(" ".join)


@examples(300)
@given(text=_TEXTS, label=st.sampled_from(["PER", "GPE", "ORG"]), data=st.data())
def test_what_is_found_obeys_the_span_rule_and_is_found_once(text, label, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 20)))
    drawn = (Span(start, end), label)
    found = backend().names.find_others(text, drawn, [])
    spans = [drawn[0], *found]
    assert not any(overlaps(a, b) for n, a in enumerate(spans) for b in spans[n + 1 :])
    mentions = tuple(EntityMention(label=label, start=s, end=e) for s, e in found)
    doc = AnnotatedDocument(id="d", text=text, entities=mentions)
    codes = {problem.code for problem in backend().lint(doc)}
    assert not codes.intersection(SURE_TO_MEND)
    assert all(fold_text(text[s:e]).strip() for s, e in found)
    again = backend().names.find_others(text, drawn, [(span, label) for span in found])
    assert again == ()
