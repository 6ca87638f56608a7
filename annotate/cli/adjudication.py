"""`miyar adjudicate`: from several annotations, or gold to correct, to gold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from annotate.adjudicate import Conflict
    from annotate.cli.sides import Source
    from annotate.decisions import Decision
    from annotate.passes import Passes
    from schemas.annotations import AnnotatedDocument
    from schemas.labels import Schema

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("adjudicate")(adjudicate)


def adjudicate(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path],
        typer.Argument(help="What each annotator made, .jsonl; or gold to correct."),
    ],
    *,
    decisions: Annotated[
        Path | None,
        typer.Option(
            help="The decisions, .jsonl; drafts of --worksheet that were filled in "
            "will do. With --project or --policy, kept."
        ),
    ] = None,
    policy: Annotated[
        str,
        typer.Option(help="Settle what is trivial: majority, strict, or an annotator."),
    ] = "strict",
    overlap: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many annotators each document has; all by default."
        ),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(help="Ask in Label Studio: a project of what is in dispute."),
    ] = None,
    reopen: Annotated[
        list[str] | None,
        typer.Option(
            help="With --project: a document to correct though nothing of it is in "
            "dispute; repeat it for more."
        ),
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
    comes home as decisions; run it again as often as you like. Gold that was released
    is corrected the same way: name the passes it was made from, or the release itself,
    with --reopen DOCUMENT. A decision that is replaced stays in the file, closed.

    Example: miyar adjudicate a.jsonl b.jsonl --decisions d.jsonl -o gold.jsonl
    """
    from annotate.adjudicate import adjudicate_all
    from annotate.cli.sides import find_source, name_files
    from annotate.decisions import render_decision
    from annotate.passes import check_labels, index_passes
    from schemas.errors import UsageError
    from schemas.jsonl import read_documents, write_atomically

    if len(places) < 2 and not reopen:
        raise UsageError(
            "adjudication needs the files of two annotators or more; to correct one "
            "gold, name the document with --reopen."
        )
    if reopen and project is None:
        raise UsageError("--reopen needs --project, where the correction is made.")
    sources = {name: find_source(p) for name, p in name_files(places).items()}
    passes = index_passes(
        {name: read_documents(source.path) for name, source in sources.items()}
    )
    labels = _schema_of(sources.values(), schema)
    check_labels(passes, (*labels.entities, *labels.events), schema=labels.name)
    made = _read_decisions(decisions, written=bool(project) or policy != "strict")
    waiting: list[str] = []
    if project or policy != "strict":
        if decisions is None:
            raise UsageError("name the file that keeps the decisions with --decisions.")
        made, waiting = _brought_forward(
            passes,
            made,
            project,
            adjudicator=adjudicator,
            policy=policy,
            overlap=overlap,
            reopen=tuple(reopen or ()),
            schema=labels,
        )
        lines = [render_decision(decision) + "\n" for decision in made]
        write_atomically(decisions, lines)
    by_name = {name: docs.values() for name, docs in passes.items()}
    gold, conflicts = adjudicate_all(by_name, made, overlap=overlap)
    if conflicts:
        _list_conflicts(
            gold, conflicts, list(passes), worksheet, by=adjudicator, project=project
        )
    if conflicts or waiting:
        raise typer.Exit(1)
    if out:
        _write_gold(gold, links, out)
    typer.echo(f"{len(gold)} documents, {len(made)} decisions, no open conflict.")


def _read_decisions(path: Path | None, *, written: bool) -> list[Decision]:
    """Return the decisions there are; a file that is not there yet is told."""
    from annotate.cli.outcomes import say
    from annotate.decisions import read_decisions

    if path is None:
        return []
    if path.exists():
        return read_decisions(path)
    if not written:
        say(f"{path}: is not there; nothing is decided yet.")
    return []


def _schema_of(sources: Iterable[Source], chosen: Path | None) -> Schema:
    """Return the schema that was chosen, that of a release, or the built-in one."""
    from annotate.cli.sides import choose_schema
    from schemas.load import load_schema

    if chosen is None:
        for source in sources:
            if source.manifest is not None:
                return choose_schema(None, source) or load_schema()
    return load_schema(chosen)


def _brought_forward(  # noqa: PLR0913 - keyword-only but for what is brought
    passes: Passes,
    made: Sequence[Decision],
    project: str | None,
    *,
    adjudicator: str,
    policy: str,
    overlap: int | None,
    reopen: tuple[str, ...],
    schema: Schema,
) -> tuple[list[Decision], list[str]]:
    """Return all decisions there are now, and the reopened documents to wait for."""
    from datetime import UTC, datetime

    from annotate.cli.outcomes import print_logins, say
    from annotate.disputes import Dispute, bring_forward, settle
    from annotate.guideline import render_adjudication
    from annotate.labelstudio.client import connect
    from annotate.settings import load_settings

    now = datetime.now(UTC).isoformat(timespec="seconds")
    if project is None:
        settled = settle(passes, made, policy=policy, at=now)
        say(f"{len(settled) - len(made)} conflicts settled by {policy}")
        return settled, []
    order = Dispute(
        project=project,
        adjudicator=adjudicator,
        schema=schema,
        policy=policy,
        guideline=render_adjudication(schema),
        overlap=overlap,
        reopen=reopen,
    )
    settings = load_settings()
    with connect(settings) as studio:
        brought = bring_forward(
            passes, made, order, studio=studio, settings=settings, say=say, at=now
        )
    say(
        f"{project}: {brought.taken} documents ruled on since, {brought.settled} "
        f"conflicts settled by {policy}, {len(brought.pushed)} documents put there now"
        + (f"; {brought.url}, as {adjudicator}" if brought.url else "")
    )
    print_logins(brought.logins, settings)
    reopened = [doc_id for doc_id in reopen if doc_id in brought.waiting]
    if reopened:
        say(
            f"{', '.join(reopened)}: reopened and not yet submitted. Run the same "
            "command again when it is."
        )
    return list(brought.decisions), reopened


def _write_gold(
    gold: Sequence[AnnotatedDocument], links: Path | None, out: Path
) -> None:
    from annotate.ingest import complete_document
    from annotate.linking import link_document, read_links
    from schemas.jsonl import write_documents

    table = read_links(links) if links else {}
    linked = (link_document(doc, table) for doc in gold)
    write_documents(out, map(complete_document, linked))


def _list_conflicts(  # noqa: PLR0913 - keyword-only but for what is listed
    gold: Sequence[AnnotatedDocument],
    conflicts: Sequence[Conflict],
    names: Sequence[str],
    worksheet: Path | None,
    *,
    by: str,
    project: str | None,
) -> None:
    from annotate.worksheet import describe_conflict
    from schemas.jsonl import write_atomically

    texts = {doc.id: doc.text or "" for doc in gold}
    drafts = [describe_conflict(c, texts[c.doc], names, by=by) for c in conflicts]
    if worksheet:
        lines = [json.dumps(draft, ensure_ascii=False) + "\n" for draft in drafts]
        write_atomically(worksheet, lines)
        where = (
            f"drafts are in {worksheet}. Fill in each verdict (keep, drop, set), add "
            "the lines to the file of --decisions, and run this again."
        )
    elif project:
        where = f"they wait for {by} in {project!r}. Run this again afterwards."
    else:
        for draft in drafts:
            about = draft.get("role") or " ".join(draft.get("attributes", ()))
            votes = ", ".join(f"{name}: {v}" for name, v in draft["votes"].items())
            words = (draft["doc"], draft["layer"], draft["target"]["label"], about)
            # Arabic stands last, so that no terminal turns the rest around.
            typer.echo(f"{' '.join(filter(None, words))} ({votes})  {draft['text']}")
        where = "see --worksheet and --project."
    typer.echo(f"{len(conflicts)} conflicts are open; {where}", err=True)
