from __future__ import annotations

import pytest

from annotate.rules.compiled import Ruleset
from annotate.rules.engine import suggest
from schemas.annotations import AnnotatedDocument

# The months as CLDR has them for Arabic (ar), Iraq and Syria (ar_IQ, ar_SY), Algeria
# and Tunisia (ar_DZ, ar_TN), Morocco (ar_MA), Saudi Arabia's desks as ar.
MONTHS = (
    *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس"),
    *("سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
    *("كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب"),
    *("أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"),
    *("جانفي", "فيفري", "أفريل", "ماي", "جوان", "جويلية", "أوت"),
    *("يوليوز", "غشت", "شتنبر", "نونبر", "دجنبر"),
)

DATES = (
    "7 يوليو/تموز",
    "7 يوليو/تموز الماضي",
    "7 تموز (يوليو)",
    "٧ يوليو ٢٠٢١",
    "الثالث من يناير",
    "الثالث من كانون الثاني",
    "الحادي والعشرين من مارس",
    "الأحد 7 يوليو",
    "الأحد الماضي",
    "مساء الأحد الماضي",
    "يوم الجمعة",
    "ليل الجمعة السبت",
    "يناير المقبل",
    "نهاية يناير 2020",
    "أواخر تشرين الأول الماضي",
    "عام 2003",
    "الأسبوع المقبل",
    "الشهر الماضي",
    "أمس",
    "أمس الأول",
    "مساء أمس",
    "قبل ثلاثة أيام",
    "قبل أسبوعين",
)


def dates(text: str, ruleset: Ruleset) -> list[str]:
    found = suggest(AnnotatedDocument(id="d", text=text), ruleset).entities
    return [text[m.start : m.end] for m in found if m.label == "DATE"]


@pytest.mark.parametrize("month", MONTHS)
def test_every_month_of_the_arab_press_makes_a_date(
    month: str, ruleset: Ruleset
) -> None:
    text = f"وصل الوفد في 12 {month} 2019 إلى المدينة"
    assert dates(text, ruleset) == [f"12 {month} 2019"]


@pytest.mark.parametrize("date", DATES)
def test_dates_are_whole(date: str, ruleset: Ruleset) -> None:
    assert dates(f"زار الوزير بغداد {date} برفقة وفد", ruleset) == [date]


def test_the_conjunction_stays_outside_of_a_date(ruleset: Ruleset) -> None:
    text = "انعقدت الجلسة الأحد والاثنين"
    assert dates(text, ruleset) == ["الأحد", "الاثنين"]


@pytest.mark.parametrize(
    ("text", "trigger", "count"),
    [
        ("أعلنت الشرطة مقتل ثلاثة جنود في هجوم", "مقتل", "ثلاثة"),
        ("قتل 14 مدنيا في قصف على المدينة", "قتل", "14"),
        ("أصيب ٢٥ شخصا في التفجير", "أصيب", "٢٥"),
    ],
)
def test_counts_are_arguments(
    text: str, trigger: str, count: str, ruleset: Ruleset
) -> None:
    found = suggest(AnnotatedDocument(id="d", text=text), ruleset)
    (event,) = (e for e in found.events if text[e.start : e.end] == trigger)
    counts = [
        text[span.start : span.end]
        for argument in event.arguments
        if argument.role == "COUNT" and (span := found.filler_span(argument))
    ]
    assert counts == [count]


def test_a_number_that_counts_nothing_is_no_mention(ruleset: Ruleset) -> None:
    found = suggest(AnnotatedDocument(id="d", text="وقع الرقم 14 في خطأ"), ruleset)
    assert not [m for m in found.entities if m.label == "NUM"]
