"""`miyar adjudicate`, run as a user runs it."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from annotate.cli.main import build_app
from annotate.labelstudio.campaign import find_campaign, submit, tasks_by_document
from annotate.labelstudio.client import connect, login_of
from annotate.settings import Settings
from exports.release import build_release
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from schemas.jsonl import read_documents, write_documents
from tests.annotate.labelstudio.builders import SCHEMA, bare, visit

JUDGE = "judge.cli@miyar.test"


def run(*words: object, exit_code: int | None = 0) -> Result:
    result = CliRunner().invoke(build_app(), [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert exit_code in (None, result.exit_code), result.output
    return result


def without_events(doc: AnnotatedDocument) -> AnnotatedDocument:
    return doc.model_copy(update={"events": ()})


def written(folder: Path, **passes: list[AnnotatedDocument]) -> list[Path]:
    for name, docs in passes.items():
        write_documents(folder / f"{name}.jsonl", docs)
    return [folder / f"{name}.jsonl" for name in passes]


def rulings(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_what_a_policy_settles_says_so_with_time_and_votes(tmp_path: Path) -> None:
    docs = [visit("d")]
    places = written(tmp_path, a=docs, b=docs, c=[without_events(visit("d"))])
    kept, gold = tmp_path / "decisions.jsonl", tmp_path / "gold.jsonl"
    told = run("adjudicate", *places, exit_code=1)
    assert "(a: True, b: True, c: False)" in told.stdout
    assert "1 conflicts are open" in told.stderr
    with pytest.raises(UsageError, match="with --decisions"):
        run("adjudicate", *places, "--policy", "majority")
    words = ("--policy", "majority", "--decisions", kept, "-o", gold)
    told = run("adjudicate", *places, *words)
    assert "1 conflicts settled by majority" in told.stderr
    (ruling,) = rulings(kept)
    assert (ruling["verdict"], ruling["by"]) == ("keep", "policy:majority")
    assert ruling["votes"] == {"a": True, "b": True, "c": False}
    assert datetime.fromisoformat(ruling["at"]).tzinfo is not None
    (doc,) = read_documents(gold)
    assert bare(doc) == bare(visit("d"))
    # Again: nothing new is decided, and the first decision is as it was.
    run("adjudicate", *places, *words)
    assert rulings(kept) == [ruling]


def test_a_worksheet_that_is_filled_in_decides(tmp_path: Path) -> None:
    doc = visit("d")
    denied = doc.model_copy(
        update={
            "entities": doc.entities[1:],
            "events": tuple(
                event.model_copy(update={"polarity": "negative", "arguments": ()})
                for event in doc.events
            ),
        }
    )
    places = written(tmp_path, a=[doc], b=[denied])
    sheet, gold = tmp_path / "sheet.jsonl", tmp_path / "gold.jsonl"
    while (
        told := run(
            *("adjudicate", *places, "--worksheet", tmp_path / "open.jsonl"),
            *("--decisions", sheet, "--adjudicator", "judge", "-o", gold),
            exit_code=None,
        )
    ).exit_code:
        drafts = rulings(tmp_path / "open.jsonl")
        assert f"{len(drafts)} conflicts are open" in told.stderr
        assert "Fill in each verdict" in told.stderr
        for draft in drafts:
            assert (draft["verdict"], draft["by"]) == (None, "judge")
            draft["verdict"] = "set" if "attributes" in draft else "keep"
            draft["attributes"] = dict.fromkeys(draft.get("attributes", ()), "negative")
        # One is left for later: it stays open, and is drafted again.
        drafts[0]["verdict"] = None if len(drafts) > 1 else drafts[0]["verdict"]
        with sheet.open("a", encoding="utf-8") as kept:
            kept.writelines(json.dumps(draft) + "\n" for draft in drafts)
    (merged,) = read_documents(gold)
    assert [event.polarity for event in merged.events] == ["negative"]
    assert [m.span for m in merged.entities] == [m.span for m in doc.entities]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"doc": "d"', "d.jsonl:1: this is not a line of JSON"),
        ("[]", "d.jsonl:1: the line: "),
        ('{"verdict": "maybe"}', "d.jsonl:1: "),
        ('{"verdict": "keep", "sentences": ""}', "d.jsonl:1: "),
    ],
)
def test_a_line_that_is_no_decision_is_told_with_its_place(
    line: str, says: str, tmp_path: Path
) -> None:
    places = written(tmp_path, a=[visit("d")], b=[visit("d")])
    (tmp_path / "d.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(DataError, match=says):
        run("adjudicate", *places, "--decisions", tmp_path / "d.jsonl")


def test_decisions_that_are_not_there_are_told(tmp_path: Path) -> None:
    places = written(tmp_path, a=[visit("d")], b=[visit("d")])
    told = run("adjudicate", *places, "--decisions", tmp_path / "typo.jsonl")
    assert "typo.jsonl: is not there; nothing is decided yet" in told.stderr


def test_documents_of_a_campaign_are_adjudicated_by_their_overlap(
    tmp_path: Path,
) -> None:
    places = written(
        tmp_path,
        a=[visit("x"), visit("y")],
        b=[visit("x"), visit("z")],
        c=[visit("y"), visit("z")],
    )
    with pytest.raises(DataError, match=r"(?s)x: has no annotation by c.*--overlap"):
        run("adjudicate", *places)
    gold = tmp_path / "gold.jsonl"
    run("adjudicate", *places, "--overlap", 2, "-o", gold)
    assert [doc.id for doc in read_documents(gold)] == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ([], "b: holds no document"),
        ([visit("d").model_copy(update={"text": visit().text + " ثم"})], "other texts"),
        (
            [
                visit("d").model_copy(
                    update={
                        "entities": tuple(
                            m.model_copy(update={"label": "CITY"})
                            for m in visit().entities
                        )
                    }
                )
            ],
            r"b: CITY \(2\)\nWas it changed midway",
        ),
    ],
)
def test_passes_that_cannot_be_merged_are_refused(
    second: list[AnnotatedDocument], says: str, tmp_path: Path
) -> None:
    places = written(tmp_path, a=[visit("d")], b=second)
    says = says.replace("other texts", "worked on different texts")
    with pytest.raises(DataError, match=says):
        run("adjudicate", *places, "-o", tmp_path / "gold.jsonl")
    assert not (tmp_path / "gold.jsonl").exists()


def test_a_file_with_a_document_twice_is_refused(tmp_path: Path) -> None:
    places = written(tmp_path, a=[visit("d")], b=[visit("d")])
    places[1].write_text(places[1].read_text("utf-8") * 2, encoding="utf-8")
    with pytest.raises(DataError, match=r"b\.jsonl:2: document id 'd' was used"):
        run("adjudicate", *places)


def test_files_of_one_name_in_two_folders_are_two_annotators(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    (one,) = written(tmp_path / "x", a=[visit("d")])
    (two,) = written(tmp_path / "y", a=[without_events(visit("d"))])
    told = run("adjudicate", one, two, exit_code=1)
    assert f"({one}: True, {two}: False)" in told.stdout


def test_one_gold_alone_is_only_corrected(tmp_path: Path) -> None:
    (place,) = written(tmp_path, a=[visit("d")])
    with pytest.raises(UsageError, match="name the document with --reopen"):
        run("adjudicate", place)
    with pytest.raises(UsageError, match="--reopen needs --project"):
        run("adjudicate", place, "--reopen", "d")


@pytest.mark.studio
def test_what_waits_in_label_studio_is_not_listed_but_who_is_waited_for(
    studio, studio_settings: Settings, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MIYAR_HOME", str(studio_settings.home))
    monkeypatch.setenv("MIYAR_STUDIO_ENV", str(studio_settings.server_folder))
    places = written(tmp_path, a=[visit("d")], b=[without_events(visit("d"))])
    project = f"dispute {uuid.uuid4().hex[:8]}"
    judge = f"{uuid.uuid4().hex[:8]}@miyar.test"
    words = ("--project", project, "--decisions", tmp_path / "kept.jsonl")
    told = run("adjudicate", *places, *words, "--adjudicator", judge, exit_code=1)
    assert "True" not in told.stdout
    newcomer = f"  {judge}  password {login_of(studio_settings, judge).password}"
    assert newcomer in told.stdout
    again = run("adjudicate", *places, *words, "--adjudicator", judge, exit_code=1)
    assert "password" not in again.stdout
    assert f"1 conflicts are open; they wait for {judge} in '{project}'" in told.stderr


@pytest.mark.studio
def test_a_release_is_corrected_in_label_studio(
    studio, studio_settings: Settings, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MIYAR_HOME", str(studio_settings.home))
    monkeypatch.setenv("MIYAR_STUDIO_ENV", str(studio_settings.server_folder))
    folder, gold = tmp_path / "gold-1.0", tmp_path / "gold.jsonl"
    project, kept = f"fix {uuid.uuid4().hex[:8]}", tmp_path / "corrections.jsonl"
    docs = [visit("d"), visit("e")]
    build_release(docs, schema=SCHEMA, name="gold", version="1.0", folder=folder)
    words = ("--project", project, "--adjudicator", JUDGE, "--decisions", kept)
    correct = ("adjudicate", folder, "--reopen", "d", *words, "-o", gold)

    opened = run(*correct, exit_code=1)
    assert "d: reopened and not yet submitted" in opened.stderr
    assert not gold.exists()
    run(*correct, exit_code=1)

    campaign = find_campaign(studio, project)
    assert campaign is not None
    tasks = tasks_by_document(studio, campaign)
    assert list(tasks) == ["d"]
    with connect(studio_settings, login=login_of(studio_settings, JUDGE)) as judge:
        right = without_events(visit("d"))
        submit(right, studio=judge, task=tasks["d"], schema=SCHEMA)
    told = run(*correct)
    assert "2 documents, 1 decisions, no open conflict" in told.stdout
    corrected = {doc.id: doc for doc in read_documents(gold)}
    assert bare(corrected["d"]) == bare(right)
    assert bare(corrected["e"]) == bare(visit("e"))
    (ruling,) = rulings(kept)
    assert (ruling["verdict"], ruling["by"], ruling["votes"]) == (
        *("drop", JUDGE),
        {"gold-1.0": True},
    )
