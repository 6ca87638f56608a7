"""The contract's own format, in one canonical form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from exports.losses import Dropped
from schemas.annotations import AnnotatedDocument, Argument, EventMention
from schemas.jsonl import read_documents, render_document, text_sha256
from schemas.labels import Schema

__all__ = ["canonical", "read_jsonl", "render", "write_jsonl"]

FILE = "documents.jsonl"


def write_jsonl(
    docs: Sequence[AnnotatedDocument], folder: Path, _schema: Schema
) -> None:
    """Write `documents.jsonl`, one document a line."""
    content = render(docs).encode("utf-8", "surrogatepass")
    (folder / FILE).write_bytes(content)


def read_jsonl(place: Path, _dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a .jsonl file, or of the one `write_jsonl` made."""
    return read_documents(place / FILE if place.is_dir() else place)


def render(docs: Iterable[AnnotatedDocument]) -> str:
    """Render documents so that the same content always gives the same bytes."""
    ordered = sorted((canonical(doc) for doc in docs), key=lambda doc: doc.id)
    return "".join(render_document(doc) + "\n" for doc in ordered)


def canonical(doc: AnnotatedDocument) -> AnnotatedDocument:
    """Order mentions by position (the longer first) and arguments by role and filler.

    The SHA-256 of the text is filled in. Nothing else changes.
    """
    entities = sorted(doc.entities, key=lambda m: (m.start, -m.end, m.key, m.id or ""))
    events = sorted(
        (_ordered(event) for event in doc.events),
        key=lambda e: (e.start, -e.end, e.key, e.id or ""),
    )
    sha256 = doc.sha256 if doc.text is None else text_sha256(doc.text)
    return doc.model_copy(
        update={
            "entities": tuple(entities),
            "events": tuple(events),
            "sha256": sha256,
            "meta": dict(sorted(doc.meta.items())),
        }
    )


def _ordered(event: EventMention) -> EventMention:
    arguments = tuple(sorted(event.arguments, key=_argument_key))
    return event.model_copy(update={"arguments": arguments})


def _argument_key(argument: Argument) -> tuple[str, str, int, int]:
    return (
        argument.role,
        argument.entity or "",
        argument.start or 0,
        argument.end or 0,
    )
