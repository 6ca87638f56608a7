"""`miyar ledger, backup, restore, doctor`: look after a campaign in Label Studio."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.cli.ledgers import LedgerFormat, ledger
from annotate.cli.outcomes import print_logins, say
from annotate.cli.progress import working
from annotate.cli.schema import SchemaOption

if TYPE_CHECKING:
    from annotate.labelstudio.doctor import Ailment
    from annotate.labelstudio.released import Release
    from annotate.labelstudio.review import Review
    from annotate.settings import Settings
    from schemas.annotations import AnnotatedDocument
    from schemas.checks import Problem
    from schemas.labels import Schema

__all__ = ["lint_campaign", "register"]

_Project = Annotated[str, typer.Option("--project", help="The project's name.")]


_Format = Annotated[LedgerFormat, typer.Option("--format", help="How to print it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    for name, command in (
        ("ledger", ledger),
        ("backup", backup),
        ("restore", restore),
        ("doctor", doctor),
    ):
        app.command(name)(command)


def _settings() -> Settings:
    from annotate.settings import load_settings

    return load_settings()


def backup(
    *,
    project: _Project,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file, .jsonl.gz.")],
) -> None:
    """Keep a project in one file: settings, people, tasks, annotations and their times.

    The file holds no password and no token; it is written whole or not at all.

    Example: miyar backup --project news -o news.jsonl.gz
    """
    from annotate.cli.progress import bar
    from annotate.labelstudio.backup import backup as save
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.projects import known_parts
    from schemas.errors import UsageError

    settings = _settings()
    with connect(settings) as studio, bar(f"keeping {project}") as progress:
        parts = known_parts(studio, project)
        if len(parts) > 1:
            listed = "\n".join(f"  {part.campaign.title}" for part in parts)
            raise UsageError(
                f"{project!r} is one project for each annotator. Back each up by its "
                f"own title:\n{listed}"
            )
        title = parts[0].campaign.title
        done = save(studio, title, settings=settings, out=out, progress=progress)
    typer.echo(
        f"{out}: {done.tasks} tasks, {done.annotations} annotations, {done.drafts} "
        f"drafts, {done.users} users"
    )


def restore(
    source: Annotated[Path, typer.Argument(help="A file of 'miyar backup'.")],
    *,
    title: Annotated[
        str | None, typer.Option("--as", help="Another title for the project.")
    ] = None,
) -> None:
    """Put a project back and compare it with the backup, field by field.

    Twice does no more than once. What the server did not take is listed; exit 1.

    Example: miyar restore news.jsonl.gz
    """
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.restore import restore as put_back

    settings = _settings()
    with connect(settings) as studio:
        done = put_back(source, studio=studio, settings=settings, say=say, title=title)
    what = "restored" if done.created else "was there already; nothing was changed"
    typer.echo(f"{done.project}: {done.tasks} tasks, {what}; {done.url}")
    print_logins(done.logins, settings)
    for path, count in sorted(done.differing.items()):
        typer.echo(f"  not as it was: {path} ({count} times)")
    if done.differing:
        raise typer.Exit(1)
    typer.echo("Every field is as it was.", err=True)


def doctor(
    *,
    project: Annotated[
        str | None, typer.Option("--project", help="One project; all if not given.")
    ] = None,
    release: Annotated[
        Path | None, typer.Option(help="A release to hold the project against.")
    ] = None,
    schema: SchemaOption = None,
    output: _Format = LedgerFormat.TABLE,
) -> None:
    """Find what is wrong with Label Studio and its projects, with the remedy for each.

    Exits with 1 when anything is found.

    Example: miyar doctor --project news --release gold-1.0
    """
    from annotate.labelstudio.doctor import check_server
    from annotate.verification import as_released
    from schemas.errors import UsageError
    from schemas.load import load_schema

    if release is not None and project is None:
        raise UsageError("--release needs the --project that it was made from.")
    labels = load_schema(schema)
    gold = as_released(release) if release else None
    with working("looking at Label Studio"):
        found, studio = check_server(_settings())
        if studio is not None:
            with studio:
                found += _project_ailments(studio, project, labels, gold)
    if output is LedgerFormat.JSON:
        listed = [
            {"code": a.code, "where": a.where, "what": a.what, "remedy": a.remedy}
            for a in found
        ]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    else:
        for ailment in found:
            typer.echo(f"{ailment.code}  {ailment.where}\n  {ailment.what}")
            typer.echo(f"  Remedy: {ailment.remedy}")
        say(f"{len(found) or 'no'} findings")
    if found:
        raise typer.Exit(1)


def _project_ailments(
    studio: Any, project: str | None, labels: Schema, gold: Release | None
) -> Iterator[Ailment]:
    from annotate.labelstudio.checkup import check_project
    from annotate.labelstudio.projects import find_campaign, known_parts

    if project is not None:
        campaigns = [part.campaign for part in known_parts(studio, project)]
    else:
        listed = studio.get("/api/projects", page_size=1000)["results"]
        ours = [p["title"] for p in listed if str(p["description"]).startswith("miyar")]
        found = (find_campaign(studio, title) for title in ours)
        campaigns = [campaign for campaign in found if campaign is not None]
    seen = set()
    for campaign in campaigns:
        for ailment in check_project(studio, campaign, labels, release=gold):
            # What is true of the server is found in each project, and said once.
            if ailment not in seen:
                seen.add(ailment)
                yield ailment


def lint_campaign(project: str, labels: Schema, *, rules: Path | None) -> Review:
    """Check what was submitted, and mark the tasks that are to be mended.

    The tasks are listed in a tab of the Data Manager, with the reason in Arabic and
    English; the marks of those that were mended are taken away.
    """
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.projects import known_parts
    from annotate.labelstudio.review import Review, lint_project
    from annotate.lint import lint_document
    from annotate.spelling import load_speller
    from schemas.checks import check_document

    speller = load_speller(labels, rules)

    def lint(doc: AnnotatedDocument) -> list[Problem]:
        found = check_document(doc, labels)
        return [*found, *lint_document(doc, labels, speller=speller)]

    with connect(_settings()) as studio, working(f"checking {project}"):
        reviews = [
            lint_project(studio, part.campaign, labels, lint=lint)
            for part in known_parts(studio, project)
        ]
    return Review(
        sum(review.annotations for review in reviews),
        tuple(finding for review in reviews for finding in review.findings),
        sum(review.marked for review in reviews),
        sum(review.cleared for review in reviews),
    )
