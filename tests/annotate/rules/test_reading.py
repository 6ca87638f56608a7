from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.arabic.sentences import find_sentences
from annotate.arabic.tokens import find_tokens
from annotate.rules import words
from annotate.rules.compiled import Ruleset
from annotate.rules.engine import suggest
from annotate.rules.load import DEFAULT_FOLDER, load_ruleset
from annotate.rules.reading import read_units
from schemas.annotations import AnnotatedDocument
from schemas.load import load_schema
from tests.strategies import examples

ARTICLES = [
    path.read_text(encoding="utf-8")
    for path in sorted((DEFAULT_FOLDER / "articles").glob("*.txt"))
]

# Words, marks and every kind of space, so that gaps come at each place.
PIECES = (
    *("وببغداد", "ـبغداد", "للأمم", "،", '"', ".", "قال", "7/8", "بغدـاد", "سيقصف"),
    *(" ", "  ", "\u00a0", "\t", "\n", "\u200f", "\u0651"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@cache
def rules() -> Ruleset:
    return load_ruleset(load_schema())


def spans(text: str, sentences: tuple[tuple[int, int], ...] | None) -> list[str]:
    reading = read_units(text, sentences, rules())
    stops = {stop for _, stop in reading.sentences}
    places = [at for at in range(len(reading.keys)) if at not in stops]
    return [text[reading.starts[at] : reading.end(at)] for at in places]


@examples(200)
@given(TEXTS | st.text())
def test_units_lie_in_the_tokens_of_the_text_in_order(text: str) -> None:
    reading = read_units(text, None, rules())
    stops = {stop for _, stop in reading.sentences}
    tokens = [
        (start + begin, end + begin)
        for begin, stop in find_sentences(text)
        for start, end in find_tokens(text[begin:stop])
    ]
    last = 0
    for at in range(len(reading.keys)):
        if at in stops:
            continue
        start, end = reading.starts[at], reading.end(at)
        assert last <= start < end
        assert start < reading.bare(at) <= end
        assert any(a <= start and end <= b for a, b in tokens)
        last = end


def test_offsets_hold_over_gaps_of_every_kind() -> None:
    text = "  قال \u00a0للأمم  ، \tـبغداد\n\nو  بيروت "
    assert spans(text, None) == ["قال", "ل", "لأمم", "،", "بغداد", "و", "بيروت"]


def test_sentences_may_leave_text_out_and_touch() -> None:
    text = "قال. قصف بغداد.وزير"
    assert spans(text, ((5, 15), (15, 19))) == ["قصف", "بغداد", ".", "وزير"]


def test_a_line_break_within_a_given_sentence_ends_no_sentence() -> None:
    reading = read_units("قال \n قصف", ((0, 9),), rules())
    assert reading.sentences == [(0, 3)]


def suggested(text: str, ruleset: Ruleset) -> str:
    return suggest(AnnotatedDocument(id="d", text=text), ruleset).model_dump_json()


def test_a_memo_that_empties_itself_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = [suggested(text, rules()) for text in ARTICLES]
    monkeypatch.setattr(words, "_LIMIT", 100)
    small = load_ruleset(load_schema())
    assert [suggested(text, small) for text in ARTICLES] == expected


def test_threads_that_share_a_memo_get_what_one_gets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = [suggested(text, rules()) for text in ARTICLES] * 2
    monkeypatch.setattr(words, "_LIMIT", 500)
    shared = load_ruleset(load_schema())
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda text: suggested(text, shared), ARTICLES * 2)
    assert list(found) == expected
