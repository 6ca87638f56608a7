"""`miyar score` and `miyar compare`: numbers on gold and predictions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.limits import hold, parse_limit
from annotate.cli.scores import (
    ReportFormat,
    print_bands,
    print_comparison,
    print_errors,
    print_json,
    print_report,
)
from annotate.cli.sides import choose_schema, name_files, relabelling, span_rule
from annotate.cli.slicing import Slice, score_parts

if TYPE_CHECKING:
    from evaluation.documents import DocumentLike
    from evaluation.significance import Comparison
    from exports import GoldSource
    from schemas.labels import Schema

__all__ = ["print_report", "register"]


class Edges(StrEnum):
    """How far edges must agree."""

    RAW = "raw"
    CLITIC = "clitic"
    WORD = "word"


Gold = Annotated[
    Path, typer.Option("--gold", help="A release folder or a .jsonl file.")
]
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
Seed = Annotated[int, typer.Option(help="Seed of the resamples and trials.")]
Trials = Annotated[int, typer.Option(min=1, help="Trials of the randomisation test.")]
Convention = Annotated[
    Edges,
    typer.Option(help="Compare edges as they are, by the span rule, or by words."),
]
LabelMap = Annotated[
    Path | None,
    typer.Option(
        "--map",
        help="A YAML file with 'gold' and 'predicted': old label to new, or null.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("score")(score)
    app.command("compare")(compare)


def score(  # noqa: PLR0913 - one parameter per option
    *,
    gold: Gold,
    predicted: Annotated[
        Path, typer.Option("--predicted", help="The predictions, a .jsonl file.")
    ],
    schema: SchemaOption = None,
    layer: Layers = None,
    output: Format = ReportFormat.TABLE,
    by: Annotated[
        list[Slice] | None, typer.Option("--by", help="Score each part as well.")
    ] = None,
    train: Annotated[
        Path | None,
        typer.Option(help="The training gold, for --by seen and --by frequency."),
    ] = None,
    annotator: Annotated[
        list[Path] | None,
        typer.Option(
            help="What one annotator made; give two, and the predictions are tested "
            "against a second annotator."
        ),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(help="Exit 1 below this, as entities.micro.f1=0.8."),
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Count the kinds of error as well.")
    ] = False,
    label_map: LabelMap = None,
    convention: Convention = Edges.RAW,
    resamples: Resamples = 1000,
    seed: Seed = 1,
) -> None:
    """Score predictions against gold, per label, with intervals.

    Example: miyar score --gold seeds/gold --predicted suggestions.jsonl
    """
    import evaluation
    from exports import find_gold

    source = find_gold(gold)
    labels = choose_schema(schema, source)
    bootstrap = evaluation.Bootstrap(resamples=resamples, seed=seed)
    rename = relabelling(label_map)
    limits = [parse_limit(text) for text in fail_under or []]
    sides = (
        rename("gold", evaluation.JsonlSource(source.path)),
        rename("predicted", evaluation.JsonlSource(find_gold(predicted).path)),
    )
    report = evaluation.score(
        *sides,
        schema=labels,
        criteria=layer or evaluation.DEFAULT_CRITERIA,
        bootstrap=bootstrap,
        convention=convention.value,
        clitic=span_rule(labels, convention.value, layer or ()),
        names=(source.name, "predictions"),
    )
    content = report.to_json()
    bands = {
        kind.value: score_parts(
            kind, report, sides, gold=source.path, train=train, schema=labels
        )
        for kind in by or []
    }
    if bands:
        content["slices"] = {
            kind: {
                band: {name: score.to_json() for name, score in layers.items()}
                for band, layers in parts.items()
            }
            for kind, parts in bands.items()
        }
    if errors:
        from evaluation.error_analysis import count_errors, find_errors

        rule = span_rule(labels, "clitic", ())
        content["errors"] = count_errors(find_errors(*sides, clitic=rule))
    test = _ceiling(annotator or [], sides[1], source, labels, seed)
    if test is not None:
        content["ceiling"] = test[1].to_json() | {"annotators": test[0]}
    if output is ReportFormat.JSON:
        print_json(content)
    else:
        print_report(report, chosen=layer, output=output)
        for kind, parts in bands.items():
            print_bands(kind, parts, output=output)
        if errors:
            print_errors(content["errors"], output=output)
        if test is not None:
            print_comparison(test[1], output=output, title=test[0])
    hold(content, limits)


def compare(  # noqa: PLR0913 - one parameter per option
    predicted: Annotated[
        list[Path],
        typer.Argument(help="The predictions of two or more systems, .jsonl files."),
    ],
    *,
    gold: Gold,
    schema: SchemaOption = None,
    layer: Layers = None,
    output: Format = ReportFormat.TABLE,
    label_map: LabelMap = None,
    convention: Convention = Edges.RAW,
    trials: Trials = 10_000,
    resamples: Resamples = 1000,
    seed: Seed = 1,
) -> None:
    """Test whether systems differ on this gold, or only by luck of the documents.

    Example: miyar compare --gold seeds/gold a.jsonl b.jsonl
    """
    import evaluation
    from evaluation import significance
    from exports import find_gold

    source = find_gold(gold)
    labels = choose_schema(schema, source)
    rename = relabelling(label_map)
    snap = span_rule(labels, convention.value, layer or ())
    reports = {
        name: evaluation.score(
            rename("gold", evaluation.JsonlSource(source.path)),
            rename("predicted", evaluation.JsonlSource(find_gold(place).path)),
            schema=labels,
            criteria=layer or ("entities", "nominals", "triggers", "arguments"),
            bootstrap=evaluation.Bootstrap(resamples=0, seed=seed),
            convention=convention.value,
            clitic=snap,
            names=(source.name, name),
        )
        for name, place in name_files(predicted).items()
    }
    comparison = significance.compare(
        reports,
        trials=trials,
        bootstrap=evaluation.Bootstrap(resamples=resamples, seed=seed),
    )
    if output is ReportFormat.JSON:
        print_json(comparison.to_json())
    else:
        print_comparison(comparison, output=output)


def _ceiling(
    places: list[Path],
    predicted: Iterable[DocumentLike],
    source: GoldSource,
    schema: Schema | None,
    seed: int,
) -> tuple[str, Comparison] | None:
    """Test the predictions against annotators; say who those are."""
    if not places:
        return None
    import evaluation
    from evaluation.ceiling import ceiling
    from exports import find_gold

    named = name_files(places)
    comparison = ceiling(
        {n: evaluation.JsonlSource(find_gold(p).path) for n, p in named.items()},
        predicted,
        schema=schema,
        bootstrap=evaluation.Bootstrap(seed=seed),
    )
    stated = (
        {a.name: a.kind for a in source.manifest.about.annotators}
        if (source.manifest)
        else {}
    )
    kinds = {stated.get(name, "unknown") for name in named}
    if kinds == {"person"}:
        return "human ceiling: the annotators are people", comparison
    if "machine" in kinds:
        return "no human ceiling: an annotator is a machine", comparison
    return "the gold does not state whether the annotators are people", comparison
