from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Locator

from annotate.labelstudio.campaign import (
    Campaign,
    Plan,
    find_campaign,
    push,
    tasks_by_document,
)
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.config import role_value
from annotate.labelstudio.history import read_history
from annotate.labelstudio.review import TAB, lint_project
from annotate.labelstudio.tasks import to_results
from annotate.ledger import Ledger, build_ledger
from annotate.lint import lint_document
from schemas.annotations import AnnotatedDocument, Argument, EntityMention
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, span_of, visit
from tests.browser.page import READER, SCREENSHOTS, LabellingPage

pytestmark = [pytest.mark.studio, pytest.mark.browser]


def suggested() -> AnnotatedDocument:
    """The visit, with one suggestion more to relabel and one to delete."""
    wrong, needless = span_of("الوفد"), span_of("الأحد الماضي")
    more = (
        EntityMention(id="T3", label="PER", start=wrong[0], end=wrong[1], rule="PER-3"),
        EntityMention(
            id="T4", label="DATE", start=needless[0], end=needless[1], rule="DATE-4"
        ),
    )
    doc = visit()
    return doc.model_copy(update={"entities": (*doc.entities, *more)})


def joined() -> AnnotatedDocument:
    """The visit with three arguments, each of a rule, and two days to choose from."""
    day, other = span_of("الأحد الماضي"), span_of("أمس")
    more = (
        EntityMention(id="T4", label="DATE", start=day[0], end=day[1], rule="DATE-4"),
        EntityMention(id="T5", label="DATE", start=other[0], end=other[1], rule="D-5"),
    )
    doc = visit()
    arguments = (
        Argument(role="ACTOR", entity="T1", rule="ARG-1"),
        Argument(role="DESTINATION", entity="T2", rule="ARG-2"),
        Argument(role="TIME", entity="T4", rule="ARG-3"),
    )
    (event,) = doc.events
    return doc.model_copy(
        update={
            "entities": (*doc.entities, *more),
            "events": (event.model_copy(update={"arguments": arguments}),),
        }
    )


@pytest.fixture
def doc() -> AnnotatedDocument:
    return suggested()


@pytest.fixture
def campaign(studio, studio_settings, doc) -> Campaign:
    plan = Plan(project=f"ledger {uuid.uuid4().hex[:12]}", schema=SCHEMA)
    push([doc], plan, studio=studio, settings=studio_settings, say=str)
    return find_campaign(studio, plan.project)


@pytest.fixture
def ledger(studio, studio_settings, campaign):
    """Submit the page and return the ledger of its project."""

    def run(page: LabellingPage) -> Ledger:
        page.submit()
        history = read_history(studio, campaign, SCHEMA, settings=studio_settings)
        return build_ledger(history)

    return run


def counts(rows) -> dict[str, dict[str, int]]:
    return {row.name: dict(row.counts) for row in rows}


def press(page: LabellingPage, label: str) -> None:
    page.page.keyboard.press(SCHEMA.entities[label].hotkey)


def draw(page: LabellingPage, label: str, span: tuple[int, int]) -> None:
    press(page, label)
    page.select(*span)
    page.page.keyboard.press("Escape")
    word = SCHEMA.entities[label].name.ar
    page.page.locator(f".htx-highlight[data-label*='{word}']").first.wait_for()


def drag_left_edge(page: LabellingPage, span: tuple[int, int], end: int) -> None:
    """Move the end of a region, which is its left edge, to another code point."""
    page.click_words(*span)
    _, top, _, bottom = page.rectangle(*span)
    middle = (top + bottom) / 2
    kept = page.rectangle(span[0], end)
    handle = page.page.locator(".htx-highlight area.__resize_right").bounding_box()
    assert handle is not None
    page.drag((handle["x"] + handle["width"] / 2, middle), (kept[0] + 0.5, middle))
    page.page.keyboard.press("Escape")


def join(page: LabellingPage, event: str, filler: str, role: str, nth: int) -> None:
    """Draw the `nth` relation of the page and give it its role."""
    page.click_words(*span_of(event))
    page.page.keyboard.press("Alt+KeyR")
    page.click_words(*span_of(filler))
    give_role(page, role, nth)


def relation(page: LabellingPage, nth: int) -> Locator:
    """Point at the `nth` relation in the list beside the page."""
    page.page.locator("#Relations-draggable").click()
    item = page.page.locator(".lsf-relations__item").nth(nth)
    item.hover()
    return item


def give_role(page: LabellingPage, role: str, nth: int) -> None:
    item = relation(page, nth)
    item.get_by_label("Show Relation Labels").click()
    # The list of an earlier one stays open; the new relation is below it.
    page.page.locator(".lsf-relation-meta button").last.click()
    page.page.get_by_role("option", name=role_value(SCHEMA, role)).click()
    page.page.keyboard.press("Escape")


def test_what_was_accepted_moved_relabelled_deleted_and_added_is_in_the_ledger(
    page, ledger
):
    title = span_of("وزير الخارجية")
    drag_left_edge(page, title, title[0] + len("وزير"))
    page.click_words(*span_of("الوفد"))
    press(page, "ORG")
    page.page.keyboard.press("Escape")
    page.click_words(*span_of("الأحد الماضي"))
    page.page.keyboard.press("Backspace")
    page.page.locator(".htx-highlight").nth(4).wait_for(state="detached")
    draw(page, "PER", span_of("لكاظمي"))
    draw(page, "DATE", span_of("أمس"))
    join(page, "زار", "أمس", "TIME", nth=2)
    page.shot("ledger")

    found = ledger(page).suggested
    assert counts(found.rules) == {
        "GPE-7": {"accepted": 1},
        "TITLE-1": {"moved": 1},
        "PER-3": {"relabelled": 1},
        "DATE-4": {"deleted": 1},
        "VISIT-2": {"accepted": 1},
        "ARG-1": {"accepted": 1},
    }
    assert counts(found.labels) == {
        "GPE": {"accepted": 1},
        "TITLE": {"moved": 1},
        "PER": {"relabelled": 1, "missed": 1},
        "DATE": {"deleted": 1, "missed": 1},
        "VISIT": {"accepted": 1},
        "ACTOR": {"accepted": 1},
        "DESTINATION": {"accepted": 1},
        "TIME": {"missed": 1},
    }
    # Ten decisions share the time that the page was open.
    assert found.total.seconds == pytest.approx(found.seconds / 10, abs=0.001)
    assert found.seconds > 1


@pytest.mark.parametrize("doc", [joined()], ids=["joined"])
def test_relations_kept_relabelled_moved_deleted_and_added_are_in_the_ledger(
    page, ledger, doc
):
    give_role(page, "RECIPIENT", nth=0)
    relation(page, 1).get_by_label("Delete Relation").click()
    relation(page, 1).get_by_label("Delete Relation").click()
    page.page.locator(".lsf-relations__item").nth(1).wait_for(state="detached")
    join(page, "زار", "أمس", "TIME", nth=1)
    draw(page, "ORG", span_of("الوفد"))
    join(page, "زار", "الوفد", "ACTOR", nth=2)
    page.shot("relations")

    found = ledger(page).suggested
    of_rules = counts(found.rules)
    assert of_rules["ARG-1"] == {"relabelled": 1}
    assert of_rules["ARG-2"] == {"deleted": 1}
    assert of_rules["ARG-3"] == {"moved": 1}
    assert of_rules["VISIT-2"] == {"accepted": 1}
    labels = {row.name: dict(row.counts) for row in found.labels}
    assert labels["ACTOR"] == {"relabelled": 1, "missed": 1}
    assert labels["DESTINATION"] == {"deleted": 1}
    assert labels["TIME"] == {"moved": 1}


def test_a_deleted_event_takes_its_arguments_along(page, ledger):
    page.click_words(*span_of("زار"))
    page.page.keyboard.press("Backspace")
    found = ledger(page).suggested
    assert counts(found.rules)["VISIT-2"] == {"deleted": 1}
    labels = counts(found.labels)
    assert labels["ACTOR"] == labels["DESTINATION"] == {"deleted": 1}
    assert labels["TITLE"] == {"accepted": 1}


def test_another_attribute_alone_counts_as_amended(page, ledger):
    page.click_words(*span_of("زار"))
    page.page.keyboard.press("Shift+Digit4")
    page.page.keyboard.press("Escape")
    found = ledger(page).suggested
    assert counts(found.rules)["VISIT-2"] == {"amended": 1}


def test_an_annotator_reads_what_to_mend_in_a_tab(
    annotator, studio, studio_settings, campaign
):
    task = tasks_by_document(studio, campaign)["visit"]
    results = to_results(suggested(), SCHEMA)
    results[0]["value"] |= {"start": 3, "text": TEXT[3:17]}
    with connect(studio_settings, login=login_of(studio_settings, READER)) as reader:
        content = {"result": results, "lead_time": 1.0}
        reader.post(f"/api/tasks/{task}/annotations/", content, doing="x")
    lint_project(studio, campaign, SCHEMA, lint=lambda doc: lint_document(doc, SCHEMA))
    page = annotator.new_page()
    page.goto(f"{studio.url}/projects/{campaign.id}/data")
    page.get_by_text(TAB).click()
    note = page.get_by_text("في طرفها فراغ")
    note.wait_for()
    page.get_by_text("begins or ends with white space").wait_for()
    page.screenshot(path=SCREENSHOTS / "to-mend.png")
    note.click()
    page.wait_for_selector(".lsf-richtext__container .htx-highlight")
    page.close()
