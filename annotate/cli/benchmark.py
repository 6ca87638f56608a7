"""`miyar score` and `miyar compare`: numbers on gold and predictions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.hands import SchedulerOption, WorkersOption
from annotate.cli.limits import (
    FailUnderOption,
    hold,
    hold_baseline,
    parse_limit,
    read_baseline,
)
from annotate.cli.places import take_places
from annotate.cli.progress import working
from annotate.cli.scorecard import Contest, Scorecard
from annotate.cli.scores import ReportFormat, print_json, print_tables
from annotate.cli.sides import (
    choose_schema,
    find_source,
    map_option,
    name_files,
    relabelling,
    span_rule,
)
from annotate.cli.slicing import Slice, score_parts
from schemas.errors import DataError

if TYPE_CHECKING:
    from evaluation import Report

__all__ = ["register"]


class Edges(StrEnum):
    """How far edges must agree."""

    RAW = "raw"
    CLITIC = "clitic"
    WORD = "word"


Gold = Annotated[
    Path,
    typer.Option(
        "--gold",
        help="A release folder; or a folder, glob or file of .jsonl (.gz, .zst) or "
        ".parquet.",
    ),
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
        Path,
        typer.Option(
            "--predicted",
            help="The predictions: a folder, glob or file of .jsonl (.gz, .zst) or "
            ".parquet; - is stdin.",
        ),
    ],
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
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
    fail_under: FailUnderOption = None,
    no_regression: Annotated[
        Path | None,
        typer.Option(
            metavar="BASELINE",
            help="Exit 1 if a layer's micro F1 is lower than in this score, which "
            "--format json printed.",
        ),
    ] = None,
    given_triggers: Annotated[
        Path | None,
        typer.Option(
            metavar="PREDICTED",
            help="What the same extractor predicted when given the gold's triggers.",
        ),
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Count the kinds of error as well.")
    ] = False,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help="Refuse predictions that leave out a document of the gold.",
        ),
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

    limits = [parse_limit(text) for text in fail_under or []]
    baseline = read_baseline(no_regression) if no_regression else None
    source, answers = map(find_source, take_places([gold, predicted]))
    labels = choose_schema(schema, source)
    bootstrap = evaluation.Bootstrap(resamples=resamples, seed=seed)
    contest = Contest(
        source,
        answers,
        schema=labels,
        rename=relabelling(label_map),
        bootstrap=bootstrap,
        convention=convention.value,
        options=map_option(label_map),
        hands=(workers, scheduler),
    )
    parts = by or []
    report = contest.score(
        layer or (), by_type=Slice.TYPE in parts or Slice.ROLE in parts
    )
    _tell_unanswered(report, predicted, refuse=complete)
    card = Scorecard(
        report,
        chosen=layer,
        given=contest.score_given(given_triggers) if given_triggers else None,
        bands={
            kind.value: score_parts(
                kind,
                report,
                contest,
                gold=source.path,
                train=train,
                schema=labels,
                bootstrap=bootstrap,
            )
            for kind in parts
        },
        errors=contest.count_errors() if errors else None,
        ceiling=contest.ceiling(annotator) if annotator else None,
        stated=contest.stated(),
    )
    content = card.to_json()
    if output is ReportFormat.JSON:
        print_json(content)
    else:
        card.show(output)
    hold(content, limits)
    if baseline is not None:
        hold_baseline(content, baseline)


def _tell_unanswered(report: Report, predicted: Path, *, refuse: bool) -> None:
    """Say that documents are missing from the predictions, or refuse these."""
    left = report.unanswered
    if not left:
        return
    named = ", ".join(left[:5]) + (", ..." if len(left) > 5 else "")
    fault = (
        f"{predicted}: {len(left)} of {len(report.documents)} gold documents are "
        f"missing: {named}."
    )
    if refuse:
        raise DataError(
            f"{fault} Predict for each, with empty lists where nothing is found, or "
            "leave out --complete."
        )
    typer.echo(f"{fault} All in them counts as missed.", err=True)


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

    source = find_source(gold)
    labels = choose_schema(schema, source)
    rename = relabelling(label_map)
    snap = span_rule(labels, convention.value, layer or ())
    with working("comparing"):
        reports = {
            name: evaluation.score(
                rename("gold", evaluation.JsonlSource(*source.paths)),
                rename("predicted", evaluation.JsonlSource(*find_source(place).paths)),
                schema=labels,
                criteria=layer or ("entities", "nominals", "triggers", "arguments"),
                bootstrap=evaluation.Bootstrap(resamples=0, seed=seed),
                convention=convention.value,
                clitic=snap,
                names=(source.name, name),
                options=map_option(label_map),
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
        from evaluation.tables import comparison_tables

        print_tables(comparison_tables(comparison), output)
    if comparison.documents < significance.LEAST_DOCUMENTS:
        typer.echo(
            f"{comparison.documents} documents are too few for any difference to be "
            f"shown at the 5 % level ({significance.LEAST_DOCUMENTS} are the least): "
            "no p here can be below 0.05, however far the systems are apart.",
            err=True,
        )
