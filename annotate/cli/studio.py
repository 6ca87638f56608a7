"""`miyar up, down, status, push, pull`: Label Studio and the campaigns in it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.cli.outcomes import print_collected, print_logins, print_pushed, say
from annotate.cli.progress import working

if TYPE_CHECKING:
    from annotate.settings import Settings

__all__ = ["register", "say"]

_Project = Annotated[str, typer.Option("--project", help="The project's name.")]
_Schema = Annotated[
    Path | None, typer.Option("--schema", help="A schema file; ours if not given.")
]


class Blind(StrEnum):
    """How annotators are kept from each other's work."""

    STREAM = "stream"
    STRICT = "strict"


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


def up(
    *,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on; a free one if absent.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="Keep the data in PostgreSQL: postgresql://user@host:port/name; the "
            "password comes from MIYAR_DATABASE_PASSWORD or ~/.pgpass. Remembered."
        ),
    ] = None,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Serve until Ctrl-C, then stop.")
    ] = False,
) -> None:
    """Start Label Studio on this machine (installs it the first time).

    Its data is in SQLite in the state folder; --database puts it into PostgreSQL, for
    a team.

    Example: miyar up --port 8090
    """
    from annotate.labelstudio.database import has_password
    from annotate.labelstudio.server import (
        admin_login,
        start_server,
        stop_server,
        wait_for_end,
    )

    if database and has_password(database):
        say(
            "The password in --database can be read by everybody on this machine while "
            "this command runs (ps), and in your shell's history. Set "
            "MIYAR_DATABASE_PASSWORD, or use ~/.pgpass."
        )
    settings = _settings(port=port, database=database)
    server = start_server(settings, say=say)
    typer.echo(
        f"Label Studio {'runs' if server.fresh else 'runs already'}: {server.url}"
    )
    print_logins([admin_login(settings)], settings)
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
    project: Annotated[
        str | None,
        typer.Option("--project", help="A campaign: who did what, and what is left."),
    ] = None,
    schema: _Schema = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show it anew until Ctrl-C.")
    ] = False,
    every: Annotated[
        float, typer.Option(min=1.0, help="Seconds between two looks.")
    ] = 10.0,
    output: Annotated[
        StatusFormat, typer.Option("--format", help="table or json.")
    ] = StatusFormat.TABLE,
) -> None:
    """Show whether Label Studio runs, where, and what its projects hold.

    With --project, how far a campaign is: work and pace of each annotator, coverage
    against the overlap, what is left, agreement so far. Exits with 1 when Label Studio
    does not run.

    Example: miyar status --project news --watch
    """
    import json

    from annotate.cli.standing import look, watch_over
    from annotate.labelstudio.status import read_status, render_status

    def show() -> tuple[str, bool]:
        if project is not None:
            return look(_settings(), project, schema, as_json=output == "json"), True
        found = read_status(_settings())
        if output is StatusFormat.JSON:
            shown = json.dumps(found, ensure_ascii=False, indent=1)
        else:
            shown = render_status(found)
        return shown, bool(found["running"])

    if watch:
        watch_over(lambda: show()[0], every)
        return
    with working(f"looking at {project}") if project else nullcontext():
        shown, running = show()
    typer.echo(shown)
    if not running:
        raise typer.Exit(1)


def push(  # noqa: PLR0913 - a parameter is an option
    source: Annotated[Path, typer.Argument(help="Documents with suggestions, .jsonl.")],
    *,
    project: _Project,
    annotators: Annotated[
        str, typer.Option(help="E-mail addresses, with commas; made if missing.")
    ] = "",
    overlap: Annotated[int, typer.Option(help="Annotators for each document.")] = 1,
    blind: Annotated[
        Blind,
        typer.Option(
            help="stream: one project, whose label stream shows only one's own work; "
            "strict: a project for each annotator."
        ),
    ] = Blind.STREAM,
    control: Annotated[
        float,
        typer.Option(help="Share of each outlet's documents without suggestions."),
    ] = 0.0,
    seed: Annotated[
        int, typer.Option(help="Decides who gets what, and the share without.")
    ] = 0,
    schema: _Schema = None,
    reset_page: Annotated[
        bool, typer.Option("--reset-page", help="Put the schema's page back.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
) -> None:
    """Put documents and their suggestions before annotators; nothing twice.

    After a cut, run the same command again: it does what is missing.

    Example: miyar push s.jsonl --project news --annotators a@x.org,b@x.org --overlap 2
    """
    from annotate.cli.progress import bar
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
        strict=blind is Blind.STRICT,
        control=control,
        seed=seed,
        guideline=render_instructions(loaded),
        reset_page=reset_page,
        dry_run=dry_run,
    )
    docs = list(read_documents(source))
    with connect(settings) as studio, bar(f"pushing {project}") as progress:
        done = campaign.push(
            docs, plan, studio=studio, settings=settings, say=say, progress=progress
        )
    print_pushed(done, settings, dry_run=dry_run)


def pull(
    *,
    project: _Project,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write into.")],
    schema: _Schema = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Only what was submitted from then on, as 2026-05-01T08:00+03:00; "
            "without a zone it is this machine's time."
        ),
    ] = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Leave faulty marks out; exits with 1.")
    ] = False,
) -> None:
    """Fetch what annotators submitted, as OUT/ANNOTATOR.jsonl; all or nothing.

    Example: miyar pull --project news -o annotations
    """
    from annotate.cli.progress import bar
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.collection import pull as fetch
    from schemas.load import load_schema

    settings, loaded, moment = _settings(), load_schema(schema), _moment(since)
    with connect(settings) as studio, bar(f"pulling {project}") as progress:
        done = fetch(
            studio,
            project,
            schema=loaded,
            out=out,
            lenient=lenient,
            since=moment,
            settings=settings,
            progress=progress,
        )
    print_collected(done)
    if done.problems:
        raise typer.Exit(1)


def _moment(since: str | None) -> datetime | None:
    from schemas.errors import UsageError

    try:
        return datetime.fromisoformat(since).astimezone() if since else None
    except ValueError:
        raise UsageError(
            f"--since {since!r} is no time. Write it as 2026-05-01 or "
            "2026-05-01T08:00+03:00."
        ) from None


def _settings(**flags: Any) -> Settings:
    from annotate.settings import load_settings

    return load_settings(**flags)
