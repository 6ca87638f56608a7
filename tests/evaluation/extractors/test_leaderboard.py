from __future__ import annotations

import json
from dataclasses import replace

import pytest

from evaluation.bench import Bench, measure
from evaluation.extractors import parse_spec
from evaluation.html_report import render_leaderboard
from evaluation.leaderboard import (
    add_entries,
    boards,
    find_number,
    leaderboard_table,
    read_entries,
    regressions,
)
from evaluation.results import GoldIdentity, read_result, result_json
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import DataError, UsageError
from tests.evaluation.builders import schema

MENTIONS = tuple(EntityMention(label="GPE", start=i, end=i + 1) for i in range(4))
GOLD = (AnnotatedDocument(id="a", text="بغداد", entities=MENTIONS),)
IDENTITY = GoldIdentity("news-1.0", "f" * 64, {})


def result(tmp_path, name: str, right: int, *, identity=IDENTITY, known=True):
    """A real result: so many of the four mentions found, and one with wrong edges."""
    wide = EntityMention(label="GPE", start=0, end=5)
    found = [*MENTIONS[:right], *((wide,) if name == "wide" else ())]
    path = tmp_path / f"{name}.jsonl"
    doc = AnnotatedDocument(id="a", entities=tuple(found))
    path.write_text(doc.model_dump_json(exclude_none=True) + "\n")
    spec = parse_spec(f"{name}=file:{path}")
    bench = Bench(gold=GOLD, schema=schema() if known else None)
    measured = measure(spec, bench)
    return result_json(measured, GOLD, identity, made="2026-01-02T03:04:05+00:00")


def ranks(board) -> list[tuple[int | None, str]]:
    return [(rank, entry["name"]) for rank, entry in board.entries]


def test_lines_are_added_and_the_best_comes_first(tmp_path):
    path = tmp_path / "board.jsonl"
    add_entries(path, [result(tmp_path, "weak", 1), result(tmp_path, "strong", 4)])
    first = path.read_bytes()
    add_entries(path, [result(tmp_path, "twin", 4)])
    assert path.read_bytes().startswith(first)
    assert len(read_entries(path)) == 3
    (board,) = boards(read_entries(path))
    assert ranks(board) == [(1, "strong"), (1, "twin"), (3, "weak")]


def test_results_on_another_gold_or_schema_are_never_ranked_together(tmp_path):
    other = replace(IDENTITY, name="news-1.1", hash="e" * 64)
    entries = [
        result(tmp_path, "a", 1),
        result(tmp_path, "b", 4, identity=other),
        result(tmp_path, "c", 4, known=False),
    ]
    assert [ranks(board) for board in boards(entries)] == [
        [(1, "a")],
        [(1, "b")],
        [(1, "c")],
    ]


def test_the_last_run_of_an_extractor_counts_unless_all_are_asked_for(tmp_path):
    runs = [result(tmp_path, "mine", 4), result(tmp_path, "mine", 2)]
    (board,) = boards(runs)
    assert [find_number(e, "entities.micro.tp") for _, e in board.entries] == [2]
    (board,) = boards(runs, all_runs=True)
    assert ranks(board) == [(1, "mine"), (2, "mine")]


def test_a_number_that_is_undefined_has_no_rank(tmp_path):
    entries = [result(tmp_path, "one", 1), result(tmp_path, "two", 2)]
    (board,) = boards(entries, by="triggers.micro.f1")
    assert ranks(board) == [(None, "one"), (None, "two")]
    table = leaderboard_table(board, layers=["entities", "triggers"])
    assert table.rows[0][:6] == ("one", "–", "0.400", "–", "–", "–")


def test_a_line_that_was_torn_does_not_swallow_the_next(tmp_path):
    path = tmp_path / "board.jsonl"
    path.write_text('{"format": "miyar-res')
    add_entries(path, [result(tmp_path, "a", 1)])
    with pytest.raises(DataError, match=r"board.jsonl:1: is no entry"):
        read_entries(path)
    assert json.loads(path.read_text().splitlines()[1])["name"] == "a"


def test_a_lower_number_on_the_same_gold_is_a_regression(tmp_path):
    before = [result(tmp_path, "mine", 3)]
    assert regressions([result(tmp_path, "mine", 3)], before) == []
    assert regressions([result(tmp_path, "mine", 4)], before) == []
    (lower, *_) = regressions([result(tmp_path, "mine", 2)], before)
    assert lower[:2] == ("mine", "entities.micro.f1")
    assert lower.before > lower.after


def test_a_baseline_on_another_gold_compares_nothing_and_says_so(tmp_path):
    other = replace(IDENTITY, hash="e" * 64)
    before = [result(tmp_path, "mine", 3, identity=other)]
    with pytest.raises(UsageError, match="no run of 'mine' on this gold"):
        regressions([result(tmp_path, "mine", 3)], before)


def test_a_number_is_named_by_layer_average_and_number(tmp_path):
    entry = result(tmp_path, "a", 1)
    assert find_number(entry, "entities.micro.precision") == 1
    assert find_number(entry, "speed.documents") == 1
    with pytest.raises(UsageError, match="names no number"):
        find_number(entry, "entities.f1")


def test_html_shows_names_as_text(tmp_path):
    entry = result(tmp_path, "a", 1) | {"name": "<script>alert(1)</script>"}
    tables = [
        leaderboard_table(board, layers=["entities"]) for board in boards([entry])
    ]
    page = render_leaderboard(tables, by="entities.micro.f1")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_confusion_counts_every_gold_item_once(tmp_path):
    table = result(tmp_path, "wide", 3)["confusion"]["entities"]
    # The fourth mention was found with another edge, which does not matter here.
    assert table == {"GPE": {"GPE": 4}}
    assert result(tmp_path, "b", 1)["confusion"]["entities"] == {
        "GPE": {"GPE": 1, "": 3}
    }


def test_only_people_make_a_human_ceiling(tmp_path):
    agreement = {"annotators": ["x", "y"], "layers": {}}

    def human(**kinds: str) -> bool:
        identity = replace(IDENTITY, annotators=kinds, agreement=agreement)
        return result(tmp_path, "a", 1, identity=identity)["ceiling"]["human"]

    assert human(x="person", y="person")
    assert not human(x="person", y="machine")
    assert not human(x="person")


def test_a_file_that_is_no_result_says_what_writes_them(tmp_path):
    path = tmp_path / "some.json"
    path.write_text("[]")
    with pytest.raises(DataError, match="miyar bench -o FOLDER"):
        read_result(path)
