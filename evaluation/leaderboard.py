"""A leaderboard: one JSON line a run, added and never changed, ranked per gold."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.results import RESULT_FORMAT
from evaluation.tables import UNDEFINED, ScoreTable
from schemas.errors import DataError, UsageError
from schemas.text_files import read_utf8

__all__ = [
    "Board",
    "Regression",
    "add_entries",
    "boards",
    "find_number",
    "leaderboard_table",
    "read_entries",
    "regressions",
]

Entry = Mapping[str, Any]

_KEPT = ("format", "name", "spec", "made", "training", "gold", "signature", "repairs")
_AVERAGES = ("micro", "macro", "weighted")
_SLACK = 1e-9


class Board(NamedTuple):
    """Entries that may be ranked with each other, best first."""

    gold: Mapping[str, Any]
    entries: tuple[tuple[int | None, Entry], ...]
    """Each with its rank; equal numbers share one, undefined ones have none."""


class Regression(NamedTuple):
    """A number that was better before; `after` is None where it is gone."""

    name: str
    number: str
    before: float
    after: float | None


def add_entries(path: Path, results: Iterable[Entry]) -> None:
    """Add results at the end of the file, without what only a report needs."""
    lines = "".join(
        json.dumps(_entry(result), ensure_ascii=False) + "\n" for result in results
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":  # a line that was cut off stays its own line
                lines = "\n" + lines
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


def _entry(result: Entry) -> dict[str, Any]:
    return {
        **{key: result[key] for key in _KEPT},
        "layers": {
            name: {average: layer[average] for average in _AVERAGES}
            for name, layer in result["layers"].items()
        },
        "speed": result["speed"],
        "faults": {key: result["faults"][key] for key in ("count", "kinds")},
    }


def read_entries(path: Path) -> list[dict[str, Any]]:
    """Read a leaderboard, or one result as if it were one.

    Raises DataError with the line that is not an entry.
    """
    text = read_utf8(path)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, dict) and whole.get("format") == RESULT_FORMAT:
        return [whole]
    entries = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict) or entry.get("format") != RESULT_FORMAT:
            raise DataError(
                f"{path}:{number}: is no entry of a leaderboard. Remove the line; "
                "'miyar bench --leaderboard' adds whole ones only."
            )
        entries.append(entry)
    return entries


def boards(
    entries: Iterable[Entry], *, by: str = "entities.micro.f1", all_runs: bool = False
) -> list[Board]:
    """Return a board for each gold, schema and convention, in order of appearance.

    Results on different gold are never ranked together. Of an extractor's runs only the
    last counts, unless `all_runs` are asked for.
    """
    groups: dict[tuple[Any, ...], dict[Any, Entry]] = {}
    for place, entry in enumerate(entries):
        gold = entry["gold"]
        key = gold["hash"], gold["schema"], gold["documents"], tuple(gold["options"])
        run = place if all_runs else (entry["name"], entry["spec"])
        group = groups.setdefault(key, {})
        group.pop(run, None)
        group[run] = entry
    return [_ranked(list(group.values()), by) for group in groups.values()]


def _ranked(entries: Sequence[Entry], by: str) -> Board:
    numbers = [find_number(entry, by) for entry in entries]
    ranks = [
        None
        if number is None
        else 1 + sum(other is not None and other > number for other in numbers)
        for number in numbers
    ]
    order = sorted(
        range(len(entries)),
        key=lambda i: (ranks[i] is None, ranks[i] or 0, entries[i]["name"]),
    )
    return Board(entries[0]["gold"], tuple((ranks[i], entries[i]) for i in order))


def find_number(entry: Entry, path: str) -> float | None:
    """Return the number at LAYER.AVERAGE.NUMBER, or SPEED's at `speed.NUMBER`.

    Raises UsageError where no entry could have one there.
    """
    parts = path.split(".")
    if len(parts) == 2 and parts[0] == "speed" and parts[1] in entry["speed"]:
        found: float | None = entry["speed"][parts[1]]
        return found
    if len(parts) != 3 or parts[1] not in _AVERAGES or parts[2] not in _NUMBERS:
        raise UsageError(
            f"{path!r} names no number. Name a layer, micro or macro, and a number, "
            "as entities.micro.f1."
        )
    layer = entry["layers"].get(parts[0])
    found = layer[parts[1]][parts[2]] if layer else None
    return found


_NUMBERS = ("tp", "fp", "fn", "precision", "recall", "f1")


def leaderboard_table(board: Board, *, layers: Sequence[str]) -> ScoreTable:
    """Return one line an extractor: F1 and interval by layer, faults, speed."""
    head = ["extractor", "rank"]
    for layer in layers:
        head += [f"{layer} F1", f"{layer} 95 %"]
    head += ["faults", "repairs", "docs/s", "p50 ms", "p95 ms", "MiB", "made"]
    rows = []
    for rank, entry in board.entries:
        cells = [entry["name"], UNDEFINED if rank is None else str(rank)]
        for layer in layers:
            row = entry["layers"].get(layer, {}).get("micro", {})
            low_high = row.get("interval")
            cells.append(_number(row.get("f1"), 3))
            cells.append(
                f"{low_high[0]:.3f}–{low_high[1]:.3f}" if low_high else UNDEFINED
            )
        speed = entry["speed"]
        cells += [
            str(entry["faults"]["count"]),
            str(sum(entry["repairs"].values())),
            _number(speed["documents_per_second"], 1),
            _number(speed["latency_p50"], 1, 1000),
            _number(speed["latency_p95"], 1, 1000),
            _number(speed["peak_bytes"], 0, 2**-20),
            entry["made"][:10],
        ]
        rows.append(tuple(cells))
    gold = board.gold
    options = "".join(f", {option}" for option in gold["options"])
    title = (
        f"{gold['name']} ({gold['hash'][:20]}), {gold['documents']} documents, "
        f"schema {gold['schema']}{options}"
    )
    return ScoreTable(title, tuple(head), tuple(rows))


def _number(value: float | None, places: int, scale: float = 1) -> str:
    return UNDEFINED if value is None else f"{value * scale:.{places}f}"


def regressions(
    results: Iterable[Entry], baseline: Sequence[Entry], *, tolerance: float = 0.0
) -> list[Regression]:
    """Return the micro F1 of all layers that are lower than in the baseline.

    An extractor is compared with the last run of its name on the same gold.

    Raises UsageError where the baseline has no such run: nothing was compared then.
    """
    found = []
    for result in results:
        key = _comparable(result)
        before = [entry for entry in baseline if _comparable(entry) == key]
        if not before:
            raise UsageError(
                f"the baseline has no run of {result['name']!r} on this gold "
                f"({result['gold']['name']}, {result['gold']['hash'][:20]}) with this "
                "schema. Make one with 'miyar bench --leaderboard'."
            )
        for layer in before[-1]["layers"]:
            number = f"{layer}.micro.f1"
            old, new = find_number(before[-1], number), find_number(result, number)
            if old is not None and (new is None or new < old - tolerance - _SLACK):
                found.append(Regression(result["name"], number, old, new))
    return found


def _comparable(entry: Entry) -> tuple[Any, ...]:
    gold = entry["gold"]
    return entry["name"], gold["hash"], gold["schema"], tuple(gold["options"])
