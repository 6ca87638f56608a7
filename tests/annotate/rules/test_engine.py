from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.rules.compiled import Ruleset
from annotate.rules.engine import suggest
from schemas.annotations import AnnotatedDocument, EventMention
from schemas.errors import DataError
from tests.strategies import examples


def doc(text: str) -> AnnotatedDocument:
    return AnnotatedDocument(id="d", text=text)


def entities(text: str, ruleset: Ruleset) -> set[tuple[str, str]]:
    found = suggest(doc(text), ruleset)
    return {(text[m.start : m.end], m.label) for m in found.entities}


def event(text: str, trigger: str, ruleset: Ruleset) -> EventMention:
    found = suggest(doc(text), ruleset)
    (one,) = (e for e in found.events if text[e.start : e.end] == trigger)
    return one


def roles(text: str, trigger: str, ruleset: Ruleset) -> set[tuple[str, str]]:
    found = suggest(doc(text), ruleset)
    one = event(text, trigger, ruleset)
    return {
        (argument.role, text[span.start : span.end])
        for argument in one.arguments
        if (span := found.filler_span(argument)) is not None
    }


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("التقى بالكاظمي في بغداد", "الكاظمي", "PER"),
        ("عاد إلى بغداد وبيروت", "بيروت", "GPE"),
        ("دعم بلاده لـلعراق", "لعراق", "GPE"),
        ("قصف للأمم المتحدة", "لأمم المتحدة", "ORG"),
        ("باسم وزارة الخارجيّة العراقية", "وزارة الخارجيّة العراقية", "ORG"),
        ('تتهم واشنطن كتائب "حزب الله" بالهجوم', 'كتائب "حزب الله"', "ORG"),
        ("قرب السفارة الأمريكية", "السفارة الأمريكية", "FAC"),
        ("في السفارة الأميركية", "الأميركية", "NORP"),
        ("قال الرئيس المصري حسني مبارك", "حسني مبارك", "PER"),
        ("قال المدرب بركوزوف شتلنغر", "بركوزوف شتلنغر", "PER"),
        ("في مدينة بلخشتوف القديمة", "بلخشتوف", "GPE"),
        ("في 29 سبتمبر/أيلول الماضي", "29 سبتمبر/أيلول الماضي", "DATE"),
        ("في 12 كانون الثاني 2019", "12 كانون الثاني 2019", "DATE"),
        ("مساء الأحد الماضي", "مساء الأحد الماضي", "DATE"),
        ("قبل 3 أيام", "قبل 3 أيام", "DATE"),
    ],
)
def test_names_are_found_with_edges_that_follow_the_span_rule(
    ruleset: Ruleset, text: str, name: str, label: str
) -> None:
    assert (name, label) in entities(text, ruleset)


def test_a_title_holds_its_body_and_its_nisba(ruleset: Ruleset) -> None:
    text = "قائد فيلق القدس في الحرس الثوري الإيراني قاسم سليماني"
    assert entities(text, ruleset) >= {
        ("قائد فيلق القدس في الحرس الثوري الإيراني", "TITLE"),
        ("فيلق القدس", "ORG"),
        ("الحرس الثوري", "ORG"),
        ("الإيراني", "NORP"),
        ("قاسم سليماني", "PER"),
    }


def test_a_name_that_only_lends_itself_is_not_marked_inside(ruleset: Ruleset) -> None:
    found = entities("من شارع فلسطين إلى مطار بغداد الدولي", ruleset)
    assert ("شارع فلسطين", "FAC") in found
    assert ("فلسطين", "GPE") not in found
    assert ("بغداد", "GPE") in found


def test_a_surname_follows_the_full_name(ruleset: Ruleset) -> None:
    text = "زار الوزير سرمد الطويلاوي بغداد. ويعرف أن الطويلاوي عاد."
    found = suggest(doc(text), ruleset)
    later = [m for m in found.entities if m.rule == "context.surname"]
    assert [text[m.start : m.end] for m in later] == ["الطويلاوي"]


def test_a_nominal_stays_only_where_it_fills_a_role(ruleset: Ruleset) -> None:
    text = "قتل ثلاثة جنود. الجنود في المدينة."
    found = suggest(doc(text), ruleset)
    nominals = [text[m.start : m.end] for m in found.entities if m.level == "nominal"]
    assert nominals == ["جنود"]


@pytest.mark.parametrize(
    ("text", "trigger", "label"),
    [
        ("سيلتقي الوزير نظيره", "يلتقي", "MEET"),
        ("شنت الطائرات ضربات على المدينة", "ضربات", "ATTACK"),
        ("أطلق المسلحون النار على الجنود", "أطلق", "ATTACK"),
        ("أطلق سراح المعتقلين", "أطلق سراح", "RELEASE"),
        ("وقف إطلاق النار", "وقف إطلاق", "WITHDRAW"),
        ("نشرت تركيا قوات في سوريا", "نشرت", "DEPLOY"),
        ("أدانت المحكمة المتهم", "أدانت", "CONDEMN"),
        ("تظاهر آلاف الطلاب", "تظاهر", "PROTEST"),
    ],
)
def test_triggers_are_the_shortest_word_that_tells(
    ruleset: Ruleset, text: str, trigger: str, label: str
) -> None:
    assert event(text, trigger, ruleset).label == label


@pytest.mark.parametrize(
    "text",
    [
        "نشر المكتب صورا من الزيارة الأخيرة لمعرض الكتب",
        "ضرب الوزير مثلا بالجار",
        "في فجر اليوم نفسه",
    ],
)
def test_traps_trigger_nothing(ruleset: Ruleset, text: str) -> None:
    words = {text[e.start : e.end] for e in suggest(doc(text), ruleset).events}
    assert not words & {"نشر", "ضرب", "فجر"}


@pytest.mark.parametrize(
    ("text", "trigger", "expected"),
    [
        (
            "اعتقلت القوات الأميركية خمسة مسلحين في بغداد الاثنين",
            "اعتقلت",
            {("ACTOR", "القوات الأميركية"), ("RECIPIENT", "مسلحين"), ("COUNT", "خمسة")}
            | {("LOCATION", "بغداد"), ("TIME", "الاثنين")},
        ),
        (
            "لقاء بين بوتين وأردوغان في موسكو",
            "لقاء",
            {("ACTOR", "بوتين"), ("ACTOR", "أردوغان"), ("LOCATION", "موسكو")},
        ),
        (
            "القوات التي استهدفت السفارة الأميركية",
            "استهدفت",
            {("ACTOR", "القوات"), ("RECIPIENT", "السفارة الأميركية")},
        ),
        ("مقتل قاسم سليماني", "مقتل", {("VICTIM", "قاسم سليماني")}),
        (
            "غارة شنتها طائرة أميركية على دمشق",
            "غارة",
            {("INSTRUMENT", "طائرة أميركية"), ("RECIPIENT", "دمشق")},
        ),
        ("تعرضت إيران لهجوم", "هجوم", {("RECIPIENT", "إيران")}),
        (
            "نقل موقع أكسيوس عن مصدرين أن بغداد وافقت",
            "نقل",
            {("ACTOR", "مصدرين")},
        ),
    ],
)
def test_participants_fill_their_roles(
    ruleset: Ruleset, text: str, trigger: str, expected: set[tuple[str, str]]
) -> None:
    assert expected <= roles(text, trigger, ruleset)


@pytest.mark.parametrize(
    ("text", "trigger", "polarity", "realis"),
    [
        ("لم يلتق الوزير أحدا ولم يعتقل الجيش جنودا", "يعتقل", "negative", "actual"),
        ("لن ينسحب الجيش", "ينسحب", "negative", "future"),
        ("سيزور الوزير طهران", "يزور", "positive", "future"),
        ("هددت إيران باستهداف القوات", "استهداف", "positive", "hypothetical"),
        ("إذا انسحب الجيش", "انسحب", "positive", "hypothetical"),
        ("نفى الجيش تبادل المعلومات", "تبادل", "negative", "actual"),
        ("التقى الوزير نظيره", "التقى", "positive", "actual"),
    ],
)
def test_polarity_and_realis_follow_the_words_before(
    ruleset: Ruleset, text: str, trigger: str, polarity: str, realis: str
) -> None:
    one = event(text, trigger, ruleset)
    assert (one.polarity, one.realis) == (polarity, realis)


WORDS = (
    *("قال", "الرئيس", "العراقي", "برهم", "صالح", "في", "بغداد", "إن", "قوات", "الأمن"),
    *("اعتقلت", "ثلاثة", "جنود", ".", "،", "“", "”", "وزير", "الخارجية", "الإيراني"),
    *("محمد", "جواد", "ظريف", "هجوم", "على", "السفارة", "الأميركية", "\n", "سـ", "و"),
    *("لـ", "\u200f", "\ud800", "Trump", "12", "كانون", "الثاني"),
)
ARTICLES = st.lists(
    st.sampled_from(WORDS) | st.text(max_size=6),
    max_size=40,
).map(" ".join)


@examples(150)
@given(ARTICLES)
def test_every_suggestion_is_whole_named_and_allowed(text: str) -> None:
    ruleset = RULES[0]
    found = suggest(doc(text), ruleset)
    ids = {m.id for m in found.entities}
    for mark in (*found.entities, *found.events):
        assert 0 <= mark.start < mark.end <= len(text)
        assert mark.rule
        assert mark.score is not None
        assert 0 < mark.score <= 1
        surface = text[mark.start : mark.end]
        assert surface == surface.strip()
    for one in found.events:
        use = ruleset.schema.events[one.label].roles
        for argument in one.arguments:
            filler = found.entity_by_id()[str(argument.entity)]
            assert argument.entity in ids
            assert filler.label in use[argument.role].fillers


@examples(60)
@given(ARTICLES)
def test_records_built_without_validation_equal_validated_ones(text: str) -> None:
    found = suggest(doc(text), RULES[0])
    dumped = found.model_dump(include={"id", "entities", "events"})
    again = AnnotatedDocument.model_validate(dumped)
    assert again.entities == found.entities
    assert again.events == found.events


def test_the_same_document_gives_the_same_suggestions(ruleset: Ruleset) -> None:
    text = "وصل وزير الخارجية العراقي فؤاد حسين إلى طهران"
    assert suggest(doc(text), ruleset) == suggest(doc(text), ruleset)


def test_sentences_of_the_document_bound_its_arguments(ruleset: Ruleset) -> None:
    text = "اعتقل الجيش قاسم سليماني"
    cut = AnnotatedDocument(id="d", text=text, sentences=((0, 11), (12, len(text))))
    (one,) = suggest(cut, ruleset).events
    assert [argument.role for argument in one.arguments] == ["ACTOR"]


def test_a_document_without_text_is_refused(ruleset: Ruleset) -> None:
    with pytest.raises(DataError, match="has no text"):
        suggest(AnnotatedDocument(id="d"), ruleset)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x01", "only Latin here", "\ud800\udfff", "ا" * 5000, "(" * 3000],
)
def test_odd_texts_do_no_harm(ruleset: Ruleset, text: str) -> None:
    assert suggest(doc(text), ruleset).text == text


RULES: list[Ruleset] = []


@pytest.fixture(autouse=True)
def _rules(ruleset: Ruleset) -> None:
    RULES[:] = [ruleset]
