"""The guideline holds all that the schema says, escaped, Arabic right to left."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from annotate.guideline import (
    render_adjudication,
    render_guideline_html,
    render_guideline_markdown,
    render_instructions,
)
from annotate.schema_report import diff_schemas, render_label, render_labels
from schemas.errors import UsageError
from schemas.load import BUILT_IN, load_schema, parse_schema

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


def test_show_lists_all_labels_and_tells_all_of_one() -> None:
    listed = render_labels(SCHEMA)
    assert all(label in listed for label in (*SCHEMA.entities, *SCHEMA.events))
    told = render_label(SCHEMA, "ATTACK")
    for part in ("INSTRUMENT: WEA, VEH", "ASSAULT", "Conflict.Attack", "طائرة مسيّرة"):
        assert part in told
    assert render_label(SCHEMA, "ACTOR").startswith("ACTOR: Actor")
    with pytest.raises(UsageError, match="no such label; known: PER"):
        render_label(SCHEMA, "PERSON")


def test_diff_names_each_place_that_differs() -> None:
    changed = SOURCE.replace('version: "1.0"', 'version: "1.1"')
    changed = changed.replace("      militia: {ar: فصيل مسلح, en: armed group}\n", "")
    changed = changed.replace("    hotkey: m\n", '    hotkey: "shift+m"\n')
    assert diff_schemas(SCHEMA, parse_schema(changed)) == [
        "- entities.ORG.subtypes.militia.ar: فصيل مسلح",
        "- entities.ORG.subtypes.militia.en: armed group",
        "~ events.MEET.hotkey: m -> shift+m",
        "~ version: 1.0 -> 1.1",
    ]
    assert diff_schemas(SCHEMA, SCHEMA) == []


def test_an_adjudicator_reads_how_to_rule_and_then_the_guideline() -> None:
    page = Nesting()
    shown = render_adjudication(SCHEMA)
    page.feed(shown)
    assert page.open == []
    assert shown.endswith(render_instructions(SCHEMA))
    assert "ولو خالف المرمّزين جميعًا" in shown
