"""Tell what a push or a pull did: results on stdout, remarks on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from annotate.labelstudio.campaign import Pushed
    from annotate.labelstudio.collection import Collected, Work
    from annotate.labelstudio.credentials import Login
    from annotate.settings import Settings

__all__ = ["print_collected", "print_logins", "print_pushed", "say"]


def say(message: str) -> None:
    """Tell progress on stderr."""
    typer.echo(message, err=True)


def print_pushed(done: Pushed, settings: Settings, *, dry_run: bool) -> None:
    """Tell what a push did or would do, and the logins it made."""
    would = "would be pushed" if dry_run else "pushed"
    typer.echo(
        f"{done.project}: {len(done.added)} documents {would}"
        + (f" ({len(done.control)} without suggestions)" if done.control else "")
        + f", {done.present} were there"
        + (f"; {done.url}" if done.url and len(done.parts) == 1 else "")
    )
    for part in done.parts if any(part.annotator for part in done.parts) else ():
        typer.echo(
            f"  {part.title}: {part.added} {would}, {part.present} were there"
            + (f"; {part.url}" if part.url else "")
        )
    if done.again:
        say(
            f"{len(done.again)} of them were pushed before, and somebody deleted their "
            f"tasks: {', '.join(done.again[:10])}"
        )
    for note in done.notes:
        say(note)
    if dry_run and done.created:
        titles = ", ".join(part.title for part in done.parts if part.url is None)
        typer.echo(f"  would be made: {titles}")
    for change in done.changes:
        typer.echo(f"  {'would be changed' if dry_run else 'changed'}: {change}")
    if dry_run and done.newcomers:
        typer.echo(f"  logins would be made for {', '.join(done.newcomers)}")
    print_logins(done.logins, settings)
    if done.idle:
        say("Nothing is to be changed." if dry_run else "Nothing was changed.")


def print_collected(done: Collected) -> None:
    """Tell what a pull wrote, and apart from it what is not in the files."""
    from annotate.labelstudio.standing import gone_note

    for path in done.files:
        work = done.work[path.stem]
        typer.echo(
            f"{path}: {done.documents[path.stem]} documents, {work.skipped} skipped"
        )
    for who, work in done.work.items():
        _print_left(who, work, skipped=who not in done.documents)
    if done.unannotated:
        say(f"{done.unannotated} tasks have no annotation yet.")
    if not done.files:
        say("Nobody has submitted an annotation yet; nothing was written.")
    if done.gone:
        say(gone_note(done.gone))
    for path in done.stale:
        say(f"{path} is of an earlier pull, and this one has nothing of that name.")
    for problem in done.problems:
        say(problem)
    say(f"What is submitted from now on: --since {done.began.isoformat()}")


def _print_left(who: str, work: Work, *, skipped: bool) -> None:
    left = {
        "skipped": work.skipped if skipped else 0,
        "drafts not submitted": work.drafts,
        "submitted documents being changed": work.changing,
        "relations without a role": work.unlabelled,
    }
    told = ", ".join(f"{count} {what}" for what, count in left.items() if count)
    if told:
        say(f"{who}: not in the files: {told}")


def print_logins(logins: Sequence[Login], settings: Settings) -> None:
    """Tell how people log in, and where that is kept."""
    for login in logins:
        typer.echo(f"  {login.email}  password {login.password}")
    if logins:
        say(f"  (kept in {settings.credentials_file})")
