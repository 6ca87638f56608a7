"""`miyar ledger`: what annotators made of each suggestion."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.cli.progress import working
from annotate.cli.schema import SchemaOption
from annotate.cli.suggestions import RulesOption

if TYPE_CHECKING:
    from annotate.labelstudio.history import Suggest
    from annotate.ledger import Arm, Ledger, Row
    from annotate.rules.compiled import Ruleset
    from schemas.annotations import AnnotatedDocument
    from schemas.labels import Schema

__all__ = ["LedgerFormat", "ledger"]


class LedgerFormat(StrEnum):
    """How a report is printed."""

    TABLE = "table"
    JSON = "json"


def ledger(  # noqa: PLR0913 - one parameter per option
    *,
    project: Annotated[str, typer.Option(help="The project's name.")],
    schema: SchemaOption = None,
    rules: RulesOption = None,
    mute_below: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Mute rules kept surely less than this."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="The mute list to write; mute.json if not given."
        ),
    ] = None,
    output: Annotated[
        LedgerFormat, typer.Option("--format", help="How to print it.")
    ] = LedgerFormat.TABLE,
) -> None:
    """Count what annotators made of each suggestion, per rule and per label.

    Beside it stands the control arm of 'miyar push --control', where the rules are
    asked in silence: how much more is kept of what is shown tells how far it anchors.
    A rule is muted when the whole 95 % interval of its share lies below --mute-below.

    Example: miyar ledger --project news --mute-below 0.5 -o mute.json
    """
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.history import read_history
    from annotate.labelstudio.projects import known_parts
    from annotate.ledger import build_ledger, to_json, weak_rules
    from annotate.settings import load_settings
    from schemas.errors import UsageError
    from schemas.jsonl import write_atomically
    from schemas.load import load_schema

    if mute_below is None and out is not None:
        raise UsageError(
            "-o is where the mute list goes, and --mute-below says what is on it: give "
            "that too, or leave -o out."
        )
    settings, labels = load_settings(), load_schema(schema)
    suggest = _silent_rules(labels, schema, rules)
    with connect(settings) as studio, working(f"reading {project}"):
        episodes = (
            episode
            for part in known_parts(studio, project)
            for episode in read_history(
                studio, part.campaign, labels, settings=settings, suggest=suggest
            )
        )
        found = build_ledger(episodes)
    if mute_below is not None:
        out = out or Path("mute.json")
        weak = weak_rules(found, below=mute_below)
        content = _mute_list(weak, project=project, below=mute_below)
        write_atomically(
            out, [json.dumps(content, ensure_ascii=False, indent=1) + "\n"]
        )
        rated = len(found.suggested.rules)
        typer.echo(
            f"{out}: {len(weak)} of {rated} rules to mute; leave them out with "
            f"'miyar suggest --mute {out}'",
            err=True,
        )
    if output is LedgerFormat.JSON:
        typer.echo(json.dumps(to_json(found), ensure_ascii=False, indent=1))
    else:
        _print_ledger(found)


def _silent_rules(
    labels: Schema, schema: Path | None, rules: Path | None
) -> Suggest | None:
    """Return the rules to ask in the control arm; none for a schema without its own."""
    if schema is not None and rules is None:
        return None

    @cache
    def ruleset() -> Ruleset:
        from annotate.rules.load import load_ruleset

        return load_ruleset(labels, rules)

    def suggest(doc: AnnotatedDocument) -> AnnotatedDocument:
        from annotate.rules.engine import suggest as apply

        return apply(doc, ruleset())

    return suggest


def _mute_list(weak: Sequence[Row], *, project: str, below: float) -> dict[str, Any]:
    listed = [
        {
            "rule": row.name,
            "layer": row.layer,
            "suggested": row.suggested,
            "kept": row.kept,
            "interval": list(row.interval or ()),
        }
        for row in weak
    ]
    return {"project": project, "below": below, "rules": listed}


_HEAD = (
    *("layer", "name", "suggested", "accepted", "amended", "moved", "relabelled"),
    *("deleted", "missed", "kept", "95 %", "s each", "silent", "anchoring"),
)


def _print_ledger(found: Ledger) -> None:
    from annotate.ledger import difference

    shown, control = found.suggested, found.control
    for title, arm in (("with suggestions", shown), ("control arm", control)):
        typer.echo(f"{title}: {_describe(arm)}")
    for kind in ("labels", "rules"):
        silent = {(row.layer, row.name): row for row in getattr(control, kind)}
        rows = [
            _cells(row, silent.get((row.layer, row.name)))
            for row in getattr(shown, kind)
        ]
        if rows:
            _print_table(f"per {kind[:-1]}", _HEAD, rows)
    gap = difference(shown.total, control.total)
    if gap is not None:
        typer.echo(
            f"Shown, {_share(shown.total.acceptance)} of the suggestions are kept; in "
            f"the control arm annotators marked {_share(control.total.acceptance)} of "
            f"them unasked. Anchoring: {_gap(gap)}"
        )


def _describe(arm: Arm) -> str:
    said = f"{arm.documents} documents, {arm.annotations} annotations"
    if arm.characters:
        said += f", {1000 * arm.marks / arm.characters:.1f} marks per 1,000 characters"
    if arm.timed:
        said += f", {arm.seconds / arm.timed:.0f} s each"
    return said


def _cells(row: Row, silent: Row | None) -> tuple[str, ...]:
    from annotate.labelstudio.outcomes import MISSED, OUTCOMES
    from annotate.ledger import difference

    gap = difference(row, silent) if silent else None
    return (
        row.layer,
        row.name,
        str(row.suggested),
        *(str(row.counts.get(outcome, 0)) for outcome in (*OUTCOMES, MISSED)),
        _share(row.acceptance),
        f"{row.interval[0]:.2f}-{row.interval[1]:.2f}" if row.interval else "-",
        f"{row.seconds:.1f}" if row.seconds is not None else "-",
        _share(silent.acceptance if silent else None),
        _gap(gap) if gap else "-",
    )


def _gap(gap: tuple[float, tuple[float, float]]) -> str:
    return f"{gap[0]:+.2f} [{gap[1][0]:+.2f}, {gap[1][1]:+.2f}]"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"


def _print_table(
    title: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, text: int = 2
) -> None:
    """Print a table whose first `text` columns are words and the others numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 240  # a pipe has no width; nothing may be cut
    shown = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left"
    )
    for place, name in enumerate(head):
        shown.add_column(name, justify="right" if place >= text else "left")
    for row in rows:
        shown.add_row(*row)
    console.print(shown)
