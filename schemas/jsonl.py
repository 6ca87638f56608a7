"""Read and write the JSONL contract, one document a line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from schemas.annotations import AnnotatedDocument
from schemas.atomic import write_atomically
from schemas.errors import DataError
from schemas.sources import find_documents, read_lines

__all__ = [
    "parse_document",
    "read_documents",
    "render_document",
    "text_sha256",
    "write_atomically",
    "write_documents",
]


def text_sha256(text: str) -> str:
    """Return the hex SHA-256 of the text's UTF-8 bytes.

    >>> text_sha256("بغداد")[:8]
    'd7f5052e'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parse_document(line: str | bytes, where: str) -> AnnotatedDocument:
    """Parse one line; `where` (`file:line`) opens the message of a DataError."""
    try:
        return AnnotatedDocument.model_validate_json(line)
    except ValidationError as error:
        raise DataError(f"{where}: {_first_fault(error)}") from None


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "json_invalid":
        return (
            f"this is not a line of JSON ({fault['msg'].partition(': ')[2]}). "
            "Each line must hold one whole JSON object in UTF-8."
        )
    if fault["type"] == "extra_forbidden":
        return f"unknown key {place!r}. Remove it, or put it under 'meta'."
    if fault["type"] == "missing":
        return f"the key {place!r} is missing."
    more = error.error_count() - 1
    tail = f" (and {more} more faults in this line)" if more else ""
    return f"{place}: {fault['msg']}{tail}. Mend the line, or write it anew."


def read_documents(*places: Path) -> Iterator[AnnotatedDocument]:
    """Yield the documents of files, folders and globs in order (`schemas.sources`).

    Raises DataError with file and line at the first line that breaks the contract, at
    bytes that are not UTF-8 and at a doubled document id.
    """
    seen: dict[str, str] = {}
    for path in find_documents(*places):
        for number, line in read_lines(path):
            where = f"{path}:{number}"
            doc = parse_document(line, where)
            if doc.id in seen:
                first, _, line_before = seen[doc.id].rpartition(":")
                before = f"line {line_before}" if first == str(path) else seen[doc.id]
                raise DataError(
                    f"{where}: document id {doc.id!r} was used on {before} already. "
                    "Give every document its own id."
                )
            seen[doc.id] = where
            yield doc


def render_document(doc: AnnotatedDocument) -> str:
    """Render one line (no newline); values that equal their default are left out."""
    return doc.model_dump_json(exclude_none=True, exclude_defaults=True)


def write_documents(path: Path, docs: Iterable[AnnotatedDocument]) -> int:
    """Write documents as JSONL, whole or not at all; return how many."""
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for doc in docs:
            count += 1
            yield render_document(doc) + "\n"

    write_atomically(path, lines())
    return count
