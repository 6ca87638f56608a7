"""`miyar up, down, status, push, pull`: Label Studio and the campaigns in it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from annotate.labelstudio.credentials import Login
    from annotate.settings import Settings

__all__ = ["register", "say"]

_Project = Annotated[str, typer.Option("--project", help="The project's name.")]
_Schema = Annotated[
    Path | None, typer.Option("--schema", help="A schema file; ours if not given.")
]


class StatusFormat(StrEnum):
    """How `miyar status` prints."""

    TABLE = "table"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    for name, command in (
        ("up", up),
        ("down", down),
        ("status", status),
        ("push", push),
        ("pull", pull),
    ):
        app.command(name)(command)


def say(message: str) -> None:
    """Tell progress on stderr."""
    typer.echo(message, err=True)


def up(
    *,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on; a free one if absent.")
    ] = None,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Serve until Ctrl-C, then stop.")
    ] = False,
) -> None:
    """Start Label Studio on this machine (installs it the first time).

    Example: miyar up --port 8090
    """
    from annotate.labelstudio.server import (
        admin_login,
        start_server,
        stop_server,
        wait_for_end,
    )

    settings = _settings(port=port)
    server = start_server(settings, say=say)
    typer.echo(
        f"Label Studio {'runs' if server.fresh else 'runs already'}: {server.url}"
    )
    _print_login(admin_login(settings), settings)
    if foreground:
        try:
            wait_for_end(server)
        finally:
            stop_server(settings)
            say("Label Studio was stopped.")


def down() -> None:
    """Stop the Label Studio that `up` started.

    Example: miyar down
    """
    from annotate.labelstudio.server import stop_server

    server = stop_server(_settings())
    typer.echo(
        f"Label Studio at {server.url} was stopped."
        if server
        else "Label Studio was not running."
    )


def status(
    *,
    output: Annotated[
        StatusFormat, typer.Option("--format", help="table or json.")
    ] = StatusFormat.TABLE,
) -> None:
    """Show whether Label Studio runs, where, and what its projects hold.

    Exits with 1 when it does not run. Example: miyar status --format json
    """
    import json

    from annotate.labelstudio.status import read_status, render_status

    found = read_status(_settings())
    if output is StatusFormat.JSON:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        typer.echo(render_status(found))
    if not found["running"]:
        raise typer.Exit(1)


def push(  # noqa: PLR0913 - a parameter is an option
    source: Annotated[Path, typer.Argument(help="Documents with suggestions, .jsonl.")],
    *,
    project: _Project,
    annotators: Annotated[
        str, typer.Option(help="E-mail addresses, with commas; made if missing.")
    ] = "",
    overlap: Annotated[int, typer.Option(help="Annotators for each document.")] = 1,
    schema: _Schema = None,
    reset_page: Annotated[
        bool, typer.Option("--reset-page", help="Put the schema's page back.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
) -> None:
    """Put documents and their suggestions before annotators; nothing twice.

    Example: miyar push s.jsonl --project news --annotators a@x.org,b@x.org --overlap 2
    """
    from annotate.guideline import render_instructions
    from annotate.labelstudio import campaign
    from annotate.labelstudio.client import connect
    from schemas.jsonl import read_documents
    from schemas.load import load_schema

    settings, loaded = _settings(), load_schema(schema)
    plan = campaign.Plan(
        project=project,
        schema=loaded,
        annotators=tuple(a.strip() for a in annotators.split(",") if a.strip()),
        overlap=overlap,
        guideline=render_instructions(loaded),
        reset_page=reset_page,
        dry_run=dry_run,
    )
    docs = list(read_documents(source))
    with connect(settings) as studio:
        done = campaign.push(docs, plan, studio=studio, settings=settings, say=say)
    would = "would be pushed" if dry_run else "pushed"
    typer.echo(
        f"{project}: {len(done.added)} documents {would}, {done.present} were there"
        + (f"; {done.url}" if done.url else "")
    )
    for login in done.logins:
        _print_login(login, settings)


def pull(
    *,
    project: _Project,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write into.")],
    schema: _Schema = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Leave faulty marks out; exits with 1.")
    ] = False,
) -> None:
    """Fetch what annotators submitted, as OUT/ANNOTATOR.jsonl; all or nothing.

    Example: miyar pull --project news -o annotations
    """
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.collection import pull as fetch
    from schemas.load import load_schema

    loaded = load_schema(schema)
    with connect(_settings()) as studio:
        done = fetch(studio, project, schema=loaded, out=out, lenient=lenient)
    for path in done.files:
        count = done.documents[path.stem]
        typer.echo(
            f"{path}: {count} documents, {done.skipped.get(path.stem, 0)} skipped"
        )
    if done.unannotated:
        say(f"{done.unannotated} tasks have no annotation yet.")
    if not done.files:
        say("Nobody has submitted an annotation yet; nothing was written.")
    for problem in done.problems:
        say(problem)
    if done.problems:
        raise typer.Exit(1)


def _settings(*, port: int | None = None) -> Settings:
    from annotate.settings import load_settings

    return load_settings(port=port)


def _print_login(login: Login, settings: Settings) -> None:
    typer.echo(f"  {login.email}  password {login.password}")
    say(f"  (kept in {settings.credentials_file})")
