"""A long article with many suggestions, as it meets the eye: small and large, by day
and by night.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from annotate.labelstudio.campaign import Plan, find_campaign, push
from annotate.labelstudio.users import ensure_users
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.jsonl import read_documents
from tests.annotate.labelstudio.builders import SCHEMA
from tests.browser.contrast import READABLE, contrasts
from tests.browser.page import READER, LabellingPage, log_in, opened

pytestmark = [pytest.mark.studio, pytest.mark.browser]

GOLD = Path(__file__).parents[2] / "seeds" / "gold" / "gold.jsonl"
TYPES = {**SCHEMA.entities, **SCHEMA.events}
VIEWS = [(mode, width) for mode in ("Light", "Dark") for width in (1280, 1920)]


def long_article() -> AnnotatedDocument:
    """4,500 characters with 60 marks, the first of them joined by their arguments."""
    (doc,) = (d for d in read_documents(GOLD) if d.id == "baghdad-2020-12")
    events = doc.events[:22]
    fill = {argument.entity for event in events for argument in event.arguments}
    others = [m for m in doc.entities if m.id not in fill][: 60 - 22 - len(fill)]
    chosen = fill | {mention.id for mention in others}
    return doc.model_copy(
        update={
            "events": events,
            "entities": tuple(m for m in doc.entities if m.id in chosen),
        }
    )


def palette() -> AnnotatedDocument:
    """A word for each label there is."""
    word = "كلمات "
    layers = ((EntityMention, SCHEMA.entities), (EventMention, SCHEMA.events))
    made: dict[str, list[object]] = {"entities": [], "events": []}
    start = 0
    for kind, types in layers:
        for label in types:
            mark = kind(id=f"M{start}", label=label, start=start, end=start + 5)
            made["entities" if kind is EntityMention else "events"].append(mark)
            start += len(word)
    return AnnotatedDocument.model_validate(
        {"id": "palette", "text": (word * len(TYPES)).strip(), **made}
    )


def read_out(page: LabellingPage, place: Locator) -> list[str]:
    """The words of a place as a screen reader has them, what CSS adds among them."""
    browser = page.page.context.new_cdp_session(page.page)
    place.evaluate("e => { window.miyarPlace = e; }")
    handle = browser.send("Runtime.evaluate", {"expression": "window.miyarPlace"})
    told = browser.send(
        "Accessibility.queryAXTree",
        {"objectId": handle["result"]["objectId"], "role": "StaticText"},
    )
    browser.detach()
    words = (node["name"]["value"].strip() for node in told["nodes"])
    return [word for word in words if word]


def names(marks) -> Counter[str]:
    return Counter(TYPES[mark.label].name.ar for mark in marks)


@pytest.fixture(scope="module", params=VIEWS, ids=lambda v: f"{v[0]}-{v[1]}")
def view(request, browser, studio, studio_settings):
    """A browser of one kind, in which the annotator is logged in."""
    mode, width = request.param
    ensure_users(studio, studio_settings, [READER])
    context = browser.new_context(viewport={"width": width, "height": width * 5 // 8})
    context.add_init_script(f"localStorage.setItem('preferred-color-scheme', '{mode}')")
    log_in(context, studio.url, READER, studio_settings)
    yield context, f"{mode.lower()}-{width}"
    context.close()


def pushed(view, studio, settings, doc) -> Iterator[LabellingPage]:
    plan = Plan(project=f"long {uuid.uuid4().hex[:12]}", schema=SCHEMA)
    push([doc], plan, studio=studio, settings=settings, say=str)
    project = find_campaign(studio, plan.project).id
    with opened(view[0], studio.url, project) as page:
        mode = page.page.get_attribute("html", "data-color-scheme")
        assert view[1].startswith(mode)
        yield page


@pytest.fixture(scope="module")
def page(view, studio, studio_settings) -> Iterator[LabellingPage]:
    yield from pushed(view, studio, studio_settings, long_article())


@pytest.fixture(scope="module")
def colours(view, studio, studio_settings) -> Iterator[LabellingPage]:
    yield from pushed(view, studio, studio_settings, palette())


def test_labels_and_attributes_stay_in_view_to_the_end_of_the_article(page, view):
    doc = long_article()
    assert len(doc.text or "") > 4500
    assert len(doc.entities) + len(doc.events) == 60
    page.shot(f"long-{view[1]}")
    size = page.page.viewport_size
    last = doc.events[-1]
    page.click_words(*last.span)
    end = len(doc.text or "")
    page.rectangle(end - 2, end - 1)  # scrolls there
    page.page.wait_for_timeout(200)
    page.shot(f"long-{view[1]}-end")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    floor = page.page.locator(".lsf-bottombar").first.bounding_box()["y"]
    for label in page.page.locator(".miyar-group .lsf-label").all():
        box = label.bounding_box()
        assert box["y"] > 0
        assert box["y"] + box["height"] <= floor, label.inner_text()
    choices = page.page.locator(".miyar-marks .lsf-choices:not(.lsf-choices_hidden)")
    assert choices.count() >= 2  # polarity and realis at the least
    for asked in choices.all():
        box = asked.bounding_box()
        assert 0 < box["y"] < size["height"] / 3
    page.page.keyboard.press("Escape")


def test_each_label_tells_how_many_marks_it_has(page):
    doc = long_article()
    shown = {}
    for label in page.page.locator(".miyar-group .lsf-label__text").all():
        name, *number = read_out(page, label)
        shown[name] = int(number[0]) if number else 0
    counted = names([*doc.entities, *doc.events])
    assert {name: n for name, n in shown.items() if n} == dict(counted)
    assert set(shown) == {kind.name.ar for kind in TYPES.values()}


def test_signs_of_roles_show_the_arabic_word_alone(page):
    widths = page.page.evaluate(
        """() => [...document.querySelectorAll('.relations-overlay text')].map(
          (t) => [t.textContent, t.getBBox().width])"""
    )
    joined = sum(len(event.arguments) for event in long_article().events)
    assert len(widths) == joined > 20
    # Their Latin ids alone would be wider than this.
    assert max(width for _, width in widths) < 50
    blended = "multiply", "screen"
    assert page.computed(".relations-overlay", "mixBlendMode") in blended


def test_names_of_marks_stay_whole_on_one_line(page):
    heads = page.page.eval_on_selector_all(
        ".htx-highlight[data-label]",
        "all => all.map(e => getComputedStyle(e, '::after').whiteSpace)",
    )
    assert set(heads) == {"nowrap"}


def test_all_colours_keep_words_readable(colours, view):
    colours.shot(f"colours-{view[1]}")
    for what in (
        ".lsf-richtext__container .htx-highlight",
        ".miyar-group .lsf-label__text",
        ".miyar-group h4",
        ".miyar-group .lsf-label__hotkey",
    ):
        found = contrasts(colours.page, what)
        assert found
        weak = {text: round(r, 2) for text, r in found.items() if r < READABLE}
        assert weak == {}, what


def test_chosen_marks_and_labels_of_all_colours_keep_words_readable(colours, view):
    weak = {}
    for mark in (*palette().entities, *palette().events):
        colours.click_words(mark.start, mark.end)
        colours.page.locator(".lsf-label_selected").wait_for()
        for what in (
            ".htx-highlight.__active",
            ".lsf-label_selected .lsf-label__text",
            ".miyar-marks .lsf-choices:not(.lsf-choices_hidden) label span span",
            ".lsf-outliner-item__title .lsf-labels-list",
            ".lsf-detailed-region__title .lsf-labels-list span",
        ):
            found = contrasts(colours.page, what)
            assert found, what
            for text, ratio in found.items():
                if ratio < READABLE:
                    weak[mark.label, what, text] = round(ratio, 2)
        colours.page.keyboard.press("Escape")
    colours.shot(f"chosen-{view[1]}")
    assert weak == {}
