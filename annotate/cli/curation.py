"""`miyar lint`: annotations held against contract, schema and span rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from annotate.lint import Speller
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


def lint(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path] | None, typer.Argument(help="Release folders or .jsonl files.")
    ] = None,
    *,
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
    from annotate.spelling import load_speller
    from schemas.errors import UsageError
    from schemas.load import load_schema

    labels = load_schema(schema)
    if bool(places) == bool(project):
        raise UsageError("name the files to check, or a project with --project.")
    if project:
        _print_problems(_check_project(project, labels, rules), output, strict)
        return
    speller = load_speller(labels, rules)
    if fix:
        for place in places or []:
            _fix(place, labels, speller)
    problems = [
        problem
        for place in places or []
        for problem in _check(place, labels, speller, roles)
    ]
    _print_problems(problems, output, strict)


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


def _print_problems(
    problems: Sequence[Problem], output: LintFormat, strict: bool
) -> None:
    """Print the problems and exit with 1 if there are any; warnings count if strict."""
    from annotate.personal import WARNINGS

    warned = sum(problem.code in WARNINGS for problem in problems)
    if output is LintFormat.JSON:
        listed = [problem._asdict() for problem in problems]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            typer.echo(str(problem))
        tail = f", {warned} warning{'s' if warned > 1 else ''}" if warned else ""
        typer.echo(f"{len(problems) - warned or 'no'} problems{tail}", err=True)
    if len(problems) > (0 if strict else warned):
        raise typer.Exit(1)


def _fix(place: Path, labels: Schema, speller: Speller | None) -> None:
    from annotate.lint import fix_document
    from exports import find_gold
    from schemas.errors import UsageError
    from schemas.jsonl import read_documents, write_documents

    source = find_gold(place)
    if source.manifest is not None:
        raise UsageError(
            f"{place}: is a release, which never changes. Mend the annotations it was "
            "made from, and make a new version."
        )
    mended = [
        fix_document(doc, labels, speller=speller)
        for doc in read_documents(source.path)
    ]
    fixes = [change for _, made in mended for change in made]
    if fixes:
        write_documents(source.path, (doc for doc, _ in mended))
    for change in fixes:
        typer.echo(f"mended {change}", err=True)


def _check(
    place: Path, labels: Schema, speller: Speller | None, roles: bool
) -> Iterator[Problem]:
    from annotate.lint import lint_document
    from annotate.personal import find_personal_data
    from exports import find_gold
    from schemas.checks import check_documents, required_roles_empty
    from schemas.jsonl import read_documents

    docs = list(read_documents(find_gold(place).path))
    yield from check_documents(docs, labels)
    for doc in docs:
        yield from lint_document(doc, labels, speller=speller)
        yield from find_personal_data(doc)
        if roles:
            yield from required_roles_empty(doc, labels)
