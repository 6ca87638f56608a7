"""`miyar explain`: what the rules saw in one sentence, and why they decided so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.cli.schema import SchemaOption
from annotate.cli.suggestions import OutputFormat, RulesOption

if TYPE_CHECKING:
    from annotate.rules.trace import Step, TracedSentence, Word
    from schemas.annotations import AnnotatedDocument

__all__ = ["explain", "register"]

_PARTS = ("names", "triggers", "arguments")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(  # noqa: PLR0913 - one parameter per option
    place: Annotated[
        Path, typer.Argument(metavar="DOC", help="An article: .txt, .jsonl or .csv.")
    ],
    *,
    name: Annotated[
        str | None, typer.Option("--id", help="The document of a file with several.")
    ] = None,
    sentence: Annotated[
        int | None, typer.Option(min=1, help="The number of the sentence, from 1.")
    ] = None,
    at: Annotated[
        int | None, typer.Option(min=0, help="An offset inside the sentence.")
    ] = None,
    schema: SchemaOption = None,
    rules: RulesOption = None,
    mute: Annotated[
        Path | None, typer.Option(help="Rules to leave out, from 'miyar ledger'.")
    ] = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="How to print it.")
    ] = OutputFormat.TABLE,
) -> None:
    """Explain what the rules matched in a sentence, what they dropped, and why.

    Arabic stands last on its line, with Latin letters (Buckwalter) before it, so that
    it can be read in a terminal without right-to-left text. Without --sentence or --at
    every sentence is explained.

    Example: miyar explain seeds/articles/elaph-2021-11.txt --sentence 2
    """
    from annotate.rules.load import load_ruleset
    from annotate.rules.mute import read_mute_list
    from annotate.rules.trace import trace
    from schemas.load import load_schema

    doc = _choose_document(place, name)
    muted = read_mute_list(mute) if mute else frozenset[str]()
    ruleset = load_ruleset(load_schema(schema), rules)
    traced = trace(doc, ruleset, muted=muted)
    chosen = _choose_sentences(traced, sentence, at, doc)
    text = doc.text or ""
    if output is OutputFormat.JSON:
        content = [_to_json(one, text) for one in chosen]
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
        return
    for one in chosen:
        typer.echo("\n".join(_lines(one, text, total=traced[-1].number)))


def _choose_document(place: Path, name: str | None) -> AnnotatedDocument:
    from annotate.ingest import read_sources
    from schemas.errors import UsageError

    docs = list(read_sources([place]))
    if name is not None:
        docs = [doc for doc in docs if doc.id == name]
        if not docs:
            raise UsageError(f"{place}: holds no document {name!r}.")
    if len(docs) > 1:
        some = ", ".join(doc.id for doc in docs[:5])
        raise UsageError(
            f"{place}: holds {len(docs)} documents; say which with --id ({some} ...)."
        )
    return docs[0]


def _choose_sentences(
    traced: tuple[TracedSentence, ...],
    number: int | None,
    at: int | None,
    doc: AnnotatedDocument,
) -> list[TracedSentence]:
    from schemas.errors import UsageError

    if number is not None and at is not None:
        raise UsageError("--sentence and --at both choose a sentence: give one.")
    if number is None and at is None:
        return list(traced)
    found = [
        one
        for one in traced
        if one.number == number or (at is not None and one.start <= at < one.end)
    ]
    if not found:
        asked = f"sentence {number}" if number else f"sentence around offset {at}"
        last = traced[-1] if traced else None
        reach = f"1 to {last.number}, offsets to {last.end}" if last else "none"
        raise UsageError(f"{doc.id} has no {asked}; its sentences are {reach}.")
    return found


def _lines(one: TracedSentence, text: str, *, total: int) -> list[str]:
    lines = [f"sentence {one.number} of {total}, [{one.start}, {one.end})"]
    lines += [f"  {' '.join(text[one.start : one.end].split())}", "", "words"]
    lines += [_word_line(word, text) for word in one.words]
    for part in _PARTS:
        steps = [step for step in one.steps if step.part == part]
        lines += ["", f"{part}{'' if steps else ': none'}"]
        head: int | None = None
        for step in steps:
            if step.head is not None and step.head != head:
                head = step.head
                lines += _head_lines(one, head, text)
            lines += _step_lines(step, _shown(text, step.start, step.end))
    return [*lines, ""]


def _word_line(word: Word, text: str) -> str:
    from annotate.arabic.romanise import romanise

    reading = "+".join(map(romanise, (*word.clitics, word.base)))
    if word.pronoun:
        reading += "-" + romanise(word.pronoun)
    name = word.before
    if word.after == "_":
        name += " > (goes on)"
    elif word.after != word.before:
        name += f" > {word.after}"
    piece = text[word.start : word.end]
    return f"  {_edges(word.start, word.end)}  {name:<26}  {reading:<16}  {piece}"


def _head_lines(one: TracedSentence, head: int, text: str) -> list[str]:
    return [
        f"  of {step.label} {_edges(head, step.end)}  {_shown(text, head, step.end)}"
        for step in one.steps
        if step.part == "triggers" and step.start == head
    ][:1]


def _shown(text: str, start: int, end: int) -> str:
    from annotate.arabic.romanise import romanise

    piece = " ".join(text[start:end].split())
    return f"{romanise(piece)}   {piece}"


def _step_lines(step: Step, shown: str) -> list[str]:
    mark = "+" if step.kept else "-"
    lines = [
        f"  {mark} {_edges(step.start, step.end)}  {step.label:<10}  "
        f"{step.rule:<24}  {shown}"
    ]
    if step.why:
        lines.append(f"      {step.why}")
    return lines


def _edges(start: int, end: int) -> str:
    return f"{f'{start}-{end}':>9}"


def _to_json(one: TracedSentence, text: str) -> dict[str, Any]:
    from dataclasses import asdict

    content = asdict(one)
    for item in (*content["words"], *content["steps"]):
        item["text"] = text[item["start"] : item["end"]]
    return {**content, "text": text[one.start : one.end]}
