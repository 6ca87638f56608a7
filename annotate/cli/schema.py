"""`miyar schema`: the schema as code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.overview import WholeSentences

if TYPE_CHECKING:
    from annotate.labelstudio.rewriting import Course
    from schemas.migrations import Change

__all__ = ["SchemaOption", "register"]

SchemaOption = Annotated[
    Path | None, typer.Option("--schema", help="A schema file; ours if not given.")
]


class SchemaFormat(StrEnum):
    """How what a schema says is printed."""

    TABLE = "table"
    JSON = "json"


_Format = Annotated[SchemaFormat, typer.Option("--format", help="How to print it.")]
_Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Where to write; stdout if absent.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    commands = typer.Typer(cls=WholeSentences, no_args_is_help=True)
    for name, command in (
        ("show", show),
        ("check", check),
        ("diff", diff),
        ("config", config),
        ("guideline", guideline),
        ("migrate", migrate),
    ):
        commands.command(name)(command)
    app.add_typer(commands, name="schema", help="Show, check and compare schemas.")


def show(
    label: Annotated[
        str | None, typer.Argument(help="An entity, event or role label.")
    ] = None,
    schema: SchemaOption = None,
    output: _Format = SchemaFormat.TABLE,
) -> None:
    """List the labels of a schema, or all that is said of one.

    Example: miyar schema show ATTACK
    """
    from annotate.cli.scores import print_json
    from annotate.schema_report import describe_label, render_label, render_labels
    from schemas.load import load_schema

    loaded = load_schema(schema)
    if output is SchemaFormat.JSON:
        whole = loaded.model_dump(mode="json", by_alias=True)
        print_json(describe_label(loaded, label) if label else whole)
    else:
        typer.echo(render_label(loaded, label) if label else render_labels(loaded))


def check(
    schema: Annotated[Path | None, typer.Argument(help="A schema file.")] = None,
) -> None:
    """Check a schema file; every fault is told with its line.

    Colours on which words are hard to read are noted and no fault.

    Example: miyar schema check my_schema.yaml
    """
    from annotate.schema_report import find_pale_labels
    from schemas.load import load_schema

    loaded = load_schema(schema)
    for note in find_pale_labels(loaded):
        typer.echo(note, err=True)
    typer.echo(
        f"{loaded.name}: {len(loaded.entities)} entity types, {len(loaded.events)} "
        f"event types, {len(loaded.roles)} roles, {len(loaded.guideline)} clauses; "
        "no fault."
    )


def diff(
    old: Annotated[Path, typer.Argument(help="A schema file.")],
    new: Annotated[Path, typer.Argument(help="Its other version.")],
    output: _Format = SchemaFormat.TABLE,
) -> None:
    """Show what differs between two schemas; exit 1 if anything does.

    Example: miyar schema diff old.yaml new.yaml
    """
    from annotate.cli.scores import print_json
    from annotate.schema_report import diff_schemas
    from schemas.load import load_schema

    found = diff_schemas(load_schema(old), load_schema(new))
    if output is SchemaFormat.JSON:
        print_json([difference.to_json() for difference in found])
    else:
        for difference in found:
            typer.echo(str(difference))
    if found:
        raise typer.Exit(1)
    typer.echo("No difference.", err=True)


def config(schema: SchemaOption = None, out: _Out = None) -> None:
    """Print the Label Studio labelling config that the schema stands for.

    Example: miyar schema config -o config.xml
    """
    from annotate.labelstudio.config import render_config
    from schemas.load import load_schema

    _write(render_config(load_schema(schema)), out)


def guideline(
    schema: SchemaOption = None,
    out: _Out = None,
    kind: Annotated[
        str, typer.Option("--format", help="markdown, html, or short (instructions).")
    ] = "markdown",
) -> None:
    """Write the annotation guideline, Arabic beside English.

    Example: miyar schema guideline --format html -o guideline.html
    """
    from annotate import guideline as rendering
    from schemas.errors import UsageError
    from schemas.load import load_schema

    renderers = {
        "markdown": rendering.render_guideline_markdown,
        "html": rendering.render_guideline_html,
        "short": rendering.render_instructions,
    }
    if kind not in renderers:
        raise UsageError(f"--format {kind}: choose one of {', '.join(renderers)}.")
    _write(renderers[kind](load_schema(schema)), out)


def migrate(  # noqa: PLR0913 - one parameter per option
    steps: Annotated[Path, typer.Argument(help="The migration, a .yaml file.")],
    places: Annotated[
        list[Path] | None, typer.Argument(help="Release folders or .jsonl files.")
    ] = None,
    *,
    old: Annotated[Path, typer.Option(help="The schema the annotations are in.")],
    new: Annotated[Path, typer.Option(help="The schema they are to be in.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The folder to write into.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")
    ] = False,
    release_version: Annotated[
        str | None, typer.Option(help="The version of releases that are rewritten.")
    ] = None,
    project: Annotated[
        str | None, typer.Option(help="A project in Label Studio, changed in place.")
    ] = None,
) -> None:
    """Carry annotations, releases and projects from one schema version to the next.

    What only a person can decide is queued in OUT/undecided.jsonl for 'miyar push'; of
    a project, in another named 'PROJECT: undecided'. Run the same command again to
    bring the answers home.

    Example: miyar schema migrate steps.yaml gold.jsonl --old 1.yaml --new 2.yaml -o out
    """
    from annotate.labelstudio.rewriting import Course
    from annotate.migrate import migrate_places
    from schemas.errors import UsageError
    from schemas.load import load_schema
    from schemas.migration_steps import load_migration

    if not places and project is None:
        raise UsageError("name files or releases to migrate, or a --project.")
    if places and not dry_run and out is None:
        raise UsageError("name the folder to write into with -o, or add --dry-run.")
    before, after = load_schema(old), load_schema(new)
    migration = load_migration(steps, old=before, new=after)
    moved = migrate_places(
        places or [],
        migration,
        after,
        out=None if dry_run else out,
        release_version=release_version,
    )
    for report in moved:
        goal = f" -> {report.written}" if report.written else " (dry run)"
        counts = _counted(report.counts)
        typer.echo(f"{report.place}: {report.documents} documents, {counts}{goal}")
        _tell_changes(report.changes, all_of_them=dry_run)
    if project is not None:
        _migrate_project(project, Course(migration, before, after), dry_run=dry_run)


def _migrate_project(project: str, course: Course, *, dry_run: bool) -> None:
    from annotate.guideline import render_instructions
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.migration import migrate_project
    from annotate.settings import load_settings

    settings = load_settings()
    with connect(settings) as studio:
        moved = migrate_project(
            studio,
            project,
            course,
            settings=settings,
            guideline=render_instructions(course.new),
            dry_run=dry_run,
            say=lambda line: typer.echo(line, err=True),
        )
    would = "would be written" if dry_run else "written"
    typer.echo(
        f"{project}: {moved.tasks} documents; {_counted(moved.written)} {would}; "
        f"{_counted(moved.counts)}; {moved.url}"
    )
    _tell_changes(moved.changes, all_of_them=dry_run)
    if moved.waiting:
        typer.echo(
            f"{moved.waiting} marks wait for a decision in {moved.queue!r} "
            f"({moved.asked} documents {'to be put' if dry_run else 'put'} there now). "
            "Run this again when they are decided."
        )
    if moved.kept:
        typer.echo(f"What stood there is kept in {moved.kept}", err=True)


def _counted(counts: Mapping[str, int]) -> str:
    listed = (f"{n} {what}" for what, n in sorted(counts.items()))
    return ", ".join(listed) or "nothing"


def _tell_changes(changes: Iterable[Change], *, all_of_them: bool) -> None:
    for change in changes:
        if all_of_them or change.what in ("lost", "unfilled", "asked"):
            becomes = f" -> {change.becomes}" if change.becomes else ""
            typer.echo(f"  {change.doc}: {change.what} {change.item}{becomes}")


def _write(text: str, out: Path | None) -> None:
    from schemas.jsonl import write_atomically

    if out is None:
        sys.stdout.write(text.rstrip("\n") + "\n")
    else:
        write_atomically(out, [text])
        typer.echo(f"{out}: written", err=True)
