from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from annotate.cli.main import build_app

PASSES = Path(__file__).parents[3] / "seeds" / "annotations"
TWO = tuple(PASSES / f"annotator-{n}.jsonl" for n in (1, 2))


def run(*words: object) -> Result:
    told = CliRunner().invoke(
        build_app(), [str(word) for word in ("agree", *TWO, "--resamples", 20, *words)]
    )
    assert told.exit_code == 0, told.output
    return told


def test_the_json_has_every_measure_of_every_layer() -> None:
    content = json.loads(run("--format", "json").stdout)
    layers = content["coefficients"]
    assert layers["entities"]["all"]["alpha"]["value"] > 0.9
    assert layers["attributes"]["all"]["kappa"]["value"] > 0.9
    assert content["layers"]["frames"]["micro"]["f1"] < 0.9
    assert content["documents_without_arm"] == 5
    worst = content["disagreements"][0]
    assert worst["cost"] >= content["disagreements"][-1]["cost"]
    assert worst["first"][0]["words"]


def test_tables_list_what_costs_most_and_notes_go_to_stderr() -> None:
    told = run("--worst", "3")
    assert "the costliest disagreements (3 of 56)" in told.stdout
    assert "meta.arm" in told.stderr
    assert "meta.arm" not in told.stdout


@pytest.mark.parametrize("form", ["html", "json", "markdown", "table"])
def test_any_form_can_go_to_a_file(form: str, tmp_path: Path) -> None:
    place = tmp_path / "agreement"
    told = run("--format", form, "-o", place)
    assert told.stdout == ""
    assert "annotator-1" in place.read_text("utf-8")
