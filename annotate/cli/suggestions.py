"""`miyar suggest` and `miyar measure`: what the rules propose, and how well."""

from __future__ import annotations

import enum
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.hands import (
    SchedulerOption,
    WorkersOption,
    outcomes_of,
    parts_beside,
)
from annotate.cli.places import take_places
from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from annotate.rules.compiled import Ruleset
    from annotate.rules.yamlfile import RuleFile
    from annotate.scale.job import Outcome
    from evaluation.counts import Counts

__all__ = ["OutputFormat", "RulesOption", "register"]

RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", help="A folder of rules and lexicons of your own."),
]


class OutputFormat(enum.StrEnum):
    """How figures are printed."""

    TABLE = "table"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("suggest")(suggest)
    app.command("measure")(measure)


def suggest(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path],
        typer.Argument(
            help="Folders, globs or files: .txt, .jsonl (.gz, .zst), .csv, .parquet; - "
            "is stdin."
        ),
    ],
    *,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            "-o",
            help="The file to write: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; or "
            "FOLDER/ for parts.",
        ),
    ] = "suggestions.jsonl",
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    schema: SchemaOption = None,
    rules: RulesOption = None,
    mute: Annotated[
        Path | None, typer.Option(help="Rules to leave out, from 'miyar ledger'.")
    ] = None,
) -> None:
    """Suggest entities, event triggers and arguments by rules.

    Each suggestion names its rule and has a score. Marks a document came with are
    replaced. After a cut, run the same command again: it does what is missing. The
    output is the same to the byte, whoever did the work.

    Example: miyar suggest seeds/articles -o suggestions.jsonl
    """
    from annotate.ingest import article_id, read_articles
    from annotate.rules.mute import read_mute_list
    from annotate.scale.pipeline import Collection
    from annotate.scale.suggesting import load_rules, suggesting
    from annotate.targets import write_target

    muted = read_mute_list(mute) if mute else frozenset()
    given = take_places(places)
    counts = [0, 0, 0, 0]
    with outcomes_of(
        Collection(partial(read_articles, given), article_id),
        suggesting(load_rules(schema, rules), muted),
        title="suggesting",
        parts=parts_beside(out),
        workers=workers,
        scheduler=scheduler,
    ) as outcomes:
        write_target(out, _bodies(outcomes, counts))
    documents, entities, triggers, arguments = counts
    typer.echo(
        f"{out}: {documents} documents, {entities} entity mentions, {triggers} "
        f"triggers, {arguments} arguments",
        err=True,
    )


def _bodies(outcomes: Iterable[Outcome], counts: list[int]) -> Iterator[bytes]:
    """Yield what is to be written, and add the counts up."""
    for outcome in outcomes:
        counts[:] = map(sum, zip(counts, outcome.counts, strict=True))
        yield outcome.body


def measure(
    folder: Annotated[
        Path, typer.Option("--dev", help="The folder of the sets that others made.")
    ] = Path("../shared/dev"),
    *,
    schema: SchemaOption = None,
    rules: RulesOption = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the figures.")
    ] = OutputFormat.TABLE,
) -> None:
    """Measure the rules on sets that others annotated, and their speed.

    A set that is not there is skipped with its reason.

    Example: miyar measure --dev ../shared/dev
    """
    import json

    from annotate.rules.load import DEFAULT_FOLDER, load_ruleset
    from annotate.rules.yamlfile import read_yaml
    from schemas.load import load_schema

    started = time.process_time()
    ruleset = load_ruleset(load_schema(schema), rules)
    started = time.process_time() - started
    settings = read_yaml((rules or DEFAULT_FOLDER) / "rules" / "measure.yaml")
    rows: list[tuple[str, dict[str, object]]] = [
        ("rules loaded", {"seconds": round(started, 2)})
    ]
    rows += _clitics(ruleset)
    rows += _measured(folder, ruleset, settings)
    if output is OutputFormat.JSON:
        typer.echo(json.dumps(dict(rows), ensure_ascii=False, indent=2))
        return
    for name, figures in rows:
        cells = "  ".join(f"{key} {value}" for key, value in figures.items())
        typer.echo(f"{name:<32}{cells}")


def _clitics(ruleset: Ruleset) -> list[tuple[str, dict[str, object]]]:
    from annotate.clitic_measure import measure_clitics

    words, found = measure_clitics(ruleset)
    return [
        (f"clitics: {name}", {"words": words, **_rates(counts)})
        for name, counts in found.items()
    ]


def _measured(
    folder: Path, ruleset: Ruleset, settings: RuleFile
) -> list[tuple[str, dict[str, object]]]:
    from annotate import measure as measuring

    rows: list[tuple[str, dict[str, object]]] = []
    for file, compare in (
        ("newsfane_dev.jsonl", measuring.measure_names),
        ("event_gsr_dev.jsonl", measuring.measure_events),
    ):
        path = folder / file
        if not path.exists():
            typer.echo(f"{path}: skipped, it is not there.", err=True)
            continue
        name = file.removesuffix("_dev.jsonl")
        for figure in compare(path, ruleset, settings):
            rows.append((f"{name}: {figure.name}", _rates(figure.counts)))
    path = folder / "raw_political.jsonl.gz"
    if not path.exists():
        typer.echo(f"{path}: skipped, it is not there.", err=True)
        return rows
    speed = measuring.measure_speed(path, ruleset)
    rows.append(
        (
            "speed, one process",
            {
                "articles_per_second": round(speed.articles / speed.seconds),
                "characters_per_second": round(speed.characters / speed.seconds),
                "megabytes": round(speed.megabytes),
            },
        )
    )
    return rows


def _rates(counts: Counts) -> dict[str, object]:
    rates = (counts.precision, counts.recall, counts.f1)
    names = ("precision", "recall", "f1")
    return {
        name: "-" if rate is None else round(rate, 3)
        for name, rate in zip(names, rates, strict=True)
    }
