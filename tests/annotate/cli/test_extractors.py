"""`miyar bench`, `leaderboard` and `report`, run as a user runs them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner, Result

from annotate.cli.faults import REMEDIES
from annotate.cli.main import build_app
from evaluation.error_analysis import KINDS
from evaluation.error_kinds import MEANINGS
from evaluation.extractors.process import FaultKind
from schemas.errors import UsageError

SEEDS = Path(__file__).parents[3] / "seeds" / "gold"


def run(*words: object) -> Result:
    return CliRunner().invoke(build_app(), [str(word) for word in words])


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Path:
    """One benchmark on the seeds: the rules, a copy of the gold, and a failure."""
    folder = tmp_path_factory.mktemp("bench")
    copy = folder / "copy.jsonl"
    copy.write_bytes((SEEDS / "gold.jsonl").read_bytes())
    specs = ("rules", f"copy=file:{copy}", "broken=lines:false")
    options = [word for spec in specs for word in ("-e", spec)]
    done = run(
        "bench", "--gold", SEEDS, *options, "-o", folder / "results",
        "--leaderboard", folder / "board.jsonl",
    )  # fmt: skip
    assert done.exit_code == 1, done.output  # one answered nothing
    assert "broken: document 'baghdad-2020-12': crash" in done.stderr
    return folder


def load(folder: Path, name: str) -> dict:
    path = folder / "results" / f"{name}.result.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_rules_are_measured_and_a_failure_does_not_stop_the_others(measured):
    rules = load(measured, "rules")
    assert rules["layers"]["entities"]["micro"]["f1"] > 0.5
    assert rules["faults"]["count"] == 0
    assert rules["speed"]["latency_p95"] >= rules["speed"]["latency_p50"] > 0
    assert rules["ceiling"]["human"] is False  # machines annotated the seeds
    assert load(measured, "copy")["layers"]["arguments"]["micro"]["f1"] == 1
    broken = load(measured, "broken")
    assert broken["faults"]["kinds"] == {"crash": 5}
    assert broken["layers"]["entities"]["micro"]["recall"] == 0


def test_predictions_are_kept_and_score_the_same(measured):
    kept = measured / "results" / "rules.predictions.jsonl"
    scored = run("score", "--gold", SEEDS, "--predicted", kept, "--format", "json")
    layers = json.loads(scored.stdout)["layers"]
    own = load(measured, "rules")["layers"]
    assert layers["entities"]["micro"] == own["entities"]["micro"]


def test_the_leaderboard_ranks_by_the_number_that_was_named(measured):
    board = run(
        "leaderboard", measured / "board.jsonl", "--sort", "triggers.micro.f1",
        "--format", "json",
    )  # fmt: skip
    (only,) = json.loads(board.stdout)
    assert [entry["name"] for entry in only["entries"]] == ["copy", "rules", "broken"]
    assert (
        only["gold"]["hash"]
        == json.loads((SEEDS / "manifest.json").read_text(encoding="utf-8"))["release"]
    )
    assert "| copy | 1 |" in run(
        "leaderboard", measured / "board.jsonl", "--format", "markdown"
    ).stdout  # fmt: skip


@pytest.mark.parametrize(("limit", "status"), [("0.5", 0), ("0.999", 1)])
def test_a_build_can_demand_a_number(measured, limit, status):
    kept = measured / "results" / "rules.predictions.jsonl"
    done = run(
        "bench", "--gold", SEEDS, "-e", f"rules=file:{kept}", "--resamples", 0,
        "--fail-under", f"entities.micro.f1={limit}",
    )  # fmt: skip
    assert done.exit_code == status


def test_a_build_can_refuse_a_regression(measured, tmp_path):
    kept = measured / "results" / "rules.predictions.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    worse = tmp_path / "worse.jsonl"
    worse.write_text("".join(lines[1:]), encoding="utf-8")

    def bench(path: Path) -> Result:
        return run(
            "bench", "--gold", SEEDS, "-e", f"rules=file:{path}", "--resamples", 0,
            "--no-regression", measured / "board.jsonl",
        )  # fmt: skip

    assert bench(kept).exit_code == 0
    done = bench(worse)
    assert done.exit_code == 1
    assert "rules: entities.micro.f1 was" in done.stderr


def test_offsets_in_another_unit_are_repaired_where_asked_and_counted(tmp_path):
    text = "\U0001f600 وصل إلى بغداد"
    at = text.index("بغداد")
    city = {"label": "GPE", "start": at, "end": at + 5}
    gold, answers = tmp_path / "gold.jsonl", tmp_path / "p.jsonl"
    gold.write_text(json.dumps({"id": "a", "text": text, "entities": [city]}))
    foreign = {"label": "GPE", "start": at + 1, "end": at + 6}  # as JavaScript counts
    answers.write_text(json.dumps({"id": "a", "entities": [foreign]}))

    def measured(*more: object) -> dict:
        call = ("bench", "--gold", gold, "-e", f"file:{answers}", "--format", "json")
        return json.loads(run(*call, "--resamples", 0, *more).stdout)[0]

    as_it_is, repaired = measured(), measured("--align", "utf16")
    assert as_it_is["faults"]["kinds"] == {"span": 1}
    assert as_it_is["layers"]["entities"]["micro"]["tp"] == 0
    assert repaired["layers"]["entities"]["micro"]["f1"] == 1
    assert repaired["repairs"] == {"utf16 to code points": 1}


FAULTY = {
    "slice": (
        '{"label": "GPE", "start": 0, "end": 4, "text": "بغداد"}',
        "--align utf16",
    ),
    "span": ('{"label": "GPE", "start": 0, "end": 99}', "--align utf16"),
    "label": ('{"label": "CITY", "start": 0, "end": 4}', "--map renames labels"),
    "contract": ('{"label": "GPE"}', '"entities": [...]'),
    "json": ("}", "one JSON object a line"),
}


@pytest.mark.parametrize("kind", FAULTY)
def test_a_fault_is_told_with_its_remedy_once(kind, tmp_path):
    entity, remedy = FAULTY[kind]
    gold, answers = tmp_path / "gold.jsonl", tmp_path / "say.py"
    docs = [{"id": name, "text": "في بغداد"} for name in "ab"]
    gold.write_text("\n".join(map(json.dumps, docs)))
    said = f'"entities": [{entity}]}}'
    answers.write_text(
        "import sys, json\n"
        f"said = {said!r}\n"
        "for line in sys.stdin:\n"
        "    print('{\"id\":', json.dumps(json.loads(line)['id']), ',', said)\n"
    )
    spec = f"mine=cmd:{sys.executable} {answers}"
    done = run("bench", "--gold", gold, "-e", spec, "--resamples", 0)
    assert f"mine: document 'a': {kind}: " in done.stderr
    assert done.stderr.count(f"mine: remedy of {kind}: ") == 1
    assert remedy in done.stderr


def test_every_kind_of_fault_has_a_remedy_but_what_follows_from_another():
    assert {*get_args(FaultKind)} - {"not run"} == set(REMEDIES)


def test_a_leaderboard_can_be_a_page(measured):
    page = run("leaderboard", measured / "board.jsonl", "--format", "html").stdout
    assert page.startswith("<!doctype html>")
    assert page.count('<th scope="row">') == 3


def test_two_extractors_of_one_name_are_refused():
    done = run("bench", "--gold", SEEDS, "-e", "lexicon", "-e", "lexicon")
    assert isinstance(done.exception, UsageError)
    assert "NAME=SPEC" in str(done.exception)


def test_a_report_is_one_file_and_names_no_address_to_load(measured, tmp_path):
    out = tmp_path / "report.html"
    results = [measured / "results" / f"{n}.result.json" for n in ("rules", "copy")]
    assert run("report", *results, "-o", out).exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not any(word in page for word in (" src=", "<link", "@import", "url(http"))


def test_results_on_different_gold_do_not_go_into_one_report(measured, tmp_path):
    other = load(measured, "copy")
    other["gold"]["hash"] = "e" * 64
    path = tmp_path / "other.result.json"
    path.write_text(json.dumps(other), encoding="utf-8")
    mine = measured / "results" / "rules.result.json"
    done = run("report", mine, path, "-o", tmp_path / "report.html")
    assert isinstance(done.exception, UsageError)
    assert "Make a report for each gold" in str(done.exception)


def test_every_kind_of_error_has_its_meaning():
    assert {kind for kinds in KINDS.values() for kind in kinds} == set(MEANINGS)
