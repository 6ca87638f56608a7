"""`miyar score` and `miyar lint` with workers print what one process prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotate.scale.scoring import UnpairedError, pair_lines
from tests.annotate.scale.builders import miyar, short_articles

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


def test_workers_score_and_lint_to_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"".join(short_articles(200)))
    made = miyar("suggest", "in.jsonl", "-o", "gold.jsonl", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    documents = (tmp_path / "gold.jsonl").read_text("utf-8").splitlines()
    (tmp_path / "p").mkdir()
    for number, some in enumerate((documents[:90], documents[90:180])):
        content = "".join(
            json.dumps(
                (values := json.loads(line))
                | {
                    "entities": values.get("entities", [])[number:],
                    "events": values.get("events", [])[1:],
                }
            )
            + "\n"
            for line in some
        )
        # An argument may lose its entity: leave arguments out.
        (tmp_path / "p" / f"{number}.jsonl").write_text(strip_arguments(content))
    call = ("score", "--gold", "gold.jsonl", "--predicted", "p", "--format", "json")
    one = miyar(*call, "--layer", "entities", "--layer", "triggers", cwd=tmp_path)
    two = miyar(
        *(*call, "--layer", "entities", "--layer", "triggers", "--workers", "2"),
        cwd=tmp_path,
    )
    assert one.returncode == two.returncode == 0, two.stderr
    assert json.loads(one.stdout)["layers"]["entities"]["micro"]["fn"] > 0
    assert one.stdout == two.stdout
    checks = [
        miyar("lint", "gold.jsonl", "--format", "jsonl", *more, cwd=tmp_path)
        for more in ((), ("--workers", "2"))
    ]
    assert checks[0].stdout == checks[1].stdout
    assert checks[0].returncode == checks[1].returncode
    assert not list((tmp_path / "state" / "parts").glob("*"))


def strip_arguments(content: str) -> str:
    rows = [json.loads(line) for line in content.splitlines()]
    for row in rows:
        for event in row["events"]:
            event.pop("arguments", None)
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_faults_are_told_with_their_line_whoever_scores(tmp_path: Path) -> None:
    (tmp_path / "g.jsonl").write_bytes(lines("a", "b"))
    (tmp_path / "p.jsonl").write_bytes(lines("a", "c"))
    done = miyar(
        *("score", "--gold", "g.jsonl", "--predicted", "p.jsonl", "--workers", "2"),
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "p.jsonl:2: document 'c' is not in the g" in done.stderr
