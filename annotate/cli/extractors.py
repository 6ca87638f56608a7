"""`miyar bench`: extractors run on gold, and what came of it."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.cli.benchmark import Gold, LabelMap, Layers, Resamples, SchemaOption, Seed
from annotate.cli.faults import tell_faults
from annotate.cli.limits import FailUnderOption, hold, parse_limit
from annotate.cli.progress import bar
from annotate.cli.reports import SHOWN_LAYERS, leaderboard, report
from annotate.cli.scores import ReportFormat, print_json, print_tables
from annotate.cli.sides import choose_schema, span_rule

if TYPE_CHECKING:
    from evaluation.alignment import Unit
    from evaluation.bench import Bench, Measured
    from evaluation.results import GoldIdentity
    from exports import GoldSource

__all__ = ["REGISTERED", "register"]

REGISTERED = {"rules": "annotate.rules.extractor:RuleExtractor"}
"""Extractors that come with the tool, as MODULE:CALLABLE."""

ENTRY_POINTS = "miyar.extractors"
"""The group under which other packages register theirs."""


class Align(StrEnum):
    """Units that answers may be in, besides code points."""

    UTF16 = "utf16"
    BYTES = "bytes"
    TOKENS = "tokens"
    STRINGS = "strings"


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("bench")(bench)
    app.command("leaderboard")(leaderboard)
    app.command("report")(report)


def bench(  # noqa: PLR0913 - one parameter per option
    *,
    gold: Gold,
    extractor: Annotated[
        list[str],
        typer.Option(
            "--extractor",
            "-e",
            metavar="[NAME=]SPEC",
            help="MODULE:CALLABLE, cmd:COMMAND, lines:COMMAND, http://..., "
            "file:PREDICTIONS, spacy:PATH, hf:PATH, openai:MODEL@URL, rules, lexicon, "
            "crf. Repeat it for more.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for results and predictions."),
    ] = None,
    board: Annotated[
        Path | None,
        typer.Option("--leaderboard", help="A .jsonl file to add the results to."),
    ] = None,
    schema: SchemaOption = None,
    layer: Layers = None,
    output: Annotated[
        ReportFormat, typer.Option("--format", help="How to print the result.")
    ] = ReportFormat.TABLE,
    align: Annotated[
        Align | None,
        typer.Option(help="Repair offsets in this unit; repairs are counted."),
    ] = None,
    drop_faulty: Annotated[
        bool,
        typer.Option(
            "--drop-faulty",
            help="Leave out faulty mentions, counted, instead of whole answers.",
        ),
    ] = False,
    label_map: LabelMap = None,
    train: Annotated[
        Path | None,
        typer.Option(
            help="Training gold for lexicon and crf. Default: the gold in folds."
        ),
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Folds without --train.")] = 5,
    timeout: Annotated[
        float, typer.Option(min=0.01, help="Seconds for one document.")
    ] = 60.0,
    start_timeout: Annotated[
        float, typer.Option(min=0.01, help="Seconds to load a model.")
    ] = 300.0,
    memory: Annotated[
        int, typer.Option(min=0, help="MiB for one extractor; 0 for no limit.")
    ] = 4096,
    variable: Annotated[
        list[str] | None,
        typer.Option(
            "--env",
            metavar="NAME",
            help="An environment variable to pass on; few are otherwise.",
        ),
    ] = None,
    python: Annotated[
        str | None, typer.Option(help="The Python of the extractors' environment.")
    ] = None,
    fail_under: FailUnderOption = None,
    no_regression: Annotated[
        Path | None,
        typer.Option(
            metavar="BASELINE",
            help="Exit 1 if a micro F1 is lower than in this leaderboard or result.",
        ),
    ] = None,
    resamples: Resamples = 1000,
    seed: Seed = 1,
) -> None:
    """Run extractors on the texts of the gold and measure quality and speed.

    Each runs in a process of its own, within limits. What one does wrong is counted as
    its fault; the others go on.

    Example: miyar bench --gold seeds/gold -e rules -e lexicon -o results
    """
    from evaluation.bench import BENCH_CRITERIA, CLITIC_CRITERIA, Bench
    from evaluation.intervals import Bootstrap
    from evaluation.leaderboard import add_entries, read_entries, regressions
    from evaluation.runs import Limits
    from exports import find_gold, read_gold

    source = find_gold(gold)
    labels = choose_schema(schema, source)
    limits = [parse_limit(text) for text in fail_under or []]
    specs = _specs(extractor)
    baseline = read_entries(no_regression) if no_regression else None
    run_limits = Limits(
        start_seconds=start_timeout, seconds=timeout, memory=memory * 2**20 or None
    )
    job = Bench(
        gold=read_gold(gold),
        name=source.name,
        schema=labels,
        criteria=layer or (*BENCH_CRITERIA, *CLITIC_CRITERIA),
        bootstrap=Bootstrap(resamples=resamples, seed=seed),
        options=_options(run_limits, variable, python),
        unit=_unit(align),
        drop_faulty=drop_faulty,
        labels=_label_map(label_map),
        training=read_gold(train) if train else None,
        folds=folds,
        clitic=span_rule(labels, "clitic", ()),
    )
    results = [_measure(spec, job, source, out) for spec in specs]
    if board is not None:
        add_entries(board, results)
    _print_results(results, layer, output)
    for result in results:
        hold(result, limits)
    if baseline is not None:
        lower = regressions(results, baseline)
        for name, number, before, after in lower:
            typer.echo(f"{name}: {number} was {before}, is {after}", err=True)
        if lower:
            raise typer.Exit(1)
    if any(result["speed"]["answered"] == 0 for result in results):
        raise typer.Exit(1)


def _specs(texts: list[str]) -> list[Any]:
    from importlib.metadata import entry_points

    from evaluation.extractors import parse_spec
    from schemas.errors import UsageError

    registered = {p.name: p.value for p in entry_points(group=ENTRY_POINTS)}
    specs = [parse_spec(text, registered=registered | REGISTERED) for text in texts]
    names = [_file_name(spec.name) for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"two extractors would be called {name!r}. Name them: NAME=SPEC."
            )
    return specs


def _options(limits: Any, variables: list[str] | None, python: str | None) -> Any:
    import sys

    from evaluation.runs import Options

    return Options(
        limits=limits, variables=tuple(variables or ()), python=python or sys.executable
    )


def _unit(align: Align | None) -> Unit | None:
    from evaluation.alignment import UNITS

    return next((unit for unit in UNITS if align and unit == align.value), None)


def _label_map(path: Path | None) -> dict[str, str | None]:
    """Return the labels to rename; the gold keeps its own in a benchmark."""
    if path is None:
        return {}
    from evaluation.selection import read_label_map
    from schemas.errors import UsageError

    maps = read_label_map(path)
    if maps.get("gold"):
        raise UsageError(
            f"{path}: a benchmark does not rename the gold. Keep 'predicted' only, or "
            "export gold with other labels and name that."
        )
    return maps.get("predicted", {})


def _measure(
    spec: Any, job: Bench, source: GoldSource, out: Path | None
) -> dict[str, Any]:
    from datetime import UTC, datetime

    from evaluation.bench import measure
    from evaluation.results import result_json

    typer.echo(f"{spec.name}: {len(job.gold)} documents ...", err=True)
    with bar(spec.name) as progress:
        measured = measure(spec, replace(job, progress=progress))
    tell_faults(spec.name, measured.faults)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    language = job.schema.language if job.schema else None
    identity = _identity(source, measured, language)
    result = result_json(measured, job.gold, identity, made=made)
    if out is not None:
        _write(out / _file_name(spec.name), measured, result)
    return result


def _identity(
    source: GoldSource, measured: Measured, language: str | None
) -> GoldIdentity:
    from evaluation.results import GoldIdentity

    manifest = source.manifest
    digest = measured.report.signature.gold.rpartition("@")[2]
    if manifest is None:
        return GoldIdentity(source.name, f"content:{digest}", {}, language)
    kinds = {a.name: str(a.kind) for a in manifest.about.annotators}
    return GoldIdentity(
        source.name, manifest.release, kinds, language, manifest.agreement
    )


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "extractor"


def _write(stem: Path, measured: Measured, result: dict[str, Any]) -> None:
    import json

    from schemas.jsonl import write_atomically, write_documents

    write_documents(
        stem.with_name(f"{stem.name}.predictions.jsonl"), measured.predictions
    )
    content = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    write_atomically(stem.with_name(f"{stem.name}.result.json"), [content, "\n"])


def _print_results(
    results: list[dict[str, Any]], layer: list[str] | None, output: ReportFormat
) -> None:
    from evaluation.leaderboard import boards, leaderboard_table

    if output is ReportFormat.JSON:
        hidden = ("examples",)
        print_json([{k: r[k] for k in r if k not in hidden} for r in results])
        return
    by = f"{layer[0] if layer else SHOWN_LAYERS[0]}.micro.f1"
    tables = [
        leaderboard_table(board, layers=layer or SHOWN_LAYERS)
        for board in boards(results, by=by)
    ]
    print_tables(tables, output)
