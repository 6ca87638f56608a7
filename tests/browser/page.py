"""A labelling page as an annotator works it: mouse, keyboard, and what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from annotate.labelstudio.client import login_of
from annotate.settings import Settings

READER = "reader.c@miyar.test"
"""Who annotates in the browser; each test has a project of its own."""

SCREENSHOTS = Path(__file__).parents[2] / ".miyar" / "screenshots"

# Where code points [start, end) of the article are drawn. A line break is a <br>.
_RECTANGLES = """([start, end]) => {
  const root = document.querySelector('.lsf-richtext__container');
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
  const places = [];
  for (let node; (node = walker.nextNode()); ) {
    if (node.nodeName === 'BR') places.push([node, 0, 0]);
    if (node.nodeType !== Node.TEXT_NODE) continue;
    let unit = 0;
    for (const character of node.data) {
      places.push([node, unit, character.length]);
      unit += character.length;
    }
  }
  const range = document.createRange();
  range.setStart(places[start][0], places[start][1]);
  const last = places[end - 1];
  range.setEnd(last[0], last[1] + last[2]);
  range.startContainer.parentElement.scrollIntoView({block: 'center'});
  return [...range.getClientRects()].map(r => [r.left, r.top, r.right, r.bottom]);
}"""


def log_in(annotator: BrowserContext, url: str, email: str, settings: Settings) -> None:
    """Enter Label Studio with e-mail address and password."""
    login = login_of(settings, email)
    page = annotator.new_page()
    page.goto(f"{url}/user/login")
    page.fill("input[name=email]", login.email)
    page.fill("input[name=password]", login.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/user/login" not in address)
    page.close()


class LabellingPage:
    """The page of a project's label stream, as one annotator has it open."""

    def __init__(self, annotator: BrowserContext):
        self.page: Page = annotator.new_page()
        # A busy machine takes its time over the first page.
        self.page.set_default_timeout(120_000)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def open(self, url: str, project: int) -> None:
        """Open the label stream and wait for the instructions over it."""
        self.page.goto(f"{url}/projects/{project}/data?labeling=1")
        self.page.wait_for_selector(".lsf-richtext__container .htx-highlight")
        self.instructions = self.page.get_by_text("Labeling Instructions")
        self.instructions.wait_for()

    def close_instructions(self) -> None:
        self.page.keyboard.press("Escape")
        self.instructions.wait_for(state="detached")

    def shot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def computed(self, selector: str, style: str) -> Any:
        return self.page.eval_on_selector(
            selector, f"e => getComputedStyle(e)['{style}']"
        )

    def rectangle(self, start: int, end: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of words that stand on one line."""
        first, *more = self.page.evaluate(_RECTANGLES, [start, end])
        assert all(r[1] == first[1] for r in more), "the words are on two lines"
        every = [first, *more]
        return (
            min(r[0] for r in every),
            first[1],
            max(r[2] for r in every),
            first[3],
        )

    def select(self, start: int, end: int) -> None:
        """Draw the mouse over the words, from their right edge to their left."""
        left, top, right, bottom = self.rectangle(start, end)
        self.drag((right - 0.5, (top + bottom) / 2), (left + 0.5, (top + bottom) / 2))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
        mouse.move(*end, steps=4)
        mouse.up()

    def click_words(self, start: int, end: int) -> None:
        left, top, right, bottom = self.rectangle(start, end)
        self.page.mouse.click((left + right) / 2, (top + bottom) / 2)

    def chosen(self) -> list[str]:
        """The labels that are switched on."""
        return self.page.locator(
            ".lsf-label_selected .lsf-label__text"
        ).all_inner_texts()

    def submit(self) -> None:
        with self.page.expect_response(
            lambda answer: (
                "/annotations" in answer.url
                and answer.request.method == "POST"
                and answer.status == 201
            )
        ):
            self.page.get_by_test_id("bottombar-submit-button").click()


@contextmanager
def opened(
    annotator: BrowserContext, url: str, project: int, *, shot: str = ""
) -> Iterator[LabellingPage]:
    """Open a labelling page and read its instructions; no script of it may fail."""
    page = LabellingPage(annotator)
    page.open(url, project)
    if shot:
        page.shot(shot)
    page.close_instructions()
    yield page
    assert page.faults == []
    page.page.close()
