"""`miyar ingest`: articles in, documents out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from annotate.cli.places import take_places

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("ingest")(ingest)


def ingest(
    places: Annotated[
        list[Path],
        typer.Argument(
            help="Folders, globs or files: .txt, .jsonl (.gz, .zst), .csv, .parquet; - "
            "is stdin."
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            "--out",
            "-o",
            help="The file to write: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; or "
            "FOLDER/ for parts.",
        ),
    ] = "documents.jsonl",
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
