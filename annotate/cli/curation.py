"""`miyar lint` and `miyar adjudicate`: from several annotations to clean gold."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from annotate.cli.schema import SchemaOption

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("lint")(lint)
    app.command("adjudicate")(adjudicate)


class LintFormat(StrEnum):
    """How problems are printed."""

    TABLE = "table"
    JSON = "json"


def lint(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path], typer.Argument(help="Release folders or .jsonl files.")
    ],
    *,
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
    output: Annotated[
        LintFormat, typer.Option("--format", help="How to print the problems.")
    ] = LintFormat.TABLE,
) -> None:
    """Hold annotations against the contract, the schema and the span rule.

    Every problem has a stable code; exit 1 if there is any. A release is never changed:
    --fix refuses it.

    Example: miyar lint annotations.jsonl --fix
    """
    from annotate.lint import fix_document, lint_document
    from annotate.spelling import load_speller
    from exports import find_gold
    from schemas.checks import check_documents, required_roles_empty
    from schemas.errors import UsageError
    from schemas.jsonl import read_documents, write_documents
    from schemas.load import load_schema

    labels = load_schema(schema)
    speller = load_speller(labels, rules)
    problems = []
    for place in places:
        source = find_gold(place)
        docs = list(read_documents(source.path))
        if fix and source.manifest is not None:
            raise UsageError(
                f"{place}: is a release, which never changes. Mend the annotations it "
                "was made from, and make a new version."
            )
        if fix:
            mended = [fix_document(doc, labels, speller=speller) for doc in docs]
            fixes = [change for _, made in mended for change in made]
            docs = [doc for doc, _ in mended]
            if fixes:
                write_documents(source.path, docs)
            for change in fixes:
                typer.echo(f"mended {change}", err=True)
        problems += check_documents(docs, labels)
        for doc in docs:
            problems += lint_document(doc, labels, speller=speller)
            problems += required_roles_empty(doc, labels) if roles else ()
    if output is LintFormat.JSON:
        listed = [problem._asdict() for problem in problems]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(f"{len(problems) or 'no'} problems", err=True)
    if problems:
        raise typer.Exit(1)


def adjudicate(
    places: Annotated[
        list[Path], typer.Argument(help="One .jsonl file per annotator, two or more.")
    ],
    *,
    decisions: Annotated[
        Path | None, typer.Option(help="The decisions made so far, a .jsonl file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where the gold goes, .jsonl.")
    ] = None,
    worksheet: Annotated[
        Path | None,
        typer.Option(help="Where the open conflicts go, a draft decision a line."),
    ] = None,
) -> None:
    """Merge annotations by the decisions on them; open conflicts are listed, exit 1.

    Example: miyar adjudicate a.jsonl b.jsonl --decisions d.jsonl -o gold.jsonl
    """
    from annotate.adjudicate import adjudicate_all, describe_conflict
    from annotate.decisions import read_decisions
    from schemas.errors import UsageError
    from schemas.jsonl import read_documents, write_atomically, write_documents

    passes = {place.stem: list(read_documents(place)) for place in places}
    if len(passes) < 2:
        raise UsageError("adjudication needs the files of two annotators or more.")
    made = read_decisions(decisions) if decisions else []
    gold, conflicts = adjudicate_all(passes, made)
    if not conflicts:
        if out:
            write_documents(out, gold)
        typer.echo(f"{len(gold)} documents, {len(made)} decisions, no open conflict.")
        return
    texts = {doc.id: doc.text or "" for doc in gold}
    drafts = [describe_conflict(c, texts[c.doc], list(passes)) for c in conflicts]
    lines = [json.dumps(draft, ensure_ascii=False) + "\n" for draft in drafts]
    if worksheet:
        write_atomically(worksheet, lines)
    for draft in drafts[: None if worksheet is None else 0]:
        about = draft.get("role") or draft.get("attribute") or ""
        votes = ", ".join(f"{name}: {vote}" for name, vote in draft["votes"].items())
        typer.echo(
            f"{draft['doc']} {draft['layer']} {draft['target']['label']} "
            f"{draft['text']} {about} ({votes})"
        )
    typer.echo(
        f"{len(conflicts)} conflicts are open"
        + (f"; drafts are in {worksheet}." if worksheet else "; see --worksheet."),
        err=True,
    )
    raise typer.Exit(1)
