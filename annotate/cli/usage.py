"""`miyar rules`: what each rule does in a corpus, and how often it is right."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.progress import working
from annotate.cli.schema import SchemaOption
from annotate.cli.suggestions import OutputFormat, RulesOption

if TYPE_CHECKING:
    from annotate.rule_usage import RuleUsage
    from schemas.annotations import AnnotatedDocument

__all__ = ["register", "rules"]


class Order(enum.StrEnum):
    """What the table is sorted by, the most first."""

    WRONG = "wrong"
    KEPT = "kept"
    FOUND = "found"
    CONFLICTS = "conflicts"
    RULE = "rule"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rules")(rules)


def rules(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path], typer.Argument(help="Folders, globs or files: .txt, .jsonl, .csv.")
    ],
    *,
    gold: Annotated[
        Path | None, typer.Option(help="Gold of these articles: a release or .jsonl.")
    ] = None,
    order: Annotated[
        Order | None,
        typer.Option("--sort", help="By default 'wrong' with gold, else 'kept'."),
    ] = None,
    schema: SchemaOption = None,
    folder: RulesOption = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="How to print it.")
    ] = OutputFormat.TABLE,
) -> None:
    """Show what each rule finds in a corpus, what it meets, and how often it is right.

    found: all it matched; kept: suggested in the end; overlaps and conflicts: how often
    it claimed words that another rule claimed, and under another label. With --gold, P
    is the share of kept marks that are in the gold, with its 95 % Wilson interval.

    Example: miyar rules seeds/articles --gold seeds/gold
    """
    from annotate.ingest import read_sources
    from annotate.rule_usage import count_usage, to_json
    from annotate.rules.load import load_ruleset
    from schemas.errors import DataError
    from schemas.load import load_schema

    ruleset = load_ruleset(load_schema(schema), folder)
    truth = _read_gold(gold) if gold else {}
    with working("counting"):
        usages, documents = count_usage(read_sources(places), ruleset, truth)
    if gold and not any(usage.judged for usage in usages):
        raise DataError(
            f"{gold}: holds none of these articles. Their ids must be the same; see "
            "them with 'miyar ingest'."
        )
    chosen = order or (Order.WRONG if gold else Order.KEPT)
    fired = sorted((u for u in usages if u.found or u.kept), key=_sorting(chosen))
    silent = [usage for usage in usages if not (usage.found or usage.kept)]
    if output is OutputFormat.JSON:
        content = {
            "documents": documents,
            "rules": [to_json(usage, documents) for usage in (*fired, *silent)],
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
        return
    typer.echo(_table(fired, documents, judged=bool(gold)))
    typer.echo(
        f"\n{documents} documents; {len(fired)} rules fired, {len(silent)} did not"
        + (" (they are in --format json)." if silent else ".")
    )


def _read_gold(place: Path) -> dict[str, AnnotatedDocument]:
    from annotate.cli.sides import find_source
    from schemas.jsonl import read_documents

    return {doc.id: doc for doc in read_documents(find_source(place).path)}


def _sorting(order: Order) -> Callable[[RuleUsage], tuple[int, int, str]]:
    def key(usage: RuleUsage) -> tuple[int, int, str]:
        count = 0 if order is Order.RULE else getattr(usage, order.value)
        return (-count, -usage.kept if order is not Order.RULE else 0, usage.rule)

    return key


def _table(usages: Sequence[RuleUsage], documents: int, *, judged: bool) -> str:
    head = ["rule", "layer", "label", "found", "kept", "docs", "cover", "over", "confl"]
    head += ["right", "P", "95 %"] if judged else []
    rows = [[*head, "most with", "examples"]]
    rows += [_row(usage, documents, judged=judged) for usage in usages]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]) - 1)]
    numbers = range(3, len(widths) - 1)
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if n in numbers else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines)


def _row(usage: RuleUsage, documents: int, *, judged: bool) -> list[str]:
    labels = " ".join(label for label, _ in usage.labels.most_common(2))
    share = len(usage.documents) / documents if documents else 0
    row = [
        *(usage.rule, usage.layer, labels or "-", str(usage.found), str(usage.kept)),
        *(str(len(usage.documents)), f"{share:.0%}"),
        *(str(usage.overlaps), str(usage.conflicts)),
    ]
    if judged:
        rate, interval = usage.precision, usage.interval
        row += [
            f"{usage.right}/{usage.judged}",
            "–" if rate is None else f"{rate:.2f}",
            "–" if interval is None else f"{interval[0]:.2f}–{interval[1]:.2f}",
        ]
    rival = usage.rivals.most_common(1)
    examples = " · ".join(text for text, _ in usage.examples.most_common(3))
    return [*row, rival[0][0] if rival else "-", examples]
