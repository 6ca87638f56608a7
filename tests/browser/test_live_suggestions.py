"""An annotator draws a name once, and sees its other mentions marked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from annotate.cli.backend import build_backend
from annotate.labelstudio.backend import RULE
from annotate.labelstudio.campaign import push
from annotate.labelstudio.connection import connect_project
from annotate.labelstudio.doors import Doors
from annotate.labelstudio.plan import Plan
from annotate.labelstudio.projects import Campaign, find_campaign
from schemas.annotations import AnnotatedDocument
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, span_of, visit
from tests.annotate.labelstudio.serving import serving
from tests.browser.page import LabellingPage

DOORS = Doors("a secret")

pytestmark = [pytest.mark.studio, pytest.mark.browser]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(build_backend(None, None), DOORS) as url:
        yield url


@pytest.fixture
def campaign(studio, studio_settings, address, request) -> Campaign:
    """A project with live suggestions that holds one document."""
    plan = Plan(project=f"live {uuid.uuid4().hex[:12]}", schema=SCHEMA)
    doc = getattr(request, "param", visit())
    push([doc], plan, studio=studio, settings=studio_settings, say=lambda _: None)
    found = find_campaign(studio, plan.project)
    connect_project(studio, found.id, url=address, doors=DOORS)
    return found


@pytest.fixture
def page(page: LabellingPage) -> LabellingPage:
    """The labelling page with Auto-Annotation switched on."""
    toggle = page.page.get_by_test_id("bottombar-auto-annotation-toggle")
    if not toggle.is_checked():
        page.page.get_by_text("Auto-Annotation").click()
    assert toggle.is_checked()
    # While a switch has the focus the labels' keys do nothing.
    page.page.evaluate("document.activeElement.blur()")
    return page


def draw(page: LabellingPage, words: str, label: str, *, nth: int = 0) -> None:
    """Mark the words and wait until the suggestions came back."""
    page.page.keyboard.press(SCHEMA.entities[label].hotkey)
    with page.page.expect_response(lambda r: "interactive-annotating" in r.url):
        page.select(*span_of(words, nth=nth))
    page.page.keyboard.press("Escape")


def marks(page: LabellingPage) -> list[str]:
    return page.page.locator(".htx-highlight").all_inner_texts()


def test_drawing_a_name_marks_its_other_mentions_and_they_are_submitted(page, pulled):
    before = marks(page)
    draw(page, "الكاظمي", "PER")
    page.page.wait_for_function(
        "n => document.querySelectorAll('.htx-highlight').length == n", arg=5
    )
    page.shot("live-suggestions")
    assert sorted(marks(page)) == sorted([*before, "الكاظمي", "لكاظمي"])
    doc = pulled(page)
    people = {m.span: m.rule for m in doc.entities if m.label == "PER"}
    assert people == {span_of("الكاظمي"): None, span_of("لكاظمي"): RULE}
    assert len(doc.entities) == len(visit().entities) + 2


def test_what_is_marked_already_is_not_marked_again(page, pulled):
    draw(page, "بغداد", "GPE", nth=1)
    draw(page, "الكاظمي", "PER")
    page.page.wait_for_function(
        "n => document.querySelectorAll('.htx-highlight').length == n", arg=6
    )
    draw(page, "الأحد", "DATE")
    page.shot("live-suggestions-twice")
    doc = pulled(page)
    spans = [m.span for m in doc.entities]
    assert len(spans) == len(set(spans)) == len(visit().entities) + 4
    assert [TEXT[s:e] for s, e in spans].count("بغداد") == 2


def test_one_undo_takes_the_other_mentions_away(page):
    before = marks(page)
    draw(page, "الكاظمي", "PER")
    page.page.wait_for_function(
        "n => document.querySelectorAll('.htx-highlight').length == n", arg=5
    )
    page.page.get_by_role("button", name="Undo").click()
    page.shot("live-suggestions-undone")
    left = marks(page)
    assert "لكاظمي" not in left
    assert set(before) <= set(left)


@pytest.mark.parametrize(
    "campaign", [AnnotatedDocument(id="bare", text=TEXT)], indirect=True
)
def test_a_task_without_suggestions_has_them_when_it_is_opened(studio, campaign, page):
    (task,) = studio.get("/api/tasks", project=campaign.id, fields="all")["tasks"]
    (prediction,) = task["predictions"]
    page.shot("live-suggestions-at-opening")
    regions = [r["value"] for r in prediction["result"] if r["type"] == "labels"]
    assert len(regions) > 5
    assert sorted(marks(page)) == sorted(value["text"] for value in regions)
