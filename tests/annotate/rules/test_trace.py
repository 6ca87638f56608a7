from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.rules.compiled import Ruleset
from annotate.rules.engine import suggest
from annotate.rules.resolve import Found, resolve, why_dropped
from annotate.rules.trace import Step, trace
from schemas.annotations import AnnotatedDocument
from tests.strategies import examples

NESTING = {"ORG": frozenset({"GPE", "ORG"}), "TITLE": frozenset({"ORG"})}


def steps(text: str, ruleset: Ruleset, **options: frozenset[str]) -> list[Step]:
    traced = trace(AnnotatedDocument(id="d", text=text), ruleset, **options)
    return [step for sentence in traced for step in sentence.steps]


def of(part: str, found: list[Step], word: str, text: str) -> list[Step]:
    return [s for s in found if s.part == part and text[s.start : s.end] == word]


def test_a_trace_keeps_exactly_what_the_engine_suggests(ruleset: Ruleset) -> None:
    text = (
        "أعلن رئيس الوزراء العراقي مصطفى الكاظمي مقتل ثلاثة جنود في هجوم على بغداد.\n"
        "ونفى المتحدث باسم وزارة الدفاع الأميركية جون كيربي قصف دول مجلس التعاون."
    )
    found = steps(text, ruleset)
    suggested = suggest(AnnotatedDocument(id="d", text=text), ruleset)
    names = {(m.start, m.end, m.label, m.rule) for m in suggested.entities}
    # Words with a pronoun are shown whole and suggested without it.
    assert {
        (s.start, s.end, s.label, s.rule) for s in found if s.part == "names" and s.kept
    } == names
    assert {
        (s.start, s.end, s.label, s.rule)
        for s in found
        if s.part == "triggers" and s.kept
    } == {(e.start, e.end, e.label, e.rule) for e in suggested.events}
    assert {
        (s.head, s.label, s.start, s.end)
        for s in found
        if s.part == "arguments" and s.kept
    } == {
        (event.start, argument.role, span.start, span.end)
        for event in suggested.events
        for argument in event.arguments
        if (span := suggested.filler_span(argument)) is not None
    }


def test_a_name_inside_another_says_in_which(ruleset: Ruleset) -> None:
    text = "قال الوزير أحمد الصحاف إن بغداد آمنة"
    (dropped,) = of("names", steps(text, ruleset), "الصحاف", text)
    assert not dropped.kept
    assert "beginning of" in dropped.why or "lies in PER [11, 22)" in dropped.why


def test_a_weak_name_that_nothing_asks_for_says_so(ruleset: Ruleset) -> None:
    text = "عاشت الحياة في القرية"
    (weak,) = of("names", steps(text, ruleset), "الحياة", text)
    assert "no context rule asked for it" in weak.why


def test_a_nominal_without_a_role_says_so(ruleset: Ruleset) -> None:
    text = "هذه سيارة جميلة"
    (nominal,) = of("names", steps(text, ruleset), "سيارة", text)
    assert "fills no role" in nominal.why


def test_a_muted_rule_says_so(ruleset: Ruleset) -> None:
    text = "زار بوتين بغداد"
    found = steps(text, ruleset, muted=frozenset({"lexicon.persons", "trigger.visit"}))
    assert of("names", found, "بوتين", text)[0].why == "its rule is muted"
    assert of("names", found, "بغداد", text)[0].kept
    (actor,) = of("arguments", found, "بوتين", text)
    assert (actor.kept, actor.why) == (False, "the rule of its mention is muted")


def test_a_verb_in_a_name_is_no_trigger_and_says_where_it_stands(
    ruleset: Ruleset,
) -> None:
    text = "في مساء الأحد فجر السبت"
    found = steps(text, ruleset)
    assert of("triggers", found, "فجر", text)
    assert all("stands in DATE" in s.why for s in of("triggers", found, "فجر", text))


def test_an_argument_says_why_it_was_not_taken(ruleset: Ruleset) -> None:
    text = "زار بوتين بغداد في نيسان/أبريل الماضي"
    found = steps(text, ruleset)
    (actor,) = of("arguments", found, "بوتين", text)
    assert (actor.kept, actor.label, actor.head) == (True, "ACTOR", 0)
    assert all(s.why for s in found if not s.kept)
    assert all(not s.why for s in found if s.kept)


def test_words_show_particles_pronoun_and_class(ruleset: Ruleset) -> None:
    doc = AnnotatedDocument(id="d", text="وببغداد عقد اجتماعهم")
    (sentence,) = trace(doc, ruleset)
    first, _, last = sentence.words
    assert (first.clitics, first.base, first.after) == (("و", "ب"), "بغداد", "GPE")
    assert (first.start, first.end) == (0, 7)
    assert (last.base, last.pronoun) == ("اجتماع", "هم")


def mentions() -> st.SearchStrategy[list[Found]]:
    one = st.builds(
        lambda first, size, label, rank, loose: Found(
            first, first + size, label, "name", None, None, "r", 1.0, loose, rank
        ),
        st.integers(0, 8),
        st.integers(0, 4),
        st.sampled_from(["PER", "ORG", "GPE", "TITLE"]),
        st.integers(0, 3),
        st.booleans(),
    )
    return st.lists(one, max_size=8)


@examples(300)
@given(mentions())
def test_every_dropped_mention_has_a_reason_and_no_kept_one_has(
    found: list[Found],
) -> None:
    kept = resolve(found, NESTING)
    ids = {id(mention) for mention in kept}
    for mention in found:
        others = [other for other in kept if other is not mention]
        reason = why_dropped(mention, others, NESTING)
        if id(mention) not in ids:
            assert reason is not None
    for at, mention in enumerate(kept):
        for other in kept[:at]:
            assert why_dropped(mention, [other], NESTING) is None


@pytest.mark.parametrize("text", ["", "\n", "abc", "\ud800 بغداد"])
def test_odd_texts_can_be_explained(ruleset: Ruleset, text: str) -> None:
    trace(AnnotatedDocument(id="d", text=text), ruleset)
