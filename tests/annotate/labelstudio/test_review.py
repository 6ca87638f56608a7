from __future__ import annotations

import re
import uuid

import pytest

from annotate.labelstudio.campaign import (
    Campaign,
    Plan,
    find_campaign,
    push,
    tasks_by_document,
)
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.reasons import UNREADABLE, reason_of_fault, reason_of_problem
from annotate.labelstudio.results import read_results
from annotate.labelstudio.review import NOTES, TAB, lint_project
from annotate.labelstudio.tasks import to_results
from annotate.labelstudio.users import ensure_users
from annotate.lint import lint_document
from schemas.checks import Problem, check_document
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, visit

READER = "review.a@miyar.test"
ARABIC = re.compile("[\u0621-\u064a]{2}")


def quiet(_: str) -> None:
    pass


def lint(doc):
    return [*check_document(doc, SCHEMA), *lint_document(doc, SCHEMA)]


@pytest.fixture
def campaign(studio, studio_settings) -> Campaign:
    plan = Plan(
        project=f"review {uuid.uuid4().hex[:12]}", schema=SCHEMA, annotators=(READER,)
    )
    docs = [visit("faulty"), visit("clean"), visit("open")]
    push(docs, plan, studio=studio, settings=studio_settings, say=quiet)
    return find_campaign(studio, plan.project)


@pytest.fixture
def reader(studio, studio_settings):
    ensure_users(studio, studio_settings, [READER])
    with connect(studio_settings, login=login_of(studio_settings, READER)) as made:
        yield made


def faulty() -> list[dict]:
    """A title that begins with a space, and an argument without a role."""
    results = to_results(visit(), SCHEMA)
    results[0]["value"] |= {"start": 3, "text": TEXT[3:17]}
    del results[-1]["labels"]
    return results


def tab_tasks(studio, campaign) -> list[str]:
    views = studio.get("/api/dm/views", project=campaign.id)
    (view,) = [v for v in views if v["data"]["title"] == TAB]
    listed = studio.get("/api/tasks", view=view["id"], project=campaign.id)["tasks"]
    return [task["data"]["doc_id"] for task in listed]


@pytest.mark.studio
def test_faults_are_noted_on_the_task_and_go_away_once_mended(
    studio, campaign, reader, tmp_path
):
    tasks = tasks_by_document(studio, campaign)
    content = {"result": faulty(), "lead_time": 1.0}
    made = reader.post(f"/api/tasks/{tasks['faulty']}/annotations/", content, doing="x")
    good = {"result": to_results(visit(), SCHEMA), "lead_time": 1.0}
    reader.post(f"/api/tasks/{tasks['clean']}/annotations/", good, doing="x")

    found = lint_project(studio, campaign, SCHEMA, lint=lint)
    assert (found.annotations, found.marked, found.cleared) == (2, 1, 0)
    assert [f.reason.code for f in found.findings] == [UNREADABLE, "S101"]
    assert {(f.doc, f.annotator) for f in found.findings} == {("faulty", READER)}
    before = studio.get(f"/api/tasks/{tasks['faulty']}")["data"]
    arabic, english = (before[note] for note in NOTES)
    assert "علاقة بلا دور" in arabic
    assert "«زار»" in arabic
    assert "has no role" in english
    assert "white space" in english
    assert "review.a" in arabic
    assert tab_tasks(studio, campaign) == ["faulty"]

    again = lint_project(studio, campaign, SCHEMA, lint=lint)
    assert (again.marked, again.cleared) == (0, 0)
    assert len(studio.get("/api/dm/views", project=campaign.id)) == 2

    reader.sdk.annotations.update(made["id"], result=good["result"])
    mended = lint_project(studio, campaign, SCHEMA, lint=lint)
    assert (mended.findings, mended.marked, mended.cleared) == ((), 0, 1)
    after = studio.get(f"/api/tasks/{tasks['faulty']}")["data"]
    assert after == {k: v for k, v in before.items() if k not in NOTES}
    assert tab_tasks(studio, campaign) == []


@pytest.mark.studio
def test_a_noted_task_is_pushed_and_pulled_as_before(
    studio, studio_settings, campaign, reader, tmp_path
):
    tasks = tasks_by_document(studio, campaign)
    results = faulty()[:-1]
    content = {"result": results, "lead_time": 1.0}
    reader.post(f"/api/tasks/{tasks['faulty']}/annotations/", content, doing="x")
    assert lint_project(studio, campaign, SCHEMA, lint=lint).marked == 1
    plan = Plan(project=campaign.title, schema=SCHEMA, annotators=(READER,))
    done = push(
        [visit("faulty")], plan, studio=studio, settings=studio_settings, say=quiet
    )
    assert done.added == ()
    pulled = pull(studio, campaign.title, schema=SCHEMA, out=tmp_path)
    assert pulled.problems == ()
    assert [path.name for path in pulled.files] == [f"{READER}.jsonl"]


@pytest.mark.studio
def test_skipped_tasks_and_clean_projects_get_no_note_and_no_tab(
    studio, campaign, reader
):
    tasks = tasks_by_document(studio, campaign)
    skipped = {"result": faulty(), "was_cancelled": True}
    reader.post(f"/api/tasks/{tasks['faulty']}/annotations/", skipped, doing="x")
    found = lint_project(studio, campaign, SCHEMA, lint=lint)
    assert (found.annotations, found.findings) == (0, ())
    assert studio.get("/api/dm/views", project=campaign.id) == []


def faults() -> list[str]:
    """What reading says of everything that an annotator, or a program, can do wrong."""

    def change(place, **values):
        results = to_results(visit(), SCHEMA)
        results[place] |= values
        return results

    def of(kind):
        results = to_results(visit(), SCHEMA)
        return next(n for n, r in enumerate(results) if r.get("from_name") == kind)

    good = to_results(visit(), SCHEMA)
    value = good[0]["value"]
    wrong = [
        change(-1, labels=[]),
        change(-1, labels=["الفاعل · ACTOR", "الزمان · TIME"]),
        change(-1, labels=["الضحية · VICTIM"]),
        change(-1, from_id="T1"),
        change(-1, to_id="gone"),
        [*good, good[-1]],
        [*good, good[0]],
        [*good, good[0] | {"id": "T9"}],
        change(of("level"), value=value | {"choices": ["name", "nominal"]}),
        change(of("level"), value=value | {"choices": ["grand"]}),
        change(of("level"), id="gone"),
        change(0, value=value | {"labels": ["OTHER"]}),
        change(0, value=value | {"end": 9999}),
        change(0, value=value | {"text": "x"}),
    ]
    return [
        problem
        for results in wrong
        for problem in read_results(
            results, text=TEXT, schema=SCHEMA, where="here"
        ).problems[:1]
    ]


def test_every_fault_an_annotator_can_make_has_arabic_words_of_its_own():
    said = faults()
    assert len(said) == 14
    reasons = [reason_of_fault(fault, where="here") for fault in said]
    other = reason_of_fault("here: something new.", where="here").ar
    assert all(ARABIC.search(reason.ar) for reason in reasons)
    assert [r.en for r in reasons if other in r.ar] == []
    assert not any(reason.en.startswith("here") for reason in reasons)


SPAN_RULE = [f"S10{n}" for n in range(1, 10)]
CONTRACT = [
    *("M001", "M003", "M004", "M005", "M006", "M007", "M008"),
    *("A001", "A003", "A004", "A005", "T001", "D002"),
]


@pytest.mark.parametrize("code", SPAN_RULE + CONTRACT)
def test_every_code_is_said_in_arabic_with_its_words_and_the_english_beside_it(code):
    problem = Problem(code, "visit: T2 GPE [18, 23)", "is wrong. Mend it.")
    reason = reason_of_problem(problem, text=TEXT, schema=SCHEMA)
    assert ARABIC.search(reason.ar.partition(": ")[2])
    assert "«بغداد»" in reason.ar
    assert SCHEMA.entities["GPE"].name.ar in reason.ar
    assert reason.en == "\u2068«بغداد»\u2069 (GPE) is wrong. Mend it."


def test_a_code_without_arabic_words_gives_the_english():
    problem = Problem("X999", "visit", "is new.")
    assert reason_of_problem(problem, text=TEXT, schema=SCHEMA).ar == "is new."
