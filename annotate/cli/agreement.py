"""`miyar agree`: how far annotators agree, and where they do not."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.progress import working
from annotate.cli.scores import ReportFormat, print_json, print_tables
from annotate.cli.sides import choose_schema, name_files, span_rule

if TYPE_CHECKING:
    from evaluation.reliability import AgreementStudy

__all__ = ["register"]


class AgreementFormat(StrEnum):
    """How agreement is shown."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"
    MARKDOWN = "markdown"
    LATEX = "latex"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("agree")(agree)


def agree(  # noqa: PLR0913 - one parameter per option
    places: Annotated[
        list[Path],
        typer.Argument(help="What each annotator made: two or more .jsonl files."),
    ],
    *,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema",
            help="A schema file, or 'none' for any label set. Default: the release's "
            "own schema, else the built-in one.",
        ),
    ] = None,
    layer: Annotated[
        list[str] | None,
        typer.Option("--layer", help="A layer whose F1 to show; repeat it for more."),
    ] = None,
    output: Annotated[
        AgreementFormat,
        typer.Option("--format", help="A page to read, tables, or JSON for programs."),
    ] = AgreementFormat.TABLE,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write to this file instead of printing."),
    ] = None,
    gamma: Annotated[
        bool,
        typer.Option("--gamma", help="Measure gamma as well; needs the extra 'gamma'."),
    ] = False,
    worst: Annotated[
        int, typer.Option(min=0, help="How many disagreements tables list.")
    ] = 20,
    resamples: Annotated[
        int,
        typer.Option(min=0, help="Bootstrap resamples for the intervals; 0 for none."),
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the resamples.")] = 1,
) -> None:
    """Measure how far annotators agree, and list the disagreements that cost most.

    Example: miyar agree first.jsonl second.jsonl --format html -o agreement.html
    """
    from annotate.arabic.tokens import find_tokens
    from evaluation.intervals import Bootstrap
    from evaluation.reliability import STUDY_CRITERIA, study_agreement
    from exports import find_gold
    from schemas.jsonl import read_documents

    labels = choose_schema(schema, find_gold(places[0]))
    with working("measuring agreement"):
        study = study_agreement(
            {
                name: read_documents(find_gold(place).path)
                for name, place in name_files(places).items()
            },
            schema=labels,
            criteria=layer or STUDY_CRITERIA,
            bootstrap=Bootstrap(resamples=resamples, seed=seed),
            tokenize=find_tokens,
            clitic=span_rule(labels, "clitic", ()),
            gamma=gamma,
        )
    if output is AgreementFormat.HTML:
        from evaluation.agreement_html import render_agreement

        _hand_over(render_agreement(study, schema=labels), out)
    elif output is AgreementFormat.JSON:
        if out is None:
            print_json(study.to_json())
        else:
            import json

            text = json.dumps(study.to_json(), ensure_ascii=False, indent=2)
            _hand_over(text + "\n", out)
    else:
        _show_tables(study, layer, worst, ReportFormat(output.value), out)


def _show_tables(
    study: AgreementStudy,
    chosen: list[str] | None,
    worst: int,
    output: ReportFormat,
    out: Path | None,
) -> None:
    from evaluation.agreement_tables import agreement_notes, agreement_tables
    from evaluation.tables import render_markdown

    tables = agreement_tables(study, chosen=chosen, worst=worst)
    notes = agreement_notes(study)
    if out is not None:
        from evaluation.tables import RENDERERS

        render = RENDERERS.get(output.value, render_markdown)
        _hand_over(render(tables), out)
    else:
        print_tables(tables, output)
    for note in notes:
        typer.echo(note.en, err=True)


def _hand_over(text: str, out: Path | None) -> None:
    """Print, or write the file whole or not at all."""
    if out is None:
        typer.echo(text, nl=False)
        return
    from schemas.jsonl import write_atomically

    write_atomically(out, [text])
    typer.echo(str(out), err=True)
