"""The whole way with another schema, of which no label is one of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotate.adjudicate import Conflict, adjudicate_all
from annotate.decisions import Decision, Target
from annotate.guideline import render_instructions
from annotate.ingest import read_sources
from annotate.labelstudio.campaign import (
    Plan,
    find_campaign,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.config import render_config
from annotate.lint import lint_document
from annotate.rules.engine import suggest
from annotate.rules.load import load_ruleset
from evaluation import JsonlSource, agree, score
from exports import build_release, find_gold, verify_release
from schemas.annotations import AnnotatedDocument
from schemas.checks import check_documents
from schemas.jsonl import read_documents, write_documents
from schemas.load import load_schema
from tests.command import miyar

FOLDER = Path(__file__).parent / "other_schema"
SCHEMA_FILE = FOLDER / "sports_results.yaml"
SCHEMA = load_schema(SCHEMA_FILE)
EMAILS = ("fan.a@miyar.test", "fan.b@miyar.test")


def suggested() -> list[AnnotatedDocument]:
    ruleset = load_ruleset(SCHEMA, FOLDER)
    return [suggest(doc, ruleset) for doc in read_sources([FOLDER / "articles"])]


def told(doc: AnnotatedDocument) -> list[tuple[str, ...]]:
    """What happened in a document, in the words of its text."""
    text, ids = doc.text or "", doc.entity_by_id()
    return [
        (
            event.label,
            event.polarity,
            text[slice(*event.span)],
            *(f"{a.role} {text[slice(*ids[a.entity].span)]}" for a in event.arguments),
        )
        for event in doc.events
    ]


def test_the_other_schema_has_no_label_of_ours():
    ours = load_schema()
    for kind in ("entities", "events", "roles"):
        assert not getattr(ours, kind).keys() & getattr(SCHEMA, kind).keys()


def test_its_rules_find_its_entities_and_fill_its_roles():
    docs = {doc.id: doc for doc in suggested()}
    assert told(docs["final"]) == [
        (
            "WIN",
            "positive",
            "فاز",
            "WINNER الهلال",
            "LOSER النصر",
            "VENUE ملعب الجوهرة",
            "RESULT 3-1",
        )
    ]
    assert told(docs["market"]) == [
        (
            "TRANSFER",
            "positive",
            "انتقل",
            "MOVER محمد صلاح",
            "LEFT روما",
            "JOINED ليفربول",
        ),
        ("WIN", "negative", "يفز", "WINNER الأهلي", "LOSER الزمالك"),
    ]
    assert check_documents(docs.values(), SCHEMA) == []


def test_its_span_rule_is_the_one_that_is_enforced():
    (doc,) = [doc for doc in suggested() if doc.id == "final"]
    team = doc.entities[0]
    assert list(lint_document(doc, SCHEMA)) == []
    wide = team.model_copy(update={"end": team.end + 1})
    found = lint_document(doc.model_copy(update={"entities": (wide,)}), SCHEMA)
    assert [problem.code for problem in found] != []


# On the real server


def second_opinion(doc: AnnotatedDocument) -> AnnotatedDocument:
    """The second annotator misses stadiums and results, and sees penalties."""
    kept = tuple(m for m in doc.entities if m.label not in ("STADIUM", "SCORE"))
    ids = {mention.id for mention in kept}
    events = tuple(
        event.model_copy(
            update={
                "arguments": tuple(a for a in event.arguments if a.entity in ids),
                "mode": "penalties"
                if doc.id == "replay" and event.mode
                else event.mode,
            }
        )
        for event in doc.events
    )
    return doc.model_copy(update={"entities": kept, "events": events})


def decision(conflict: Conflict, texts: dict[str, str]) -> Decision:
    """The first annotator is right, every time."""
    target = Target(
        **dict(zip(("start", "end", "label"), conflict.target, strict=True))
    )
    role, filler = conflict.argument or (None, None)
    return Decision(
        doc=conflict.doc,
        layer=conflict.layer,
        verdict="set" if conflict.attribute else "keep",
        target=target,
        text=texts[conflict.doc][target.start : target.end],
        role=role,
        filler=filler
        and Target(**dict(zip(("start", "end", "label"), filler, strict=True))),
        attributes={conflict.attribute: conflict.votes[0]}
        if conflict.attribute
        else {},
        clause="Q1",
        by="referee",
    )


@pytest.mark.studio
def test_the_whole_way_from_articles_to_a_score(studio, studio_settings, tmp_path):
    docs = suggested()
    plan = Plan(
        project="sports",
        schema=SCHEMA,
        annotators=EMAILS,
        overlap=2,
        guideline=render_instructions(SCHEMA),
    )
    push(docs, plan, studio=studio, settings=studio_settings, say=lambda _: None)
    campaign = find_campaign(studio, "sports")
    assert campaign.config == render_config(SCHEMA)
    tasks = tasks_by_document(studio, campaign)
    for email, opinion in zip(EMAILS, (lambda doc: doc, second_opinion), strict=True):
        with connect(studio_settings, login=login_of(studio_settings, email)) as user:
            for doc in docs:
                submit(opinion(doc), studio=user, task=tasks[doc.id], schema=SCHEMA)
    pulled = pull(studio, "sports", schema=SCHEMA, out=tmp_path / "passes")
    assert pulled.documents == dict.fromkeys(EMAILS, 3)

    sources = {path.stem: JsonlSource(path) for path in pulled.files}
    agreement = agree(sources, schema=SCHEMA)
    passes = {path.stem: list(read_documents(path)) for path in pulled.files}
    texts = {doc.id: doc.text for doc in docs}
    _, conflicts = adjudicate_all(passes, [])
    assert {c.attribute for c in conflicts} == {None, "mode"}
    decisions = [decision(conflict, texts) for conflict in conflicts]
    # Who fills a role is open only once the filler stands.
    _, conflicts = adjudicate_all(passes, decisions)
    assert {c.layer for c in conflicts} == {"arguments"}
    decisions += [decision(conflict, texts) for conflict in conflicts]
    gold, conflicts = adjudicate_all(passes, decisions)
    assert conflicts == ()
    by_id = {doc.id: doc for doc in docs}
    for doc in gold:
        assert [m.key for m in doc.entities] == [m.key for m in by_id[doc.id].entities]
        assert [sorted(event) for event in told(doc)] == [
            sorted(event) for event in told(by_id[doc.id])
        ]

    folder = tmp_path / "sports-1"
    build_release(
        gold,
        schema=SCHEMA,
        name="sports",
        version="1",
        folder=folder,
        agreement=agreement.to_json(),
    )
    assert verify_release(folder) == []
    write_documents(tmp_path / "second.jsonl", map(second_opinion, docs))
    report = score(
        JsonlSource(find_gold(folder).path),
        JsonlSource(tmp_path / "second.jsonl"),
        schema=SCHEMA,
    )
    rows = report.layers["entities"].labels
    assert set(rows) == set(SCHEMA.entities)
    assert (rows["TEAM"].f1, rows["STADIUM"].recall) == (1.0, 0.0)


# Through the command line, as a user types it


@pytest.fixture
def type_in(tmp_path):
    """Type a command in a new folder; return what it prints."""

    def run(*words: str | Path, code: int = 0) -> str:
        done = miyar(*words, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return done.stdout

    return run


def test_the_commands_take_the_schema_and_its_rules(type_in, tmp_path):
    own = ("--schema", SCHEMA_FILE)
    documents, found = tmp_path / "documents.jsonl", tmp_path / "suggestions.jsonl"
    type_in("ingest", FOLDER / "articles", "-o", documents)
    type_in("suggest", documents, "-o", found, *own, "--rules", FOLDER)
    assert [doc.entities for doc in read_documents(found)] == [
        doc.entities for doc in suggested()
    ]
    type_in("lint", found, *own, "--rules", FOLDER)
    type_in("lint", found, *own)
    assert "TEAM" in type_in("lint", found, code=1)

    second = tmp_path / "second.jsonl"
    write_documents(second, map(second_opinion, read_documents(found)))
    printed = type_in(
        "score", "--gold", found, "--predicted", second, *own, "--format", "json"
    )
    rows = json.loads(printed)["layers"]["entities"]["labels"]
    assert set(rows) == set(SCHEMA.entities)
    assert rows["SCORE"]["recall"] == 0.0
    assert rows["PLAYER"]["f1"] == 1.0


def test_page_guideline_and_listing_come_from_the_schema(type_in):
    own = ("--schema", SCHEMA_FILE)
    assert "no fault" in type_in("schema", "check", SCHEMA_FILE)
    listing = type_in("schema", "show", *own)
    config = type_in("schema", "config", *own)
    guideline = type_in("schema", "guideline", *own)
    page = type_in("schema", "guideline", *own, "--format", "html")
    for label in (*SCHEMA.entities, *SCHEMA.events, *SCHEMA.roles):
        assert label in listing
        assert label in config
        assert f"`{label}`" in guideline
        assert label in page
    assert "JOINED: TEAM" in type_in("schema", "show", "TRANSFER", *own)
    ours = load_schema()
    for label in (*ours.entities, *ours.events):
        assert f'"{label}"' not in config
        assert f"`{label}`" not in guideline


def test_rules_of_another_schema_are_refused_with_the_labels_it_has(tmp_path):
    done = miyar("suggest", FOLDER / "articles", "--schema", SCHEMA_FILE, cwd=tmp_path)
    assert done.returncode == 2
    assert "The schema knows" in done.stderr
    assert "TEAM" in done.stderr or "WIN" in done.stderr
