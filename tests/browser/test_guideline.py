"""The guideline in a browser: Arabic right to left beside English, on any screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from annotate.guideline import render_guideline_html
from schemas.load import load_schema
from tests.browser.page import SCREENSHOTS

SCHEMA = load_schema()

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    place = tmp_path_factory.mktemp("guideline") / "guideline.html"
    place.write_text(render_guideline_html(SCHEMA), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.goto(place.as_uri())
    yield page
    page.close()


def test_each_rule_stands_in_both_languages_side_by_side(page: Page) -> None:
    for number in SCHEMA.guideline:
        english, arabic = (
            page.locator(f"#{number} .pair > p[lang={language}]").first
            for language in ("en", "ar")
        )
        left, right = english.bounding_box(), arabic.bounding_box()
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] <= right["x"]
        assert abs(left["y"] - right["y"]) < 20
        assert arabic.evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_a_list_of_arabic_words_in_english_runs_from_the_left(page: Page) -> None:
    words = page.locator("#E7 .pair > p[lang=en] bdi")
    first, second = words.nth(0).bounding_box(), words.nth(1).bounding_box()
    assert words.nth(0).inner_text() == "السابق"
    assert first is not None
    assert second is not None
    assert first["x"] < second["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1300])
def test_nothing_runs_off_the_screen(page: Page, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("article h3").first.scroll_into_view_if_needed()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"guideline-{width}-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
