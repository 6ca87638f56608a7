"""`miyar ingest`: articles in, documents out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("ingest")(ingest)


def ingest(
    places: Annotated[
        list[Path], typer.Argument(help="Folders, globs or files: .txt, .jsonl, .csv.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The .jsonl file to write.")
    ] = Path("documents.jsonl"),
) -> None:
    """Read articles into documents with text hash, tokens and sentences.

    Example: miyar ingest seeds/articles -o documents.jsonl
    """
    from annotate.ingest import read_sources
    from schemas.jsonl import write_documents

    count = write_documents(out, read_sources(places))
    typer.echo(f"{out}: {count} documents", err=True)
