"""`miyar lint`: annotations held against contract, schema and span rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.hands import (
    SchedulerOption,
    WorkersOption,
    outcomes_of,
    parts_of,
)
from annotate.cli.places import take_places
from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from annotate.lint import Fix
    from annotate.scale.linting import Judge
    from schemas.annotations import AnnotatedDocument
    from schemas.checks import Problem
    from schemas.labels import Schema

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("lint")(lint)


class LintFormat(StrEnum):
    """How problems are printed."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


def lint(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Release folders; folders, globs or files of .jsonl (.gz, .zst) or "
            ".parquet; - is stdin."
        ),
    ] = None,
    *,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    project: Annotated[
        str | None,
        typer.Option(help="Check what was submitted in Label Studio, and mark it."),
    ] = None,
    schema: SchemaOption = None,
    rules: Annotated[
        Path | None, typer.Option(help="A folder of rules and lexicons of your own.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what is certain, in place.")
    ] = False,
    roles: Annotated[
        bool, typer.Option("--roles", help="Also list required roles left empty.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Let warnings fail as problems do.")
    ] = False,
    output: Annotated[
        LintFormat, typer.Option("--format", help="How to print the problems.")
    ] = LintFormat.TABLE,
) -> None:
    """Hold annotations against the contract, the schema and the span rule.

    Every problem has a stable code; exit 1 if there is any. Telephone numbers, e-mail
    addresses and national ids in a text are warnings (P101 to P103), which fail with
    --strict only. A release is never changed: --fix refuses it. With --project the
    tasks to be mended are listed in a tab of the project, each with its reason in
    Arabic and English.

    Example: miyar lint annotations.jsonl --fix
    """
    from annotate.scale.linting import Judge
    from annotate.spelling import load_speller
    from schemas.errors import UsageError
    from schemas.load import load_schema

    labels = load_schema(schema)
    if bool(places) == bool(project):
        raise UsageError("name the files to check, or a project with --project.")
    if project:
        found = _check_project(project, labels, rules)
        _end_with(_print_problems(found, output), strict)
        return
    if fix and Path("-") in (places or []):
        raise UsageError("--fix mends files in place, which stdin is not. Name a file.")
    judge = Judge(labels, load_speller(labels, rules), roles)
    given = take_places(places or [])
    if fix:
        for place in given:
            _fix(place, judge)
    with _problems(given, judge, (schema, rules), (workers, scheduler)) as problems:
        counts = _print_problems(problems, output)
    _end_with(counts, strict)


def _check_project(project: str, labels: Schema, rules: Path | None) -> list[Problem]:
    from annotate.cli.campaigns import lint_campaign
    from schemas.checks import Problem

    review = lint_campaign(project, labels, rules=rules)
    typer.echo(
        f"{project}: {review.annotations} annotations checked, {review.marked} tasks "
        f"marked, {review.cleared} marks taken away",
        err=True,
    )
    return [
        Problem(
            finding.reason.code,
            f"task {finding.task} ({finding.doc}), {finding.annotator}",
            finding.reason.en,
        )
        for finding in review.findings
    ]


def _end_with(counts: tuple[int, int], strict: bool) -> None:
    """Exit with 1 if there are problems; warnings count if strict."""
    problems, warnings = counts
    if problems or (strict and warnings):
        raise typer.Exit(1)


def _print_problems(problems: Iterable[Problem], output: LintFormat) -> tuple[int, int]:
    """Print problems and warnings as they come; return how many there were of each."""
    from annotate.personal import WARNINGS

    count = warned = 0
    for count, problem in enumerate(problems, start=1):
        warned += problem.code in WARNINGS
        if output is LintFormat.JSON:
            text = json.dumps(problem._asdict(), ensure_ascii=False, indent=2)
            opening = "[\n  " if count == 1 else ",\n  "
            typer.echo(opening + text.replace("\n", "\n  "), nl=False)
        elif output is LintFormat.JSONL:
            typer.echo(json.dumps(problem._asdict(), ensure_ascii=False))
        else:
            typer.echo(str(problem))
    if output is LintFormat.JSON:
        typer.echo("\n]" if count else "[]")
    elif output is LintFormat.TABLE:
        tail = f", {warned} warning{'s' if warned > 1 else ''}" if warned else ""
        typer.echo(f"{count - warned or 'no'} problems{tail}", err=True)
    return count - warned, warned


def _fix(place: Path, judge: Judge) -> None:
    """Mend the files of a place, each whole or not at all, in the form it has."""
    from annotate.lint import fix_document
    from annotate.targets import write_target
    from exports import find_gold
    from schemas.errors import UsageError
    from schemas.jsonl import read_documents, render_document

    source = find_gold(place)
    if source.manifest is not None:
        raise UsageError(
            f"{place}: is a release, which never changes. Mend the annotations it was "
            "made from, and make a new version."
        )

    def mended(path: Path) -> Iterator[tuple[AnnotatedDocument, tuple[Fix, ...]]]:
        for doc in read_documents(path):
            yield fix_document(doc, judge.schema, speller=judge.speller)

    for path in source.paths:
        fixes = [str(fix) for _, made in mended(path) for fix in made]
        if fixes:
            lines = (render_document(doc) + "\n" for doc, _ in mended(path))
            write_target(str(path), (line.encode() for line in lines))
        for fix in fixes:
            typer.echo(f"mended {fix}", err=True)


@contextmanager
def _problems(
    places: Sequence[Path],
    judge: Judge,
    sources: tuple[Path | None, Path | None],
    hands: tuple[int | None, str | None],
) -> Iterator[Iterator[Problem]]:
    """Give what is wrong with the documents of all places, in their order.

    What comes twice in a place is known, and told, at the end.
    """
    from annotate.scale.linting import PlaceReader, linting, read_problems
    from annotate.scale.pipeline import Collection
    from annotate.scale.rules import digest_rules
    from exports import find_gold

    reader = PlaceReader([find_gold(place).paths for place in places])
    with outcomes_of(
        Collection(reader.read),
        linting(judge, digest_rules(*sources)),
        title="checking",
        parts=parts_of("lint", *map(str, reader.paths)),
        workers=hands[0],
        scheduler=hands[1],
    ) as outcomes:

        def found() -> Iterator[Problem]:
            for outcome in outcomes:
                reader.add(outcome.ids)
                yield from read_problems(outcome)
            yield from reader.doubled()

        yield found()
