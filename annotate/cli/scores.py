"""Print scores: rich tables for a terminal, text for papers, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from evaluation import Agreement, LayerScore, Report
    from evaluation.ceiling import Stated
    from evaluation.error_analysis import ErrorCounts
    from evaluation.tables import ScoreTable

__all__ = [
    "ReportFormat",
    "error_table",
    "part_tables",
    "print_json",
    "print_report",
    "print_tables",
    "report_tables",
]


class ReportFormat(StrEnum):
    """How scores are printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    LATEX = "latex"
    CSV = "csv"


def print_json(content: Any) -> None:
    """Print JSON for programs, Arabic as it is."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def print_report(
    report: Report | Agreement,
    *,
    chosen: Sequence[str] | None = None,
    output: ReportFormat = ReportFormat.TABLE,
) -> None:
    """Print all layers in brief, and the labels of the plainest or chosen ones."""
    print_tables(report_tables(report, chosen=chosen), output)


def report_tables(
    report: Report | Agreement,
    *,
    chosen: Sequence[str] | None = None,
    stated: Stated | None = None,
) -> list[ScoreTable]:
    """Return all layers in brief, and the labels of the plainest or chosen ones.

    An empty `chosen` gives the brief alone. What the gold states of its annotators'
    agreement stands beside.
    """
    from evaluation.tables import confusion_tables, label_table, summary_table

    shown = [it for it in report.layers.values() if _is_shown(it, chosen)]
    title = "every layer, its labels together"
    summary = replace(
        summary_table(report.layers, title, stated=stated),
        signature=str(report.signature),
    )
    tables = [summary, *(label_table(layer, stated=stated) for layer in shown)]
    for layer in shown:
        if layer.criterion.table == "attributes":
            tables += [
                replace(table, signature=layer.signature)
                for table in confusion_tables(getattr(report, "confusion", {}).values())
            ]
    return tables


def _is_shown(layer: LayerScore, chosen: Sequence[str] | None) -> bool:
    if chosen is None:
        return layer.criterion.match in ("exact", "found")
    return layer.criterion.name in chosen


def part_tables(
    kind: str,
    parts: Mapping[str, Mapping[str, LayerScore]],
    *,
    chosen: Sequence[str] | None = None,
    signature: str,
) -> list[ScoreTable]:
    """Return the parts of a score beside each other, a table a layer.

    The plainest layers or the chosen ones, as in `report_tables`.
    """
    from evaluation.tables import band_tables

    shown = {
        band: {n: layer for n, layer in layers.items() if _is_shown(layer, chosen)}
        for band, layers in parts.items()
    }
    return band_tables(kind, shown, signature)


def error_table(errors: ErrorCounts, *, signature: str) -> ScoreTable:
    """Return how many errors of each kind there are; FP and FN are those of a layer."""
    from evaluation.tables import ScoreTable

    rows = tuple(
        (layer, kind, *(str(counts[name]) for name in ("cases", "fp", "fn")))
        for layer, kinds in errors.items()
        for kind, counts in kinds.items()
    )
    head = ("layer", "kind", "cases", "FP", "FN")
    return ScoreTable("errors by kind", head, rows, signature)


def print_tables(tables: Sequence[ScoreTable], output: ReportFormat) -> None:
    """Print tables in the form that was asked for."""
    if output is not ReportFormat.TABLE:
        from evaluation.tables import RENDERERS

        typer.echo(RENDERERS[output.value](tables), nl=False)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    screen = console.width
    for table in tables:
        console.print(f"\n{table.title}", soft_wrap=True)
        shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for place, name in enumerate(table.head):
            shown.add_column(name, justify="right" if place else "left", no_wrap=True)
        for row in table.rows:
            shown.add_row(*row)
        # Wider than the terminal is better than cut.
        wide = console.options.update(max_width=_WIDEST)
        console.width = max(screen, console.measure(shown, options=wide).maximum)
        console.print(shown)
        if table.signature:
            console.print(table.signature, style="dim", soft_wrap=True)


_WIDEST = 1000
