"""The least a document must offer to be scored, and a fast reader of it.

Contract documents (`schemas.annotations`) satisfy the protocols as they are. For large
files `JsonlSource` reads the same lines without building them; a line it does not
understand is given to the contract's own parser, whose word is final.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Literal, Protocol, cast

import msgspec

from schemas.errors import DataError

__all__ = [
    "ArgumentLike",
    "DocumentLike",
    "EntityLike",
    "EventLike",
    "JsonlSource",
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
    """A JSONL file (`.gz` too) that can be iterated again and again.

    Documents come one at a time and are not kept. Raises DataError with file and line
    at the first line that breaks the contract.
    """

    def __init__(self, path: Path) -> None:
        """Remember the path; the file is opened when iterated."""
        self.path = path

    def __str__(self) -> str:
        """Return the path, as messages show it."""
        return str(self.path)

    def __iter__(self) -> Iterator[DocumentLike]:
        """Yield the documents in the order of the lines."""
        decode = msgspec.json.Decoder(_Document).decode
        for number, line in self._lines():
            try:
                doc = decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                doc = None
            if doc is None or memoryview(doc.raw_text)[0] not in b'"n':
                # The contract's parser either accepts the line after all or says in
                # its own words what is wrong with it; it is slow to load.
                from schemas.jsonl import parse_document

                yield parse_document(line, f"{self.path}:{number}")
            else:
                yield doc

    def lines_of(self, doc_id: str) -> list[int]:
        """Return the numbers of the lines that hold this document, from 1."""
        found = []
        for number, line in self._lines():
            # A missing text or mention cannot matter here, only the id.
            try:
                if msgspec.json.decode(line, type=_Identity).id == doc_id:
                    found.append(number)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
        return found

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        try:
            with self._open() as lines:
                for number, line in enumerate(lines, start=1):
                    if not line.isspace():
                        yield number, line
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DataError(f"{self.path}: cannot be read ({reason}).") from None

    def _open(self) -> IO[bytes]:
        if self.path.suffix == ".gz":
            return cast("IO[bytes]", gzip.open(self.path, "rb"))
        return self.path.open("rb", buffering=_BUFFER)


_BUFFER = 2**20
"""Long lines are read in a third of the time that the default buffer takes."""


class _Identity(msgspec.Struct):
    id: str
