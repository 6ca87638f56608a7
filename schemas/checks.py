"""Check annotated documents against the contract and a schema; collect all problems.

Each problem has a stable code, so that scripts and tests can rely on it:

======  ==============================================================
D001    the document has no text to check against
D002    the text is not the one its SHA-256 was made from
D003    two documents have one id
M001    a mention ends after the text, or does not start before its end
M002    two mentions have one id
M003    the label is not in the schema, or of the other layer
M004    the level is not in the schema
M005    the subtype is not one of the label's
M006    the same mention twice
M007    the mention's `text` is not the slice its offsets name
M008    a migration left the mention undecided
A001    an argument names an entity that is not there
A002    an argument has neither an entity nor a span of its own
A003    the event type does not have that role
A004    the filler's label may not fill the role
A005    the same argument twice
T001    an attribute value is not in the schema
R001    a required role is empty (a warning: the text may not tell)
======  ==============================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.jsonl import text_sha256
from schemas.labels import EventType, Schema

__all__ = [
    "Problem",
    "check_document",
    "check_documents",
    "doubled_document",
    "required_roles_empty",
]


class Problem(NamedTuple):
    """One fault: a stable code, where it is, and what it is with its remedy."""

    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.code} {self.message}"


def check_documents(docs: Iterable[AnnotatedDocument], schema: Schema) -> list[Problem]:
    """Return the problems of all documents, in document order."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for doc in docs:
        if doc.id in seen:
            problems.append(doubled_document(doc.id))
        seen.add(doc.id)
        problems += check_document(doc, schema)
    return problems


def doubled_document(doc_id: str) -> Problem:
    """Return the problem that an id comes again."""
    message = "two documents have this id. Give each its own."
    return Problem("D003", doc_id, message)


def check_document(doc: AnnotatedDocument, schema: Schema) -> list[Problem]:
    """Return the problems of one document: text, mentions, arguments, attributes."""
    return [
        *_text_problems(doc),
        *_mention_problems(doc),
        *_entity_problems(doc, schema),
        *_event_problems(doc, schema),
    ]


def required_roles_empty(doc: AnnotatedDocument, schema: Schema) -> list[Problem]:
    """Return R001 for each required role that no argument fills.

    This is a place to look, not a fault: a speaker may stand outside the sentence.
    """
    problems = []
    for event in doc.events:
        spec = schema.events.get(event.label)
        filled = {argument.role for argument in event.arguments}
        for role, use in spec.roles.items() if spec else ():
            if use.required and role not in filled:
                message = f"the required role {role} is empty. Is it in the sentence?"
                problems.append(Problem("R001", _at(doc, event), message))
    return problems


def _at(doc: AnnotatedDocument, mention: EntityMention | EventMention) -> str:
    name = f" {mention.id}" if mention.id else ""
    return f"{doc.id}:{name} {mention.label} [{mention.start}, {mention.end})"


def _text_problems(doc: AnnotatedDocument) -> Iterator[Problem]:
    if doc.text is None:
        message = "there is no text to check the offsets against. Add 'text'."
        yield Problem("D001", doc.id, message)
    elif doc.sha256 is not None and doc.sha256 != text_sha256(doc.text):
        message = (
            "the text differs from the one 'sha256' was made from. Was the article "
            "fetched or edited again? Ingest it anew and annotate that text."
        )
        yield Problem("D002", doc.id, message)


def _mention_problems(doc: AnnotatedDocument) -> Iterator[Problem]:
    size = len(doc.text) if doc.text is not None else None
    ids: set[str] = set()
    keys: set[tuple[object, ...]] = set()
    mentions: tuple[EntityMention | EventMention, ...] = (*doc.entities, *doc.events)
    for mention in mentions:
        where = _at(doc, mention)
        if size is not None and not mention.start < mention.end <= size:
            message = (
                f"the span ends after the text ({size} characters)."
                if mention.end > size
                else "the span is empty or runs backwards."
            )
            yield Problem("M001", where, f"{message} Was the text changed since?")
        if mention.id is not None and mention.id in ids:
            yield Problem("M002", where, "another mention has this id. Rename one.")
        ids.add(mention.id or "")
        if mention.text is not None and doc.text is not None:
            found = doc.text[mention.start : mention.end]
            if found != mention.text:
                message = f"its text is {mention.text!r}, the slice is {found!r}."
                yield Problem("M007", where, f"{message} In which unit was it counted?")
        if mention.meta and mention.meta.get("undecided"):
            choices = " or ".join(map(str, mention.meta["undecided"]))
            message = f"a migration left it undecided: {choices}? Choose one."
            yield Problem("M008", where, message)
        key = (type(mention).__name__, *mention.key)
        if key in keys:
            yield Problem("M006", where, "this mention is there twice. Remove one.")
        keys.add(key)


def _entity_problems(doc: AnnotatedDocument, schema: Schema) -> Iterator[Problem]:
    for mention in doc.entities:
        where = _at(doc, mention)
        spec = schema.entities.get(mention.label)
        if spec is None:
            yield Problem("M003", where, _no_label(mention.label, "entity", schema))
        elif mention.subtype is not None and mention.subtype not in spec.subtypes:
            known = ", ".join(spec.subtypes) or "none"
            message = f"no subtype {mention.subtype!r}; {mention.label} has: {known}."
            yield Problem("M005", where, message)
        if mention.level not in schema.levels:
            message = f"no level {mention.level!r} in {schema.name}."
            yield Problem("M004", where, message)


def _no_label(label: str, layer: str, schema: Schema) -> str:
    known = schema.entities if layer == "entity" else schema.events
    return (
        f"{label!r} is no {layer} label of {schema.name}, which has: "
        f"{', '.join(known)}."
    )


def _event_problems(doc: AnnotatedDocument, schema: Schema) -> Iterator[Problem]:
    entities = doc.entity_by_id()
    for event in doc.events:
        where = _at(doc, event)
        spec = schema.events.get(event.label)
        if spec is None:
            yield Problem("M003", where, _no_label(event.label, "event", schema))
            continue
        yield from _attribute_problems(event, spec, schema, where)
        seen: set[tuple[object, ...]] = set()
        for argument in event.arguments:
            fault = _argument_fault(argument, spec, entities)
            if fault:
                yield Problem(fault[0], where, fault[1])
            key = (argument.role, argument.entity, argument.start, argument.end)
            if key in seen:
                message = f"the same {argument.role} is there twice. Remove one."
                yield Problem("A005", where, message)
            seen.add(key)


def _attribute_problems(
    event: EventMention, spec: EventType, schema: Schema, where: str
) -> Iterator[Problem]:
    values: dict[str, tuple[str, Iterable[str]]] = {
        "polarity": (event.polarity, schema.polarity),
        "realis": (event.realis, schema.realis),
    }
    if event.mode is not None:
        values["mode"] = (event.mode, spec.modes)
    for name, (value, known) in values.items():
        if value not in known:
            choices = ", ".join(known) or "none"
            message = f"no {name} {value!r}; {event.label} has: {choices}."
            yield Problem("T001", where, message)


def _argument_fault(
    argument: Argument, spec: EventType, entities: dict[str, EntityMention]
) -> tuple[str, str] | None:
    use = spec.roles.get(argument.role)
    if use is None:
        known = ", ".join(spec.roles)
        return "A003", f"has no role {argument.role!r}; its roles are: {known}."
    if argument.entity is None:
        if argument.start is None or argument.end is None:
            return "A002", f"{argument.role} names neither an entity nor a span."
        return None
    filler = entities.get(argument.entity)
    if filler is None:
        return (
            "A001",
            f"{argument.role} names the entity {argument.entity!r}, which is not in "
            "the document. Add it, or remove the argument.",
        )
    if filler.label not in use.fillers:
        fillers = ", ".join(use.fillers)
        return (
            "A004",
            f"{argument.role} is filled by {argument.entity}, a {filler.label}; "
            f"it takes {fillers}.",
        )
    return None
