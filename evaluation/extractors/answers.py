"""From an extractor's raw answer to a document that can be scored, or its faults."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from evaluation.alignment import map_answer
from evaluation.extractors.process import FaultKind
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError
from schemas.jsonl import parse_document
from schemas.labels import Schema

__all__ = ["Checked", "Problem", "check_answer", "relabel"]

Mention = EntityMention | EventMention


class Problem(NamedTuple):
    """One fault of an answer."""

    kind: FaultKind
    message: str


class Checked(NamedTuple):
    """What an answer is worth: a document, unless it is None, and what was wrong."""

    document: AnnotatedDocument | None
    problems: tuple[Problem, ...]
    dropped: int = 0


def relabel(
    answer: dict[str, Any], labels: Mapping[str, str | None]
) -> tuple[dict[str, Any], Counter[str]]:
    """Rename the labels and roles of an answer; those mapped to None are left out."""
    repairs: Counter[str] = Counter()

    def renamed(item: Any) -> Any:
        key = "role" if isinstance(item, dict) and "role" in item else "label"
        old = item.get(key) if isinstance(item, dict) else None
        if not isinstance(old, str) or old not in labels:
            return item
        new = labels[old]
        repairs[f"{key} {old} to {new or 'nothing'}"] += 1
        return None if new is None else {**item, key: new}

    return map_answer(answer, renamed), repairs


def check_answer(
    answer: Any,
    *,
    doc_id: str,
    text: str,
    schema: Schema | None,
    drop_faulty: bool = False,
) -> Checked:
    """Check an answer against the contract, the text and the schema.

    An answer with any fault is worth nothing, for leaving out what is wrong with it
    would flatter its precision. With `drop_faulty` only the faulty mentions and
    arguments are left out, and counted.
    """
    if not isinstance(answer, dict):
        message = f"an answer is a JSON object, not {type(answer).__name__}"
        return Checked(None, (Problem("contract", message),))
    given = answer.get("id", doc_id)
    if given != doc_id:
        message = f"it is the answer for {given!r}"
        return Checked(None, (Problem("contract", message),))
    if answer.get("text") not in (None, text):
        message = "its text is not the text it was given"
        return Checked(None, (Problem("contract", message),))
    try:
        whole = json.dumps({**answer, "id": doc_id, "text": text})
        doc = parse_document(whole, "the answer")
    except (DataError, ValueError) as error:
        return Checked(None, (Problem("contract", str(error)),))
    kept, problems, dropped = _sound(doc, len(text), schema)
    return Checked(kept if drop_faulty or not problems else None, problems, dropped)


def _sound(
    doc: AnnotatedDocument, size: int, schema: Schema | None
) -> tuple[AnnotatedDocument, tuple[Problem, ...], int]:
    """Return the document without its faulty parts, the faults, and how many parts."""
    problems: list[Problem] = []
    dropped = 0

    def sound(mentions: Sequence[Any], known: Mapping[str, Any] | None) -> list[Any]:
        nonlocal dropped
        kept, ids = [], set()
        for mention in mentions:
            found = list(_faults(mention, doc.text or "", size, known))
            if mention.id is not None and mention.id in ids:
                found.append(Problem("contract", f"the id {mention.id!r} comes twice"))
            ids.add(mention.id)
            problems.extend(found)
            if found:
                dropped += 1
            else:
                kept.append(mention)
        return kept

    entities = sound(doc.entities, schema.entities if schema else None)
    names = {mention.id for mention in entities if mention.id is not None}
    events = []
    for event in sound(doc.events, schema.events if schema else None):
        arguments = []
        for argument in event.arguments:
            fault = _argument_fault(argument, event, names, size, schema)
            if fault is None:
                arguments.append(argument)
            else:
                problems.append(fault)
                dropped += 1
        events.append(event.model_copy(update={"arguments": tuple(arguments)}))
    kept = doc.model_copy(update={"entities": tuple(entities), "events": tuple(events)})
    return kept, tuple(problems), dropped


def _faults(
    mention: Mention, text: str, size: int, known: Mapping[str, Any] | None
) -> Iterator[Problem]:
    where = f"{mention.label} [{mention.start}, {mention.end})"
    if fault := _span_fault(mention.start, mention.end, size):
        yield Problem("span", f"{where} {fault}")
    elif mention.text not in (None, text[mention.start : mention.end]):
        covered = text[mention.start : mention.end]
        yield Problem("slice", f"{where} covers {covered!r}, not {mention.text!r}")
    if known is not None and mention.label not in known:
        yield Problem("label", f"{mention.label!r} is no label of the schema")


def _span_fault(start: int, end: int, size: int) -> str | None:
    if end > size:
        return f"ends after the text ({size} characters)"
    return "is empty or runs backwards" if start >= end else None


def _argument_fault(
    argument: Argument,
    event: EventMention,
    names: set[str],
    size: int,
    schema: Schema | None,
) -> Problem | None:
    where = f"{argument.role} of {event.label} [{event.start}, {event.end})"
    if schema is not None and argument.role not in schema.roles:
        return Problem("label", f"{argument.role!r} is no role of the schema")
    if argument.entity is not None:
        if argument.entity in names:
            return None
        message = f"{where} names {argument.entity!r}, which is not there"
        return Problem("contract", message)
    if argument.start is None or argument.end is None:
        return Problem("contract", f"{where} names neither an entity nor a span")
    fault = _span_fault(argument.start, argument.end, size)
    return Problem("span", f"{where} {fault}") if fault else None
