"""`miyar split, release, verify, diff`: gold that never changes."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("split")(split)
    app.command("release")(release)
    app.command("verify")(verify)
    app.command("diff")(diff)


def split(  # noqa: PLR0913 - one parameter per option
    gold: Annotated[Path, typer.Argument(help="Gold: a release or a .jsonl file.")],
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The splits file to write, .json.")
    ] = Path("splits.json"),
    train: Annotated[float, typer.Option(help="Share of the training split.")] = 0.7,
    dev: Annotated[float, typer.Option(help="Share of the development split.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share of the test split.")] = 0.2,
    seed: Annotated[int, typer.Option(help="Another seed deals otherwise.")] = 1,
    threshold: Annotated[
        float, typer.Option(help="Share of word shingles in common that makes copies.")
    ] = 0.5,
) -> None:
    """Divide gold into splits that copies of one story never straddle.

    Example: miyar split gold.jsonl -o splits.json --train 0.8 --dev 0.1 --test 0.1
    """
    from exports import build_splits, read_gold
    from schemas.jsonl import write_atomically

    ratios = {"train": train, "dev": dev, "test": test}
    made = build_splits(
        read_gold(gold),
        ratios={name: share for name, share in ratios.items() if share},
        seed=seed,
        threshold=threshold,
    )
    write_atomically(out, [made.render(), "\n"])
    sizes = ", ".join(f"{name} {len(ids)}" for name, ids in made.splits.items())
    typer.echo(f"{out}: {sizes}; {len(made.copies)} groups of copies kept together")


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
    splits: Annotated[
        Path | None, typer.Option(help="Splits made by 'miyar split', .json.")
    ] = None,
) -> None:
    """Write a release: gold, schema, manifest with checksums, and data card.

    Example: miyar release gold.jsonl -o gold-1.0 --name seeds --version 1.0
    """
    from annotate.decisions import count_verdicts, read_decisions
    from exports import About, build_release, read_about, read_gold, read_splits
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
        splits=read_splits(splits) if splits else None,
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


class DiffFormat(StrEnum):
    """How differences are printed."""

    TABLE = "table"
    JSON = "json"


def diff(
    old: Annotated[Path, typer.Argument(help="Gold: a release or a .jsonl file.")],
    new: Annotated[Path, typer.Argument(help="Its other version.")],
    *,
    output: Annotated[
        DiffFormat, typer.Option("--format", help="How to print the differences.")
    ] = DiffFormat.TABLE,
) -> None:
    """Show what differs between two versions of gold; exit 1 if anything does.

    Example: miyar diff gold-1.0 gold-1.1
    """
    from exports import count_differences, find_differences, read_gold

    found = find_differences(read_gold(old), read_gold(new))
    counts = count_differences(found)
    if output is DiffFormat.JSON:
        listed = [difference._asdict() for difference in found]
        content = {"counts": counts, "differences": listed}
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        for difference in found:
            typer.echo(str(difference))
        for layer, kinds in counts.items():
            told = ", ".join(f"{count} {what}" for what, count in kinds.items())
            typer.echo(f"{layer}: {told}", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo("No difference.", err=True)
