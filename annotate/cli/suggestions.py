"""`miyar suggest`: what the rules propose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from annotate.rules.compiled import Ruleset
    from schemas.annotations import AnnotatedDocument

__all__ = ["RulesOption", "register"]

RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", help="A folder of rules and lexicons of your own."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("suggest")(suggest)


def suggest(
    places: Annotated[
        list[Path], typer.Argument(help="Folders, globs or files: .txt, .jsonl, .csv.")
    ],
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The .jsonl file to write.")
    ] = Path("suggestions.jsonl"),
    schema: SchemaOption = None,
    rules: RulesOption = None,
) -> None:
    """Suggest entities, event triggers and arguments by rules.

    Each suggestion names its rule and has a score. Marks a document came with are
    replaced.

    Example: miyar suggest seeds/articles -o suggestions.jsonl
    """
    from annotate.ingest import read_sources
    from annotate.rules.load import load_ruleset
    from schemas.jsonl import write_documents
    from schemas.load import load_schema

    ruleset = load_ruleset(load_schema(schema), rules)
    counts = [0, 0, 0]
    docs = _suggested(read_sources(places), ruleset, counts)
    documents = write_documents(out, docs)
    entities, triggers, arguments = counts
    typer.echo(
        f"{out}: {documents} documents, {entities} entity mentions, {triggers} "
        f"triggers, {arguments} arguments",
        err=True,
    )


def _suggested(
    docs: Iterator[AnnotatedDocument], ruleset: Ruleset, counts: list[int]
) -> Iterator[AnnotatedDocument]:
    from annotate.rules.engine import suggest as apply

    for doc in docs:
        found = apply(doc, ruleset)
        counts[0] += len(found.entities)
        counts[1] += len(found.events)
        counts[2] += sum(len(event.arguments) for event in found.events)
        yield found
