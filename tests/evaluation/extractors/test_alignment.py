from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.alignment import align, white_space_tokens

TEXTS = st.text(
    st.sampled_from("بغداد محّمد ـ🇮🇶𝔸e\n ") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=40,
)


def entities(*items: dict) -> dict:
    return {"entities": [{"label": "GPE", **item} for item in items]}


@given(text=TEXTS, data=st.data())
@pytest.mark.parametrize(("unit", "codec", "width"), [
    ("utf16", "utf-16-le", 2),
    ("bytes", "utf-8", 1),
])  # fmt: skip
def test_offsets_counted_in_other_units_come_back_as_code_points(
    unit, codec, width, text, data
):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    foreign = [len(text[:edge].encode(codec)) // width for edge in (start, end)]
    answer = entities({"start": foreign[0], "end": foreign[1]})
    aligned = align(answer, text, unit=unit)
    (mention,) = aligned.answer["entities"]
    assert (mention["start"], mention["end"]) == (start, end)
    assert aligned.faults == ()
    assert sum(aligned.repairs.values()) == (foreign != [start, end])


@pytest.mark.parametrize(
    ("unit", "start", "end", "why"),
    [
        ("utf16", 1, 3, "cuts a character"),
        ("bytes", 2, 4, "cuts a character"),
        ("bytes", 0, 99, "ends after the text"),
        ("utf16", -1, 2, "ends after the text"),
        ("tokens", 1, 3, "not within the 2 tokens"),
    ],
)
def test_an_offset_that_answers_to_no_character_is_a_fault(unit, start, end, why):
    aligned = align(entities({"start": start, "end": end}), "😀😀 بغداد", unit=unit)
    assert aligned.answer["entities"] == []
    assert len(aligned.faults) == 1
    assert why in aligned.faults[0]


def test_token_offsets_are_those_of_the_documents_tokens():
    text = "وصل إلى بغداد."
    answer = entities({"start": 2, "end": 3})
    own = align(answer, text, unit="tokens", tokens=((0, 3), (4, 7), (8, 13), (13, 14)))
    assert own.answer == entities({"start": 8, "end": 13})
    words = align(answer, text, unit="tokens")
    assert words.answer == entities({"start": 8, "end": 14})
    assert words.repairs == {"tokens to code points": 1}


@given(TEXTS)
def test_white_space_tokens_are_the_words_of_the_text(text):
    assert [text[a:b] for a, b in white_space_tokens(text)] == text.split()


def spans(answer: dict, layer: str = "entities") -> list[tuple[int, int]]:
    return [(item["start"], item["end"]) for item in answer[layer]]


def test_a_string_that_comes_again_takes_its_next_place():
    text = "بغداد ودمشق ثم بغداد"
    found = align(entities(*[{"text": "بغداد"}] * 2), text, unit="strings")
    assert spans(found.answer) == [(0, 5), (15, 20)]
    more = align(entities(*[{"text": "بغداد"}] * 3), text, unit="strings")
    assert spans(more.answer) == [(0, 5), (15, 20)]
    assert more.faults == ("GPE 'بغداد' is given 3 times, but is there 2 times",)


def test_a_quote_tells_which_place_is_meant():
    text = "بغداد ودمشق ثم بغداد"
    answer = entities({"text": "بغداد", "quote": "ثم بغداد"}, {"text": "بغداد"})
    assert spans(align(answer, text, unit="strings").answer) == [(15, 20), (0, 5)]


def test_a_string_is_not_found_in_the_middle_of_a_longer_word():
    text = "قال المتحدث علنا إن علي وصل"
    found = align(entities({"text": "علي"}), text, unit="strings")
    assert spans(found.answer) == [(20, 23)]


def test_a_string_may_stand_behind_a_proclitic():
    found = align(entities({"text": "بغداد"}), "وصل ببغداد", unit="strings")
    assert spans(found.answer) == [(5, 10)]


def test_marks_and_white_space_may_be_written_otherwise_and_that_is_counted():
    text = "قال محمّد  الحلبوسيُّ أمس"
    found = align(entities({"text": "محمد الحلبوسي"}), text, unit="strings")
    (span,) = spans(found.answer)
    assert text[slice(*span)] == "محمّد  الحلبوسيُّ"
    assert found.repairs["strings found without diacritics"] == 1


def test_a_participant_is_the_place_of_its_string_nearest_to_the_trigger():
    text = "زار علي دمشق ثم زار علي بغداد"
    event = {
        "label": "VISIT",
        "text": "زار",
        "arguments": [{"role": "ACTOR", "text": "علي"}],
    }
    found = align({"events": [event, event]}, text, unit="strings").answer
    assert spans(found, "events") == [(0, 3), (16, 19)]
    assert [spans(e, "arguments") for e in found["events"]] == [[(4, 7)], [(20, 23)]]


def test_a_string_that_is_not_there_is_a_fault_and_the_rest_is_kept():
    answer = entities({"text": "روما"}, {"text": "بغداد"})
    found = align(answer, "بغداد", unit="strings")
    assert spans(found.answer) == [(0, 5)]
    assert found.faults == ("GPE 'روما' is not in the text",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["entities", "events", "arguments", "start", "end", "text", "label"]
            ),
            inner,
            max_size=5,
        )
    ),
)


@given(answer=st.dictionaries(st.sampled_from(["entities", "events", "id"]), JSON))
@pytest.mark.parametrize("unit", ["utf16", "bytes", "tokens", "strings"])
def test_nothing_an_extractor_answers_stops_the_alignment(unit, answer):
    json.dumps(align(answer, "وصل إلى بغداد", unit=unit).answer)
