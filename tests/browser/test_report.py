"""The report in a real browser: what is seen, filtered, linked and never executed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from evaluation.bench import Bench, measure
from evaluation.extractors import parse_spec
from evaluation.html_report import render_report
from evaluation.results import GoldIdentity, result_json
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.jsonl import read_documents
from schemas.load import load_schema

SEEDS = Path(__file__).parents[2] / "seeds" / "gold"
EVIL = "</script><script>window.hit = 1</script><img src=x onerror='window.hit=1'>"
IDENTITY = GoldIdentity("news-1.0", "f" * 64, {}, "ar")

pytestmark = pytest.mark.browser


def measured(gold, specs, identity=IDENTITY) -> list[dict]:
    schema = load_schema(SEEDS / "schema.yaml")
    bench = Bench(gold=gold, schema=schema)
    return [
        result_json(measure(parse_spec(spec), bench), gold, identity, made="2026-01-02")
        for spec in specs
    ]


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> list[dict]:
    """The lexicon and a copy of the gold without its last document, on the seeds."""
    gold = tuple(read_documents(SEEDS / "gold.jsonl"))
    path = tmp_path_factory.mktemp("copy") / "copy.jsonl"
    lines = [doc.model_dump_json(exclude_none=True) for doc in gold[:-1]]
    path.write_text("\n".join(lines), encoding="utf-8")
    return measured(gold, ("lexicon", f"copy=file:{path}"))


@pytest.fixture(scope="module")
def address(results, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(results), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    yield page
    assert faults == []
    assert all(url.startswith("file:") for url in asked)
    context.close()


def counted(page: Page) -> str:
    return page.inner_text("#count")


def choose(page: Page, name: str, value: str) -> None:
    page.select_option(f"select[name={name}]", value)


def test_counts_of_the_page_are_those_of_the_result(page, address, results):
    page.goto(address)
    for result in results:
        choose(page, "extractor", result["name"])
        for layer in ("entities", "nominals", "triggers", "arguments"):
            micro = result["layers"][layer]["micro"]
            errors = [e for e in result["examples"]["errors"] if e["layer"] == layer]
            if not errors:
                continue
            choose(page, "layer", layer)
            total = result["examples"]["total"]
            assert counted(page) == (
                f"{len(errors)} of {total} errors: {micro['fp']} FP, {micro['fn']} FN"
            )
            choose(page, "layer", "")


def test_the_kinds_add_up_to_the_counts_of_the_score(page, address):
    page.goto(address)
    for table in page.query_selector_all("table.kinds"):
        sums = table.evaluate(
            """table => {
              const number = (cell) => parseInt(cell.textContent, 10);
              const rows = [...table.tBodies[0].rows].map(
                (row) => [...row.querySelectorAll('.fp, .fn')].map(number));
              const all = [...table.tFoot.querySelectorAll('.fp, .fn')].map(number);
              return [rows.reduce((a, b) => a.map((x, i) => x + b[i])), all];
            }"""
        )
        assert sums[0] == sums[1]


def test_each_filter_leaves_what_it_names(page, address, results):
    page.goto(address)
    errors = results[0]["examples"]["errors"]
    sentences = results[0]["examples"]["sentences"]

    def leaves(wanted) -> None:
        left = sum(1 for error in errors if wanted(error))
        assert left > 0
        assert counted(page).startswith(f"{left} of {len(errors)} errors")
        shown = page.locator("#errors > li").count()
        assert shown == min(left, 25)
        page.click("button[type=reset]")
        expect(page.locator("#count")).to_contain_text(f"{len(errors)} of")

    choose(page, "kind", "edge")
    leaves(lambda e: e["kind"] == "edge")
    choose(page, "layer", "entities")
    choose(page, "label", "ORG")
    leaves(
        lambda e: (
            e["layer"] == "entities"
            and "ORG" in [i["label"] for i in (*e["gold"], *e["predicted"])]
        )
    )
    choose(page, "role", "RECIPIENT")
    leaves(
        lambda e: any(i["label"] == "RECIPIENT" for i in (*e["gold"], *e["predicted"]))
    )
    choose(page, "document", "elaph-2021-11")
    leaves(lambda e: sentences[e["sentence"]]["document"] == "elaph-2021-11")
    page.fill("input[name=search]", "الكاظمي")
    expect(page).to_have_url(re.compile("search="))
    leaves(lambda e: "الكاظمي" in sentences[e["sentence"]]["text"])


def test_pages_turn_and_the_keyboard_is_enough(page, address, results):
    page.goto(address)
    page.focus("select[name=kind]")
    page.keyboard.press("ArrowDown")
    assert page.input_value("select[name=kind]") != ""
    page.keyboard.press("ArrowUp")
    page.focus("button[name=next]")
    page.keyboard.press("Enter")
    assert page.inner_text("#page").startswith("Page 2 of")
    assert page.is_enabled("button[name=previous]")
    assert "page=2" in page.url


def test_links_lead_back_to_what_was_seen(page, address, browser):
    page.goto(address)
    choose(page, "layer", "triggers")
    choose(page, "kind", "missed")
    seen, said = page.url, counted(page)
    page.goto("about:blank")
    page.goto(seen)
    assert counted(page) == said
    page.goto(f"{address}#extractor=lexicon&error=40")
    chosen = page.locator("#errors > li.chosen")
    assert chosen.count() == 1
    assert chosen.locator("h3 a").inner_text() == "#40"
    page.goto(address)
    number = page.locator("table.kinds[data-layer=entities] td.fn a").first
    wanted = number.inner_text()
    number.click()
    assert f"{wanted} FN" in counted(page)


def test_nothing_that_a_text_says_is_executed(page, tmp_path):
    text = f"{EVIL} وصل إلى بغداد"
    at = text.index("بغداد")
    mention = EntityMention(label="GPE", start=at, end=at + 5)
    gold = (AnnotatedDocument(id=EVIL, text=text, entities=(mention,)),)
    path = tmp_path / "evil.jsonl"
    path.write_text(
        json.dumps(
            {"id": EVIL, "entities": [{"label": "PER", "start": 0, "end": len(text)}]}
        )
        + "\n"
    )
    (result,) = measured(gold, (f"file:{path}",))
    result["name"] = EVIL
    result["faults"] = {
        "count": 1,
        "kinds": {"crash": 1},
        "first": [{"document": EVIL, "kind": "crash", "message": EVIL}],
    }
    report = tmp_path / "report.html"
    report.write_text(render_report([result]), encoding="utf-8")
    page.goto(report.as_uri())
    page.wait_for_selector("#errors > li")
    assert EVIL in page.inner_text("#errors .sentence >> nth=0")
    assert EVIL in page.inner_text("h1")
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0


def test_marks_do_not_cut_the_joining_of_letters(page, address):
    page.goto(f"{address}#layer=entities")
    changed = page.evaluate(
        """() => [...document.querySelectorAll('.sentence')].map((marked) => {
          const plain = marked.cloneNode(false);
          plain.textContent = marked.textContent;
          for (const p of [marked, plain]) {
            p.style.whiteSpace = 'nowrap';
            p.style.display = 'inline-block';
          }
          marked.after(plain);
          const widths = [marked, plain].map((p) => p.getBoundingClientRect().width);
          plain.remove();
          marked.style = '';
          return Math.abs(widths[0] - widths[1]);
        })"""
    )
    assert len(changed) == 25
    assert max(changed) < 0.5


def test_sentences_run_from_the_right_and_labels_stand_above_the_line(page, address):
    page.goto(f"{address}#layer=entities&kind=edge")
    sentence = page.locator(".sentence").first
    assert sentence.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert sentence.get_attribute("lang") == "ar"
    gold = sentence.locator("[data-gold]").first
    assert gold.evaluate("e => getComputedStyle(e, '::before').content") == (
        f'"{gold.get_attribute("data-gold")}"'
    )
    bottom = gold.evaluate("e => parseFloat(getComputedStyle(e, '::before').bottom)")
    assert bottom > gold.bounding_box()["height"] * 0.8


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_in_light_and_in_dark(browser, address, scheme):
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)
    contrast = page.evaluate(
        """() => {
          const light = (color) => {
            const [r, g, b] = color.match(/[0-9.]+/g).map(Number).map((c) => {
              c /= 255;
              return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const back = light(getComputedStyle(document.body).backgroundColor);
          return ['body', '.note', '#errors .kind', 'main a'].map((selector) => {
            const ink = light(getComputedStyle(document.querySelector(selector)).color);
            return (Math.max(ink, back) + 0.05) / (Math.min(ink, back) + 0.05);
          });
        }"""
    )
    page.close()
    assert min(contrast) >= 4.5  # WCAG 2.1 AA


def test_what_is_there_has_a_name_for_a_screen_reader(page, address):
    page.goto(address)
    assert page.locator("select:not(label select), input:not(label input)").count() == 0
    assert page.locator("svg[role=img]:not([aria-label])").count() == 0
    assert page.locator("h1").count() == 1
    assert page.get_attribute("#count", "aria-live") == "polite"
    assert page.get_attribute("html", "lang") == "en"


def test_paper_shows_no_controls_and_nothing_that_is_closed(page, address):
    page.goto(address)
    page.emulate_media(media="print")
    assert not page.is_visible("#filters")
    assert page.is_visible("#errors .sentence >> nth=0")
    assert page.is_visible("#confusion details[open] >> nth=0")
    closed = page.locator("details:not([open])")
    assert closed.count() > 0
    assert not any(closed.nth(n).is_visible() for n in range(closed.count()))


def test_every_criterion_is_shown_and_says_what_it_is(page, address, results):
    page.goto(address)
    page.click("text=By every criterion")
    table = page.locator("#summary details[open] table")
    for name, layer in results[0]["layers"].items():
        cells = table.locator(f"tr:has(th:text-is('{name}')) td").all_inner_texts()
        f1 = layer["micro"]["f1"]
        assert cells[1].startswith("–" if f1 is None else f"{f1:.3f}")
        assert len(cells[0]) > 5


def test_an_extractor_has_one_colour_in_all_charts(page, tmp_path, results):
    # The first was not timed, so the second's is the only point.
    untimed = json.loads(json.dumps(results[1]))
    assert untimed["speed"]["documents_per_second"] is None
    path = tmp_path / "report.html"
    path.write_text(render_report([untimed, results[0]]), encoding="utf-8")
    page.goto(path.as_uri())
    point = page.locator("#speed svg [style*='--series-']").first
    assert "--series-2" in point.get_attribute("style")


@pytest.mark.parametrize(
    ("kind", "words"),
    [("person", "the human ceiling"), ("machine", "not a human ceiling")],
)
def test_the_ceiling_says_whose_agreement_it_is(page, tmp_path, results, kind, words):
    told = json.loads(json.dumps(results[0]))
    told["ceiling"] = {
        "human": kind == "person",
        "kinds": [kind],
        "layers": {"entities": {"micro": 0.876, "labels": {"PER": 0.5}}},
    }
    path = tmp_path / "report.html"
    path.write_text(render_report([told]), encoding="utf-8")
    page.goto(path.as_uri())
    assert words in page.inner_text("#labels .legend")
    assert "0.876" in page.inner_text("#summary tfoot")


def test_two_thousand_errors_open_within_a_second(page, results, tmp_path):
    result = json.loads(json.dumps(results[0]))
    errors = result["examples"]["errors"]
    result["examples"]["errors"] = (errors * 3)[:2000]
    result["examples"]["total"] = 2000
    path = tmp_path / "large.html"
    path.write_text(render_report([result]), encoding="utf-8")
    page.goto(path.as_uri())
    page.wait_for_selector("#errors > li")
    took = page.evaluate(
        "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    )
    assert counted(page).startswith("2000 of 2000")
    assert took < 1000
