"""What a text or a label says is shown on a page, and never acts on it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from annotate.guideline import (
    render_guideline_html,
    render_guideline_markdown,
    render_instructions,
)
from annotate.labelstudio.config import render_config
from evaluation.agreement_html import render_agreement
from evaluation.bench import Bench, measure
from evaluation.extractors import parse_spec
from evaluation.html_report import render_leaderboard, render_report
from evaluation.intervals import Bootstrap
from evaluation.leaderboard import boards, leaderboard_table
from evaluation.reliability import study_agreement
from evaluation.results import GoldIdentity, result_json
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import SchemaError
from schemas.load import BUILT_IN, load_schema, parse_schema

TURN = "\u202e"
ISOLATE = "\u2067"
EVIL = f"</p><script>window.hit=1</script><img src=x onerror=hit()>{TURN}{ISOLATE}"
SOURCE = BUILT_IN.read_text(encoding="utf-8")
SCHEMA = load_schema()
# Elements whose words a browser keeps apart from what stands beside them.
APART = {
    *("p", "td", "th", "li", "dd", "dt", "h1", "h2", "h3", "option", "title", "text"),
    *("bdi", "q", "summary", "code", "b"),
}
VOID = {"meta", "link", "br", "input", "img", "hr", "col"}


class Page(HTMLParser):
    """Collects what would run, and where marks of direction stand."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.scripts = 0
        self.images = 0
        self.handlers: list[str] = []
        self.loose: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.scripts += tag == "script"
        self.images += tag == "img"
        self.handlers += [name for name in names if name.startswith("on")]
        if tag not in VOID:
            self.open.append((tag, tag in APART or "dir" in names))

    def handle_endtag(self, tag: str) -> None:
        while tag not in VOID and self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self.open]
        ours = {"script", "style"} & set(inside)
        if TURN in data and not ours and not any(apart for _, apart in self.open):
            self.loose.append(" > ".join(inside))


def check(html: str, *, scripts: int) -> None:
    page = Page(html)
    assert page.scripts == scripts
    assert page.images == 0
    assert page.handlers == []
    assert page.loose == []
    assert "<img src" not in html


def evil_documents(label: str) -> tuple[AnnotatedDocument, AnnotatedDocument]:
    text = f"{EVIL} وصل إلى بغداد"
    first = EntityMention(label=label, start=0, end=len(EVIL))
    second = EntityMention(label="GPE", start=len(text) - 5, end=len(text))
    doc = AnnotatedDocument(id=EVIL, text=text, entities=(first,))
    return doc, doc.model_copy(update={"entities": (second,)})


def test_the_agreement_page_shows_texts_labels_and_names_as_they_are():
    first, second = evil_documents(EVIL)
    study = study_agreement({EVIL: [first], "b": [second]}, bootstrap=Bootstrap(0))
    check(render_agreement(study), scripts=1)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    gold, predicted = evil_documents("GPE")
    path = tmp_path_factory.mktemp("evil") / "p.jsonl"
    path.write_text(predicted.model_dump_json(exclude_none=True) + "\n", "utf-8")
    bench = Bench(gold=(gold,), schema=SCHEMA)
    identity = GoldIdentity(EVIL, "f" * 64, {}, "ar")
    done = measure(parse_spec(f"file:{path}"), bench)
    made = result_json(done, (gold,), identity, made="2026-01-02")
    # Whatever a result file claims: somebody else may have written it.
    made["name"] = made["spec"] = EVIL
    return made


def test_the_report_shows_texts_labels_and_names_as_they_are(result):
    check(render_report([result]), scripts=2)


def test_the_leaderboard_shows_names_as_they_are(result):
    tables = [
        leaderboard_table(board, layers=["entities"]) for board in boards([result])
    ]
    check(render_leaderboard(tables, by=EVIL.replace(TURN, "")), scripts=0)


def evil_schema():
    evil = EVIL.replace(TURN, "").replace(ISOLATE, "").replace('"', "")
    source = SOURCE.replace(
        "title: {ar: أخبار السياسة العربية,", f'title: {{ar: "{evil}",'
    )
    source = source.replace("[بغداد|GPE]", "[<img src=x onerror=hit()>|GPE]")
    assert source.count("onerror") > 1
    return parse_schema(source)


@pytest.mark.parametrize(
    "render",
    [render_guideline_html, render_guideline_markdown, render_instructions],
)
def test_the_guideline_shows_what_the_schema_says_as_it_is(render):
    html = render(evil_schema())
    assert "onerror" in html or render is render_instructions
    check(html, scripts=0)


def test_the_labelling_page_is_whole_whatever_a_label_is_called():
    from xml.etree import ElementTree

    page = ElementTree.fromstring(render_config(evil_schema()))
    assert [tag.tag for tag in page.iter("script")] == []


@pytest.mark.parametrize("mark", [TURN, "\u202a", ISOLATE, "\u2068", "\u202c"])
def test_a_label_that_would_turn_a_page_around_is_refused(mark):
    source = SOURCE.replace(
        "title: {ar: أخبار السياسة العربية,", f'title: {{ar: "أخبار{mark}",'
    )
    with pytest.raises(SchemaError, match=f"U\\+{ord(mark):04X}"):
        parse_schema(source)


def test_a_label_may_isolate_its_own_words():
    source = SOURCE.replace(
        "title: {ar: أخبار السياسة العربية,",
        'title: {ar: "أخبار \u2066X\u2069 \u202bس\u202c\u200f",',
    )
    assert parse_schema(source).title.ar.endswith("\u200f")
