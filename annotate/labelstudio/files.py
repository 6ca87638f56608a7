"""Label Studio's JSON in files: tasks with annotations, as it imports and exports them.

Nothing here talks to a server. A file that `write_tasks` made goes back in with
Label Studio's own import, and its annotations are there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotate.labelstudio.results import from_results
from annotate.labelstudio.tasks import to_results, to_task
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.jsonl import text_sha256
from schemas.labels import Schema
from schemas.text_files import unreadable

__all__ = ["FILE", "LOSES", "read_tasks", "write_tasks"]

FILE = "tasks.json"
LOSES = ("tokens", "sentences", "ids", "arguments with a span of their own")
"""What a task has no place for, or what is numbered anew when it is read."""

Json = Mapping[str, Any]
Drop = Callable[[str, str], None]


def write_tasks(
    docs: Sequence[AnnotatedDocument], folder: Path, schema: Schema
) -> None:
    """Write `tasks.json`, a task a document with its mentions as one annotation.

    Raises DataError, listing every problem, for a document that Label Studio would not
    show as it is.
    """
    tasks = []
    for doc in map(_drawable, docs):
        task = to_task(doc, schema, model_version=None)
        tasks.append(task | {"annotations": [{"result": to_results(doc, schema)}]})
    content = json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"
    (folder / FILE).write_text(content, encoding="utf-8", newline="")


def _drawable(doc: AnnotatedDocument) -> AnnotatedDocument:
    """Leave out arguments that no mention fills: the page draws them between two."""
    events = tuple(
        event.model_copy(
            update={
                "arguments": tuple(a for a in event.arguments if a.entity is not None)
            }
        )
        for event in doc.events
    )
    return doc.model_copy(update={"events": events})


def read_tasks(
    place: Path, *, schema: Schema, drop: Drop, annotator: str | None = None
) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a JSON export, each by its one annotation.

    `annotator` (an e-mail address or a user's number) chooses among several; tasks and
    annotations left aside are told to `drop` with their place. Raises DataError at what
    is no such export, at a text that is not the one annotated, at marks that do not fit
    the schema, and where one document has several annotations to choose from.
    """
    path = place / FILE if place.is_dir() else place
    for number, task in enumerate(_load(path), start=1):
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            raise DataError(
                f"{path}: task {number} has no data.text. Export the project from "
                "Label Studio in the format JSON, not JSON_MIN."
            )
        where = f"{path}: task {task.get('id', number)}"
        doc = _document(task, where, schema, drop, annotator)
        if doc is not None:
            yield doc


def _load(path: Path) -> Sequence[Any]:
    try:
        tasks = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(unreadable(path, error)) from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8 (byte {error.start}).") from None
    except RecursionError:
        raise DataError(f"{path}: is nested too deeply to be an export.") from None
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{error.lineno}: is no JSON: {error.msg}.") from None
    if not isinstance(tasks, list):
        raise DataError(f"{path}: holds no list of tasks. Is it an export of JSON?")
    return tasks


def _document(
    task: Json, where: str, schema: Schema, drop: Drop, annotator: str | None
) -> AnnotatedDocument | None:
    data = task["data"]
    doc_id = str(data.get("doc_id") or task.get("id") or "")
    if not doc_id:
        raise DataError(f"{where}: has neither data.doc_id nor an id. Give it one.")
    where = f"{where} ({doc_id})"
    text = data["text"]
    if data.get("sha256") not in (None, text_sha256(text)):
        raise DataError(
            f"{where}: its text was changed since it was pushed, so its offsets mean "
            "nothing. Put the old text back."
        )
    annotation = _chosen(task, where, drop, annotator)
    if annotation is None:
        return None
    entities, events = from_results(
        annotation["result"], text=text, schema=schema, where=where
    )
    return AnnotatedDocument(
        id=doc_id,
        text=text,
        sha256=text_sha256(text),
        meta=dict(task.get("meta") or {}),
        entities=entities,
        events=events,
    )


def _chosen(task: Json, where: str, drop: Drop, annotator: str | None) -> Json | None:
    there = []
    for annotation in task.get("annotations") or ():
        if annotation.get("was_cancelled"):
            drop("skipped annotations", where)
        elif annotator is None or annotator in _names(annotation):
            there.append(annotation)
        else:
            drop("annotations of others", where)
    if len(there) > 1:
        who = ", ".join(sorted({_names(annotation)[-1] for annotation in there}))
        raise DataError(
            f"{where}: has {len(there)} annotations (by {who}), and gold has one. Name "
            "one with --annotator, or adjudicate them first."
        )
    if not there:
        drop("tasks without an annotation", where)
        return None
    return dict(there[0])


def _names(annotation: Json) -> tuple[str, ...]:
    """Return the names an annotator goes by: a number, and an address if known."""
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        return tuple(str(who[key]) for key in ("id", "email") if who.get(key))
    return (str(who) if who is not None else "nobody known",)
