"""`miyar split, release, verify, diff`: gold that never changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.progress import working

if TYPE_CHECKING:
    from schemas.annotations import AnnotatedDocument
    from schemas.checks import Problem
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
    with working("looking for copies"):
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
        Path | None,
        typer.Option(help="A schema file; by default a release's own, or built-in."),
    ] = None,
    about: Annotated[
        Path | None,
        typer.Option(
            help="A YAML file that says what cannot be measured: made_by, authors, "
            "annotators, platform, licence, released, and notes by heading of the "
            "data card."
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
    history: Annotated[
        bool,
        typer.Option("--history", help="Put the decisions into the release."),
    ] = False,
    pseudonyms: Annotated[
        bool,
        typer.Option(
            "--pseudonyms", help="Call annotators annotator-1, annotator-2 ..."
        ),
    ] = False,
    refuse_personal_data: Annotated[
        bool,
        typer.Option(
            "--refuse-personal-data",
            help="Release nothing while 'miyar lint' warns of telephone numbers, "
            "e-mail addresses or national ids.",
        ),
    ] = False,
) -> None:
    """Write a release: gold, schema, manifest with checksums, and data card.

    Refused, with every problem listed, while the gold breaks contract, schema or span
    rule, the splits do not fit it, or, with --pass and --decisions, a difference of the
    annotators has no decision.

    Example: miyar release gold.jsonl -o gold-1.0 --name seeds --version 1.0
    """
    from annotate.decisions import count_verdicts, read_decisions, render_decision
    from annotate.figures import measure_agreement
    from annotate.pseudonyms import (
        choose_pseudonyms,
        veil_about,
        veil_decision,
        veil_document,
    )
    from annotate.verification import check_history, find_problems
    from exports import About, build_release, read_about, read_gold, read_splits
    from schemas.errors import UsageError

    if history and decisions is None:
        raise UsageError("--history needs --decisions, the file that is the history.")
    labels = _schema_of(gold, schema)
    said = read_about(about) if about else About()
    made = read_decisions(decisions) if decisions else []
    docs = read_gold(gold)
    if refuse_personal_data:
        _refuse_personal_data(docs)
    sides = _read_sides(passes or [], pseudonyms=pseudonyms)
    with working("releasing"):
        problems = find_problems(docs, labels)
        if decisions and len(sides) > 1:
            problems += check_history(docs, sides, made)
        if pseudonyms:
            stated = [annotator.name for annotator in said.annotators]
            names = choose_pseudonyms([*sides, *stated], made, docs)
            docs = tuple(veil_document(doc, names) for doc in docs)
            made = [veil_decision(decision, names) for decision in made]
            said = veil_about(said, names)
            sides = {names[name]: side for name, side in sides.items()}
        if decisions:
            said = said.model_copy(update={"adjudication": count_verdicts(made)})
        manifest = build_release(
            docs,
            schema=labels,
            name=name,
            version=version,
            folder=out,
            about=said,
            agreement=measure_agreement(sides, labels) if sides else None,
            splits=read_splits(splits) if splits else None,
            decisions=map(render_decision, made) if history else (),
            problems=problems,
        )
    typer.echo(f"{out}: {manifest.title} {manifest.release}")


def _schema_of(gold: Path, chosen: Path | None) -> Schema:
    """Return the schema that was chosen, the release's own, or the built-in one."""
    from exports.release import SCHEMA_FILE
    from schemas.load import load_schema

    own = gold / SCHEMA_FILE
    return load_schema(chosen or (own if own.is_file() else None))


def _read_sides(
    places: list[Path], *, pseudonyms: bool
) -> dict[str, tuple[AnnotatedDocument, ...]]:
    """Return what each annotator made, by name; pseudonyms need names of files."""
    from annotate.cli.sides import name_files
    from schemas.errors import UsageError
    from schemas.jsonl import read_documents

    if not places:
        return {}
    stems = {place.stem: place for place in places}
    if pseudonyms and len(stems) < len(places):
        raise UsageError(
            "two files have one name. Name each --pass after its annotator, as 'miyar "
            "pull' does."
        )
    named = stems if pseudonyms else name_files(places)
    return {name: tuple(read_documents(place)) for name, place in named.items()}


class GoldFormat(StrEnum):
    """How problems and differences are printed."""

    TABLE = "table"
    JSON = "json"


def verify(
    folder: Annotated[Path, typer.Argument(help="The folder of a release.")],
    *,
    against: Annotated[
        str | None,
        typer.Option(
            help="A project in Label Studio: was what is there changed since?"
        ),
    ] = None,
    annotator: Annotated[
        str | None,
        typer.Option(help="With --against: whose annotations are the gold itself."),
    ] = None,
    passes: Annotated[
        list[Path] | None,
        typer.Option(
            "--pass",
            help="With --against: a file that was pulled and the gold made from; "
            "repeat it. Then contents are compared, else times of change.",
        ),
    ] = None,
    output: Annotated[
        GoldFormat, typer.Option("--format", help="How to print the problems.")
    ] = GoldFormat.TABLE,
) -> None:
    """Check a release: checksums, contract, schema and span rule; exit 1 if any fails.

    With --against also whether Label Studio's copy was changed since.

    Example: miyar verify gold-1.0 --against news --annotator judge@example.org
    """
    from exports import read_manifest, verify_release
    from schemas.errors import UsageError

    if against is None and (annotator or passes):
        raise UsageError("--annotator and --pass need --against, the project.")
    with working("checking"):
        problems = verify_release(folder)
    if any(problem.code != "V003" for problem in problems):
        typer.echo("The gold was not looked into: it is not as released.", err=True)
    else:
        from annotate.verification import check_gold

        with working("checking the gold"):
            problems += check_gold(folder)
            if against is not None:
                problems += _changes(folder, against, annotator, passes or [])
    manifest = read_manifest(folder)
    if output is GoldFormat.JSON:
        content = {
            "title": manifest.title,
            "release": manifest.release,
            "intact": not problems,
            "problems": [problem._asdict() for problem in problems],
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            typer.echo(f"{problem.where}: {problem.code} {problem.message}")
        if not problems:
            typer.echo(f"{folder}: {manifest.title} {manifest.release} is intact")
    if problems:
        raise typer.Exit(1)


def _changes(
    folder: Path, project: str, annotator: str | None, passes: list[Path]
) -> list[Problem]:
    """Return what Label Studio has otherwise than the release."""
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.projects import known_parts
    from annotate.labelstudio.released import check_copies
    from annotate.settings import load_settings
    from annotate.verification import as_released
    from exports import read_release
    from schemas.checks import Problem

    released = as_released(folder, passes=passes, annotator=annotator)
    schema = read_release(folder).schema
    with connect(load_settings()) as studio:
        campaigns = [part.campaign for part in known_parts(studio, project)]
        found = check_copies(studio, campaigns, schema, released)
    return [Problem(a.code, a.where, f"{a.what} {a.remedy}") for a in found]


def diff(
    old: Annotated[Path, typer.Argument(help="Gold: a release or a .jsonl file.")],
    new: Annotated[Path, typer.Argument(help="Its other version.")],
    *,
    output: Annotated[
        GoldFormat, typer.Option("--format", help="How to print the differences.")
    ] = GoldFormat.TABLE,
) -> None:
    """Show what differs between two versions of gold; exit 1 if anything does.

    Example: miyar diff gold-1.0 gold-1.1
    """
    from exports import count_differences, find_differences, read_gold

    with working("comparing"):
        found = find_differences(read_gold(old), read_gold(new))
    counts = count_differences(found)
    if output is GoldFormat.JSON:
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


def _refuse_personal_data(docs: Sequence[AnnotatedDocument]) -> None:
    from annotate.personal import find_personal_data
    from schemas.errors import DataError

    found = [str(problem) for doc in docs for problem in find_personal_data(doc)]
    if found:
        raise DataError("Nothing was released:\n" + "\n".join(found))
