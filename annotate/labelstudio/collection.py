"""Bring annotations home: one document a task and annotator, checked against its text.

Skipped tasks are counted apart: Label Studio keeps the whole suggestion in them, and
nobody said that it is right.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from annotate.labelstudio.campaign import Campaign, find_campaign, iter_tasks
from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import render_config
from annotate.labelstudio.results import read_results
from annotate.labelstudio.users import users_by_id
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from schemas.jsonl import render_document, text_sha256
from schemas.labels import Schema

__all__ = ["Collected", "Opinion", "collect", "pull"]

Json = Mapping[str, Any]
PAGE = 100


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one annotator said of one document.

    `doc` is None when the annotator skipped it, or when its text or schema is not the
    one that was pushed; `problems` then says why.
    """

    annotator: str
    task: int
    doc: AnnotatedDocument | None
    skipped: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """What a pull wrote: documents and skips per annotator, and where."""

    documents: Mapping[str, int]
    skipped: Mapping[str, int]
    unannotated: int
    files: tuple[Path, ...]
    problems: tuple[str, ...]


def collect(studio: Studio, campaign: Campaign, schema: Schema) -> Iterator[Opinion]:
    """Yield every opinion of a project, task by task, annotators in order.

    A document's `meta.studio` names annotator, task, annotation and seconds of work. A
    task nobody annotated yields one Opinion without annotator.
    """
    users = users_by_id(studio)
    for task in iter_tasks(studio, campaign, fields="all", page_size=PAGE):
        yield from _opinions(task, users, schema)


def pull(
    studio: Studio,
    project: str,
    *,
    schema: Schema,
    out: Path,
    lenient: bool = False,
) -> Collected:
    """Write the annotations of a project as `OUT/ANNOTATOR.jsonl`, all or nothing.

    Raises DataError that lists every problem; with `lenient` the marks that have one
    are left out instead and the problems are returned.
    """
    campaign = find_campaign(studio, project)
    if campaign is None:
        raise UsageError(
            f"Label Studio at {studio.url} has no project {project!r}. 'miyar status' "
            "lists what is there."
        )
    problems = list(_page_problems(campaign, schema))
    documents: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    unannotated = 0
    with _Spool(out) as spool:
        for opinion in collect(studio, campaign, schema):
            problems += opinion.problems
            unannotated += not opinion.annotator
            skipped[opinion.annotator] += opinion.skipped
            if opinion.doc is not None:
                documents[opinion.annotator] += 1
                spool.write(opinion.annotator, opinion.doc)
        if problems and not lenient:
            raise DataError(
                "\n".join(problems)
                + "\nNothing was written. Mend these in Label Studio, or add --lenient "
                "to leave the faulty marks out."
            )
        files = spool.commit()
    return Collected(documents, +skipped, unannotated, files, tuple(problems))


def _page_problems(campaign: Campaign, schema: Schema) -> Iterator[str]:
    if campaign.config != render_config(schema):
        yield (
            f"project {campaign.title!r}: its labelling page is not that of "
            f"{schema.name}; labels may be missing. 'miyar push --reset-page' puts it "
            "back."
        )


def _opinions(
    task: Json, users: Mapping[int, str], schema: Schema
) -> Iterator[Opinion]:
    number = int(task["id"])
    annotations = task.get("annotations") or []
    if not annotations:
        yield Opinion("", number, None)
    fault = _task_fault(task, schema)
    seen: set[str] = set()
    for annotation in sorted(annotations, key=lambda a: int(a["id"])):
        who = users.get(_user_id(annotation), f"user-{_user_id(annotation)}")
        if annotation.get("was_cancelled"):
            yield Opinion(who, number, None, skipped=True)
        elif fault or who in seen:
            why = fault or (
                f"task {number} ({task['data']['doc_id']}): {who} annotated it twice. "
                f"Delete annotation {annotation['id']} or the one before."
            )
            yield Opinion(who, number, None, problems=(why,))
        else:
            seen.add(who)
            yield _opinion(task, annotation, who, schema)


def _user_id(annotation: Json) -> int:
    author = annotation.get("completed_by")
    return int(author["id"]) if isinstance(author, dict) else int(author or 0)


def _task_fault(task: Json, schema: Schema) -> str | None:
    data, where = task["data"], f"task {task['id']}"
    if not isinstance(data.get("text"), str) or "doc_id" not in data:
        return f"{where}: was not made by 'miyar push'. Delete it, or push the article."
    where = f"{where} ({data['doc_id']})"
    if text_sha256(data["text"]) != data.get("sha256"):
        return (
            f"{where}: its text was changed since it was pushed, so its offsets mean "
            "nothing. Put the old text back, or push the new one as a new document."
        )
    if data.get("schema") != schema.name:
        return (
            f"{where}: was pushed with the schema {data.get('schema')}, and this is "
            f"{schema.name}. Name that schema with --schema."
        )
    return None


def _opinion(task: Json, annotation: Json, who: str, schema: Schema) -> Opinion:
    data, number = task["data"], int(task["id"])
    reading = read_results(
        annotation["result"],
        text=data["text"],
        schema=schema,
        where=f"task {number} ({data['doc_id']}), {who}",
    )
    origin = {"annotator": who, "task": number, "annotation": int(annotation["id"])}
    if annotation.get("lead_time"):
        origin["seconds"] = round(float(annotation["lead_time"]), 1)
    # Apart from the article's own meta: adjudication keeps that, and drops this.
    meta = {**(task.get("meta") or {}), "studio": origin}
    doc = AnnotatedDocument(
        id=data["doc_id"],
        text=data["text"],
        sha256=data["sha256"],
        meta=meta,
        entities=reading.entities,
        events=reading.events,
    )
    return Opinion(who, number, doc, problems=reading.problems)


class _Spool:
    """Files that grow beside their place and take it together, or vanish."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.open: dict[str, tuple[Path, IO[str]]] = {}
        self.made = False
        self.done = False

    def __enter__(self) -> _Spool:
        return self

    def write(self, annotator: str, doc: AnnotatedDocument) -> None:
        if annotator not in self.open:
            if not self.out.is_dir():
                self.out.mkdir(parents=True)
                self.made = True
            draft = self.out / f".{annotator}.{os.getpid()}"
            self.open[annotator] = (draft, draft.open("w", encoding="utf-8"))
        self.open[annotator][1].write(render_document(doc) + "\n")

    def commit(self) -> tuple[Path, ...]:
        files = []
        for annotator, (draft, handle) in sorted(self.open.items()):
            handle.flush()
            os.fsync(handle.fileno())
            handle.close()
            files.append(draft.replace(self.out / f"{annotator}.jsonl"))
        self.done = True
        return tuple(files)

    def __exit__(self, *_: object) -> None:
        for draft, handle in self.open.values():
            handle.close()
            draft.unlink(missing_ok=True)
        if self.made and not self.done:
            self.out.rmdir()
