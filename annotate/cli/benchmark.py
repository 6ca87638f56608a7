"""`miyar score` and `miyar agree`: numbers on gold, predictions and annotators."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from evaluation import Bootstrap
    from evaluation.tables import ScoreTable
    from exports import GoldSource
    from schemas.labels import Schema

__all__ = ["ReportFormat", "register"]


class ReportFormat(StrEnum):
    """How scores are printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    LATEX = "latex"
    CSV = "csv"


Format = Annotated[
    ReportFormat, typer.Option("--format", help="How to print the result.")
]
SchemaOption = Annotated[
    str | None,
    typer.Option(
        "--schema",
        help="A schema file, or 'none' for any label set. Default: the release's "
        "own schema, else the built-in one.",
    ),
]
Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", help="A layer to score; repeat it for more."),
]
Resamples = Annotated[
    int, typer.Option(min=0, help="Bootstrap resamples for the intervals; 0 for none.")
]
Seed = Annotated[int, typer.Option(help="Seed of the bootstrap.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("score")(score)
    app.command("agree")(agree)


def score(  # noqa: PLR0913 - one parameter per option
    *,
    gold: Annotated[
        Path, typer.Option("--gold", help="A release folder or a .jsonl file.")
    ],
    predicted: Annotated[
        Path, typer.Option("--predicted", help="The predictions, a .jsonl file.")
    ],
    schema: SchemaOption = None,
    layer: Layers = None,
    output: Format = ReportFormat.TABLE,
    resamples: Resamples = 1000,
    seed: Seed = 1,
) -> None:
    """Score predictions against gold, per label, with intervals.

    Example: miyar score --gold seeds/gold --predicted suggestions.jsonl
    """
    import evaluation
    from exports import find_gold

    source = find_gold(gold)
    report = evaluation.score(
        evaluation.JsonlSource(source.path),
        evaluation.JsonlSource(find_gold(predicted).path),
        schema=_schema(schema, source),
        criteria=layer or evaluation.DEFAULT_CRITERIA,
        bootstrap=_bootstrap(resamples, seed),
        names=(source.name, "predictions"),
    )
    _print(report.to_json(), _tables(report, layer), output)


def agree(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path],
        typer.Argument(help="What each annotator made: two or more .jsonl files."),
    ],
    *,
    schema: SchemaOption = None,
    layer: Layers = None,
    output: Format = ReportFormat.TABLE,
    resamples: Resamples = 1000,
    seed: Seed = 1,
) -> None:
    """Measure how far annotators agree: pairwise F1 per layer and label.

    Example: miyar agree first.jsonl second.jsonl
    """
    import evaluation
    from exports import find_gold
    from schemas.errors import UsageError

    sources = [find_gold(place) for place in places]
    names = [source.name for source in sources]
    if len(set(names)) < len(names):
        names = [str(place) for place in places]
    if len(set(names)) < len(names):
        raise UsageError(
            "the same file is named twice; agreement needs two annotators."
        )
    agreement = evaluation.agree(
        {
            name: evaluation.JsonlSource(source.path)
            for name, source in zip(names, sources, strict=True)
        },
        schema=_schema(schema, sources[0]),
        criteria=layer or evaluation.AGREEMENT_CRITERIA,
        bootstrap=_bootstrap(resamples, seed),
    )
    _print(agreement.to_json(), _tables(agreement, layer), output)


def _bootstrap(resamples: int, seed: int) -> Bootstrap:
    from evaluation import Bootstrap

    return Bootstrap(resamples=resamples, seed=seed)


def _schema(choice: str | None, source: GoldSource) -> Schema | None:
    """Return the schema that was asked for, the gold's own, or the built-in one."""
    if choice == "none":
        return None
    from exports.release import SCHEMA_FILE
    from schemas.load import load_schema

    if choice is not None:
        return load_schema(Path(choice))
    if source.manifest is not None:
        return load_schema(source.path.with_name(SCHEMA_FILE))
    return load_schema()


def _tables(report: Any, chosen: list[str] | None) -> list[ScoreTable]:
    """Return the summary of all layers, then the labels of the plainest ones."""
    from evaluation.tables import label_table, summary_table

    plain = ("exact", "found")
    shown = [
        layer
        for name, layer in report.layers.items()
        if (chosen and name in chosen)
        or (not chosen and layer.criterion.match in plain)
    ]
    return [
        summary_table(report.layers, str(report.signature)),
        *(label_table(layer) for layer in shown),
    ]


def _print(content: Any, tables: list[ScoreTable], output: ReportFormat) -> None:
    from evaluation.tables import RENDERERS

    if output is ReportFormat.JSON:
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
    elif output is ReportFormat.TABLE:
        _print_tables(tables)
    else:
        typer.echo(RENDERERS[output.value](tables), nl=False)


def _print_tables(tables: Iterable[ScoreTable]) -> None:
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
