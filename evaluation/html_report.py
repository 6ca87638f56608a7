"""Results as one HTML page that needs no network and runs nothing a text says."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.charts import Bar, Point, bar_chart, scatter_chart
from evaluation.criteria import CRITERIA
from evaluation.error_kinds import MEANINGS
from schemas.errors import UsageError

if TYPE_CHECKING:
    from jinja2 import Environment

    from evaluation.tables import ScoreTable

__all__ = ["LAYERS", "render_leaderboard", "render_report"]

LAYERS = {
    "entities": "Names",
    "nominals": "Nominals",
    "triggers": "Event triggers",
    "arguments": "Event arguments",
}
"""The layers a report shows, with their titles."""

_TEMPLATES = Path(__file__).parent / "templates"
Result = Mapping[str, Any]


def render_report(results: Sequence[Result]) -> str:
    """Return the page about these results; the first one's errors are shown first.

    Raises UsageError for results on different gold, which cannot stand in one chart.
    """
    _check_comparable(results)
    shown = {
        name: title
        for name, title in LAYERS.items()
        if any(_has_items(result, name) for result in results)
    }
    script = (_TEMPLATES / "report.js").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("report.html")
        .render(
            results=results,
            gold=results[0]["gold"],
            ceiling=results[0]["ceiling"],
            layers=shown,
            all_layers=_all_layers(results),
            charts={name: _label_chart(results, name, shown[name]) for name in shown},
            numbers={name: _label_numbers(results, name) for name in shown},
            speed=_speed_chart(results, shown),
            kinds={name: _kind_rows(results, name) for name in shown},
            confusion={name: _confusion_tables(results, name) for name in shown},
            meanings=MEANINGS,
            data=_embedded(results),
            style=(_TEMPLATES / "report.css").read_text(encoding="utf-8"),
            script=script,
            script_hash=_content_hash(script),
        )
    )


def render_leaderboard(tables: Sequence[ScoreTable], *, by: str) -> str:
    """Return a page with one table for each gold."""
    template = _environment().get_template("leaderboard.html")
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    return template.render(tables=tables, by=by, style=style)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["ours"] = Markup  # our own SVG, CSS and script; never a text
    made.filters["number"] = lambda v, places=3: (
        "–" if v in (None, "") else f"{v:.{places}f}"
    )
    return made


def _check_comparable(results: Sequence[Result]) -> None:
    first = results[0]["gold"]
    for result in results:
        gold = result["gold"]
        if any(gold[key] != first[key] for key in ("hash", "schema", "options")):
            raise UsageError(
                f"{result['name']} was measured on {gold['name']} "
                f"({gold['hash'][:20]}), {results[0]['name']} on {first['name']} "
                f"({first['hash'][:20]}). Make a report for each gold."
            )
    names = [result["name"] for result in results]
    if len(set(names)) < len(names):
        raise UsageError("two results have the same name. Name each extractor once.")


def _has_items(result: Result, layer: str) -> bool:
    micro = result["layers"].get(layer, {}).get("micro")
    return bool(micro and micro["f1"] is not None)


def _all_layers(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return one line a layer that any result has, by which criterion it may be."""
    layers = dict.fromkeys(name for result in results for name in result["layers"])
    return [
        {
            "name": name,
            "meaning": CRITERIA[name].meaning if name in CRITERIA else "",
            "rows": [_row(result, name, "micro") for result in results],
            "agreement": _ceiling_of(results, name).get("all labels"),
        }
        for name in layers
    ]


def _rows(results: Sequence[Result], layer: str) -> list[str]:
    """Return the labels that occur on either side of any result, in order."""
    labels: dict[str, bool] = {}
    for result in results:
        for label, row in result["layers"].get(layer, {}).get("labels", {}).items():
            used = row["f1"] is not None
            labels[label] = labels.get(label, False) or used
    return [label for label, used in labels.items() if used]


def _row(result: Result, layer: str, label: str) -> Mapping[str, Any]:
    scores = result["layers"].get(layer, {})
    row: Mapping[str, Any] = (
        scores.get("micro", {})
        if label == "micro"
        else scores.get("labels", {}).get(label, {})
    )
    return row


def _ceiling_of(results: Sequence[Result], layer: str) -> dict[str, float | None]:
    known = (results[0]["ceiling"] or {}).get("layers", {}).get(layer)
    if known is None:
        return {}
    return {"all labels": known["micro"], **known["labels"]}


def _label_chart(results: Sequence[Result], layer: str, title: str) -> str:
    def bar(result: Result, label: str) -> Bar:
        row = _row(result, layer, label)
        interval = row.get("interval")
        return Bar(row.get("f1"), (interval[0], interval[1]) if interval else None)

    rows = {"all labels": [bar(result, "micro") for result in results]}
    for label in _rows(results, layer):
        rows[label] = [bar(result, label) for result in results]
    names = [result["name"] for result in results]
    about = f"{title}: F1 of {', '.join(names)} by label, with 95 % intervals"
    return bar_chart(
        rows, series=names, ceiling=_ceiling_of(results, layer), about=about
    )


def _label_numbers(results: Sequence[Result], layer: str) -> list[dict[str, Any]]:
    """Return the same numbers as a table, one line a label and extractor."""
    ceiling = _ceiling_of(results, layer)
    lines = []
    for label in ("micro", *_rows(results, layer)):
        shown = "all labels" if label == "micro" else label
        for result in results:
            row = _row(result, layer, label)
            if row:
                about = {"label": shown, "name": result["name"]}
                lines.append({**about, "ceiling": ceiling.get(shown), **row})
    return lines


def _speed_chart(results: Sequence[Result], shown: Mapping[str, str]) -> str | None:
    layer = next(iter(shown), None)
    points = []
    for n, result in enumerate(results):
        speed = result["speed"]["documents_per_second"]
        row = _row(result, layer or "", "micro")
        if speed and row and row["f1"] is not None:
            interval = tuple(row["interval"]) if row["interval"] else None
            points.append(Point(n, result["name"], speed, row["f1"], interval))
    if not points or layer is None:
        return None
    about = f"F1 of {layer} against documents a second: " + "; ".join(
        f"{p.name} {p.quality:.3f} at {p.speed:.1f}" for p in points
    )
    return scatter_chart(points, quality=f"F1 of {layer}", about=about)


def _kind_rows(results: Sequence[Result], layer: str) -> list[dict[str, Any]]:
    """Return one line an error kind, with FP and FN of each extractor; sums last."""
    lines = []
    for kind in MEANINGS:
        cells = [result["error_kinds"].get(layer, {}).get(kind) for result in results]
        if any(cells):
            lines.append({"kind": kind, "cells": [c or _NOTHING for c in cells]})
    return lines


_NOTHING = {"cases": 0, "fp": 0, "fn": 0}


def _confusion_tables(results: Sequence[Result], layer: str) -> list[dict[str, Any]]:
    tables = []
    for result in results:
        counts: Mapping[str, Mapping[str, int]] = result["confusion"].get(layer, {})
        order = list(result["layers"].get(layer, {}).get("labels", {}))
        used = set(counts) | {found for row in counts.values() for found in row}
        labels = [label for label in order if label in used]
        lines = []
        for label in [*labels, *([""] if "" in counts else [])]:
            row = counts.get(label, {})
            total = sum(row.values())
            cells = [
                {
                    "count": row.get(found, 0),
                    "share": row.get(found, 0) / total if total and label else 0,
                    "right": found == label,
                    "found": found,
                }
                for found in [*labels, ""]
            ]
            lines.append({"label": label, "cells": cells})
        tables.append({"name": result["name"], "labels": labels, "lines": lines})
    return tables


def _embedded(results: Sequence[Result]) -> str:
    """Return what the error browser needs, as JSON that no HTML parser can leave."""
    content = {
        "meanings": MEANINGS,
        "layers": LAYERS,
        "results": [
            {"name": result["name"], **result["examples"]} for result in results
        ],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _content_hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
