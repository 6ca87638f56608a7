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
    parts_of,
)
from annotate.cli.places import ArticlesArgument, TargetOption, take_places
from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from annotate.rules.yamlfile import RuleFile
    from annotate.scale.job import Outcome
    from annotate.scale.rules import Rules
    from evaluation.counts import Counts

__all__ = ["OutputFormat", "RulesOption", "register"]

RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", help="A folder of rules and lexicons of your own."),
]


Row = tuple[str, dict[str, object]]
"""A line of figures: what they are of, and each by its name."""


class OutputFormat(enum.StrEnum):
    """How figures are printed."""

    TABLE = "table"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("suggest")(suggest)
    app.command("measure")(measure)


def suggest(  # noqa: PLR0913 - one parameter per option
    places: ArticlesArgument,
    *,
    out: TargetOption = "suggestions.jsonl",
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
    from annotate.scale.rules import load_rules
    from annotate.scale.suggesting import suggesting
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


def measure(  # noqa: PLR0913 - one parameter per option
    folder: Annotated[
        Path, typer.Option("--dev", help="The folder of the sets that others made.")
    ] = Path("../shared/dev"),
    *,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    schema: SchemaOption = None,
    rules: RulesOption = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the figures.")
    ] = OutputFormat.TABLE,
) -> None:
    """Measure the rules on sets that others annotated, and their speed.

    A set may be .jsonl (.gz, .zst) or .parquet; one that is not there is skipped with
    its reason.

    Example: miyar measure --dev ../shared/dev
    """
    import json

    from annotate.rules.load import DEFAULT_FOLDER
    from annotate.rules.yamlfile import read_yaml
    from annotate.scale.measuring import SETS
    from annotate.scale.rules import load_rules

    started = time.process_time()
    loaded = load_rules(schema, rules)
    started = time.process_time() - started
    settings = read_yaml((rules or DEFAULT_FOLDER) / "rules" / "measure.yaml")
    rows: list[Row] = [("rules loaded", {"seconds": round(started, 2)})]
    rows += _clitics(loaded)
    for name in SETS:
        rows += _measured(name, folder, loaded, settings, (workers, scheduler))
    rows += _timed(folder, loaded)
    if output is OutputFormat.JSON:
        typer.echo(json.dumps(dict(rows), ensure_ascii=False, indent=2))
        return
    for name, figures in rows:
        cells = "  ".join(f"{key} {value}" for key, value in figures.items())
        typer.echo(f"{name:<32}{cells}")


def _clitics(rules: Rules) -> list[Row]:
    from annotate.clitic_measure import measure_clitics

    words, found = measure_clitics(rules.ruleset)
    return [
        (f"clitics: {name}", {"words": words, **_rates(counts)})
        for name, counts in found.items()
    ]


def _measured(
    name: str,
    folder: Path,
    rules: Rules,
    settings: RuleFile,
    hands: tuple[int | None, str | None],
) -> list[Row]:
    from annotate.scale.measuring import add_figures, measuring
    from annotate.scale.pipeline import Collection
    from schemas.sources import read_collection

    paths = _find_set(folder, f"{name}_dev")
    if not paths:
        return []
    with outcomes_of(
        Collection(partial(read_collection, paths)),
        measuring(name, rules, settings),
        title=f"measuring {name}",
        parts=parts_of("measure", name, *map(str, paths)),
        workers=hands[0],
        scheduler=hands[1],
    ) as outcomes:
        figures = add_figures(name, rules, settings, outcomes)
    return [(f"{name}: {figure.name}", _rates(figure.counts)) for figure in figures]


def _find_set(folder: Path, name: str) -> list[Path]:
    """Return the file of a set, whatever packs it; say where there is none."""
    from schemas.sources import LINES, PARQUET, find_files, kind_of

    found = [
        path
        for path in sorted(folder.glob(f"{name}.*"))
        if kind_of(path) in (LINES, PARQUET)
    ]
    if not found:
        typer.echo(f"{folder / name}: skipped, it is not there.", err=True)
    return find_files(found[:1])


def _timed(folder: Path, rules: Rules) -> list[Row]:
    from annotate.measure import measure_speed, parse_line
    from schemas.sources import read_collection

    paths = _find_set(folder, "raw_political")
    if not paths:
        return []
    lines = (parse_line(line, where) for where, line in read_collection(paths))
    speed = measure_speed(lines, rules.ruleset)
    figures = {
        "articles_per_second": round(speed.articles / speed.seconds),
        "characters_per_second": round(speed.characters / speed.seconds),
        "megabytes": round(speed.megabytes),
    }
    return [("speed, one process", dict(figures))]


def _rates(counts: Counts) -> dict[str, object]:
    rates = (counts.precision, counts.recall, counts.f1)
    names = ("precision", "recall", "f1")
    return {
        name: "-" if rate is None else round(rate, 3)
        for name, rate in zip(names, rates, strict=True)
    }
