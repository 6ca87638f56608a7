"""What usually comes after a command, said to people and not to programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

__all__ = ["tell_next_step"]

NEXT = {
    "ingest": "suggest marks for them: miyar suggest DOCUMENTS -o s.jsonl",
    "suggest": "put them before annotators: miyar push SUGGESTIONS --project NAME "
    "--annotators a@x.org,b@x.org --overlap 2",
    "up": "put documents before annotators: miyar push SUGGESTIONS --project NAME",
    "push": "follow the work: miyar status --project NAME --watch",
    "pull": "measure how far they agree: miyar agree FOLDER/*.jsonl",
    "agree": "settle the differences: miyar adjudicate FOLDER/*.jsonl --worksheet "
    "conflicts.jsonl",
    "adjudicate": "release the gold: miyar release GOLD -o FOLDER --name NAME "
    "--version 1.0",
    "split": "release it with the gold: miyar release GOLD -o FOLDER --splits SPLITS",
    "release": "hand it on in another format: miyar export FOLDER --format parquet "
    "-o OUT",
    "import": "see what our checks say: miyar lint FILE",
    "backup": "try it where nothing is lost: miyar restore FILE --as 'a trial'",
    "score": "see the errors in their sentences: miyar bench ... -o results, then "
    "miyar report results/*.result.json",
    "bench": "see the errors in their sentences: miyar report FOLDER/*.result.json",
}
"""By command; those that end a way are not here."""


def tell_next_step(words: Sequence[str]) -> None:
    """Say what comes after a command line, where both outputs are a person's."""
    step = NEXT.get(words[0]) if words else None
    asked = {"-h", "--help"}.isdisjoint(words)
    if step and asked and sys.stdout.isatty() and sys.stderr.isatty():
        typer.secho(f"Next, {step}", err=True, dim=True)
