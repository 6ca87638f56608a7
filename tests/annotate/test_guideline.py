"""The guideline holds all that the schema says, escaped, Arabic right to left."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from annotate.guideline import (
    render_adjudication,
    render_guideline_html,
    render_guideline_markdown,
    render_instructions,
)
from annotate.schema_report import (
    describe_label,
    diff_schemas,
    find_pale_labels,
    render_label,
    render_labels,
)
from schemas.errors import UsageError
from schemas.load import BUILT_IN, load_schema, parse_schema
from schemas.markup import parse_markup

SCHEMA = load_schema()
SOURCE = BUILT_IN.read_text(encoding="utf-8")
_VOID = {"meta", "link", "br"}


class Nesting(HTMLParser):
    """Fails at a tag that closes another than the one open; collects ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids.add(str(values["id"]))
        if tag == "a":
            self.links.add(str(values["href"]).lstrip("#"))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_its_links_lead_somewhere() -> None:
    page = Nesting()
    page.feed(render_guideline_html(SCHEMA))
    assert page.open == []
    assert page.links <= page.ids
    labels = {*SCHEMA.entities, *SCHEMA.events, *SCHEMA.guideline}
    assert labels <= page.ids


def test_the_page_needs_no_network() -> None:
    html = render_guideline_html(SCHEMA)
    assert "http" not in html
    assert "src=" not in html


@pytest.mark.parametrize(
    "render", [render_guideline_html, render_guideline_markdown, render_instructions]
)
def test_every_clause_is_there_in_arabic(render) -> None:  # type: ignore[no-untyped-def]
    text = render(SCHEMA)
    for number, clause in SCHEMA.guideline.items():
        assert number in text
        assert clause.rule.ar in text


def test_what_stands_in_a_schema_is_never_executed() -> None:
    evil = SOURCE.replace(
        "title: {ar: أخبار السياسة العربية,", 'title: {ar: "<script>x",'
    )
    evil = evil.replace("[بغداد|GPE]", "[<img src=x>|GPE]")
    schema = parse_schema(evil)
    for html in (render_guideline_html(schema), render_instructions(schema)):
        assert "<script" not in html
        assert "<img" not in html


def test_a_mark_in_an_example_keeps_its_word_whole() -> None:
    # The label is drawn by the style: an element between letters would cut their join.
    html = render_guideline_html(SCHEMA)
    assert 'ب<mark data-label="PER">الكاظمي</mark> في' in html


def test_arabic_words_in_an_english_sentence_keep_its_order() -> None:
    # With only a comma between them they would be laid out as one run, backwards.
    html = render_guideline_html(SCHEMA)
    assert (
        'not if it only lends its name (<bdi lang="ar">القدس</bdi> in '
        '<bdi lang="ar">فيلق القدس</bdi>, <bdi lang="ar">فلسطين</bdi> in'
    ) in html
    assert '<bdi lang="ar">قبل 3 أيام</bdi>' in html


def test_show_lists_all_labels_and_tells_all_of_one() -> None:
    listed = render_labels(SCHEMA)
    assert all(label in listed for label in (*SCHEMA.entities, *SCHEMA.events))
    told = render_label(SCHEMA, "ATTACK")
    for part in ("INSTRUMENT: WEA, VEH", "ASSAULT", "Conflict.Attack", "طائرة مسيّرة"):
        assert part in told
    assert "group: Violence · العنف; colour #d50000" in told
    assert render_label(SCHEMA, "ACTOR").startswith("ACTOR: Actor")
    with pytest.raises(UsageError, match="no such label; known: PER"):
        render_label(SCHEMA, "PERSON")


def test_a_colour_that_is_hard_to_read_is_noted() -> None:
    assert find_pale_labels(SCHEMA) == []
    pale = parse_schema(SOURCE.replace('color: "#0277bd"', 'color: "#4fc3f7"'))
    (note,) = find_pale_labels(pale)
    assert note.startswith("MEET: words on its colour #4fc3f7 have a contrast of 2.0")


def test_diff_names_each_place_that_differs() -> None:
    changed = SOURCE.replace('version: "1.0"', 'version: "1.1"')
    changed = changed.replace("      militia: {ar: فصيل مسلح, en: armed group}\n", "")
    changed = changed.replace("    hotkey: m\n", '    hotkey: "shift+m"\n')
    found = diff_schemas(SCHEMA, parse_schema(changed))
    assert [str(difference) for difference in found] == [
        "- entities.ORG.subtypes.militia.ar: فصيل مسلح",
        "- entities.ORG.subtypes.militia.en: armed group",
        "~ events.MEET.hotkey: m -> shift+m",
        "~ version: 1.0 -> 1.1",
    ]
    gone, *_, key, _ = (difference.to_json() for difference in found)
    assert gone == {"place": "entities.ORG.subtypes.militia.ar", "old": "فصيل مسلح"}
    assert key == {"place": "events.MEET.hotkey", "old": "m", "new": "shift+m"}
    assert diff_schemas(SCHEMA, SCHEMA) == []


@pytest.mark.parametrize(
    ("label", "layer"), [("PER", "entities"), ("MEET", "events"), ("ACTOR", "roles")]
)
def test_a_label_is_described_as_data_too(label: str, layer: str) -> None:
    said = describe_label(SCHEMA, label)
    assert (said["label"], said["layer"]) == (label, layer)
    assert said["name"]["ar"]
    assert json.loads(json.dumps(said)) == said
    with pytest.raises(UsageError, match="no such label; known: PER"):
        describe_label(SCHEMA, "PERSON")


# What careful readers still asked, as clause, words of an example, and how the clause
# has them marked: with a label, or not at all.
ANSWERS = [
    ("E1", "تنظيم الدولة الإسلامية", "ORG"),
    ("E1", "حركة «النهضة»", "ORG"),
    ("E1", "محافظة", None),
    ("E1", "مدينة", None),
    ("E1", "منطقة", None),
    ("E3", "الحكومة العراقية", "ORG"),
    ("E3", "السلطات العراقية", "ORG"),
    ("E4", "الخارجية", "ORG"),
    ("E4", "الداخلية", "ORG"),
    ("E5", "خليجية", "NORP"),
    ("E5", "الغربي", "NORP"),
    ("E5", "شيعية", "NORP"),
    ("E5", "حزب العمال الكردستاني", "ORG"),
    ("E7", "السابق", None),
    ("E7", "الحالي", None),
    ("E8", "نائب رئيس الوزراء", "TITLE"),
    ("E9", "الناشط", None),
    ("E9", "الشيخ", None),
    ("E9", "فخامة", None),
    ("E11", "السفارة الأميركية", "FAC"),
    ("E11", "السفارة الأميركية", "ORG"),
    ("E12", "شمال", None),
    ("E13", "ليل الجمعة السبت", "DATE"),
    ("E13", "48 ساعة", None),
    ("E13", "مؤخرا", None),
    ("E14", "125", "NUM"),
    ("E14", "خمسة", "NUM"),
    ("E14", "عشرين", "NUM"),
    ("S5", "سجون", None),
    ("S5", "الناصرية", "GPE"),
    ("V1", "استهدفت", "ATTACK"),
    ("V1", "هاجمو", "ATTACK"),
    ("V3", "يُذكر", None),
    ("V3", "مؤكدا", "STATEMENT"),
    ("V3", "مضيفا", "STATEMENT"),
    ("V4", "حذر", "STATEMENT"),
    ("V4", "حذر", "THREATEN"),
    ("V5", "بحث", "NEGOTIATE"),
    ("V5", "تشاور", "NEGOTIATE"),
    ("V5", "اتصال", "MEET"),
    ("V5", "جلسة", None),
    ("V6", "العمليات", "ATTACK"),
    ("V6", "مجزرة", "ATTACK"),
    ("V6", "القتال", None),
    ("V6", "احتلالها", None),
    ("V8", "قتيلا", "CASUALTY"),
    ("V8", "جريحا", "CASUALTY"),
    ("V9", "متهمين", "ACCUSE"),
    ("V9", "المحظور", None),
    ("V11", "تبنى", "STATEMENT"),
    ("V11", "عفو", "RELEASE"),
    ("V11", "نقض", "TRIAL"),
    ("V11", "استجواب", "INVESTIGATE"),
    ("A1", "أضاف", "STATEMENT"),
    ("A4", "السفارة", "FAC"),
    ("A5", "مقاتلات تركية", "VEH"),
    ("T2", "الانسحاب", "WITHDRAW"),
]


@pytest.mark.parametrize(("number", "words", "label"), ANSWERS)
def test_each_open_question_is_answered_by_an_example(
    number: str, words: str, label: str | None
) -> None:
    answers = set()
    for example in SCHEMA.guideline[number].examples:
        text, marks = parse_markup(example.text)
        for found in re.finditer(re.escape(words), text):
            exact = {m.label for m in marks if m.span == found.span()}
            touched = any(
                m.span.start < found.end() and found.start() < m.span.end for m in marks
            )
            answers |= exact or ({"part of a mark"} if touched else {None})
    assert label in answers, SCHEMA.guideline[number].examples
    if label is None:
        assert answers == {None}


def test_what_was_ordered_is_told_by_its_realis() -> None:
    reasons = {
        parse_markup(example.text)[0]: example.why.ar
        for example in SCHEMA.guideline["T2"].examples
        if example.why
    }
    assert "hypothetical" in reasons["أمر القائد بالانسحاب"]
    assert "actual" in reasons["تم الانسحاب الذي أمر به القائد"]


def test_an_adjudicator_reads_how_to_rule_and_then_the_guideline() -> None:
    page = Nesting()
    shown = render_adjudication(SCHEMA)
    page.feed(shown)
    assert page.open == []
    assert shown.endswith(render_instructions(SCHEMA))
    assert "ولو خالف المرمّزين جميعًا" in shown
