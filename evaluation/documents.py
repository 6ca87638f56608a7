"""The least a document must offer to be scored, and a fast reader of it.

Contract documents (`schemas.annotations`) satisfy the protocols as they are. For large
files `JsonlSource` reads the same lines without building them; a line it does not
understand is given to the contract's own parser, whose word is final.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from schemas.sources import read_lines

__all__ = [
    "ArgumentLike",
    "DocumentLike",
    "EntityLike",
    "EventLike",
    "JsonlSource",
    "decode_lines",
    "identity_of",
    "text_digest",
]


class ArgumentLike(Protocol):
    """A role with an entity id or a span of its own."""

    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def entity(self) -> str | None: ...  # noqa: D102
    @property
    def start(self) -> int | None: ...  # noqa: D102
    @property
    def end(self) -> int | None: ...  # noqa: D102


class _MentionLike(Protocol):
    @property
    def id(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def label(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class EntityLike(_MentionLike, Protocol):
    """A labelled span with a level and perhaps ids."""

    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def kb(self) -> str | None: ...  # noqa: D102


class EventLike(_MentionLike, Protocol):
    """A trigger with its arguments and attributes."""

    @property
    def arguments(self) -> Sequence[ArgumentLike]: ...  # noqa: D102
    @property
    def polarity(self) -> str: ...  # noqa: D102
    @property
    def realis(self) -> str: ...  # noqa: D102
    @property
    def mode(self) -> str | None: ...  # noqa: D102


class DocumentLike(Protocol):
    """A document with its mentions; the text may be missing."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str | None: ...  # noqa: D102
    @property
    def sha256(self) -> str | None: ...  # noqa: D102
    @property
    def entities(self) -> Sequence[EntityLike]: ...  # noqa: D102
    @property
    def events(self) -> Sequence[EventLike]: ...  # noqa: D102


class _Record(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    pass


_ABSENT = msgspec.Raw()
_NULL = msgspec.Raw(b"null")


class _Entity(_Record):
    label: str
    start: int
    end: int
    id: str | None = None
    text: str | None = None
    level: Literal["name", "nominal"] = "name"
    kb: str | None = None
    subtype: str | None = None
    score: float | None = None
    rule: str | None = None
    annotator: str | None = None
    meta: msgspec.Raw = _ABSENT


class _Argument(_Record):
    role: str
    entity: str | None = None
    start: int | None = None
    end: int | None = None
    score: float | None = None
    rule: str | None = None


class _Event(_Record):
    label: str
    start: int
    end: int
    id: str | None = None
    text: str | None = None
    arguments: tuple[_Argument, ...] = ()
    polarity: Literal["positive", "negative"] = "positive"
    realis: Literal["actual", "future", "hypothetical"] = "actual"
    mode: str | None = None
    score: float | None = None
    rule: str | None = None
    annotator: str | None = None
    meta: msgspec.Raw = _ABSENT


class _Document(_Record):
    id: str
    raw_text: msgspec.Raw = msgspec.field(default=_NULL, name="text")
    sha256: str | None = None
    entities: tuple[_Entity, ...] = ()
    events: tuple[_Event, ...] = ()
    meta: msgspec.Raw = _ABSENT
    tokens: msgspec.Raw = _ABSENT
    sentences: msgspec.Raw = _ABSENT

    @property
    def text(self) -> str | None:
        """The text, decoded only when asked for: most of a line is text."""
        return _TEXT.decode(self.raw_text)


_TEXT: msgspec.json.Decoder[str | None] = msgspec.json.Decoder(str | None)


def text_digest(doc: DocumentLike) -> str | None:
    """Return the hex SHA-256 of a document's UTF-8 text, None without text."""
    if isinstance(doc, _Document):
        raw = bytes(doc.raw_text)
        # Between its quotes a JSON string without escapes is the text's own UTF-8.
        if raw.startswith(b'"') and b"\\" not in raw:
            return hashlib.sha256(raw[1:-1]).hexdigest()
    text = doc.text
    if text is None:
        return None
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class JsonlSource:
    """Files of contract lines that can be iterated again and again.

    JSONL (`.gz` and `.zst` too) or Parquet (`schemas.sources`). Documents come one at a
    time, file after file, and are not kept. Raises DataError with file and line at the
    first line that breaks the contract.
    """

    def __init__(self, *paths: Path) -> None:
        """Remember the paths; the files are opened when iterated."""
        self.paths = paths

    def __str__(self) -> str:
        """Return the first path, as messages show it."""
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        return f"{self.paths[0]}{more}"

    def __iter__(self) -> Iterator[DocumentLike]:
        """Yield the documents in the order of the lines."""
        for path in self.paths:
            yield from decode_lines(path, read_lines(path))

    def places_of(self, doc_id: str) -> list[str]:
        """Return `file:line` of every line that holds this document, from 1."""
        found = []
        for path in self.paths:
            for number, line in read_lines(path):
                # A missing text or mention cannot matter here, only the id.
                try:
                    if identity_of(line) == doc_id:
                        found.append(f"{path}:{number}")
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    continue
        return found


def decode_lines(
    path: Path, lines: Iterable[tuple[int, bytes]]
) -> Iterator[DocumentLike]:
    """Yield the documents of a file's numbered lines.

    Raises DataError with file and line at the first that breaks the contract.
    """
    decode = msgspec.json.Decoder(_Document).decode
    for number, line in lines:
        try:
            doc = decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            doc = None
        if doc is None or memoryview(doc.raw_text)[0] not in b'"n':
            # The contract's parser either accepts the line after all or says in
            # its own words what is wrong with it; it is slow to load.
            from schemas.jsonl import parse_document

            yield parse_document(line, f"{path}:{number}")
        else:
            yield doc


def identity_of(line: bytes) -> str:
    """Return the id of a line, of which nothing else is looked at."""
    return msgspec.json.decode(line, type=_Identity).id


class _Identity(msgspec.Struct):
    id: str
