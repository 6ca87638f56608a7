"""`miyar release` and `miyar verify`: gold that never changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("release")(release)
    app.command("verify")(verify)


def release(  # noqa: PLR0913 - one parameter per option
    gold: Annotated[Path, typer.Argument(help="The adjudicated gold, a .jsonl file.")],
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The new folder for the release.")
    ],
    name: Annotated[str, typer.Option(help="Name of the data set.")],
    version: Annotated[str, typer.Option(help="Version of the data set, as 1.0.")],
    schema: Annotated[
        Path | None, typer.Option(help="A schema file; the built-in one by default.")
    ] = None,
    about: Annotated[
        Path | None,
        typer.Option(
            help="A YAML file that says what cannot be measured: made_by, annotators, "
            "adjudication, licence, released, and notes by heading of the data card."
        ),
    ] = None,
    passes: Annotated[
        list[Path] | None,
        typer.Option(
            "--pass",
            help="What one annotator made, a .jsonl file; repeat it, and the agreement "
            "is measured and goes into the release.",
        ),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(help="The adjudicator's decisions, .jsonl; they are counted."),
    ] = None,
) -> None:
    """Write a release: gold, schema, manifest with checksums, and data card.

    Example: miyar release gold.jsonl -o gold-1.0 --name seeds --version 1.0
    """
    from annotate.decisions import count_verdicts, read_decisions
    from exports import About, build_release, read_about, read_gold
    from schemas.load import load_schema

    labels = load_schema(schema)
    said = read_about(about) if about else About()
    if decisions:
        counts = count_verdicts(read_decisions(decisions))
        said = said.model_copy(update={"adjudication": counts})
    manifest = build_release(
        read_gold(gold),
        schema=labels,
        name=name,
        version=version,
        folder=out,
        about=said,
        agreement=_agreement(passes or [], labels),
    )
    typer.echo(f"{out}: {manifest.title} {manifest.release}")


def _agreement(places: list[Path], schema: Schema) -> dict[str, Any] | None:
    if not places:
        return None
    import evaluation

    annotators = {place.name.partition(".")[0]: place for place in places}
    return evaluation.agree(
        {name: evaluation.JsonlSource(place) for name, place in annotators.items()},
        schema=schema,
    ).to_json()


def verify(
    folder: Annotated[Path, typer.Argument(help="The folder of a release.")],
) -> None:
    """Check a release against its checksums; exit 1 if anything was changed.

    Example: miyar verify gold-1.0
    """
    from exports import read_manifest, verify_release

    problems = verify_release(folder)
    for problem in problems:
        typer.echo(f"{problem.where}: {problem.code} {problem.message}")
    if problems:
        raise typer.Exit(1)
    manifest = read_manifest(folder)
    typer.echo(f"{folder}: {manifest.title} {manifest.release} is intact")
