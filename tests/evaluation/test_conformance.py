"""Scoring cases made by others; they lie beside the checkout, not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaluation import Bootstrap, Counts, Report, score
from tests.evaluation.builders import doc

CASES = Path(__file__).parents[3] / "shared" / "conformance"
NAMES = ("issue_probes", "nervaluate", "seqeval", "seqscore", "brateval")


def read_cases(name: str) -> list[dict[str, Any]]:
    path = CASES / f"entities_{name}.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there: the cases are not part of the project")
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return [case for case in cases if "docs" in case]  # others only check rounding


def scored(case: dict[str, Any]) -> Report:
    def side(name: str) -> list[Any]:
        return [
            doc(
                one["doc_id"],
                entities=[(m["start"], m["end"], m["label"]) for m in one[name]],
            )
            for one in case["docs"]
        ]

    return score(
        side("gold"),
        side("pred"),
        criteria=["entities", "entities:boundary", "entities:overlap"],
        bootstrap=Bootstrap(resamples=0),
    )


def found(report: Report, layer: str, scope: str) -> Counts:
    rows = report.layers[layer]
    label = scope.partition(":")[2]
    row = rows.labels.get(label) if label else rows.micro
    return (row.counts if row else None) or Counts()


@pytest.mark.parametrize("name", NAMES)
def test_every_set_exact_row_is_reproduced(name: str) -> None:
    layers = {"strict": "entities", "exact_boundary_unlabelled": "entities:boundary"}
    checked = 0
    for case in read_cases(name):
        report = scored(case)
        for row in case["expected"]:
            if not row.get("derived"):
                continue
            wanted = row["counts"]
            counts = found(report, layers[row["mode"]], row["scope"])
            where = (case["id"], row["mode"], row["scope"])
            assert counts == Counts(wanted["tp"], wanted["fp"], wanted["fn"]), where
            for rate in ("precision", "recall", "f1"):
                value = getattr(counts, rate)
                # The cases write 0 where a rate is undefined; we say undefined.
                assert row[rate] == pytest.approx(value or 0, abs=1e-6), where
            checked += 1
    assert checked > 0


def asserted_rows(
    name: str, convention: str
) -> Iterator[tuple[Report, dict[str, Any]]]:
    for case in read_cases(name):
        report = scored(case)
        for row in case["expected"]:
            if row["convention"].startswith(convention) and "counts" in row:
                yield report, row


SHARED = {
    "seqscore": {
        "mentions": "entities",
        "repair:none": "entities",
        "repair:conlleval": "entities",  # the documents hold what was repaired
    },
    "brateval": {
        "span:exact/type:exact": "entities",
        "span:exact/type:inexact": "entities:boundary",
        "span:overlap/type:exact": "entities:overlap",
    },
}
"""The modes of others that are criteria of ours."""


@pytest.mark.parametrize("name", SHARED)
def test_others_agree_in_the_modes_that_are_shared(name: str) -> None:
    checked = dict.fromkeys(SHARED[name], 0)
    for report, row in asserted_rows(name, name):
        wanted = row["counts"]
        if row["mode"] in checked and "tp" in wanted:
            counts = found(report, SHARED[name][row["mode"]], row["scope"])
            assert counts == Counts(wanted["tp"], wanted["fp"], wanted["fn"]), row
            checked[row["mode"]] += 1
    assert all(checked.values()), checked
