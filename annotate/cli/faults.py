"""Tell what an extractor did wrong, and for each kind of fault how to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from evaluation.extractors.process import FaultKind
    from evaluation.runs import Fault

__all__ = ["REMEDIES", "tell_faults"]

_OFFSETS = (
    "offsets are code points of the text, half-open; --align utf16, bytes or tokens "
    "takes others, --align strings takes mentions without any"
)
_ALONE = "to see all it says, give it a document by hand: head -1 GOLD.jsonl | COMMAND"

REMEDIES: Mapping[FaultKind, str] = {
    "start": "is the command or module there, and on the path? --python names another "
    "interpreter, --env passes a variable on, --start-timeout gives it longer",
    "crash": _ALONE,
    "hang": "--timeout gives it longer for a document; does it flush what it prints?",
    "memory": "--memory gives it more",
    "json": "one JSON object a line is all that may be printed; talk to stderr",
    "contract": 'an answer is {"id": ..., "entities": [...], "events": [...]}, as '
    "docs/extractors.md shows",
    "span": _OFFSETS,
    "slice": _OFFSETS,
    "unit": _OFFSETS,
    "label": "--map renames labels, 'miyar schema show' lists those there are, and "
    "--schema none takes any",
    "absent": "every document is answered, with empty lists where nothing is found",
    "unknown": "an answer has the id of the document it is about",
}
"""By kind of fault; what was not run has the remedy of what came before it."""

_SHOWN = 5


def tell_faults(name: str, faults: Sequence[Fault]) -> None:
    """Tell the first faults of an extractor, and the remedy of each kind there is."""
    for fault in faults[:_SHOWN]:
        where = f"document {fault.document!r}: " if fault.document else ""
        typer.echo(f"{name}: {where}{fault.kind}: {fault.message}", err=True)
    if len(faults) > _SHOWN:
        typer.echo(f"{name}: {len(faults) - _SHOWN} more faults", err=True)
    for kind in dict.fromkeys(fault.kind for fault in faults):
        if kind in REMEDIES:
            typer.echo(f"{name}: remedy of {kind}: {REMEDIES[kind]}.", err=True)
