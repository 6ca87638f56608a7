"""`miyar ingest`: articles in, documents out."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from annotate.cli.places import ArticlesArgument, TargetOption, take_places

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("ingest")(ingest)


def ingest(
    places: ArticlesArgument,
    out: TargetOption = "documents.jsonl",
) -> None:
    """Read articles into documents with text hash, tokens and sentences.

    Example: miyar ingest seeds/articles -o documents.jsonl
    """
    from annotate.ingest import read_sources
    from annotate.targets import write_target
    from schemas.jsonl import render_document

    count = 0

    def bodies() -> Iterator[bytes]:
        nonlocal count
        for doc in read_sources(take_places(places)):
            count += 1
            yield (render_document(doc) + "\n").encode()

    write_target(out, bodies())
    typer.echo(f"{out}: {count} documents", err=True)
