"""`miyar release` and `miyar verify`, run as a user runs them."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from annotate.cli import gold as stage
from annotate.labelstudio.campaign import Plan, find_campaign, push, tasks_by_document
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.tasks import to_results
from annotate.labelstudio.users import ensure_users
from annotate.verification import as_released
from exports import About
from exports.release import build_release
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from schemas.jsonl import write_documents
from tests.annotate.labelstudio.builders import SCHEMA, span_of, visit

READERS = ("gold.a@miyar.test", "gold.b@miyar.test")


def run(*words: object, exit_code: int = 0) -> str:
    app = typer.Typer()
    stage.register(app)
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.output


def released(folder: Path, *docs: AnnotatedDocument) -> Path:
    build_release(docs, schema=SCHEMA, name="gold", version="1.0", folder=folder)
    return folder


def moved(doc: AnnotatedDocument, start: int, end: int) -> AnnotatedDocument:
    """The visit with other edges of its first mention."""
    first, *others = doc.entities
    first = first.model_copy(update={"start": start, "end": end})
    return doc.model_copy(update={"entities": (first, *others)})


def test_gold_that_breaks_the_span_rule_does_not_verify(tmp_path: Path) -> None:
    start, end = span_of("وزير الخارجية")
    said = run("verify", released(tmp_path / "sound", visit()))
    assert "gold-1.0" in said
    assert "is intact" in said
    loose = released(tmp_path / "loose", moved(visit(), start - 1, end))
    assert "S101" in run("verify", loose, exit_code=1)


def test_gold_that_breaks_its_schema_does_not_verify_though_its_sums_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As one would forge it: the checks are left out, and the sums are made anew.
    monkeypatch.setattr("exports.release._refuse_problems", lambda *_given: None)
    wrong = visit().model_copy(
        update={"entities": tuple(visit().entities[:1] * 2), "events": ()}
    )
    folder = released(tmp_path / "forged", wrong)
    assert "M002" in run("verify", folder, exit_code=1)


def test_a_tampered_release_is_told_by_its_sums_alone(tmp_path: Path) -> None:
    folder = released(tmp_path / "r", visit())
    (folder / "gold.jsonl").write_text("nonsense")
    said = run("verify", folder, exit_code=1)
    assert "V002" in said
    assert "not as released" in said


def test_whose_work_is_asked_needs_the_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="need --against"):
        run("verify", released(tmp_path / "r", visit()), "--annotator", "x@y.org")


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("2026-11-22", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-22T10:00:00+02:00", datetime(2026, 11, 22, 8, tzinfo=UTC)),
    ],
)
def test_a_release_was_made_when_its_makers_say(
    said: str, made: datetime, tmp_path: Path
) -> None:
    options = {"schema": SCHEMA, "name": "gold", "version": "1.0"}
    folder = tmp_path / "r"
    build_release([visit()], folder=folder, about=About(released=said), **options)
    assert as_released(folder).made == made


@pytest.fixture
def project(studio: Any, studio_settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project in which two readers submitted the same."""
    monkeypatch.setenv("MIYAR_HOME", str(studio_settings.home))
    monkeypatch.setenv("MIYAR_STUDIO_ENV", str(studio_settings.studio_env))
    plan = Plan(project=f"gold {uuid.uuid4().hex[:12]}", schema=SCHEMA, overlap=2)
    push([visit()], plan, studio=studio, settings=studio_settings, say=str)
    ensure_users(studio, studio_settings, list(READERS))
    task = tasks_by_document(studio, find_campaign(studio, plan.project))["visit"]
    for reader in READERS:
        with connect(studio_settings, login=login_of(studio_settings, reader)) as hand:
            content = {"result": to_results(visit(), SCHEMA), "lead_time": 1.0}
            hand.post(f"/api/tasks/{task}/annotations/", content, doing="submit")
    return plan.project


@pytest.mark.studio
def test_what_changed_in_label_studio_since_is_found(
    studio: Any, project: str, tmp_path: Path
) -> None:
    done = pull(studio, project, schema=SCHEMA, out=tmp_path / "passes")
    passes = [word for path in done.files for word in ("--pass", path)]
    folder = released(tmp_path / "r", visit())
    against = ("verify", folder, "--against", project)
    by_first = (*against, "--annotator", READERS[0])
    for asked in (against, (*against, *passes), by_first):
        assert "is intact" in run(*asked)

    # The second reader opens the work again and submits the same; the first another.
    campaign = find_campaign(studio, project)
    task = tasks_by_document(studio, campaign)["visit"]
    listed = studio.get(f"/api/tasks/{task}")["annotations"]
    first, second = sorted(entry["id"] for entry in listed)
    start, _ = span_of("وزير الخارجية")
    shorter = moved(visit(), start, start + len("وزير"))
    studio.sdk.annotations.update(first, result=to_results(shorter, SCHEMA))
    studio.sdk.annotations.update(second, result=to_results(visit(), SCHEMA))

    by_time = run(*against, exit_code=1)
    assert [by_time.count(code) for code in ("LS401", "LS402")] == [0, 2]
    for asked in ((*against, *passes), by_first):
        by_content = run(*asked, exit_code=1)
        assert by_content.count("LS401") == 1
        assert "LS402" not in by_content
        assert READERS[0] in by_content
    assert "is intact" in run(*against, "--annotator", READERS[1])

    studio.sdk.annotations.delete(second)
    assert "LS404" in run(*against, *passes, exit_code=1)
    with pytest.raises(UsageError, match=f"{READERS[1]} submitted no document"):
        run(*against, "--annotator", READERS[1])


@pytest.mark.studio
def test_passes_that_were_not_pulled_cannot_be_compared(
    project: str, tmp_path: Path
) -> None:
    folder = released(tmp_path / "r", visit())
    write_documents(tmp_path / "a.jsonl", [visit()])
    words = ("--against", project, "--pass", tmp_path / "a.jsonl")
    with pytest.raises(DataError, match="does not say which annotation"):
        run("verify", folder, *words)


def two_arms(tmp_path: Path) -> tuple[Path, list[Path]]:
    """Gold and what two readers made of it, in both arms; one missed a name."""
    kept = [visit(f"d{n}") for n in range(4)]
    arms = ("control", "suggested", "suggested", "control")
    told = [
        doc.model_copy(update={"meta": {"arm": arm}})
        for doc, arm in zip(kept, arms, strict=True)
    ]
    short = [
        doc.model_copy(update={"entities": doc.entities[:1], "events": ()})
        if doc.meta["arm"] == "control"
        else doc
        for doc in told
    ]
    places = []
    for reader, docs in zip(READERS, (told, short), strict=True):
        places.append(tmp_path / f"{reader}.jsonl")
        write_documents(places[-1], docs)
    write_documents(tmp_path / "gold.jsonl", kept)
    return tmp_path / "gold.jsonl", places


def make(gold: Path, folder: Path, *words: object) -> dict[str, Any]:
    identity = ("--name", "gold", "--version", "1.0")
    run("release", gold, "-o", folder, *identity, *words)
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def test_a_release_tells_the_figures_of_both_arms(tmp_path: Path) -> None:
    gold, places = two_arms(tmp_path)
    passes = [word for place in places for word in ("--pass", place)]
    manifest = make(gold, tmp_path / "r", *passes)
    arms = manifest["agreement"]["arms"]
    counts = ("documents", "annotations", "entities", "events", "arguments")
    assert {arm: [figures[c] for c in counts] for arm, figures in arms.items()} == {
        "control": [2, 4, 6, 2, 4],
        "suggested": [2, 4, 8, 4, 8],
    }
    f1 = {
        a: figures["layers"]["entities"]["micro"]["f1"] for a, figures in arms.items()
    }
    assert f1 == {"control": pytest.approx(2 / 3, abs=1e-6), "suggested": 1.0}
    card = (tmp_path / "r" / "README.md").read_text("utf-8")
    assert "| layer | control | suggested |" in card
    assert "| entities | 0.667 | 1.000 |" in card
    run("verify", tmp_path / "r")


def test_without_arms_nothing_is_said_of_them(tmp_path: Path) -> None:
    places = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for place in places:
        write_documents(place, [visit()])
    passes = [word for place in places for word in ("--pass", place)]
    manifest = make(places[0], tmp_path / "r", *passes)
    assert "arms" not in manifest["agreement"]
    assert "control" not in (tmp_path / "r" / "README.md").read_text("utf-8")


def decided(tmp_path: Path) -> Path:
    """What was decided on d0, by an adjudicator, a reader, and policies."""
    place = {"doc": "d0", "votes": dict(zip(READERS, (True, False), strict=True))}
    city, trip = visit().entities[1], visit().events[0]
    rulings = [
        (trip, "events", "judge@miyar.test", None),
        (trip, "events", READERS[1], "2026-11-28T10:00:00Z"),
        (city, "entities", "policy:majority", "2026-11-28T10:00:00Z"),
        (city, "entities", f"policy:{READERS[0]}", None),
    ]
    lines = []
    for mention, layer, author, until in rulings:
        start, end = mention.span
        target = {"start": start, "end": end, "label": mention.label}
        what = {"layer": layer, "target": target, "text": visit().text[start:end]}
        ruling = {**place, **what, "verdict": "keep", "by": author, "until": until}
        lines.append(json.dumps(ruling) + "\n")
    (tmp_path / "decisions.jsonl").write_text("".join(lines), encoding="utf-8")
    return tmp_path / "decisions.jsonl"


def refused(gold: Path, folder: Path, *words: object) -> list[str]:
    """Try to release, and return what is listed as a problem."""
    with pytest.raises(DataError, match="problems keep this from being released") as no:
        make(gold, folder, *words)
    assert not folder.exists()
    return re.findall(r"[A-Z]\d{3}|d\d is in no split", str(no.value))


def test_every_open_problem_is_listed_before_anything_is_written(
    tmp_path: Path,
) -> None:
    start, end = span_of("وزير الخارجية")
    loose = moved(visit("d0"), start - 1, end)
    first, *others = visit("d1").entities
    unknown = visit("d1").model_copy(
        update={"entities": (first.model_copy(update={"label": "NOPE"}), *others)}
    )
    write_documents(tmp_path / "gold.jsonl", [loose, unknown])
    splits = {"seed": 1, "threshold": 0.5, "ratios": {"train": 1}}
    (tmp_path / "splits.json").write_text(
        json.dumps({**splits, "splits": {"train": ["d0"]}}), encoding="utf-8"
    )
    words = ("--splits", tmp_path / "splits.json")
    found = refused(tmp_path / "gold.jsonl", tmp_path / "r", *words)
    assert {"S101", "M003", "d1 is in no split"} <= set(found)


def test_a_half_finished_adjudication_is_no_release(tmp_path: Path) -> None:
    gold, places = two_arms(tmp_path)
    write_documents(gold, [visit("d0")])
    words = [word for place in places for word in ("--pass", place)]
    lines = decided(tmp_path).read_text("utf-8").splitlines(keepends=True)
    half = tmp_path / "half.jsonl"
    half.write_text(lines[0], encoding="utf-8")
    assert refused(gold, tmp_path / "r", *words, "--decisions", half) == ["H001"]
    half.write_text("".join(lines), encoding="utf-8")
    make(gold, tmp_path / "r", *words, "--decisions", half)


def test_gold_that_was_changed_without_a_decision_is_no_release(tmp_path: Path) -> None:
    gold, places = two_arms(tmp_path)
    other = visit("d0").events[0].model_copy(update={"realis": "future"})
    write_documents(gold, [visit("d0").model_copy(update={"events": (other,)})])
    words = [word for place in places for word in ("--pass", place)]
    words += ["--decisions", decided(tmp_path)]
    assert refused(gold, tmp_path / "r", *words) == ["H002"]


def test_under_pseudonyms_no_name_is_left_in_the_release(tmp_path: Path) -> None:
    gold, places = two_arms(tmp_path)
    origin = {"studio": {"annotator": READERS[1], "annotation": 3}}
    first, *others = visit().entities
    signed = first.model_copy(update={"annotator": READERS[0]})
    update = {"meta": origin, "entities": (signed, *others)}
    write_documents(gold, [visit("d0").model_copy(update=update)])
    words = [word for place in places for word in ("--pass", place)]
    words += ["--decisions", decided(tmp_path), "--history"]
    about = tmp_path / "about.yaml"
    about.write_text(f"annotators: [{{name: {READERS[0]}, kind: person}}]\n", "utf-8")
    words += ["--about", about]

    open_names = make(gold, tmp_path / "open", *words)
    assert open_names["agreement"]["annotators"] != ["annotator-1", "annotator-2"]
    manifest = make(gold, tmp_path / "veiled", *words, "--pseudonyms")
    assert manifest["agreement"]["annotators"] == ["annotator-1", "annotator-2"]
    assert manifest["about"]["adjudication"] == {
        "by policy:annotator-1": 1,
        "entities: keep": 1,
        "events: keep": 1,
        "replaced since": 2,
    }
    history = (tmp_path / "veiled" / "decisions.jsonl").read_text("utf-8")
    rulings = [json.loads(line) for line in history.splitlines()]
    assert [ruling["by"] for ruling in rulings] == [
        "adjudicator-1",
        "annotator-2",
        "policy:majority",
        "policy:annotator-1",
    ]
    assert rulings[0]["votes"] == {"annotator-1": True, "annotator-2": False}
    for file in (tmp_path / "veiled").iterdir():
        content = file.read_text("utf-8")
        assert "miyar.test" not in content, file.name
        assert "gold.a" not in content, file.name
    (line,) = (tmp_path / "veiled" / "gold.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["meta"]["studio"]["annotator"] == "annotator-2"
    run("verify", tmp_path / "veiled")


def test_files_of_one_name_cannot_have_pseudonyms(tmp_path: Path) -> None:
    places = [tmp_path / folder / "a.jsonl" for folder in ("x", "y")]
    for place in places:
        write_documents(place, [visit()])
    passes = [word for place in places for word in ("--pass", place)]
    with pytest.raises(UsageError, match="two files have one name"):
        make(places[0], tmp_path / "r", *passes, "--pseudonyms")
    assert not (tmp_path / "r").exists()
