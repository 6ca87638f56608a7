"""`miyar score` and `miyar lint` with workers print what one process prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.cli.shares import score_shares
from annotate.cli.sides import relabelling, span_rule
from annotate.scale.scoring import UnpairedError, pair_lines
from evaluation import Bootstrap, JsonlSource, score
from evaluation.criteria import Convention
from tests.annotate.scale.builders import apart, short_articles
from tests.command import miyar

ROOT = Path(__file__).parents[3]


def lines(*ids: str) -> bytes:
    return b"".join(b'{"id": "%s", "text": "x"}\n' % i.encode() for i in ids)


def paired(tmp_path: Path, gold: bytes, predicted: bytes) -> list[tuple[str, str]]:
    (tmp_path / "g.jsonl").write_bytes(gold)
    (tmp_path / "p.jsonl").write_bytes(predicted)
    found = []
    for _, pair in pair_lines(
        [tmp_path / "g.jsonl"], [tmp_path / "p.jsonl"], held=len(lines("a", "b"))
    ):
        length, _, both = pair.partition(b"\n")
        sides = both[: int(length)], both[int(length) :]
        found.append(tuple(json.loads(s)["id"] if s else "" for s in sides))
    return found


def test_sides_are_paired_by_id_though_their_order_differs_a_little(
    tmp_path: Path,
) -> None:
    found = paired(tmp_path, lines("a", "b", "c", "d"), lines("b", "a", "d"))
    assert found == [("a", "a"), ("b", "b"), ("c", ""), ("d", "d")]


@pytest.mark.parametrize(
    "predicted", [lines("d", "c", "b", "a"), lines("a", "x"), lines("a", "a"), b"{}\n"]
)
def test_what_cannot_be_paired_is_left_to_one_process(
    tmp_path: Path, predicted: bytes
) -> None:
    with pytest.raises(UnpairedError):
        paired(tmp_path, lines("a", "b", "c", "d"), predicted)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gold of two partitions, and predictions in two files that differ from it."""
    folder = tmp_path_factory.mktemp("score")
    (folder / "in.jsonl").write_bytes(b"".join(short_articles(200)))
    made = miyar("suggest", "in.jsonl", "-o", "gold.jsonl", cwd=folder)
    assert made.returncode == 0, made.stderr
    documents = (folder / "gold.jsonl").read_text("utf-8").splitlines()
    (folder / "p").mkdir()
    for number, some in enumerate((documents[:90], documents[90:190])):
        content = "".join(
            json.dumps(worse(json.loads(line), place)) + "\n"
            for place, line in enumerate(some)
        )
        (folder / "p" / f"{number}.jsonl").write_text(content)
    (folder / "map.yaml").write_text(
        "gold: {FAC: LOC, Attacker: null}\npredicted: {FAC: LOC, MISC: null}\n"
    )
    return folder


def worse(values: dict[str, Any], place: int) -> dict[str, Any]:
    """Return a document with some things missing, and with edges that differ."""
    if place % 3 == 0:
        return values | {"events": values.get("events", [])[1:]}
    if place % 3 == 1:
        entities = values.get("entities", [])[1:]
        return values | {"entities": entities, "events": []}
    for mention in values.get("entities", ()):
        mention.pop("text", None)
        if mention["start"] and values["text"][mention["start"] - 1] in "ولبك":
            mention["start"] -= 1
    del values["text"]
    return values


CASES = {
    "as they are": (),
    "under the span rule": ("--convention", "clitic"),
    "by words": ("--convention", "word"),
    "with other labels": ("--map", "map.yaml", "--schema", "none"),
    "by type": ("--by", "type", "--layer", "triggers", "--layer", "attributes"),
}


@pytest.mark.slow
@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_workers_score_to_the_same_bytes(
    folder: Path, options: tuple[str, ...]
) -> None:
    call = ("score", "--gold", "gold.jsonl", "--predicted", "p", "--format", "json")
    one = miyar(*call, *options, "--workers", "1", cwd=folder)
    two = apart(*call, *options, "--workers", "2", cwd=folder)
    assert one.returncode == two.returncode == 0, two.stderr
    found = json.loads(one.stdout)
    assert any(layer["micro"]["fn"] > 0 for layer in found["layers"].values())
    assert len(found["unanswered"]) == 10
    assert one.stdout == two.stdout
    assert one.stderr == two.stderr
    assert not list((folder / "state" / "parts").glob("*"))


@pytest.mark.parametrize("convention", ["raw", "clitic"])
def test_other_labels_and_edges_are_scored_in_shares_too(
    folder: Path, convention: Convention, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MIYAR_HOME", str(folder / "state"))
    rename = relabelling(Path("map.yaml"))
    sides = (
        rename("gold", JsonlSource(Path("gold.jsonl"))),
        rename("predicted", JsonlSource(*sorted(Path("p").iterdir()))),
    )
    layers = ["entities", "arguments:clitic"]
    given: dict[str, Any] = {
        "schema": None,
        "bootstrap": Bootstrap(resamples=20, seed=1),
        "convention": convention,
        "by_type": False,
        "options": ("map:1",),
    }
    rule = span_rule(None, convention, layers)
    whole = score(*sides, criteria=layers, clitic=rule, names=("g", "p"), **given)
    shared = score_shares(sides, layers, name="g", hands=(2, None), **given)
    assert shared is not None, "one process had to"
    assert "Attacker" not in shared.layers["arguments:clitic"].labels
    assert shared.to_json() == whole.to_json()
    assert shared.unanswered == whole.unanswered


@pytest.mark.slow
def test_workers_refuse_what_is_not_complete_as_one_process_does(folder: Path) -> None:
    call = ("score", "--gold", "gold.jsonl", "--predicted", "p", "--complete")
    one = miyar(*call, "--workers", "1", cwd=folder)
    two = apart(*call, "--workers", "2", cwd=folder)
    assert one.returncode == two.returncode == 2
    assert "10 of 200 gold documents are missing" in two.stderr
    assert one.stderr == two.stderr


@pytest.mark.slow
@pytest.mark.parametrize("form", ["table", "json", "jsonl"])
def test_workers_lint_to_the_same_bytes(folder: Path, form: str) -> None:
    call = ("lint", "gold.jsonl", "p", "--roles", "--format", form)
    one = miyar(*call, "--workers", "1", cwd=folder)
    two = apart(*call, "--workers", "2", cwd=folder)
    assert one.returncode == two.returncode == 1
    assert one.stdout == two.stdout != ""
    assert one.stderr == two.stderr


def test_faults_are_told_with_their_line_whoever_scores(tmp_path: Path) -> None:
    (tmp_path / "g.jsonl").write_bytes(lines("a", "b"))
    (tmp_path / "p.jsonl").write_bytes(lines("a", "c"))
    done = apart(
        *("score", "--gold", "g.jsonl", "--predicted", "p.jsonl", "--workers", "2"),
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "p.jsonl:2: document 'c' is not among the documents of g" in done.stderr


def test_an_id_twice_in_a_place_is_listed_and_places_may_share_documents(
    tmp_path: Path,
) -> None:
    (tmp_path / "one.jsonl").write_bytes(lines("a", "b"))
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "1.jsonl").write_bytes(lines("a", "b"))
    (tmp_path / "parts" / "2.jsonl").write_bytes(lines("c", "b"))
    places = miyar("lint", "one.jsonl", "parts/1.jsonl", cwd=tmp_path)
    assert places.returncode == 0, places.stdout
    for run, hands in ((miyar, ()), (apart, ("--workers", "2"))):
        done = run("lint", "one.jsonl", "parts", *hands, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout.startswith("b: D003 "), done.stdout
        assert done.stderr == "1 problems\n"


def test_nothing_is_listed_of_a_file_that_cannot_be_read_to_its_end(
    tmp_path: Path,
) -> None:
    wrong = b'{"id": "%d", "text": "x", "sha256": "0"}\n'
    content = b"".join(wrong % number for number in range(200)) + b"{\n"
    (tmp_path / "a.jsonl").write_bytes(content)
    done = miyar("lint", "a.jsonl", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "a.jsonl:201" in done.stderr


@pytest.mark.parametrize(("run", "workers"), [(miyar, "1"), (apart, "2")])
def test_a_text_that_is_not_utf8_is_told_though_labels_are_renamed(
    folder: Path, tmp_path: Path, run: Callable[..., Any], workers: str
) -> None:
    (tmp_path / "g.jsonl").write_bytes(lines("a") + b'{"id": "b", "text": "\xff"}\n')
    done = run(
        *("score", "--gold", "g.jsonl", "--predicted", "g.jsonl"),
        *("--map", folder / "map.yaml", "--schema", "none", "--workers", workers),
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "g.jsonl:2: document 'b' has a text that is not UTF-8" in done.stderr
