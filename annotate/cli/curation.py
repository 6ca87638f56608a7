"""`miyar lint` and `miyar adjudicate`: from several annotations to clean gold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from textwrap import indent
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
    from annotate.adjudicate import Conflict
    from annotate.decisions import Decision
    from annotate.lint import Fix
    from annotate.scale.linting import Judge
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
    output: Annotated[
        LintFormat, typer.Option("--format", help="How to print the problems.")
    ] = LintFormat.TABLE,
) -> None:
    """Hold annotations against the contract, the schema and the span rule.

    Every problem has a stable code; exit 1 if there is any. A release is never changed:
    --fix refuses it. With --project the tasks to be mended are listed in a tab of the
    project, each with its reason in Arabic and English.

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
        _end_with(_print_problems(_check_project(project, labels, rules), output))
        return
    judge = Judge(labels, load_speller(labels, rules), roles)
    given = take_places(places or [])
    if fix:
        for place in given:
            _fix(place, judge)
    with _problems(given, judge, (schema, rules), (workers, scheduler)) as problems:
        count = _print_problems(problems, output)
    _end_with(count)


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


def _end_with(problems: int) -> None:
    if problems:
        raise typer.Exit(1)


def _print_problems(problems: Iterable[Problem], output: LintFormat) -> int:
    """Print the problems as they come; return how many there were."""
    count = 0
    for count, problem in enumerate(problems, start=1):
        if output is LintFormat.JSON:
            text = json.dumps(problem._asdict(), ensure_ascii=False, indent=2)
            opening = "[\n" if count == 1 else ",\n"
            typer.echo(opening + indent(text, "  "), nl=False)
        elif output is LintFormat.JSONL:
            typer.echo(json.dumps(problem._asdict(), ensure_ascii=False))
        else:
            typer.echo(str(problem))
    if output is LintFormat.JSON:
        typer.echo("\n]" if count else "[]")
    elif output is LintFormat.TABLE:
        typer.echo(f"{count or 'no'} problems", err=True)
    return count


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
    """Give what is wrong with the documents of all places, in their order."""
    from annotate.scale.linting import linting, read_problems
    from annotate.scale.pipeline import Collection
    from annotate.scale.rules import digest_rules
    from evaluation.documents import identity_of
    from exports import find_gold
    from schemas.sources import read_collection

    paths = [path for place in places for path in find_gold(place).paths]
    with outcomes_of(
        Collection(partial(read_collection, paths), identity_of),
        linting(judge, digest_rules(*sources)),
        title="checking",
        parts=parts_of("lint", *map(str, paths)),
        workers=hands[0],
        scheduler=hands[1],
    ) as outcomes:
        yield (problem for outcome in outcomes for problem in read_problems(outcome))


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
