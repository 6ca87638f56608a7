"""A live project is carried to a new schema whole, and nothing in it is lost."""

from __future__ import annotations

import json
import uuid

import pytest

from annotate.labelstudio import migration as moving
from annotate.labelstudio.campaign import (
    Plan,
    find_campaign,
    iter_tasks,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.config import render_config
from annotate.labelstudio.migration import migrate_project
from annotate.labelstudio.questions import queue_title
from annotate.labelstudio.rewriting import Course, Source, rewrite
from annotate.labelstudio.tasks import to_results
from annotate.labelstudio.users import ensure_users
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.errors import DataError, ServiceError, UsageError
from schemas.jsonl import read_documents
from schemas.load import BUILT_IN, parse_schema
from schemas.migration_steps import Migration
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, bare, span_of, visit

READERS = ("mover.a@miyar.test", "mover.b@miyar.test")
NEW = parse_schema(
    BUILT_IN.read_text("utf-8")
    .replace('version: "1.0"', 'version: "2.0"')
    .replace("TITLE", "OFFICE")
    .replace("VISIT", "TRAVEL")
    .replace("DESTINATION", "GOAL")
    .replace("LAW", "PARTY")
    .replace("DEPLOY", "STATION")
)
STEPS = Migration.model_validate(
    {
        "from": SCHEMA.name,
        "to": NEW.name,
        "steps": [
            {"rename": "TITLE", "to": "OFFICE"},
            {"rename": "VISIT", "to": "TRAVEL"},
            {"rename": "DESTINATION", "to": "GOAL", "kind": "role"},
            {"rename": "LAW", "to": "PARTY"},
            {"rename": "DEPLOY", "to": "STATION"},
            {"split": "ORG", "by": "subtype", "into": {"media": "ORG"},
             "ask": ["ORG", "PARTY"]},
        ],
    }
)  # fmt: skip
COURSE = Course(STEPS, SCHEMA, NEW)
RENAMED = {"TITLE": "OFFICE", "VISIT": "TRAVEL", "DESTINATION": "GOAL"}


def with_body(doc_id: str = "visit") -> AnnotatedDocument:
    """The visit, and a body of which nothing says whether it is a party."""
    doc = visit(doc_id)
    start, end = span_of("الوفد")
    body = EntityMention(id="T3", label="ORG", start=start, end=end, score=0.5)
    return doc.model_copy(update={"entities": (*doc.entities, body)})


def renamed(doc: AnnotatedDocument) -> AnnotatedDocument:
    said = doc.model_dump_json()
    for old, new in RENAMED.items():
        said = said.replace(f'"{old}"', f'"{new}"')
    return AnnotatedDocument.model_validate_json(said)


def source(result: list, **changes) -> Source:
    plain = {"moved": False, "submitted": True, "strict": True}
    return Source(
        doc="visit", text=TEXT, result=result, where="task 7", **plain | changes
    )


# One result list


def drawn() -> list[dict]:
    """What an annotator's page stores: ids, notes and origins of its own."""
    said = json.dumps(to_results(with_body(), SCHEMA), ensure_ascii=False)
    for mine, theirs in (("T1", "kP9x"), ("T2", "aa-1"), ("T3", "zz_2"), ("E1", "e.7")):
        said = said.replace(f'"{mine}"', f'"{theirs}"')
    result = json.loads(said)
    result[0] |= {"origin": "prediction-changed", "readonly": False}
    result[0]["meta"]["text"] = ["my note"]
    result[0]["meta"]["mine"] = {"a": [1]}
    result[-1]["direction"] = "left"
    return result


def test_ids_notes_scores_origins_and_directions_survive():
    before, after = drawn(), list(rewrite(source(drawn()), COURSE).result)
    assert {e["id"] for e in before if "id" in e} == {
        e["id"] for e in after if "id" in e
    }
    (office,) = [e for e in after if "OFFICE" in e.get("value", {}).get("labels", ())]
    (city,) = [e for e in after if "GPE" in e.get("value", {}).get("labels", ())]
    assert (office["id"], office["origin"]) == ("kP9x", "prediction-changed")
    assert office["meta"]["text"] == ["my note"]
    assert office["meta"]["mine"] == {"a": [1]}
    assert (city["score"], city["meta"]["kb"]) == (0.75, "Q1530")
    roles = {(e["to_id"], e["labels"][0].split(" · ")[1], e["direction"])
             for e in after if e["type"] == "relation"}  # fmt: skip
    assert roles == {("kP9x", "ACTOR", "right"), ("aa-1", "GOAL", "left")}
    (event,) = [e for e in after if e.get("id") == "e.7" and e["type"] == "labels"]
    kept = {(a["role"], a["entity"]) for a in event["meta"]["arguments"]}
    assert kept == {("ACTOR", "kP9x"), ("GOAL", "aa-1")}


def test_a_choice_moves_to_the_control_of_the_new_label():
    sent = EventMention(id="E1", label="DEPLOY", start=0, end=3, mode="troops")
    doc = AnnotatedDocument(id="visit", text=TEXT, events=(sent,))
    after = rewrite(source(to_results(doc, SCHEMA)), COURSE).result
    chosen = {e["from_name"]: e["value"]["choices"] for e in after[1:]}
    assert chosen["mode_STATION"] == ["troops"]
    assert "mode_DEPLOY" not in chosen


def test_what_nobody_chose_is_not_chosen_for_them():
    bare_marks = [e for e in drawn() if e["type"] != "choices"]
    after = rewrite(source(bare_marks), COURSE).result
    assert [e for e in after if e["type"] == "choices"] == []


def test_rewriting_what_was_rewritten_changes_nothing():
    once = rewrite(source(drawn()), COURSE)
    again = rewrite(source(list(once.result)), COURSE)
    assert once.fresh
    assert not again.fresh
    assert again.questions == once.questions


def test_a_submitted_mark_asks_and_a_suggestion_takes_the_first_choice_with_a_note():
    asked = rewrite(source(drawn()), COURSE)
    assert [m.rule for m in asked.questions.entities] == ["undecided: ORG or PARTY?"]
    suggested = rewrite(source(drawn(), submitted=False), COURSE)
    assert suggested.questions is None
    (body,) = [e for e in suggested.result if e.get("id") == "zz_2" and "meta" in e]
    assert body["meta"]["text"] == ["ORG / PARTY?"]
    assert "meta" not in body["meta"]


def test_what_came_from_a_newer_or_an_older_page_is_known_by_its_labels():
    late = rewrite(source(drawn(), moved=True), COURSE)
    assert late.fresh
    newer = to_results(renamed(visit()), NEW)
    early = rewrite(source(newer, moved=False), COURSE)
    assert (early.fresh, early.problems) == (False, ())


def test_unfinished_work_keeps_what_cannot_be_read():
    loose = {"type": "relation", "from_id": "e.7", "to_id": "aa-1"}
    result = [*drawn(), loose]
    refused = rewrite(source(result), COURSE)
    assert "has no role" in refused.problems[0]
    kept = rewrite(source(result, submitted=False, strict=False), COURSE)
    assert kept.problems == ()
    assert loose in kept.result


# The live project


@pytest.fixture
def project() -> str:
    return f"move {uuid.uuid4().hex[:12]}"


@pytest.fixture
def readers(studio, studio_settings):
    ensure_users(studio, studio_settings, READERS)
    made = [
        connect(studio_settings, login=login_of(studio_settings, r)) for r in READERS
    ]
    yield made
    for reader in made:
        reader.close()


@pytest.fixture
def live(studio, studio_settings, project, readers):
    """Two documents; A annotated both, B skipped one, drafts are open."""
    plan = Plan(project=project, schema=SCHEMA, annotators=READERS, overlap=2)
    docs = [with_body("a"), with_body("b")]
    push(docs, plan, studio=studio, settings=studio_settings, say=lambda _: None)
    campaign = find_campaign(studio, project)
    tasks = tasks_by_document(studio, campaign)
    first, second = readers
    for doc in docs:
        submit(doc, studio=first, task=tasks[doc.id], schema=SCHEMA, seconds=61.5)
    submit(visit("a"), studio=second, task=tasks["a"], schema=SCHEMA, seconds=7.0)
    skipped = {"result": drawn(), "was_cancelled": True, "lead_time": 3.0}
    second._http.post(f"/api/tasks/{tasks['b']}/annotations/", json=skipped)
    mine = first.get(f"/api/tasks/{tasks['a']}/annotations/")[0]
    for path in (
        f"/api/tasks/{tasks['a']}/annotations/{mine['id']}/drafts",
        f"/api/tasks/{tasks['b']}/drafts",
    ):
        answer = first._http.post(path, json={"result": drawn(), "lead_time": 5.0})
        assert answer.status_code == 201
    return campaign


@pytest.fixture
def migrate(studio, studio_settings, project):
    def run(**options):
        return migrate_project(
            studio, project, COURSE, settings=studio_settings,
            guideline="<p>دليل جديد</p>", say=lambda _: None, **options,
        )  # fmt: skip

    return run


def state(studio, campaign) -> dict:
    """All that the project holds, without what Label Studio counts by itself."""
    tasks = list(iter_tasks(studio, campaign, fields="all"))
    kept = ("completed_by", "lead_time", "was_cancelled", "ground_truth", "created_at")
    return {
        "config": studio.get(f"/api/projects/{campaign.id}")["label_config"],
        "data": {t["id"]: t["data"] for t in tasks},
        "annotations": {
            a["id"]: ({k: a[k] for k in kept}, a["result"])
            for t in tasks
            for a in t["annotations"]
        },
        "predictions": {
            p["id"]: ((p["score"], p["model_version"]), p["result"])
            for t in tasks
            for p in t["predictions"]
        },
        "drafts": {
            d["id"]: ((d["user"], d["annotation"], d["lead_time"]), d["result"])
            for t in tasks
            for d in studio.get(f"/api/tasks/{t['id']}/drafts")
        },
    }


def facts(found: dict) -> dict:
    """Who, when and for how long; what a migration must not touch."""
    kinds = ("annotations", "predictions", "drafts")
    return {kind: {n: fact for n, (fact, _) in found[kind].items()} for kind in kinds}


def labels_of(result: list) -> set[str]:
    return {e["value"]["labels"][0] for e in result if e["type"] == "labels"}


@pytest.mark.studio
def test_a_project_is_carried_whole_and_who_annotated_stays(
    studio, live, migrate, project, tmp_path
):
    before = state(studio, live)
    moved = migrate()
    after = state(studio, live)
    assert facts(after) == facts(before)
    assert dict(moved.written) == {"annotations": 4, "predictions": 2, "drafts": 2}
    for kind in ("annotations", "predictions", "drafts"):
        for _, result in after[kind].values():
            assert not labels_of(result) & {"TITLE", "VISIT"}
    assert after["config"] == render_config(NEW)
    assert {d["schema"] for d in after["data"].values()} == {NEW.name}
    shown = studio.get(f"/api/projects/{live.id}")
    assert "دليل جديد" in shown["expert_instruction"]
    done = pull(studio, project, schema=NEW, out=tmp_path)
    assert done.documents == {READERS[0]: 2, READERS[1]: 1}
    (second,) = read_documents(tmp_path / f"{READERS[1]}.jsonl")
    assert bare(second) == bare(renamed(visit("a")))
    assert second.meta["studio"]["seconds"] == 7.0


@pytest.mark.studio
def test_a_dry_run_tells_all_and_changes_nothing(studio, live, migrate, project):
    before = state(studio, live)
    moved = migrate(dry_run=True)
    assert dict(moved.written) == {"annotations": 4, "predictions": 2, "drafts": 2}
    assert moved.counts["asked"] == 2
    assert (moved.asked, moved.waiting) == (2, 2)
    assert moved.kept is None
    assert state(studio, live) == before
    assert find_campaign(studio, queue_title(project)) is None


@pytest.mark.studio
def test_a_second_run_finds_nothing_to_do(studio, live, migrate):
    migrate()
    before = state(studio, live)
    moved = migrate()
    assert (dict(moved.written), moved.changes, moved.asked) == ({}, (), 0)
    assert moved.waiting == 2
    assert state(studio, live) == before


@pytest.mark.studio
def test_what_stood_there_is_kept_in_a_file(studio, live, migrate):
    before = state(studio, live)
    kept = migrate().kept
    migrate()
    records = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    for record in records:
        if record["kind"] == "page":
            assert record["config"] == before["config"]
        else:
            assert record["result"] == before[record["kind"]][record["id"]][1]
    assert len(records) == 1 + 8


@pytest.mark.studio
# 14 calls in all: drafts are off their annotation after 1 and 2, the page after 10.
@pytest.mark.parametrize("calls", [1, 2, 7, 9, 10, 13])
def test_a_cut_anywhere_is_repaired_by_running_it_again(
    studio, live, migrate, monkeypatch, calls
):
    class CutError(Exception):
        """The process is gone."""

    before, left = state(studio, live), [calls]
    real = moving._send

    def cut(*args, **values):
        if left[0] <= 0:
            raise CutError
        left[0] -= 1
        real(*args, **values)

    monkeypatch.setattr(moving, "_send", cut)
    with pytest.raises(CutError):
        migrate()
    monkeypatch.setattr(moving, "_send", real)
    migrate()
    after = state(studio, live)
    assert facts(after) == facts(before)
    assert after["config"] == render_config(NEW)
    for kind in ("annotations", "predictions", "drafts"):
        for _, result in after[kind].values():
            assert not labels_of(result) & {"TITLE", "VISIT"}
    assert {d["schema"] for d in after["data"].values()} == {NEW.name}


@pytest.mark.studio
def test_a_faulty_annotation_keeps_the_whole_project_as_it_is(
    studio, live, migrate, readers
):
    mine = next(
        a for t in iter_tasks(studio, live, fields="all") for a in t["annotations"]
    )
    faulty = json.loads(json.dumps(mine["result"]))
    faulty[0]["value"]["end"] = 9999
    readers[0]._http.patch(f"/api/annotations/{mine['id']}", json={"result": faulty})
    before = state(studio, live)
    with pytest.raises(DataError, match=r"annotation .* a text of"):
        migrate()
    assert state(studio, live) == before


@pytest.mark.studio
def test_work_from_a_page_that_was_open_since_before_is_carried_by_the_next_run(
    studio, live, migrate, readers
):
    migrate()
    late = next(
        a for t in iter_tasks(studio, live, fields="all") for a in t["annotations"]
    )
    old = to_results(visit("a"), SCHEMA)
    readers[0]._http.patch(f"/api/annotations/{late['id']}", json={"result": old})
    assert dict(migrate().written) == {"annotations": 1}
    (_, result) = state(studio, live)["annotations"][late["id"]]
    assert labels_of(result) == {"OFFICE", "GPE", "TRAVEL"}


@pytest.mark.studio
def test_an_annotation_that_changes_meanwhile_is_never_overwritten(
    studio, live, migrate, readers, monkeypatch
):
    busy = next(
        a for t in iter_tasks(studio, live, fields="all") for a in t["annotations"]
    )
    turns = iter(range(1000))
    real = moving._write_result

    def disturbed(given, item, **more):
        if (item.kind, item.id) == ("annotations", busy["id"]):
            doc = visit("a")
            entity = doc.entities[0].model_copy(update={"score": next(turns) / 1000})
            doc = doc.model_copy(update={"entities": (entity, doc.entities[1])})
            readers[0]._http.patch(
                f"/api/annotations/{busy['id']}",
                json={"result": to_results(doc, SCHEMA)},
            )
        return real(given, item, **more)

    monkeypatch.setattr(moving, "_write_result", disturbed)
    with pytest.raises(ServiceError, match="reloaded"):
        migrate()
    (_, result) = state(studio, live)["annotations"][busy["id"]]
    assert labels_of(result) == {"TITLE", "GPE", "VISIT"}


@pytest.mark.studio
def test_questions_are_asked_once_and_the_answers_come_home(
    studio, live, migrate, readers, tmp_path
):
    moved = migrate()
    assert (moved.asked, moved.waiting) == (2, 2)
    queue = find_campaign(studio, moved.queue)
    tasks = {t["data"]["doc_id"]: t for t in iter_tasks(studio, queue, fields="all")}
    assert set(tasks) == {"a", "b"}
    (asked,) = tasks["a"]["predictions"]
    marks = [e for e in asked["result"] if e["type"] == "labels"]
    assert [e["meta"]["text"] for e in marks] == [["undecided: ORG or PARTY?"]]
    # B answers for A: who decides need not be who marked it.
    answer = json.loads(json.dumps(asked["result"]))
    answer[0]["value"]["labels"] = ["PARTY"]
    readers[1]._http.post(
        f"/api/tasks/{tasks['a']['id']}/annotations/",
        json={"result": answer, "lead_time": 2.0, "was_cancelled": False},
    )
    home = migrate()
    assert home.counts["decided"] == 1
    assert (home.asked, home.waiting) == (0, 1)
    done = pull(studio, live.title, schema=NEW, out=tmp_path)
    docs = {doc.id: doc for doc in read_documents(done.files[0])}
    (party,) = [m for m in docs["a"].entities if m.label == "PARTY"]
    assert party.meta is None
    (waiting,) = [m for m in docs["b"].entities if m.label == "ORG"]
    assert waiting.meta == {"undecided": ["ORG", "PARTY"]}
    assert dict(migrate().written) == {}


@pytest.mark.studio
def test_a_project_of_another_schema_or_none_is_refused(studio, live, studio_settings):
    with pytest.raises(UsageError, match="miyar status"):
        migrate_project(
            studio, "nowhere", COURSE, settings=studio_settings, say=lambda _: None
        )
    other = parse_schema(
        BUILT_IN.read_text("utf-8").replace('version: "1.0"', 'version: "3.0"')
    )
    wrong = Course(STEPS, other, NEW)
    with pytest.raises(DataError, match=rf"was pushed with the schema {SCHEMA.name}"):
        migrate_project(
            studio, live.title, wrong, settings=studio_settings, say=lambda _: None
        )
