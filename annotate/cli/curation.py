"""`miyar lint` and `miyar adjudicate`: from several annotations to clean gold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from annotate.adjudicate import Conflict
    from annotate.decisions import Decision
    from annotate.lint import Speller
    from schemas.annotations import AnnotatedDocument
    from schemas.checks import Problem
    from schemas.labels import Schema

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


def adjudicate(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path], typer.Argument(help="One .jsonl file per annotator, two or more.")
    ],
    *,
    decisions: Annotated[
        Path | None,
        typer.Option(help="The decisions, .jsonl; with --project or --policy, kept."),
    ] = None,
    policy: Annotated[
        str,
        typer.Option(help="Settle what is trivial: majority, strict, or an annotator."),
    ] = "strict",
    project: Annotated[
        str | None,
        typer.Option(help="Ask in Label Studio: a project of what is in dispute."),
    ] = None,
    adjudicator: Annotated[
        str, typer.Option(help="E-mail address of who rules there; made if missing.")
    ] = "adjudicator@miyar.local",
    schema: SchemaOption = None,
    links: Annotated[
        Path | None,
        typer.Option(help="A table that gives names their knowledge-base ids, .tsv."),
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

    With --project the documents in dispute go to Label Studio, and what was ruled there
    comes home as decisions; run it again as often as you like.

    Example: miyar adjudicate a.jsonl b.jsonl --decisions d.jsonl -o gold.jsonl
    """
    from annotate.adjudicate import adjudicate_all
    from annotate.decisions import read_decisions, render_decision
    from schemas.errors import UsageError
    from schemas.jsonl import read_documents, write_atomically

    passes = {place.stem: list(read_documents(place)) for place in places}
    if len(passes) < 2:
        raise UsageError("adjudication needs the files of two annotators or more.")
    made = read_decisions(decisions) if decisions and decisions.exists() else []
    if project or policy != "strict":
        if decisions is None:
            raise UsageError("name the file that keeps the decisions with --decisions.")
        dispute = (project, adjudicator, policy)
        made = _brought_forward(passes, made, dispute, schema)
        lines = [render_decision(decision) + "\n" for decision in made]
        write_atomically(decisions, lines)
    gold, conflicts = adjudicate_all(passes, made)
    if conflicts:
        _list_conflicts(gold, conflicts, list(passes), worksheet)
        raise typer.Exit(1)
    if out:
        _write_gold(gold, links, out)
    typer.echo(f"{len(gold)} documents, {len(made)} decisions, no open conflict.")


def _brought_forward(
    passes: Mapping[str, Sequence[AnnotatedDocument]],
    made: Sequence[Decision],
    dispute: tuple[str | None, str, str],
    schema: Path | None,
) -> list[Decision]:
    from annotate.cli.studio import say
    from annotate.disputes import Dispute, bring_forward, settle
    from annotate.guideline import render_instructions
    from annotate.labelstudio.client import connect
    from annotate.settings import load_settings
    from schemas.load import load_schema

    project, adjudicator, policy = dispute
    by_id = {name: {doc.id: doc for doc in docs} for name, docs in passes.items()}
    if project is None:
        settled = settle(by_id, made, policy=policy)
        say(f"{len(settled) - len(made)} conflicts settled by {policy}")
        return settled
    labels = load_schema(schema)
    order = Dispute(
        project=project,
        adjudicator=adjudicator,
        schema=labels,
        policy=policy,
        guideline=render_instructions(labels),
    )
    settings = load_settings()
    with connect(settings) as studio:
        brought = bring_forward(
            by_id, made, order, studio=studio, settings=settings, say=say
        )
    say(
        f"{project}: {brought.taken} documents ruled on since, {brought.settled} "
        f"conflicts settled by {policy}, {len(brought.pushed)} documents put there now"
        + (f"; {brought.url}" if brought.url else "")
    )
    return list(brought.decisions)


def _write_gold(
    gold: Sequence[AnnotatedDocument], links: Path | None, out: Path
) -> None:
    from annotate.ingest import complete_document
    from annotate.linking import link_document, read_links
    from schemas.jsonl import write_documents

    table = read_links(links) if links else {}
    linked = (link_document(doc, table) for doc in gold)
    write_documents(out, map(complete_document, linked))


def _list_conflicts(
    gold: Sequence[AnnotatedDocument],
    conflicts: Sequence[Conflict],
    names: Sequence[str],
    worksheet: Path | None,
) -> None:
    from annotate.worksheet import describe_conflict
    from schemas.jsonl import write_atomically

    texts = {doc.id: doc.text or "" for doc in gold}
    drafts = [describe_conflict(c, texts[c.doc], names) for c in conflicts]
    if worksheet:
        lines = [json.dumps(draft, ensure_ascii=False) + "\n" for draft in drafts]
        write_atomically(worksheet, lines)
        where = f"drafts are in {worksheet}."
    else:
        for draft in drafts:
            about = draft.get("role") or draft.get("attribute") or ""
            votes = ", ".join(f"{name}: {v}" for name, v in draft["votes"].items())
            typer.echo(
                f"{draft['doc']} {draft['layer']} {draft['target']['label']} "
                f"{draft['text']} {about} ({votes})"
            )
        where = "see --worksheet and --project."
    typer.echo(f"{len(conflicts)} conflicts are open; {where}", err=True)
