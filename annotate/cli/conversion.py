"""`miyar export` and `miyar import`: gold in the formats of others, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.progress import working
from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("export")(export)
    app.command("import")(import_)


def export(
    gold: Annotated[
        Path, typer.Argument(help="The folder of a release, or a .jsonl file.")
    ],
    *,
    format_name: Annotated[
        str,
        typer.Option(
            "--format",
            help="jsonl, parquet, conll, spacy, brat, xmi, cas-json, textee, "
            "omnievent, csv or labelstudio.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The new folder.")],
    lossy: Annotated[
        bool,
        typer.Option(
            "--lossy", help="Write what the format can hold, and list the rest."
        ),
    ] = False,
    schema: SchemaOption = None,
) -> None:
    """Write gold in another format, read it back, and compare.

    What the format cannot hold is counted by kind; without --lossy nothing is written
    then, with it the counts go to stderr and into LOSSES.json. Documents without tokens
    or sentences get those of 'miyar ingest'. The schema of a release is its own.

    Example: miyar export seeds/gold --format conll --lossy -o gold-conll
    """
    from annotate.formats import all_formats
    from annotate.ingest import complete_document
    from exports import conversion, read_gold

    labels = _schema_of(gold, schema)
    formats = all_formats(labels)
    conversion.find_format(format_name, formats)
    with working(f"writing {format_name}"):
        docs = [complete_document(doc) for doc in read_gold(gold)]
        losses = conversion.export(
            docs,
            schema=labels,
            format_name=format_name,
            folder=out,
            lossy=lossy,
            formats=formats,
        )
    typer.echo(f"{out}: {len(docs)} documents as {format_name}, read back", err=True)
    for kind, count in losses.items():
        typer.echo(f"  lost: {kind} {count}", err=True)


def import_(  # noqa: PLR0913 - one parameter per option
    place: Annotated[Path, typer.Argument(help="A file, or a folder of files.")],
    *,
    format_name: Annotated[
        str,
        typer.Option(
            "--format", help="brat, conll, parquet, wojood, anercorp or labelstudio."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The .jsonl file to write.")],
    lossy: Annotated[
        bool,
        typer.Option("--lossy", help="Leave out what the contract has no place for."),
    ] = False,
    annotator: Annotated[
        str | None,
        typer.Option(help="Whose annotations to take from Label Studio's export."),
    ] = None,
    schema: SchemaOption = None,
) -> None:
    """Read existing gold into documents, with tokens, sentences and text hash.

    Labels stay as they are: score them with a map of labels, or lint them against a
    schema of their own. Without --lossy, nothing is written when anything would be left
    out; the message says what, and where it first stands.

    Example: miyar import corpus/ --format brat -o gold.jsonl
    """
    from annotate.formats import LABEL_STUDIO, all_layouts
    from annotate.ingest import complete_document
    from exports import conversion
    from schemas.errors import UsageError
    from schemas.jsonl import write_documents
    from schemas.load import load_schema

    if annotator is not None and format_name != LABEL_STUDIO:
        raise UsageError("--annotator is for --format labelstudio only.")
    layouts = all_layouts(load_schema(schema), annotator=annotator)
    with working(f"reading {format_name}"):
        docs, dropped = conversion.read_layout(
            place, layout=format_name, lossy=lossy, layouts=layouts
        )
        write_documents(out, (complete_document(doc) for doc in docs))
    typer.echo(f"{out}: {len(docs)} documents", err=True)
    for kind, count in sorted(dropped.counts.items()):
        typer.echo(f"  left out: {kind} {count}", err=True)


def _schema_of(gold: Path, schema: Path | None) -> Schema:
    """Return the schema named, else the release's own, else the built-in one."""
    from exports.release import SCHEMA_FILE
    from schemas.load import load_schema

    own = gold / SCHEMA_FILE
    return load_schema(schema or (own if own.is_file() else None))
