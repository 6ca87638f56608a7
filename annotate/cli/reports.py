"""`miyar leaderboard` and `miyar report`: results beside each other."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from annotate.cli.benchmark import Layers
from annotate.cli.progress import working
from annotate.cli.scores import ReportFormat, print_json, print_tables

__all__ = ["SHOWN_LAYERS", "leaderboard", "report"]

SHOWN_LAYERS = ("entities", "nominals", "triggers", "arguments")
"""The layers that tables of results show, unless others are asked for."""


class BoardFormat(StrEnum):
    """How a leaderboard is printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    JSON = "json"


def leaderboard(
    places: Annotated[
        list[Path], typer.Argument(help="Leaderboards (.jsonl) or results (.json).")
    ],
    *,
    by: Annotated[
        str, typer.Option("--sort", help="The number to rank by.")
    ] = "entities.micro.f1",
    output: Annotated[
        BoardFormat, typer.Option("--format", help="How to print it.")
    ] = BoardFormat.TABLE,
    layer: Layers = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every run, not the last of each extractor.")
    ] = False,
) -> None:
    """Rank extractors, a table for each gold.

    Results on another gold, or on another version of it, are never ranked together.

    Example: miyar leaderboard leaderboard.jsonl --sort triggers.micro.f1
    """
    from evaluation.leaderboard import boards, leaderboard_table, read_entries

    entries = [entry for place in places for entry in read_entries(place)]
    ranked = boards(entries, by=by, all_runs=every)
    shown = layer or SHOWN_LAYERS
    if output is BoardFormat.JSON:
        print_json(
            [
                {
                    "gold": board.gold,
                    "by": by,
                    "entries": [{"rank": rank, **e} for rank, e in board.entries],
                }
                for board in ranked
            ]
        )
        return
    tables = [leaderboard_table(board, layers=shown) for board in ranked]
    if output is BoardFormat.HTML:
        from evaluation.html_report import render_leaderboard

        typer.echo(render_leaderboard(tables, by=by), nl=False)
    else:
        print_tables(tables, ReportFormat(output.value))


def report(
    places: Annotated[
        list[Path], typer.Argument(help="Results that 'miyar bench -o' wrote.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path(
        "report.html"
    ),
) -> None:
    """Write an HTML report with charts and every error in its sentence.

    One file that needs no network and runs nothing that a text says.

    Example: miyar report results/rules.result.json -o report.html
    """
    from evaluation.html_report import render_report
    from evaluation.results import read_result
    from schemas.jsonl import write_atomically

    with working("writing"):
        page = render_report([read_result(place) for place in places])
        write_atomically(out, [page])
    typer.echo(f"{out}: {out.stat().st_size / 1024:.0f} KiB", err=True)
