"""`miyar schema migrate` on files and on a live project."""

from __future__ import annotations

import uuid

import pytest
from typer.testing import CliRunner

from annotate.cli.main import build_app
from annotate.labelstudio.campaign import (
    Plan,
    find_campaign,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.config import render_config
from schemas.annotations import EntityMention
from schemas.errors import UsageError
from schemas.jsonl import write_documents
from schemas.load import BUILT_IN, load_schema
from tests.annotate.labelstudio.builders import SCHEMA, span_of, visit

STEPS = """
from: political-news-1.0
to: political-news-2.0
steps:
  - {rename: TITLE, to: OFFICE}
  - {rename: LAW, to: PARTY}
  - {split: ORG, by: subtype, into: {media: ORG}, ask: [ORG, PARTY]}
"""


@pytest.fixture
def order(tmp_path):
    """The command with its migration and both schemas."""
    new, steps = tmp_path / "new.yaml", tmp_path / "steps.yaml"
    source = BUILT_IN.read_text(encoding="utf-8").replace(
        'version: "1.0"', 'version: "2.0"'
    )
    source = source.replace("TITLE", "OFFICE").replace("LAW", "PARTY")
    new.write_text(source, encoding="utf-8")
    steps.write_text(STEPS, encoding="utf-8")
    return ("schema", "migrate", steps, "--old", BUILT_IN, "--new", new)


def run(*arguments) -> str:
    result = CliRunner().invoke(build_app(), [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def with_body():
    start, end = span_of("الوفد")
    body = EntityMention(id="T3", label="ORG", start=start, end=end)
    doc = visit()
    return doc.model_copy(update={"entities": (*doc.entities, body)})


def test_nothing_to_migrate_is_refused_with_what_may_be_named(order):
    with pytest.raises(UsageError, match="--project"):
        run(*order)
    with pytest.raises(UsageError, match="-o"):
        run(*order, "some.jsonl")


@pytest.mark.studio
def test_files_move_and_their_questions_can_be_pushed(
    order, tmp_path, studio, studio_settings, monkeypatch
):
    monkeypatch.setenv("MIYAR_HOME", str(studio_settings.home))
    place, out = tmp_path / "in.jsonl", tmp_path / "out"
    write_documents(place, [with_body()])
    assert "1 asked, 1 renamed" in run(*order, place, "-o", out)
    new = order[-1]
    told = run("push", out / "undecided.jsonl", "--project", "any questions",
               "--schema", new, "--dry-run")  # fmt: skip
    assert "1 documents would be pushed" in told


@pytest.mark.studio
def test_a_live_project_moves_and_says_what_waits_for_people(
    order, studio, studio_settings, monkeypatch
):
    monkeypatch.setenv("MIYAR_HOME", str(studio_settings.home))
    project = f"cli {uuid.uuid4().hex[:12]}"
    plan = Plan(project=project, schema=SCHEMA)
    push([with_body()], plan, studio=studio, settings=studio_settings, say=print)
    campaign = find_campaign(studio, project)
    task = tasks_by_document(studio, campaign)["visit"]
    submit(with_body(), studio=studio, task=task, schema=SCHEMA)
    dry = run(*order, "--project", project, "--dry-run")
    assert "1 annotations, 1 predictions would be written; 1 asked, 2 renamed" in dry
    assert "1 documents to be put there now" in dry
    assert find_campaign(studio, project).config == render_config(SCHEMA)
    done = run(*order, "--project", project)
    assert "1 marks wait for a decision" in done
    assert f"'{project}: undecided'" in done
    new = load_schema(order[-1])
    for title in (project, f"{project}: undecided"):
        assert find_campaign(studio, title).config == render_config(new)
    assert "nothing written; nothing" in run(*order, "--project", project)
