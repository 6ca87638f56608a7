"""Carry one Label Studio result list from a schema to the next, and keep the rest.

Labels, choices and roles are migrated as a document is; region ids, scores, notes and
whatever else a region carries stay as they were. A rewritten region names its schema in
its meta, which Label Studio keeps through every edit: so it is known what was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.labelstudio.config import mode_control, subtype_control
from annotate.labelstudio.results import Reading, read_results
from annotate.labelstudio.tasks import to_results
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.errors import DataError
from schemas.labels import Schema
from schemas.migration_steps import Migration
from schemas.migrations import Change, migrate_document
from schemas.undecided import (
    Place,
    answer_document,
    choices_of,
    find_questions,
    settle_document,
)

__all__ = ["Course", "Rewritten", "Source", "is_rewritten", "rewrite"]

Json = dict[str, Any]
_MARK = "schema"
# What `to_results` writes into a region's meta; all else in there is somebody's own.
_OURS = frozenset({"rule", "kb", "annotator", "meta", "arguments"})


@dataclass(frozen=True, slots=True)
class Course:
    """Where a migration leads."""

    migration: Migration
    old: Schema
    new: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A result list as it stands in Label Studio.

    `moved` says that it is in the new schema unless its labels speak against it. What
    was `submitted` asks its questions; a suggestion, a draft and a skipped task are
    still to be looked at, and take the first choice with a note. With `strict` it must
    be read without a problem; else what cannot be read stays as it is.
    """

    doc: str
    text: str
    result: Sequence[Json]
    where: str
    moved: bool
    submitted: bool
    strict: bool


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The result list in the new schema; `questions` is what it asks of people."""

    result: Sequence[Json]
    changes: tuple[Change, ...] = ()
    problems: tuple[str, ...] = ()
    questions: AnnotatedDocument | None = None
    fresh: bool = field(default=False)
    """Whether the result is another than the source's."""


def is_rewritten(result: Iterable[Json], new: Schema) -> bool:
    """Tell whether a result list was carried to the schema `new` already."""
    return any((entry.get("meta") or {}).get(_MARK) == new.name for entry in result)


def rewrite(
    source: Source, course: Course, answers: Mapping[Place, str] | None = None
) -> Rewritten:
    """Carry a result list over, and give its questions the `answers` there are.

    One that was carried over before changes only where an answer has come.
    """
    done, reading = _read(source, course)
    strict = source.strict and not done
    if not source.result or (reading.problems and strict):
        problems = reading.problems if strict else ()
        return Rewritten(source.result, problems=problems)
    before = _document(source, reading)
    after, changes = _carried(before, course, answers or {}, done=done)
    if not source.submitted:
        changes = tuple(map(_settled, changes))
    if done and not changes:
        return Rewritten(source.result, questions=_questions(after, source))
    try:
        entries = to_results(settle_document(after), course.new)
    except DataError as error:
        lines = str(error).splitlines()
        return Rewritten(
            source.result, problems=tuple(f"{source.where}: {line}" for line in lines)
        )
    result = [
        *_woven(entries, source, after, course.new),
        *_unread(source.result, before, after),
    ]
    fresh = result != list(source.result)
    return Rewritten(result, changes, (), _questions(after, source), fresh=fresh)


def _read(source: Source, course: Course) -> tuple[bool, Reading]:
    """Return whether the source is in the new schema, and what it says."""

    def read(schema: Schema) -> Reading:
        return read_results(
            source.result, text=source.text, schema=schema, where=source.where
        )

    if is_rewritten(source.result, course.new):
        return True, read(course.new)
    likely, other = course.old, course.new
    if source.moved:
        likely, other = other, likely
    reading = read(likely)
    # Somebody's page may have been open since before, or be newer than the task.
    if reading.problems and not (second := read(other)).problems:
        return not source.moved, second
    return source.moved, reading


def _carried(
    doc: AnnotatedDocument,
    course: Course,
    answers: Mapping[Place, str],
    *,
    done: bool,
) -> tuple[AnnotatedDocument, tuple[Change, ...]]:
    changes: tuple[Change, ...] = ()
    if not done:
        doc, changes = migrate_document(doc, course.migration, course.new)
    doc, answered = answer_document(doc, answers, course.new)
    return doc, (*changes, *answered)


def _settled(change: Change) -> Change:
    """Tell of a question that is not asked, because somebody will look anyway."""
    if change.what != "asked" or change.becomes is None:
        return change
    return change._replace(what="split", becomes=change.becomes.partition(" or ")[0])


def _questions(doc: AnnotatedDocument, source: Source) -> AnnotatedDocument | None:
    return find_questions(doc) if source.submitted else None


def _document(source: Source, reading: Reading) -> AnnotatedDocument:
    """Return what was read, each mention under its region's own id."""
    levels = {
        str(entry.get("id")): str((entry.get("value") or {}).get("choices"))
        for entry in source.result
        if entry.get("from_name") == "level"
    }
    regions: dict[tuple[object, ...], list[str]] = {}
    # Twins by label and span differ by level alone, and the reading is in its order.
    for entry in sorted(source.result, key=lambda e: levels.get(str(e.get("id")), "")):
        value = entry.get("value") or {}
        for label in value.get("labels") or ():
            key = (label, value.get("start"), value.get("end"))
            regions.setdefault(key, []).append(str(entry.get("id")))
    names: dict[str | None, str] = {
        mention.id: regions[mention.label, mention.start, mention.end].pop(0)
        for mention in (*reading.entities, *reading.events)
    }
    return AnnotatedDocument(
        id=source.doc,
        text=source.text,
        entities=tuple(
            m.model_copy(update={"id": names[m.id]}) for m in reading.entities
        ),
        events=tuple(_named(event, names) for event in reading.events),
    )


def _named(event: EventMention, names: Mapping[str | None, str]) -> EventMention:
    arguments = tuple(
        argument.model_copy(update={"entity": names[argument.entity]})
        for argument in event.arguments
    )
    return event.model_copy(update={"id": names[event.id], "arguments": arguments})


def _woven(
    entries: Iterable[Json], source: Source, after: AnnotatedDocument, new: Schema
) -> Iterator[Json]:
    """Yield the entries with all that only the standing ones know."""
    regions, chosen, relations = _standing(source.result)
    mentions: list[EntityMention | EventMention] = [*after.entities, *after.events]
    asked = {mention.id: choices_of(mention) for mention in mentions}
    for entry in entries:
        if entry["type"] == "relation":
            stood = relations.get((entry["from_id"], entry["to_id"]), entry)
            yield stood | {"labels": entry["labels"]}
        elif entry["type"] == "choices":
            attribute = _attribute(entry["from_name"])
            stood = chosen.get((entry["id"], attribute), {})
            # What nobody chose goes without saying, unless the new label asks for it.
            if stood or attribute in ("subtype", "mode"):
                yield _over(stood, entry)
        else:
            stood = regions[entry["id"]]
            meta = _meta(stood, entry, asked[entry["id"]], source.submitted)
            yield _over(stood, entry) | {"meta": meta | {_MARK: new.name}}


def _standing(
    result: Iterable[Json],
) -> tuple[dict[str, Json], dict[tuple[str, str], Json], dict[tuple[str, str], Json]]:
    """Return the regions, choices and relations of a result list by their places."""
    regions: dict[str, Json] = {}
    chosen: dict[tuple[str, str], Json] = {}
    relations: dict[tuple[str, str], Json] = {}
    for entry in result:
        if entry.get("type") == "relation":
            ends = (str(entry.get("from_id")), str(entry.get("to_id")))
            relations.setdefault(ends, entry)
        elif entry.get("type") == "choices":
            place = (str(entry.get("id")), _attribute(str(entry.get("from_name"))))
            chosen[place] = entry
        else:
            regions[str(entry.get("id"))] = entry
    return regions, chosen, relations


def _attribute(control: str) -> str:
    """Return what a control asks for, whatever label it asks it of."""
    for name, prefix in (("subtype", subtype_control("")), ("mode", mode_control(""))):
        if control.startswith(prefix):
            return name
    return control


def _over(stood: Json, entry: Json) -> Json:
    return stood | entry | {"value": stood.get("value", {}) | entry["value"]}


def _meta(stood: Json, entry: Json, asked: tuple[str, ...], submitted: bool) -> Json:
    known = stood.get("meta") or {}
    own = {name: value for name, value in known.items() if name not in _OURS}
    meta: Json = {**(entry.get("meta") or {}), **own}
    if asked and submitted:
        meta["meta"] = {**(meta.get("meta") or {}), "undecided": list(asked)}
    elif asked:
        meta["text"] = [*meta.get("text", ()), f"{' / '.join(asked)}?"]
    return meta


def _unread(
    result: Sequence[Json], before: AnnotatedDocument, after: AnnotatedDocument
) -> Iterator[Json]:
    """Yield what could not be read; a relation only where both its ends are left."""
    read, left = _ids(before), _ids(after)
    strange = {str(e.get("id")) for e in result if e.get("type") != "relation"} - read
    for entry in result:
        if entry.get("type") != "relation":
            if str(entry.get("id")) in strange:
                yield entry
        else:
            ends = {str(entry.get("from_id")), str(entry.get("to_id"))}
            faulty = not entry.get("labels") or bool(ends & strange)
            if faulty and ends <= left | strange:
                yield entry


def _ids(doc: AnnotatedDocument) -> set[str | None]:
    return {mention.id for mention in (*doc.entities, *doc.events)}
