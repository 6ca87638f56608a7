"""What usually comes after a command, said to people and not to programs."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from itertools import takewhile

import typer

__all__ = ["NEXT", "next_step", "tell_next_step"]

NEXT = {
    "ingest": "suggest marks for them: miyar suggest {out} -o s.jsonl",
    "suggest": "put them before annotators: miyar push {out} --project NAME "
    "--annotators a@x.org,b@x.org --overlap 2",
    "up": "put documents before annotators: miyar push SUGGESTIONS --project NAME "
    "--annotators a@x.org,b@x.org --overlap 2",
    "push": "follow the work: miyar status --project {project} --watch",
    "pull": "measure how far they agree: miyar agree {out}/*.jsonl",
    "agree": "settle the differences: miyar adjudicate {places} --worksheet "
    "conflicts.jsonl",
    "adjudicate": "release the gold: miyar release {out} -o FOLDER --name NAME "
    "--version 1.0",
    "split": "release it with the gold: miyar release {places} -o FOLDER --name NAME "
    "--version 1.0 --splits {out}",
    "release": "hand it on in another format: miyar export {out} --format parquet "
    "--lossy -o OUT",
    "import": "see what our checks say: miyar lint {out}",
    "backup": "try it where nothing is lost: miyar restore {out} --as 'a trial'",
    "score": "see the errors in their sentences: miyar bench --gold {gold} -e SPEC "
    "-o results, then miyar report results/*.result.json",
    "bench": "see the errors in their sentences: miyar report {out}/*.result.json",
}
"""By command; those that end a way are not here."""

_OUT = {
    "ingest": "documents.jsonl",
    "suggest": "suggestions.jsonl",
    "adjudicate": "GOLD",
    "split": "splits.json",
}
"""What a command writes without -o; elsewhere it is called FOLDER."""


def next_step(words: Sequence[str]) -> str | None:
    """Return what comes after a command line, with the names that stand in it.

    >>> next_step(["push", "s.jsonl", "--project", "my news"])
    "follow the work: miyar status --project 'my news' --watch"
    >>> next_step(["ingest", "a.txt"])
    'suggest marks for them: miyar suggest documents.jsonl -o s.jsonl'
    """
    step = NEXT.get(words[0]) if words else None
    if step is None:
        return None
    places = takewhile(lambda word: not word.startswith("-"), words[1:])
    return step.format(
        out=_value(words, "-o", "--out") or _OUT.get(words[0], "FOLDER"),
        project=_value(words, "--project") or "NAME",
        gold=_value(words, "--gold") or "GOLD",
        places=" ".join(map(shlex.quote, places)) or "FILES",
    )


def _value(words: Sequence[str], *options: str) -> str | None:
    for place, word in enumerate(words):
        name, sign, value = word.partition("=")
        if word in options and place + 1 < len(words):
            return shlex.quote(words[place + 1].rstrip("/"))
        if sign and name in options:
            return shlex.quote(value.rstrip("/"))
    return None


def tell_next_step(words: Sequence[str]) -> None:
    """Say what comes after a command line, where both outputs are a person's."""
    asked = {"-h", "--help"}.isdisjoint(words)
    if asked and sys.stdout.isatty() and sys.stderr.isatty():
        step = next_step(words)
        if step:
            plain = bool(os.environ.get("NO_COLOR"))
            typer.secho(f"Next, {step}", err=True, dim=None if plain else True)
