from __future__ import annotations

import csv
import io

from evaluation import score
from evaluation.tables import (
    RENDERERS,
    ScoreTable,
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
    lines = render_markdown(tables()).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert {line.count("|") for line in rows} == {9}


def test_latex_escapes_what_it_must() -> None:
    latex = render_latex(tables())
    assert r"95 \%" in latex
    assert "–" not in latex.replace("% ", "")
    assert latex.count(r"\toprule") == 2


def test_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(render_csv(tables()))))
    assert [r["F1"] for r in rows if r["row"] == "PER"] == ["1.000"]
    assert {r["table"] for r in rows} == {t.title for t in tables()}


def test_tables_with_other_heads_share_one_csv() -> None:
    other = ScoreTable("errors", ("layer", "kind", "FP"), (("entities", "edge", "3"),))
    rows = list(csv.DictReader(io.StringIO(render_csv([*tables(), other]))))
    (mine,) = (row for row in rows if row["table"] == "errors")
    assert (mine["row"], mine["kind"], mine["FP"]) == ("entities", "edge", "3")
    assert {mine["F1"], mine["TP"]} == {""}
    assert all(None not in row and None not in row.values() for row in rows)


def test_every_form_says_what_the_numbers_were_made_from() -> None:
    table = tables()[1]
    assert table.signature.startswith("gold:gold@")
    for render in RENDERERS.values():
        assert table.signature in render([table])


def test_names_cannot_break_a_table() -> None:
    name = r"a|b_c&d$e#f{g}~^h\i"
    table = ScoreTable(name, ("label", "F1"), ((name, "1.000"),))
    (line,) = (x for x in render_markdown([table]).splitlines() if "1.000" in x)
    assert line == r"| a\|b_c&d$e#f{g}~^h\\i | 1.000 |"
    (line,) = (x for x in render_latex([table]).splitlines() if "1.000" in x)
    assert line == (
        r"a|b\_c\&d\$e\#f\{g\}\textasciitilde{}\textasciicircum{}h"
        r"\textbackslash{}i & 1.000 \\"
    )


def test_every_renderer_ends_its_last_line() -> None:
    for render in RENDERERS.values():
        assert render(tables()).endswith("\n")
