"""Put the command line together and turn expected errors into one line and exit 2."""

from __future__ import annotations

import errno
import signal
import sys
from typing import Annotated, NoReturn

import typer

from annotate.cli import (
    adjudication,
    agreement,
    backend,
    benchmark,
    campaigns,
    conversion,
    curation,
    demonstration,
    documents,
    explanations,
    extractors,
    gold,
    schema,
    studio,
    suggestions,
    usage,
)
from annotate.cli.next_steps import tell_next_step
from annotate.cli.overview import Overview
from schemas.errors import MiyarError

__all__ = ["build_app", "main"]

EXIT_DATA = 2
_MACHINE = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES),
        *(errno.EPERM, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EIO),
    }
)
"""What the machine refuses and its owner can mend; other refusals are bugs of ours."""

_LOST = "without setting an exception"


def build_app() -> typer.Typer:
    """Return the command line with the commands of every stage."""
    app = typer.Typer(
        name="miyar",
        cls=Overview,
        help=(
            "Turn Arabic political news into gold that can be cited, and score any "
            "extractor against it."
        ),
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for stage in (
        demonstration,
        documents,
        schema,
        suggestions,
        usage,
        explanations,
        studio,
        backend,
        campaigns,
        curation,
        adjudication,
        agreement,
        gold,
        conversion,
        benchmark,
        extractors,
    ):
        stage.register(app)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"miyar {version('miyar')}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
) -> None:
    """Take the options that stand before any command."""


def main() -> None:
    """Run `miyar`; errors a user can mend are one message on stderr and exit 2."""
    # A server that a command started ends with it, however it is told to end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        _run()
    except MiyarError as error:
        _refuse(str(error))
    except (MemoryError, SystemError) as error:
        # Python loses a MemoryError where there is no room left for the frame that
        # would carry it, and says that an error was not set.
        if isinstance(error, SystemError) and _LOST not in str(error):
            raise
        _refuse(
            "there is not enough memory. Nothing half done was kept; give it more, or "
            "fewer documents at once."
        )
    except BrokenPipeError:
        # The reader of our output (head, less) left; that is its right.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno not in _MACHINE:
            raise
        place = f"{error.filename}: " if error.filename else ""
        _refuse(f"{place}{error.strerror}. Mend that, and run the command again.")


def _run() -> None:
    try:
        build_app()()
    except SystemExit as end:
        if not end.code:
            tell_next_step(sys.argv[1:])
        raise
    except KeyboardInterrupt:
        print("miyar: stopped.", file=sys.stderr)
        sys.exit(130)


def _refuse(message: str) -> NoReturn:
    print(f"miyar: {message}", file=sys.stderr)
    sys.exit(EXIT_DATA)
