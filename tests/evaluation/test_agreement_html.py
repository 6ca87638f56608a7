from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from evaluation.agreement_html import render_agreement
from evaluation.intervals import Bootstrap
from evaluation.marked_text import TextMark, mark_up, paragraphs
from evaluation.reliability import study_agreement
from schemas.jsonl import read_documents
from schemas.load import load_schema
from schemas.spans import Span
from tests.evaluation.builders import doc, event

PASSES = Path(__file__).parents[2] / "seeds" / "annotations"
EVIL = "<script>document.title='owned'</script>"
TEXT = f"وصل {EVIL} إلى بغداد\nثم <b onclick=alert(1)>غادر"


def mark(start: int, end: int, layer: str = "entity", **rest: Any) -> TextMark:
    return TextMark(start, end, layer, "PER", "شخص", "شخص", **rest)


def words_of(html: str) -> str:
    import html as entities

    return entities.unescape(re.sub(r"<[^>]*>", "", html))


def page(text: str = TEXT, name: str = "one") -> str:
    start = text.index("بغداد")
    first = doc(
        "<i>a",
        text=text,
        entities=[(4, 12, "PER"), (start, start + 5, "GPE")],
        events=[event(0, 3, "MEET", ("ACTOR", 4, 12))],
    )
    second = doc("<i>a", text=text, entities=[(4, 11, "PER")])
    return render_agreement(
        study_agreement({name: [first], "two": [second]}, bootstrap=Bootstrap(0))
    )


def test_marks_that_cross_are_cut_and_the_words_stay_as_they_are() -> None:
    text = "abc <d> & efgh"
    marks = [mark(0, 7), mark(4, 12, "trigger"), mark(5, 6), mark(8, 14)]
    html = str(mark_up(text, Span(0, len(text)), marks))
    assert words_of(html) == text
    assert html.count("<span") == html.count("</span>")
    assert 'trigger again"' in html
    assert 'entity again"' in html


def test_a_mark_over_two_lines_stands_in_both() -> None:
    text = "ab cd\n\nef gh"
    lines = paragraphs(text)
    assert [text[slice(*line)] for line in lines] == ["ab cd", "ef gh"]
    pieces = [str(mark_up(text, line, [mark(3, 9)])) for line in lines]
    assert [words_of(piece) for piece in pieces] == ["ab cd", "ef gh"]
    assert all("<span" in piece for piece in pieces)


def test_what_texts_and_names_say_is_escaped() -> None:
    html = page(name="<u>one")
    assert html.count("<script>") == 1  # our own
    assert "<b onclick" not in html
    assert "<u>one" not in html
    assert "<i>a" not in html
    assert "&lt;script&gt;" in html


def test_the_page_asks_for_nothing_from_outside() -> None:
    html = page()
    assert "default-src 'none'" in html
    assert not re.search(r"""(?:src|href)\s*=|@import|url\(|https?://""", html)


def test_everybody_stands_beside_the_others_with_what_differs_marked() -> None:
    html = page()
    assert html.count('<h3 class="column">') == 2
    assert 'class="m entity d k-edge"' in html
    assert 'class="m trigger d k-missed absent"' in html


def test_labels_and_pairs_have_their_figures() -> None:
    first = doc(text=TEXT, entities=[(0, 3, "PER"), (4, 7, "GPE")])
    second = doc(text=TEXT, entities=[(0, 3, "PER"), (4, 7, "ORG")])
    study = study_agreement(
        {"one": [first], "two": [second], "three": [second]}, bootstrap=Bootstrap(0)
    )
    html = render_agreement(study)
    labels = html.partition('<details class="labels">')[2].partition("</details>")[0]
    rows = re.findall(r"<tr><th scope=.row.>.*?</tr>", labels, flags=re.DOTALL)
    cells = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
    figures = {
        words_of(row).split()[0]: [
            words_of(cell).strip() for cell in cells.findall(row)
        ]
        for row in rows
    }
    assert figures["PER"][:4] == ["1.000", "–", "3", "0"]
    assert figures["GPE"][:4] == ["0.000", "–", "0", "2"]
    assert figures["ORG"][:5] == ["0.500", "–", "1", "2", "0.333"]
    pairs = html.partition("Each pair")[2].partition("</details>")[0]
    assert pairs.count("kappa</bdi>") == 3


@pytest.mark.browser
def test_a_script_in_a_text_does_nothing(browser: Any, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text(page(), encoding="utf-8")
    view = browser.new_page()
    view.goto(place.as_uri())
    assert "owned" not in view.title()
    assert EVIL in view.locator(".texts p").first.inner_text()
    view.close()


@pytest.mark.browser
def test_filters_leave_only_what_is_asked_for(browser: Any, tmp_path: Path) -> None:
    schema = load_schema()
    kept = {
        name: list(read_documents(PASSES / f"{name}.jsonl"))
        for name in ("annotator-1", "annotator-2")
    }
    study = study_agreement(kept, schema=schema, bootstrap=Bootstrap(0))
    place = tmp_path / "page.html"
    place.write_text(render_agreement(study, schema=schema), encoding="utf-8")
    view = browser.new_page(viewport={"width": 1400, "height": 900})
    said: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.goto(place.as_uri())
    items, off = ".cases li[data-c]:not([hidden])", ".m.d:not(.off)"
    assert view.locator(items).count() == len(study.disagreements)

    for kind in ("edge", "missed", "spurious", "argument", "attribute"):
        view.uncheck(f"input[value={kind}]")
    types = [d for d in study.disagreements if d.kind == "type"]
    assert view.locator(items).count() == len(types)
    assert view.locator(off).count() >= len(types)
    view.select_option("select[name=label]", "THREATEN")
    assert view.locator(items).count() == 2

    view.locator(f"{items} button").first.click()
    assert view.locator(".m.chosen").count() == 2
    # Both texts stand in the same rows, first annotator on the right.
    right, left = view.locator(".texts").nth(2).locator("p").all()[:2]
    assert right.bounding_box()["x"] > left.bounding_box()["x"]
    assert right.bounding_box()["y"] == left.bounding_box()["y"]
    view.set_viewport_size({"width": 600, "height": 900})
    width = view.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    assert said == []
    view.close()
