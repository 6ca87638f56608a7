from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotate.cli.main import build_app
from annotate.labelstudio.campaign import find_campaign, submit, tasks_by_document
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.server import admin_login
from schemas.errors import DataError, ServiceError, UsageError
from schemas.jsonl import read_documents, write_documents
from tests.annotate.labelstudio.builders import SCHEMA, bare, visit

READER = "reader.d@miyar.test"


@pytest.fixture
def run(monkeypatch):
    """Run `miyar` with arguments; expected errors are raised as they are."""

    def miyar(*arguments, ok=True):
        result = CliRunner().invoke(build_app(), [str(a) for a in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert (result.exit_code == 0) is ok, result.output
        return result

    return miyar


@pytest.fixture
def here(monkeypatch, studio_settings):
    """Point the command line at the test run's server."""
    monkeypatch.setenv("MIYAR_HOME", str(studio_settings.home))
    monkeypatch.setenv("MIYAR_STUDIO_ENV", str(studio_settings.server_folder))


@pytest.mark.studio
def test_up_tells_address_and_login_of_the_server_that_runs(
    run, here, studio, studio_settings
):
    result = run("up")
    assert f"runs already: {studio.url}" in result.stdout
    login = admin_login(studio_settings)
    assert login.email in result.stdout
    assert login.password in result.stdout
    assert login.token not in result.output


@pytest.mark.studio
def test_documents_go_out_and_annotations_come_home(
    run, here, studio, studio_settings, tmp_path
):
    project = f"cli {uuid.uuid4().hex[:12]}"
    source = tmp_path / "s.jsonl"
    write_documents(source, [visit()])
    push = ("push", source, "--project", project, "--annotators", READER)
    plan = run(*push, "--dry-run")
    assert "1 documents would be pushed, 0 were there" in plan.stdout
    assert f"would be made: {project}" in plan.stdout
    first = run(*push)
    assert "1 documents pushed, 0 were there" in first.stdout
    assert f"{READER}  password " in first.stdout
    again = run(*push)
    assert "0 documents pushed, 1 were there" in again.stdout
    assert "password" not in again.stdout
    assert "Nothing was changed." in again.stderr
    assert "Nothing was changed." not in first.stderr
    out = tmp_path / "out"
    assert "Nobody has submitted" in run("pull", "--project", project, "-o", out).stderr
    task = tasks_by_document(studio, find_campaign(studio, project))["visit"]
    with connect(studio_settings, login=login_of(studio_settings, READER)) as reader:
        submit(visit(), studio=reader, task=task, schema=SCHEMA)
    pulled = run("pull", "--project", project, "-o", out)
    assert f"{out / READER}.jsonl: 1 documents, 0 skipped" in pulled.stdout
    (doc,) = read_documents(out / f"{READER}.jsonl")
    assert bare(doc) == bare(visit())
    listed = json.loads(run("status", "--format", "json").stdout)["projects"]
    (mine,) = [entry for entry in listed if entry["project"] == project]
    assert (mine["documents"], mine["annotations"]) == (1, 1)
    assert project in run("status").stdout


@pytest.mark.studio
def test_a_blind_campaign_with_a_control_arm_is_one_on_the_command_line(
    run, here, studio_settings, tmp_path
):
    project = f"blind {uuid.uuid4().hex[:8]}"
    source, out = tmp_path / "s.jsonl", tmp_path / "out"
    readers = ("reader.e@miyar.test", "reader.f@miyar.test")
    write_documents(source, [visit(f"d{n}") for n in range(4)])
    push = ("push", source, "--project", project, "--annotators", ",".join(readers))
    how = ("--overlap", 2, "--blind", "strict", "--control", 0.5, "--seed", 1)
    plan = run(*push, *how, "--dry-run").stdout
    assert "4 documents would be pushed (2 without suggestions), 0 were there" in plan
    assert f"logins would be made for {readers[0]}, {readers[1]}" in plan
    first = run(*push, *how).stdout
    assert f"  {project} · {readers[1]}: 4 pushed, 0 were there; http" in first
    assert "0 documents pushed, 4 were there" in run(*push, *how).stdout
    for reader in readers:
        with connect(studio_settings, login=login_of(studio_settings, reader)) as own:
            part = find_campaign(own, f"{project} · {reader}")
            task = tasks_by_document(own, part)["d1"]
            submit(visit("d1"), studio=own, task=task, schema=SCHEMA, seconds=90)
    pulled = run("pull", "--project", project, "-o", out)
    assert f"{out / readers[0]}.jsonl: 1 documents, 0 skipped" in pulled.stdout
    assert "6 tasks have no annotation yet" in pulled.stderr
    since = pulled.stderr.rpartition("--since ")[2].strip()
    later = run("pull", "--project", project, "-o", tmp_path / "b", "--since", since)
    assert "nothing was written" in later.stderr or "1 documents" in later.stdout
    table = run("status", "--project", project).stdout
    assert "covered: 1 of 4 documents" in table
    assert "entities 1.000" in table
    found = json.loads(run("status", "--project", project, "--format", "json").stdout)
    assert found["agreement"]["triggers"] == 1.0
    assert [(p["assigned"], p["left"]) for p in found["paces"]] == [(4, 3), (4, 3)]


@pytest.mark.studio
def test_a_push_that_changes_settings_alone_says_which(run, here, studio, tmp_path):
    project = f"overlap {uuid.uuid4().hex[:8]}"
    source = tmp_path / "s.jsonl"
    write_documents(source, [visit()])
    readers = "reader.e@miyar.test,reader.f@miyar.test"
    push = ("push", source, "--project", project, "--annotators", readers)
    run(*push)
    dry = run(*push, "--overlap", 2, "--dry-run")
    assert f"would be changed: {project}: overlap 2" in dry.stdout
    assert find_campaign(studio, project).overlap == 1
    done = run(*push, "--overlap", 2)
    assert f"  changed: {project}: overlap 2" in done.stdout
    assert "Nothing was changed." not in done.stderr
    assert find_campaign(studio, project).overlap == 2
    assert "Nothing was changed." in run(*push, "--overlap", 2).stderr
    # Who was named and has not begun is in the table all the same.
    table = run("status", "--project", project).stdout
    assert all(reader in table for reader in readers.split(","))


@pytest.mark.studio
def test_watching_a_campaign_shows_it_again_until_it_is_stopped(
    here, studio, studio_settings
):
    command = [Path(sys.executable).with_name("miyar"), "status", "--watch"]
    with subprocess.Popen(
        [*command, "--every", "1"],
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watch:
        lines = [watch.stdout.readline() for _ in range(2)]
        while sum(f"runs at {studio.url}" in line for line in lines) < 2:
            lines.append(watch.stdout.readline())
            assert lines[-1]
        watch.send_signal(signal.SIGINT)
        assert watch.wait(timeout=30) == 0
        assert watch.stderr.read() == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--control", "1.5"), "--control"),
        (("--blind", "strict"), "--annotators"),
        (("--blind", "strict", "--annotators", "a@x.org", "--overlap", "2"), "Name"),
    ],
)
@pytest.mark.studio
def test_options_of_a_push_that_do_not_fit_are_told(
    run, here, studio, tmp_path, options, said
):
    source = tmp_path / "s.jsonl"
    write_documents(source, [visit()])
    with pytest.raises(UsageError, match=said):
        run("push", source, "--project", "never made", *options)


def test_a_since_that_is_no_time_is_told(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MIYAR_HOME", str(tmp_path / "state"))
    with pytest.raises(UsageError, match="2026-05-01T08:00"):
        run("pull", "--project", "x", "-o", tmp_path / "o", "--since", "yesterday")


@pytest.mark.studio
def test_a_wrong_token_is_one_sentence_with_the_remedy(
    run, here, studio, tmp_path, monkeypatch
):
    monkeypatch.setenv("MIYAR_TOKEN", "feedc0de" * 5)
    with pytest.raises(ServiceError, match="MIYAR_TOKEN") as error:
        run("pull", "--project", "any", "-o", tmp_path / "out")
    assert "feedc0de" not in str(error.value)


@pytest.mark.parametrize("command", ["push", "pull"])
def test_without_a_server_the_command_that_starts_one_is_named(
    run, tmp_path, monkeypatch, command
):
    monkeypatch.setenv("MIYAR_HOME", str(tmp_path / "state"))
    source = tmp_path / "s.jsonl"
    write_documents(source, [visit()])
    rest = (source,) if command == "push" else ("-o", tmp_path / "out")
    with pytest.raises(ServiceError, match="miyar up"):
        run(command, *rest, "--project", "news")
    assert not (tmp_path / "out").exists()


def test_status_exits_with_1_and_down_with_0_when_nothing_runs(
    run, tmp_path, monkeypatch
):
    monkeypatch.setenv("MIYAR_HOME", str(tmp_path / "state"))
    assert "miyar up" in run("status", ok=False).stdout
    assert "was not running" in run("down").stdout


def test_a_file_that_is_no_document_is_told_with_its_line(run, tmp_path):
    source = tmp_path / "s.jsonl"
    source.write_text('{"id": "a", "text": "نص"}\n{"id": ', encoding="utf-8")
    with pytest.raises(DataError, match=r"s\.jsonl:2"):
        run("push", source, "--project", "news")
