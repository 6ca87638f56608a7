"""Measure an extractor: its answers scored, its faults counted, its speed beside."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from evaluation.alignment import Unit, align
from evaluation.columns import Snap
from evaluation.error_analysis import ErrorCase, find_errors
from evaluation.extractors import KINDS, Spec
from evaluation.extractors.answers import Checked, Problem, check_answer, relabel
from evaluation.intervals import Bootstrap
from evaluation.report import Report
from evaluation.runner import run
from evaluation.runs import Fault, Options, Question, Run
from evaluation.scoring import score
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from schemas.jsonl import render_document
from schemas.labels import Schema

__all__ = [
    "BENCH_CRITERIA",
    "CLITIC_CRITERIA",
    "Bench",
    "Measured",
    "label_words",
    "measure",
]

BENCH_CRITERIA = (
    "entities",
    "entities:boundary",
    "entities:overlap",
    "nominals",
    "triggers",
    "triggers:found",
    "arguments",
    "arguments:shared-trigger",
    "arguments:overlap",
    "arguments:same-entity",
    "attributes",
)
"""The layers of a benchmark, unless others are asked for."""

CLITIC_CRITERIA = ("entities:clitic", "triggers:clitic", "arguments:clitic")
"""The layers to add where the span rule is known."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What extractors are measured on, and how.

    `unit` and `drop_faulty` are the repairs that were asked for, `labels` renames what
    extractors answer. Extractors that are trained learn from `training`; without it,
    from the gold in `folds` parts, each document being read by one that learned from
    the other parts. `clitic` is the span rule, for errors that are a matter of clitics.
    `progress` is told how many documents are done, and of how many.
    """

    gold: Sequence[AnnotatedDocument]
    name: str = "gold"
    schema: Schema | None = None
    criteria: Sequence[str] = BENCH_CRITERIA
    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    options: Options = field(default_factory=Options)
    unit: Unit | None = None
    drop_faulty: bool = False
    labels: Mapping[str, str | None] = field(default_factory=dict)
    training: Sequence[AnnotatedDocument] | None = None
    folds: int = 5
    clitic: Snap | None = None
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What an extractor did on the gold."""

    spec: Spec
    report: Report
    predictions: tuple[AnnotatedDocument, ...]
    errors: tuple[ErrorCase, ...]
    faults: tuple[Fault, ...]
    repairs: Mapping[str, int]
    run: Run
    answered: int
    training: str | None = None
    """What it learned from, if it learned here."""


def measure(spec: Spec, bench: Bench) -> Measured:
    """Run the extractor over the gold's texts and score what it answers.

    Never raises for what the extractor does wrong, but DataError for gold without
    texts and UsageError for training gold that holds a text of the gold.
    """
    texts = {doc.id: _text(doc) for doc in bench.gold}
    done = _run_all(spec, bench)
    found: dict[str, Checked] = {}
    repairs: Counter[str] = Counter()
    faults = list(done.faults)
    for doc in bench.gold:
        if doc.id in done.answers:
            checked = _checked(doc, done.answers[doc.id], spec, bench, repairs)
            faults += [Fault(doc.id, p.kind, p.message) for p in checked.problems]
            found[doc.id] = checked
    predictions = tuple(
        found[doc.id].document or AnnotatedDocument(id=doc.id)
        if doc.id in found
        else AnnotatedDocument(id=doc.id)
        for doc in bench.gold
    )
    report = score(
        bench.gold,
        predictions,
        schema=bench.schema,
        criteria=bench.criteria,
        bootstrap=bench.bootstrap,
        clitic=bench.clitic,
        names=(bench.name, "predictions"),
    )
    # Each span is moved once, though it is compared with many.
    snap = lru_cache(maxsize=10_000)(bench.clitic) if bench.clitic else None
    return Measured(
        spec=spec,
        report=report,
        predictions=tuple(
            doc.model_copy(update={"text": texts[doc.id]}) for doc in predictions
        ),
        errors=tuple(find_errors(bench.gold, predictions, clitic=snap)),
        faults=tuple(faults),
        repairs=dict(sorted(repairs.items())),
        run=done,
        answered=sum(checked.document is not None for checked in found.values()),
        training=_training_name(spec, bench),
    )


def _run_all(spec: Spec, bench: Bench) -> Run:
    done, finished = Run(), 0
    with tempfile.TemporaryDirectory() as folder:
        for options, docs in _parts(spec, bench, Path(folder)):

            def told(count: int, before: int = finished) -> None:
                if bench.progress is not None:
                    bench.progress(before + count, len(bench.gold))

            questions = [_question(doc) for doc in docs]
            done.add(run(spec, questions, replace(options, progress=told)))
            finished += len(docs)
    return done


def _text(doc: AnnotatedDocument) -> str:
    if doc.text is None:
        raise DataError(
            f"gold document {doc.id!r} has no text, so no extractor can read it. Add "
            "'text'."
        )
    return doc.text


def _question(doc: AnnotatedDocument) -> Question:
    """Return what extractors may know of a document: nothing that was annotated."""
    question: Question = {"id": doc.id, "text": doc.text}
    for key in ("tokens", "sentences"):
        spans = getattr(doc, key)
        if spans is not None:
            question[key] = [list(span) for span in spans]
    return question


def _checked(
    doc: AnnotatedDocument,
    answer: Any,
    spec: Spec,
    bench: Bench,
    repairs: Counter[str],
) -> Checked:
    """Repair an answer as was asked for, then check it."""
    text = _text(doc)
    lost: tuple[str, ...] = ()
    unit = KINDS[spec.kind].unit or bench.unit
    if isinstance(answer, dict):
        if unit is not None:
            answer, counted, lost = align(answer, text, unit=unit, tokens=doc.tokens)
            repairs.update(counted)
        if bench.labels:
            answer, counted = relabel(answer, bench.labels)
            repairs.update(counted)
    checked = check_answer(
        answer,
        doc_id=doc.id,
        text=text,
        schema=bench.schema,
        drop_faulty=bench.drop_faulty,
    )
    return _with_lost(checked, lost, bench.drop_faulty, repairs)


def _with_lost(
    checked: Checked, lost: Sequence[str], drop_faulty: bool, repairs: Counter[str]
) -> Checked:
    """Add the mentions that could not be aligned to what is wrong with an answer."""
    dropped = checked.dropped + len(lost)
    if drop_faulty and dropped and checked.document is not None:
        repairs["faulty mentions and arguments left out"] += dropped
    if not lost:
        return checked
    problems = (*checked.problems, *(Problem("unit", message) for message in lost))
    document = checked.document if drop_faulty else None
    return Checked(document, problems, dropped)


def _parts(
    spec: Spec, bench: Bench, folder: Path
) -> Iterator[tuple[Options, Sequence[AnnotatedDocument]]]:
    """Yield the documents with the options under which they are to be read."""
    own: dict[str, Any] = {}
    if spec.kind in ("http", "https", "openai"):
        own["timeout"] = bench.options.limits.seconds
    if spec.kind == "openai":
        own["labels"] = label_words(bench.schema)
    if not KINDS[spec.kind].trained:
        yield replace(bench.options, own=own), bench.gold
        return
    for number, (training, docs) in enumerate(_splits(bench)):
        path = folder / f"{number}.jsonl"
        path.write_text("".join(render_document(doc) + "\n" for doc in training))
        yield replace(bench.options, own={**own, "train": str(path)}), docs


def _splits(
    bench: Bench,
) -> Iterator[tuple[Sequence[AnnotatedDocument], Sequence[AnnotatedDocument]]]:
    """Yield (what to learn from, what to read); no text is on both sides."""
    if bench.training is not None:
        known = {_text(doc) for doc in bench.training}
        leaked = next((doc.id for doc in bench.gold if doc.text in known), None)
        if leaked is not None:
            raise UsageError(
                f"the training gold holds the text of {leaked!r}, which is to be read. "
                "Train on other documents; without --train the gold is split."
            )
        yield bench.training, bench.gold
        return
    texts = sorted({_text(doc) for doc in bench.gold}, key=_shuffled)
    parts = min(bench.folds, len(texts))
    if parts < 2:
        raise UsageError(
            "one document cannot be split into training and test; give training gold "
            "by --train."
        )
    part = {text: number % parts for number, text in enumerate(texts)}
    for number in range(parts):
        yield (
            [doc for doc in bench.gold if part[_text(doc)] != number],
            [doc for doc in bench.gold if part[_text(doc)] == number],
        )


def _shuffled(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _training_name(spec: Spec, bench: Bench) -> str | None:
    if not KINDS[spec.kind].trained:
        return None
    if bench.training is not None:
        return f"{len(bench.training)} other documents"
    texts = len({doc.text for doc in bench.gold})
    return f"the gold in {min(bench.folds, texts)} folds"


def label_words(schema: Schema | None) -> dict[str, Any]:
    """Return labels with their definitions, for those who must be told them.

    Raises UsageError without a schema.
    """
    if schema is None:
        raise UsageError("openai: extractors are told the labels: give a schema.")
    return {
        "language": schema.language,
        "entities": _words(schema.entities.items()),
        "events": _words(schema.events.items()),
        "roles": _words(schema.roles.items()),
        "levels": list(schema.levels),
        "polarity": list(schema.polarity),
        "realis": list(schema.realis),
    }


def _words(labels: Iterable[tuple[str, Any]]) -> dict[str, str]:
    return {
        label: " ".join(
            f"{spec.name.en} ({spec.name.ar}). {spec.definition.en}".split()
        )
        for label, spec in labels
    }
