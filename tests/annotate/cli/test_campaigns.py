from __future__ import annotations

import json
import uuid

import pytest
import typer
from typer.testing import CliRunner

from annotate.cli import campaigns, suggestions
from annotate.labelstudio.campaign import Plan, find_campaign, push, tasks_by_document
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.tasks import to_results
from annotate.labelstudio.users import ensure_users
from annotate.rules.engine import suggest
from annotate.rules.load import load_ruleset
from exports.release import build_release
from schemas.annotations import AnnotatedDocument
from schemas.errors import UsageError
from schemas.jsonl import read_documents, write_documents
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, visit

pytestmark = pytest.mark.studio

READER = "ledger.a@miyar.test"


@pytest.fixture
def miyar(studio_settings, monkeypatch):
    """Run a command of this stage; what it raises for the user comes out as it is."""
    monkeypatch.setenv("MIYAR_HOME", str(studio_settings.home))
    monkeypatch.setenv("MIYAR_STUDIO_ENV", str(studio_settings.studio_env))
    app = typer.Typer()
    campaigns.register(app)
    suggestions.register(app)

    def run(*arguments, exit_code=0):
        done = CliRunner().invoke(app, [str(a) for a in arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == exit_code, done.output
        return done.stdout

    return run


@pytest.fixture(scope="module")
def project(studio, studio_settings) -> str:
    """Ten shown documents whose titles were deleted, and one of the control arm."""
    ruleset = load_ruleset(SCHEMA)
    bare = AnnotatedDocument(id="silent", text=TEXT, meta={"arm": "control"})
    docs = [visit(f"d{n}") for n in range(10)]
    name = f"ledger {uuid.uuid4().hex[:12]}"
    plan = Plan(project=name, schema=SCHEMA, annotators=(READER,))
    push([*docs, bare], plan, studio=studio, settings=studio_settings, say=str)
    tasks = tasks_by_document(studio, find_campaign(studio, name))
    ensure_users(studio, studio_settings, [READER])
    without_title = [
        r
        for r in to_results(visit(), SCHEMA)
        if "T1" not in (r.get("id"), r.get("to_id"))
    ]
    alone = suggest(bare, ruleset)
    assert alone.entities
    with connect(studio_settings, login=login_of(studio_settings, READER)) as reader:
        for doc in (*docs, bare):
            results = to_results(alone, SCHEMA) if doc is bare else without_title
            content = {"result": results, "lead_time": 12.0}
            path = f"/api/tasks/{tasks[doc.id]}/annotations/"
            reader.post(path, content, doing="annotate")
    return name


def test_the_ledger_shows_both_arms_and_writes_what_suggest_obeys(
    miyar, project, tmp_path
):
    out = tmp_path / "mute.json"
    options = ("--mute-below", 0.5, "-o", out, "--format", "json")
    told = json.loads(miyar("ledger", "--project", project, *options))
    rules = {row["name"]: row for row in told["suggested"]["rules"]}
    assert rules["TITLE-1"]["deleted"] == 10
    assert rules["GPE-7"]["accepted"] == 10
    assert rules["GPE-7"]["seconds"] == pytest.approx(12 / 5)
    # The rules were asked in silence, and the annotator marked the very same.
    assert told["control"]["documents"] == 1
    assert told["control"]["total"]["acceptance"] == 1.0
    assert told["anchoring"]["total"]["difference"] < 0
    muted = json.loads(out.read_text())
    assert {entry["rule"] for entry in muted["rules"]} == {"TITLE-1", "ARG-1"}

    table = miyar("ledger", "--project", project)
    assert "with suggestions: 10 documents" in table
    assert "control arm: 1 documents" in table
    assert "Anchoring: -" in table


def test_muted_rules_suggest_nothing(miyar, tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_documents(source, [AnnotatedDocument(id="d", text=TEXT)])
    miyar("suggest", source, "-o", out)
    (before,) = read_documents(out)
    rule = before.entities[0].rule
    mute = tmp_path / "mute.json"
    mute.write_text(json.dumps({"rules": [{"rule": rule}]}))
    miyar("suggest", source, "-o", out, "--mute", mute)
    (after,) = read_documents(out)
    assert rule in {m.rule for m in before.entities}
    assert rule not in {m.rule for m in after.entities}


def test_a_mute_list_has_a_usual_place_and_needs_a_threshold(
    miyar, project, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="--mute-below says"):
        miyar("ledger", "--project", project, "-o", tmp_path / "x.json")
    miyar("ledger", "--project", project, "--mute-below", 0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["mute.json"]
    assert json.loads((tmp_path / "mute.json").read_text())["below"] == 0.5


def test_backup_restore_and_doctor_say_what_they_did(miyar, project, tmp_path):
    out = tmp_path / "kept.jsonl.gz"
    said = miyar("backup", "--project", project, "-o", out)
    assert "11 tasks, 11 annotations, 0 drafts" in said
    assert "nothing was changed" in miyar("restore", out)
    # Beside the original, what is unique on a server cannot be kept.
    said = miyar("restore", out, "--as", f"{project} b", exit_code=1)
    assert "not as it was: annotations.unique_id (11 times)" in said
    assert said.count("not as it was") == 1


def test_doctor_holds_a_project_against_a_release(miyar, project, tmp_path):
    folder = tmp_path / "gold"
    build_release(
        [visit("d0"), visit("unknown")],
        schema=SCHEMA,
        name="gold",
        version="1.0",
        folder=folder,
    )
    said = miyar(
        *("doctor", "--project", project, "--release", folder, "--format", "json"),
        exit_code=1,
    )
    found = {entry["code"]: entry for entry in json.loads(said)}
    assert found["LS403"]["where"] == "unknown"
    assert all(entry["remedy"] for entry in found.values())
    with pytest.raises(UsageError, match="needs the --project"):
        miyar("doctor", "--release", folder)


def test_lint_of_a_project_checks_contract_and_span_rule(
    miyar, studio, studio_settings, project
):
    found = campaigns.lint_campaign(project, SCHEMA, rules=None)
    assert found.annotations == 11
    assert found.marked == len({f.task for f in found.findings})
