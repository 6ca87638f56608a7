"""`miyar export` and `miyar import`: gold in the formats of others, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from exports.conversion import Format, Layout
    from exports.losses import Dropped
    from schemas.annotations import AnnotatedDocument
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
    from annotate.ingest import complete_document
    from exports import conversion, read_gold

    labels = _schema_of(gold, schema)
    formats = {**conversion.FORMATS, "labelstudio": _label_studio_format(labels)}
    conversion.find_format(format_name, formats)
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
    from annotate.ingest import complete_document
    from exports import conversion
    from schemas.errors import UsageError
    from schemas.jsonl import write_documents

    if annotator is not None and format_name != "labelstudio":
        raise UsageError("--annotator is for --format labelstudio only.")
    layouts = {**conversion.LAYOUTS, "labelstudio": _label_studio(schema, annotator)}
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


# Label Studio's JSON is written by the room that knows its page; only here, where rooms
# meet, can it stand beside the formats of `exports`.
def _label_studio_format(labels: Schema) -> Format:
    from annotate.labelstudio import files
    from exports.conversion import Format

    def read(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
        return files.read_tasks(place, schema=labels, drop=dropped.add)

    return Format(
        "JSON of Label Studio, tasks with annotations",
        files.write_tasks,
        read,
        files.LOSES,
    )


def _label_studio(schema: Path | None, annotator: str | None) -> Layout:
    from annotate.labelstudio import files
    from exports.conversion import Layout
    from schemas.load import load_schema

    def read(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
        return files.read_tasks(
            place, schema=load_schema(schema), drop=dropped.add, annotator=annotator
        )

    return Layout("an export of Label Studio in the format JSON", read)
