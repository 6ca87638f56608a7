"""`miyar adjudicate`: from several annotations to one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("adjudicate")(adjudicate)


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
