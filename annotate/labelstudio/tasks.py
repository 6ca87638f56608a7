"""Turn annotated documents into Label Studio tasks with predictions.

Label Studio accepts nearly anything and shows some of it as a blank page, so a
document is checked whole before it becomes a task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from annotate.labelstudio.config import (
    ENTITY,
    TEXT,
    TRIGGER,
    mode_control,
    role_value,
    subtype_control,
)
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.checks import check_document
from schemas.errors import DataError
from schemas.jsonl import text_sha256
from schemas.labels import Schema

__all__ = [
    "build_task",
    "check_task",
    "task_fault",
    "task_name",
    "to_results",
    "to_task",
]

Json = dict[str, Any]
_KEPT = ("rule", "kb", "annotator", "meta")


def to_task(
    doc: AnnotatedDocument, schema: Schema, *, model_version: str | None
) -> Json:
    """Return the task of a document, its mentions as one prediction.

    With `model_version` None the task carries no suggestions at all. Raises DataError
    that lists every problem of the document.
    """
    check_task(doc, schema)
    return build_task(doc, schema, model_version=model_version)


def to_results(doc: AnnotatedDocument, schema: Schema) -> list[Json]:
    """Return the document's mentions as Label Studio results.

    Regions and their choices first, relations (event to entity) last. Raises
    DataError that lists every problem of the document.
    """
    check_task(doc, schema)
    return _results(doc, schema)


def check_task(doc: AnnotatedDocument, schema: Schema) -> None:
    """Raise DataError that lists why a document cannot become a task, if so."""
    problems = check_document(doc, schema)
    if problems or doc.text is None:
        raise DataError("\n".join(str(problem) for problem in problems))
    if "\r" in doc.text:
        raise DataError(
            f"{doc.id}: the text holds carriage returns, which Label Studio shows as "
            "second line breaks. Run 'miyar ingest' on the article and annotate that."
        )
    for event in doc.events:
        for argument in event.arguments:
            if argument.entity is None:
                raise DataError(
                    f"{doc.id}: {event.label} [{event.start}, {event.end}) has a "
                    f"{argument.role} with a span of its own. Label Studio draws "
                    "arguments between mentions: make the span an entity and name its "
                    "id."
                )


def build_task(
    doc: AnnotatedDocument, schema: Schema, *, model_version: str | None
) -> Json:
    """Return the task of a document that `check_task` found fit."""
    text = doc.text or ""
    data = {
        "text": text,
        "doc_id": doc.id,
        "sha256": text_sha256(text),
        "schema": schema.name,
    }
    task: Json = {"data": data}
    if doc.meta:
        task["meta"] = doc.meta
    if model_version is not None:
        prediction: Json = {
            "model_version": model_version,
            "result": _results(doc, schema),
        }
        scores = [m.score for m in (*doc.entities, *doc.events) if m.score is not None]
        if scores:
            prediction["score"] = sum(scores) / len(scores)
        task["predictions"] = [prediction]
    return task


def task_name(task: Mapping[str, Any]) -> str:
    """Return how messages call a task that `build_task` made: number and document."""
    return f"task {task['id']} ({task['data']['doc_id']})"


def task_fault(task: Mapping[str, Any]) -> str | None:
    """Return why a task on the server is no longer what `build_task` made, or None."""
    data = task["data"]
    if not isinstance(data.get("text"), str) or "doc_id" not in data:
        return (
            f"task {task['id']}: was not made by 'miyar push'. Delete it, or push the "
            "article."
        )
    if text_sha256(data["text"]) != data.get("sha256"):
        return (
            f"{task_name(task)}: its text was changed since it was pushed, so its "
            "offsets mean nothing. Put the old text back, or push the new one as a new "
            "document."
        )
    return None


def _results(doc: AnnotatedDocument, schema: Schema) -> list[Json]:
    text = doc.text or ""
    ids = _region_ids(doc)
    results: list[Json] = []
    for mention in doc.entities:
        results += _entity_results(mention, ids[id(mention)], text)
    for event in doc.events:
        results += _event_results(event, ids[id(event)], text, schema)
    for event in doc.events:
        for argument in event.arguments:
            results.append(_relation(event, argument, ids, schema))
    return results


def _region_ids(doc: AnnotatedDocument) -> dict[int, str]:
    mentions = (*doc.entities, *doc.events)
    used = {mention.id for mention in mentions if mention.id is not None}
    ids: dict[int, str] = {}
    number = 0
    for mention in mentions:
        name = mention.id
        while name is None or (mention.id is None and name in used):
            number += 1
            name = f"R{number}"
        ids[id(mention)] = name
    return ids


def _entity_results(mention: EntityMention, region: str, text: str) -> Iterator[Json]:
    yield _region(mention, region, text, ENTITY)
    yield _choice(mention, region, text, "level", mention.level)
    if mention.subtype is not None:
        control = subtype_control(mention.label)
        yield _choice(mention, region, text, control, mention.subtype)


def _event_results(
    event: EventMention, region: str, text: str, schema: Schema
) -> Iterator[Json]:
    yield _region(event, region, text, TRIGGER)
    yield _choice(event, region, text, "polarity", event.polarity)
    yield _choice(event, region, text, "realis", event.realis)
    # A type with one mode has no control for it: the mode goes without saying.
    if event.mode is not None and len(schema.events[event.label].modes) > 1:
        yield _choice(event, region, text, mode_control(event.label), event.mode)


def _span(mention: EntityMention | EventMention, text: str) -> Json:
    return {
        "start": mention.start,
        "end": mention.end,
        "text": text[mention.start : mention.end],
    }


def _region(
    mention: EntityMention | EventMention, region: str, text: str, control: str
) -> Json:
    result: Json = {
        "id": region,
        "from_name": control,
        "to_name": TEXT,
        "type": "labels",
        "value": _span(mention, text) | {"labels": [mention.label]},
    }
    if mention.score is not None:
        result["score"] = mention.score
    meta = {n: v for n in _KEPT if (v := getattr(mention, n, None)) is not None}
    if isinstance(mention, EventMention):
        # A relation can carry neither score nor rule, so its event does.
        kept = [_argument_meta(argument) for argument in mention.arguments]
        if any(entry for entry in kept):
            meta["arguments"] = [
                {"role": a.role, "entity": a.entity} | entry
                for a, entry in zip(mention.arguments, kept, strict=True)
                if entry
            ]
    if meta:
        shown = shown_words(meta)
        result["meta"] = meta | ({"text": [shown]} if shown else {})
    return result


def shown_words(meta: Mapping[str, Any]) -> str:
    """Return what the page shows of a mark's meta: its rule and its id, if any."""
    return " · ".join(str(meta[name]) for name in ("rule", "kb") if meta.get(name))


def _argument_meta(argument: Argument) -> Json:
    kept = {"score": argument.score, "rule": argument.rule}
    return {name: value for name, value in kept.items() if value is not None}


def _choice(
    mention: EntityMention | EventMention,
    region: str,
    text: str,
    control: str,
    value: str,
) -> Json:
    return {
        "id": region,
        "from_name": control,
        "to_name": TEXT,
        "type": "choices",
        "value": _span(mention, text) | {"choices": [value]},
    }


def _relation(
    event: EventMention, argument: Argument, ids: dict[int, str], schema: Schema
) -> Json:
    return {
        "type": "relation",
        "from_id": ids[id(event)],
        "to_id": argument.entity,
        "direction": "right",
        "labels": [role_value(schema, argument.role)],
    }
