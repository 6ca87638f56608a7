"""Turn articles (.txt, .jsonl, .csv, .parquet) into documents of the contract.

An article's line breaks are normalised here, once, before any offset is counted; its
text is never altered afterwards. Tokens and sentences are decided here too.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from annotate.arabic.sentences import find_sentences
from annotate.arabic.tokens import find_tokens
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.jsonl import parse_document, text_sha256
from schemas.sources import (
    LINES,
    PARQUET,
    Told,
    find_files,
    kind_of,
    read_collection,
    read_placed,
)
from schemas.text_files import unreadable

__all__ = [
    "Article",
    "article_id",
    "build_document",
    "complete_document",
    "parse_article",
    "read_articles",
    "read_sources",
]

_TEXT_KEYS = ("text", "content", "body")
_ID_KEYS = ("id", "doc_id", "url")

Article = tuple[str, bytes]
"""Where an article stands, for messages, and the article as a line of JSON."""


def read_sources(places: Sequence[Path]) -> Iterator[AnnotatedDocument]:
    """Yield the documents of all places in order, each id once.

    Raises DataError with file (and line) at the first fault.
    """
    seen: dict[str, str] = {}
    for where, line in read_articles(places):
        doc = parse_article(line, where)
        if doc.id in seen:
            raise DataError(
                f"{where}: document id {doc.id!r} was used by {seen[doc.id]} "
                "already. Give every article its own id."
            )
        seen[doc.id] = where
        yield doc


def read_articles(
    places: Sequence[Path], told: Callable[[float], None] | None = None
) -> Iterator[Article]:
    """Return the articles of folders, globs and files in order, none of them parsed.

    A .txt file is one article named after the file, its `meta` in NAME.json beside it;
    .jsonl (also .gz, .zst) holds contract lines, or any objects with a text, and so do
    the rows of .parquet; .csv needs a column `text` and may have `id`; other columns go
    into `meta`. `told` is told the share of the bytes that is read by now. Raises
    DataError with file (and line) where one cannot be read.
    """
    return read_collection(find_files(places, _READERS), told, reader=_read)


def _read(path: Path, told: Told) -> Iterator[Article]:
    return _READERS[kind_of(path)](path, told)


def article_id(line: bytes) -> str | None:
    """Return the id of a line that `read_articles` gave, None where it has none."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    given = values if isinstance(values, dict) else {}
    return next((str(given[key]) for key in _ID_KEYS if given.get(key)), None)


def parse_article(line: bytes, where: str) -> AnnotatedDocument:
    """Build the document of a line that `read_articles` gave.

    A contract line that has marks is taken as it stands; of any other object the text
    is normalised and what is not known goes into `meta`. Raises DataError that begins
    with `where`.
    """
    try:
        values = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DataError(_not_utf8(where, error)) from None
    except RecursionError:
        raise DataError(f"{where}: is nested too deeply to be an article.") from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"{where}: this is not a line of JSON ({error.msg}). Each line must hold "
            "one whole JSON object."
        ) from None
    if not isinstance(values, dict):
        raise DataError(f"{where}: a line must be a JSON object with 'id' and 'text'.")
    if values.get("entities") or values.get("events") or "sha256" in values:
        # Offsets were counted on this text already: it is taken as it stands.
        doc = parse_document(line, where)
        if doc.text is None:
            raise DataError(f"{where}: the document has no 'text'. Add it.")
        return complete_document(doc)
    return _from_fields(values, where)


def build_document(
    *, doc_id: str, text: str, meta: dict[str, Any] | None = None, where: str
) -> AnnotatedDocument:
    """Build a document from an article: line breaks to `\\n`, hash, tokens, sentences.

    Raises DataError if the article is empty or holds half of a surrogate pair.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DataError(f"{where}: the article is empty. Remove it, or fetch it again.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError(
            f"{where}: character {error.start} is half of a surrogate pair, which no "
            "UTF-8 file can hold. Decode the source again."
        ) from None
    return AnnotatedDocument(
        id=doc_id,
        text=text,
        sha256=text_sha256(text),
        meta=meta or {},
        tokens=find_tokens(text),
        sentences=find_sentences(text),
    )


def complete_document(doc: AnnotatedDocument) -> AnnotatedDocument:
    """Fill in the hash, tokens and sentences that a document lacks; its text stays."""
    text = doc.text or ""
    return doc.model_copy(
        update={
            "sha256": doc.sha256 or text_sha256(text),
            "tokens": doc.tokens or find_tokens(text),
            "sentences": doc.sentences or find_sentences(text),
        }
    )


def _read_utf8(path: Path) -> str:
    try:
        # newline="" keeps \r\n as it stands: build_document normalises, nobody else.
        with path.open(encoding="utf-8", newline="") as source:
            return source.read()
    except UnicodeDecodeError as error:
        raise DataError(_not_utf8(str(path), error)) from None
    except OSError as error:
        raise DataError(unreadable(path, error)) from None


def _not_utf8(where: str, error: UnicodeDecodeError) -> str:
    return (
        f"{where}: is not UTF-8 (byte {error.start} does not fit). Save it as UTF-8;"
        " Arabic pages of older sites are often windows-1256."
    )


def _line(values: dict[str, Any]) -> bytes:
    # Half of a surrogate pair stays, escaped, until build_document refuses it.
    return json.dumps(values).encode()


def _read_txt(path: Path, _told: Told) -> Iterator[Article]:
    # The line break that ends a text file is the file's, not the article's.
    text = _read_utf8(path).rstrip("\r\n")
    beside = path.with_suffix(".json")
    meta = _read_meta(beside) if beside.exists() else {}
    yield str(path), _line({"id": path.stem, "text": text, "meta": meta})


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(_read_utf8(path))
    except RecursionError:
        raise DataError(f"{path}: is nested too deeply to be a 'meta'.") from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}:{error.lineno}: not valid JSON: {error.msg}."
        ) from None
    if not isinstance(meta, dict):
        raise DataError(f"{path}: must hold one JSON object, the article's 'meta'.")
    return meta


def _from_fields(values: dict[str, Any], where: str) -> AnnotatedDocument:
    text_key = next((key for key in _TEXT_KEYS if values.get(key)), None)
    id_key = next((key for key in _ID_KEYS if values.get(key)), None)
    if text_key is None:
        raise DataError(
            f"{where}: the article is empty, or its text is under none of the keys "
            f"{', '.join(_TEXT_KEYS)}."
        )
    if id_key is None:
        raise DataError(
            f"{where}: the article has no 'id'. Give every article its own."
        )
    meta = values.get("meta") or {}
    if not isinstance(meta, dict) or not isinstance(values[text_key], str):
        raise DataError(
            f"{where}: {text_key!r} must be a text, and 'meta', if there is one, a "
            "JSON object."
        )
    used = {text_key, id_key, "meta", "entities", "events", "tokens", "sentences"}
    meta = meta | {
        key: v for key, v in values.items() if key not in used and v not in ("", None)
    }
    return build_document(
        doc_id=str(values[id_key]), text=str(values[text_key]), meta=meta, where=where
    )


def _read_csv(path: Path, _told: Told) -> Iterator[Article]:
    csv.field_size_limit(1 << 30)
    rows = csv.DictReader(io.StringIO(_read_utf8(path), newline=""), strict=True)
    try:
        for row in rows:
            where = f"{path}:{rows.line_num}"
            if None in row:
                raise DataError(
                    f"{where}: the row has more cells than the header names. Quote "
                    "cells that hold a comma."
                )
            yield where, _line({k: v for k, v in row.items() if v})
    except csv.Error as error:
        where = f"{path}:{rows.line_num + 1}"
        raise DataError(
            f"{where}: not valid CSV ({error}). Quote cells that hold commas, quotes "
            "or line breaks."
        ) from None


_READERS = {
    ".txt": _read_txt,
    LINES: read_placed,
    ".csv": _read_csv,
    PARQUET: read_placed,
}
