from __future__ import annotations

import csv
import io

from evaluation import score
from evaluation.tables import (
    RENDERERS,
    label_table,
    render_csv,
    render_latex,
    render_markdown,
    summary_table,
)
from tests.evaluation.builders import doc, schema


def tables() -> list[object]:
    gold = [doc("a", entities=[(0, 2, "PER")]), doc("b", entities=[(0, 2, "PER")])]
    report = score(gold, gold, schema=schema(), criteria=["entities"])
    return [
        summary_table(report.layers, "all_50 %"),
        label_table(report.layers["entities"]),
    ]


def test_undefined_numbers_are_dashes_and_averages_have_no_counts() -> None:
    rows = {row[0]: row[1:] for row in tables()[1].rows}
    assert rows["PER"] == ("1.000", "1.000", "1.000", "1.000–1.000", "2", "0", "0")
    assert rows["GPE"] == ("–", "–", "–", "–", "0", "0", "0")
    assert rows["macro"][-3:] == ("", "", "")


def test_markdown_rows_have_as_many_cells_as_the_head() -> None:
    lines = [line for line in render_markdown(tables()).splitlines() if "|" in line]
    assert {line.count("|") for line in lines} == {9}


def test_latex_escapes_what_it_must() -> None:
    latex = render_latex(tables())
    assert r"95 \%" in latex
    assert "–" not in latex.replace("% ", "")
    assert latex.count(r"\toprule") == 2


def test_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(render_csv(tables()))))
    assert [r["F1"] for r in rows if r["row"] == "PER"] == ["1.000"]
    assert {r["table"] for r in rows} == {t.title for t in tables()}


def test_every_renderer_ends_its_last_line() -> None:
    for render in RENDERERS.values():
        assert render(tables()).endswith("\n")
