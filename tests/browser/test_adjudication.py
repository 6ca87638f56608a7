"""An adjudicator at work in the browser, from the opened dispute to the gold."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest

from annotate.adjudicate import adjudicate_all
from annotate.decisions import Decision
from annotate.disputes import Brought, Dispute, bring_forward
from annotate.guideline import render_adjudication
from annotate.labelstudio.projects import find_campaign
from schemas.annotations import AnnotatedDocument, Argument, EntityMention
from schemas.checks import check_documents
from tests.annotate.labelstudio.builders import SCHEMA, bare, span_of, visit
from tests.browser.page import LabellingPage, log_in

JUDGE = "judge@miyar.test"
FIRST, SECOND = "reader-1", "reader-2"

pytestmark = [pytest.mark.studio, pytest.mark.browser]

LONG, SHORT = span_of("وزير الخارجية"), span_of("وزير")
PARTY, NAME, TIME = span_of("الوفد"), span_of("الكاظمي"), span_of("أمس")
ADDED = span_of("بغداد", nth=1)


def entity(number: str, label: str, span: tuple[int, int]) -> EntityMention:
    return EntityMention(id=number, label=label, start=span[0], end=span[1])


def annotated(
    *entities: EntityMention, time: bool, realis: str = "actual"
) -> AnnotatedDocument:
    """The visit with more entities, its title being the first; T9 is the day."""
    doc = visit()
    title, city = entities[0], doc.entities[1]
    day = entity("T9", "DATE", TIME)
    (event,) = doc.events
    arguments = [
        Argument(role="ACTOR", entity=title.id),
        Argument(role="DESTINATION", entity=city.id),
        *([Argument(role="TIME", entity=day.id)] if time else []),
    ]
    event = event.model_copy(update={"arguments": tuple(arguments), "realis": realis})
    return doc.model_copy(
        update={"entities": (*entities, city, day), "events": (event,)}
    )


def passes() -> dict[str, dict[str, AnnotatedDocument]]:
    """Two readers who differ once in each way, and agree on another document.

    An edge (the minister), a type (the delegation), a mention that one missed (the
    name), an argument (the time) and an attribute (the visit's realis).
    """
    name = entity("T5", "PER", NAME)
    first = annotated(
        entity("T1", "TITLE", LONG), entity("T4", "ORG", PARTY), name, time=True
    )
    second = annotated(
        entity("T1", "TITLE", SHORT),
        entity("T4", "PER", PARTY),
        time=False,
        realis="hypothetical",
    )
    agreed = visit("agreed")
    return {
        FIRST: {"visit": first, "agreed": agreed},
        SECOND: {"visit": second, "agreed": agreed},
    }


def wanted() -> AnnotatedDocument:
    """What the adjudicator leaves: the first reader's, but for realis and one city."""
    return annotated(
        entity("T1", "TITLE", LONG),
        entity("T4", "ORG", PARTY),
        entity("T5", "PER", NAME),
        entity("T6", "GPE", ADDED),
        time=True,
        realis="future",
    )


@pytest.fixture
def bring(studio, studio_settings):
    order = Dispute(
        project=f"dispute {uuid.uuid4().hex[:12]}",
        adjudicator=JUDGE,
        schema=SCHEMA,
        guideline=render_adjudication(SCHEMA),
    )

    def run(decisions: tuple[Decision, ...]) -> Brought:
        return bring_forward(
            passes(), decisions, order, studio=studio, settings=studio_settings, say=str
        )

    run.project = order.project
    return run


def open_as_judge(browser, studio, settings, project: str) -> LabellingPage:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    log_in(context, studio.url, JUDGE, settings)
    page = LabellingPage(context)
    page.open(studio.url, find_campaign(studio, project).id)
    return page


def told(page: LabellingPage, words: str, *, nth: int = 0) -> list[str]:
    """What the information of a mark says, by its place in the list of regions."""
    page.page.locator(".lsf-outliner-item").filter(has_text=words).nth(nth).click()
    shown = page.page.locator(".lsf-detailed-region__meta-text")
    shown.wait_for()
    return [bare_words(line) for line in shown.inner_text().splitlines()]


def bare_words(line: str) -> str:
    return line.replace("\u2068", "").replace("\u2069", "")


def delete(page: LabellingPage, words: str, *, nth: int = 0) -> None:
    count = page.page.locator(".htx-highlight").count()
    told(page, words, nth=nth)
    page.page.keyboard.press("Backspace")
    page.page.locator(".htx-highlight").nth(count - 1).wait_for(state="detached")


def write_note(page: LabellingPage, words: str) -> None:
    """Add a line to the information of the chosen mark."""
    page.page.locator(".lsf-detailed-region__meta-text").click()
    area = page.page.locator("textarea.lsf-detailed-region__meta-text")
    area.fill(f"{area.input_value()}\n{words}")
    area.press("Enter")
    area.wait_for(state="detached")


def test_what_is_ruled_on_the_page_becomes_gold(
    browser, studio, studio_settings, bring
):
    opened = bring(())
    assert opened.pushed == ("visit",)
    page = open_as_judge(browser, studio, studio_settings, bring.project)
    page.shot("how to rule")
    page.close_instructions()

    title = told(page, "وزير الخارجية")
    assert title == ["reader-1: هذه العلامة", "reader-2: «وزير»"]
    assert told(page, "الوفد", nth=1) == ["reader-1: منظمة", "reader-2: هذه العلامة"]
    name = told(page, "الكاظمي")
    assert name == ["reader-1: هذه العلامة", "reader-2: لا شيء هنا"]
    write_note(page, "E2: اسم علم")
    assert told(page, "بغداد") == ["متفق عليه · Q1530"]
    assert told(page, "زار") == [
        *("الوقوع؟", "reader-1: واقع", "reader-2: مفترض"),
        *("الزمان «أمس»؟", "reader-1: نعم", "reader-2: لا"),
    ]
    page.shot("adjudication")

    page.page.get_by_text(SCHEMA.realis["future"].name.ar).click()
    delete(page, "الوفد", nth=1)
    delete(page, "وزير", nth=1)
    page.page.keyboard.press("Escape")
    page.page.keyboard.press(SCHEMA.entities["GPE"].hotkey)
    page.select(*ADDED)
    page.page.keyboard.press("Escape")
    page.shot("adjudicated")
    page.submit()
    assert page.faults == []

    closed = bring(opened.decisions)
    assert (closed.taken, closed.pushed, closed.open) == (1, (), ())
    by_name = {name: list(docs.values()) for name, docs in passes().items()}
    gold, conflicts = adjudicate_all(by_name, closed.decisions)
    assert conflicts == ()
    assert check_documents(gold, SCHEMA) == []
    assert [doc.id for doc in gold] == ["agreed", "visit"]
    assert bare(gold[0]) == bare(visit("agreed"))
    assert sorted(map(str, bare(gold[1]))) == sorted(map(str, bare(wanted())))
    check_history(closed.decisions)


def check_history(decisions: tuple[Decision, ...]) -> None:
    """Every decision has author, time and votes, and each conflict one of them."""
    for decision in decisions:
        assert decision.by == JUDGE
        made = datetime.fromisoformat(decision.at or "")
        assert abs((datetime.now(made.tzinfo) - made).total_seconds()) < 600
        assert set(decision.votes) == {FIRST, SECOND}
        cited = ("E2", "E2: اسم علم") if decision.text == "الكاظمي" else (None, None)
        assert (decision.clause, decision.why) == cited
    assert sorted((d.verdict, d.target.label, d.role or d.text) for d in decisions) == [
        ("add", "GPE", "بغداد"),
        ("drop", "PER", "الوفد"),
        ("drop", "TITLE", "وزير"),
        ("keep", "ORG", "الوفد"),
        ("keep", "PER", "الكاظمي"),
        ("keep", "TITLE", "وزير الخارجية"),
        ("keep", "VISIT", "ACTOR"),
        ("keep", "VISIT", "TIME"),
        ("set", "VISIT", "زار"),
    ]
