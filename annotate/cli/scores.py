"""Print scores: rich tables for a terminal, text for papers, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from evaluation import Agreement, LayerScore, Report, Row
    from evaluation.pipeline import TriggerBlame
    from evaluation.significance import Comparison
    from evaluation.tables import ScoreTable

__all__ = [
    "ReportFormat",
    "print_bands",
    "print_blame",
    "print_comparison",
    "print_errors",
    "print_json",
    "print_report",
    "print_tables",
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
    """Print all layers in brief, and the labels of the plainest or chosen ones.

    An empty `chosen` prints the brief alone.
    """
    from evaluation.tables import confusion_tables, label_table, summary_table

    shown = [it for it in report.layers.values() if _is_shown(it, chosen)]
    summary = summary_table(report.layers, str(report.signature))
    tables = [summary, *map(label_table, shown)]
    if any(layer.criterion.table == "attributes" for layer in shown):
        tables += confusion_tables(getattr(report, "confusion", {}).values())
    print_tables(tables, output)


def _is_shown(layer: LayerScore, chosen: Sequence[str] | None) -> bool:
    if chosen is None:
        return layer.criterion.match in ("exact", "found")
    return layer.criterion.name in chosen


def print_blame(
    blame: TriggerBlame, given: Row | None, *, output: ReportFormat
) -> None:
    """Print the argument scores by what their triggers are."""
    from evaluation.tables import blame_table

    print_tables([blame_table(blame, given)], output)


def print_bands(
    kind: str,
    parts: Mapping[str, Mapping[str, LayerScore]],
    *,
    chosen: Sequence[str] | None = None,
    output: ReportFormat,
) -> None:
    """Print the parts of a score beside each other, a table a layer.

    The plainest layers or the chosen ones, as in `print_report`.
    """
    from evaluation.tables import band_tables

    shown = {
        band: {n: layer for n, layer in layers.items() if _is_shown(layer, chosen)}
        for band, layers in parts.items()
    }
    print_tables(band_tables(kind, shown), output)


def print_comparison(
    comparison: Comparison, *, output: ReportFormat, title: str = ""
) -> None:
    """Print the differences between systems, a table a layer."""
    from evaluation.tables import comparison_tables

    print_tables(comparison_tables(comparison, title), output)


def print_errors(
    errors: Mapping[str, Mapping[str, int]], *, output: ReportFormat
) -> None:
    """Print how many errors of each kind there are."""
    from evaluation.tables import ScoreTable

    rows = tuple(
        (layer, kind, str(n))
        for layer, kinds in errors.items()
        for kind, n in kinds.items()
    )
    print_tables(
        [ScoreTable("errors by kind", ("layer", "kind", "cases"), rows)], output
    )


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
    if not console.is_terminal:
        console.width = 200  # a pipe has no width; nothing may be cut
    for table in tables:
        console.print(f"\n{table.title}", soft_wrap=True)
        shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for place, name in enumerate(table.head):
            shown.add_column(name, justify="right" if place else "left", no_wrap=True)
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)
