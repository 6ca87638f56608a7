from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from annotate.labelstudio.campaign import Campaign, Plan, find_campaign, push
from annotate.labelstudio.config import role_value
from schemas.annotations import AnnotatedDocument
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, bare, span_of, visit
from tests.browser.page import LabellingPage, opened

pytestmark = [pytest.mark.studio, pytest.mark.browser]


def new_campaign(studio, settings) -> Campaign:
    """A project that holds the visit."""
    plan = Plan(project=f"page {uuid.uuid4().hex[:12]}", schema=SCHEMA)
    push([visit()], plan, studio=studio, settings=settings, say=lambda _: None)
    return find_campaign(studio, plan.project)


@pytest.fixture
def campaign(studio, studio_settings) -> Campaign:
    return new_campaign(studio, studio_settings)


@pytest.fixture(scope="module")
def shown(annotator, studio, studio_settings) -> Iterator[LabellingPage]:
    """A page that is only looked at: nothing is submitted from it."""
    campaign = new_campaign(studio, studio_settings)
    with opened(annotator, studio.url, campaign.id, shot="instructions") as page:
        yield page


def named(doc: AnnotatedDocument, label: str) -> list[tuple[int, int]]:
    return [m.span for m in doc.entities if m.label == label]


def test_the_text_and_its_suggestions_run_right_to_left(shown):
    shown.shot("suggestions")
    assert shown.computed(".lsf-richtext__container", "direction") == "rtl"
    spans = [span_of("زار"), span_of("وزير الخارجية"), span_of("بغداد")]
    marks = shown.page.locator(".htx-highlight")
    assert marks.all_inner_texts() == [TEXT[slice(*span)] for span in spans]
    verb, title, city = (shown.rectangle(*span) for span in spans)
    assert verb[0] > title[2] - 1
    assert title[0] > city[2] - 1
    named = marks.nth(1).get_attribute("data-label")
    assert SCHEMA.entities["TITLE"].name.ar in named


def test_the_text_is_set_in_the_arabic_fonts_with_room_for_arrows(shown):
    selector = ".lsf-richtext__container .htx-highlight"
    assert "Noto Naskh Arabic" in shown.computed(selector, "fontFamily")
    size = float(shown.computed(selector, "fontSize").removesuffix("px"))
    line = float(shown.computed(selector, "lineHeight").removesuffix("px"))
    assert size >= 18
    assert line / size > 2.3


def test_every_label_answers_to_its_own_key(shown):
    shown.page.keyboard.press("Escape")
    for spec in [*SCHEMA.entities.values(), *SCHEMA.events.values()]:
        key = spec.hotkey.replace("shift+", "Shift+")
        shown.page.keyboard.press(key)
        assert shown.chosen() == [spec.name.ar], f"key {spec.hotkey}"
        shown.page.keyboard.press(key)
        assert shown.chosen() == [], f"key {spec.hotkey}"


@pytest.mark.parametrize("width", [1280, 1920])
def test_labels_attributes_and_text_share_the_window(shown, width):
    shown.page.set_viewport_size({"width": width, "height": width * 5 // 8})
    shown.click_words(0, 3)
    shown.shot(f"page-{width}")
    labels, marks, text = (
        shown.page.locator(selector).first.bounding_box()
        for selector in (".miyar-labels", ".miyar-marks", ".lsf-richtext__container")
    )
    assert labels["x"] + labels["width"] <= text["x"] + 1
    assert marks["y"] + marks["height"] <= text["y"] + 1
    assert 480 <= text["width"] <= 1000
    assert labels["y"] + labels["height"] <= width * 5 // 8
    shown.page.keyboard.press("Escape")


def test_submitting_untouched_suggestions_accepts_them_all(page, pulled):
    assert bare(pulled(page)) == bare(visit())


def test_names_drawn_inside_words_have_exactly_their_offsets(page, pulled):
    drawn = {
        "GPE": span_of("بغداد", nth=1),  # in ببغداد
        "PER": span_of("لكاظمي"),  # in للكاظمي, whose article is hidden
    }
    for label, span in drawn.items():
        page.page.keyboard.press(SCHEMA.entities[label].hotkey)
        page.select(*span)
        page.page.keyboard.press("Escape")
    page.shot("drawn-inside-words")
    doc = pulled(page)
    assert drawn["GPE"] in named(doc, "GPE")
    assert named(doc, "PER") == [drawn["PER"]]
    assert len(doc.entities) == len(visit().entities) + 2


def test_attributes_are_set_with_a_click_and_a_key(page, pulled):
    page.click_words(*span_of("بغداد"))
    page.page.keyboard.press("Shift+Digit2")
    page.page.keyboard.press("Escape")
    page.click_words(*span_of("زار"))
    page.page.keyboard.press("Shift+Digit4")
    page.page.get_by_text(SCHEMA.realis["future"].name.ar).click()
    page.shot("attributes")
    doc = pulled(page)
    assert [m.level for m in doc.entities] == ["name", "nominal"]
    (event,) = doc.events
    assert (event.polarity, event.realis) == ("negative", "future")


def test_an_edge_can_be_dragged_and_arguments_stay(page, pulled):
    start, end = span_of("وزير الخارجية")
    page.click_words(start, end)
    _, top, _, bottom = page.rectangle(start, end)
    middle = (top + bottom) / 2
    word = page.rectangle(start, start + len("وزير"))
    handle = page.page.locator(".htx-highlight area.__resize_right").bounding_box()
    assert handle is not None
    page.drag((handle["x"] + handle["width"] / 2, middle), (word[0] + 0.5, middle))
    page.shot("edge-dragged")
    doc = pulled(page)
    assert named(doc, "TITLE") == [(start, start + len("وزير"))]
    (event,) = doc.events
    assert {a.role for a in event.arguments} == {"ACTOR", "DESTINATION"}
    assert doc.entities[0].rule == "TITLE-1"


def test_an_argument_is_drawn_with_alt_r_and_a_role(page, pulled):
    person = span_of("الكاظمي")
    page.page.keyboard.press(SCHEMA.entities["DATE"].hotkey)
    page.select(*span_of("أمس"))
    page.page.keyboard.press("Escape")
    page.click_words(*span_of("زار"))
    page.page.keyboard.press("Alt+KeyR")
    page.click_words(*span_of("أمس"))
    page.page.locator("#Relations-draggable").click()
    item = page.page.locator(".lsf-relations__item").nth(2)
    item.hover()
    item.get_by_label("Show Relation Labels").click()
    page.page.locator(".lsf-relation-meta button").click()
    role = role_value(SCHEMA, "TIME")
    page.page.get_by_role("option", name=role).click()
    page.page.keyboard.press("Escape")
    page.shot("argument-drawn")
    doc = pulled(page)
    (event,) = doc.events
    filled = {a.role: doc.filler_span(a) for a in event.arguments}
    assert filled["TIME"] == span_of("أمس")
    assert person not in filled.values()
