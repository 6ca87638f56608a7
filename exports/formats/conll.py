"""CoNLL with IOB2 tags over the document's own tokens, nested layers as columns.

    # global.columns = FORM MISC name name.2 nominal trigger
    # newdoc id = a
    # text = "زار بغداد"

A column is a level of entity mentions, or the triggers; `.2` and further hold what
overlaps the column before. A token is cut where a mention begins or ends in it: MISC
says `Part=Yes` on each piece that continues the token before, and `SpaceAfter=No` as in
CoNLL-U. The text is written whole, as JSON, so that every offset comes back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from exports.losses import Dropped
from exports.pieces import Piece, Window, cut_windows, span_of_pieces
from exports.tagged import (
    Row,
    decode_tags,
    read_blocks,
    read_lines,
    rebuild_document,
    tagged_files,
)
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.errors import DataError
from schemas.labels import Schema
from schemas.spans import Span

__all__ = ["LOSES", "read_conll", "write_conll"]

LOSES = (
    "document meta",
    "tokens",
    "sentences",
    "ids",
    "mentions with an edge in white space",
    "mentions across sentences",
    "subtypes",
    "kb",
    "scores",
    "rules",
    "annotators",
    "mention meta",
    "polarity",
    "realis",
    "modes",
    "arguments",
)

FILE = "documents.conll"
TRIGGER = "trigger"
_COLUMNS = "# global.columns = "
_DOCUMENT = "# newdoc id = "
_TEXT = "# text = "
_GLUED, _PART = "SpaceAfter=No", "Part=Yes"
_DOCSTART = "-DOCSTART-"

M = TypeVar("M", EntityMention, EventMention)


class _Mark(NamedTuple):
    """A mention in units of the pieces of one window, and the columns it goes in."""

    base: str
    span: Span
    label: str


def write_conll(
    docs: Sequence[AnnotatedDocument], folder: Path, schema: Schema
) -> None:
    """Write `documents.conll`; raises DataError for a document without tokens."""
    bases = [*schema.levels, TRIGGER]
    laid = [(doc, [_lay(doc, window) for window in cut_windows(doc)]) for doc in docs]
    columns = [
        f"{base}.{number}" if number > 1 else base
        for base in bases
        for number in range(1, 1 + max(1, _depth(base, laid)))
    ]
    lines = [_COLUMNS + " ".join(["FORM", "MISC", *columns])]
    for doc, windows in laid:
        lines += [_DOCUMENT + _quoted(doc.id), _TEXT + _json(doc.text or "")]
        for pieces, layers in windows:
            lines += _rows(doc.text or "", pieces, layers, columns)
            lines.append("")
    content = "\n".join(lines) + "\n"
    (folder / FILE).write_text(content, encoding="utf-8", newline="")


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _quoted(doc_id: str) -> str:
    plain = doc_id == " ".join(doc_id.split()) and not doc_id.startswith('"')
    return doc_id if plain else _json(doc_id)


Layers = dict[str, list[_Mark]]


def _lay(doc: AnnotatedDocument, window: Window) -> tuple[tuple[Piece, ...], Layers]:
    """Put each mention into the first column of its kind where it overlaps nothing."""
    marks = []
    for mention in (*doc.entities, *doc.events):
        base = mention.level if isinstance(mention, EntityMention) else TRIGGER
        span = span_of_pieces(window.pieces, mention.span)
        if span:
            marks.append(_Mark(base, span, mention.label))
    marks.sort(key=lambda mark: (mark.span.start, -mark.span.end, mark.label))
    layers: Layers = {}
    for mark in marks:
        number = 1
        while (column := layers.get(_name(mark.base, number), [])) and (
            column[-1].span.end > mark.span.start
        ):
            number += 1
        layers.setdefault(_name(mark.base, number), []).append(mark)
    return window.pieces, layers


def _name(base: str, number: int) -> str:
    return f"{base}.{number}" if number > 1 else base


def _depth(
    base: str,
    laid: Sequence[
        tuple[AnnotatedDocument, Sequence[tuple[tuple[Piece, ...], Layers]]]
    ],
) -> int:
    names = {name for _, windows in laid for _, layers in windows for name in layers}
    return sum(name == base or name.startswith(f"{base}.") for name in names)


def _rows(
    text: str, pieces: tuple[Piece, ...], layers: Layers, columns: Sequence[str]
) -> Iterator[str]:
    tags = {name: ["O"] * len(pieces) for name in columns}
    for name, marks in layers.items():
        for mark in marks:
            for place in range(mark.span.start, mark.span.end):
                prefix = "B" if place == mark.span.start else "I"
                tags[name][place] = f"{prefix}-{mark.label}"
    for place, piece in enumerate(pieces):
        glued = place + 1 < len(pieces) and pieces[place + 1].start == piece.end
        misc = [*([_PART] if piece.continues else []), *([_GLUED] if glued else [])]
        cells = [text[piece.start : piece.end], "|".join(misc) or "_"]
        yield "\t".join(cells + [tags[name][place] for name in columns])


def read_conll(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of our own files, and of any with token first, tag last.

    Files of others: the text is rebuilt with single spaces, a sentence a line. They are
    cut into documents at `-DOCSTART-` and `# newdoc`, else after each sentence. Columns
    between the first and the last are counted as dropped.
    """
    for path in tagged_files(place):
        lines = read_lines(path)
        if lines[0].startswith(_COLUMNS):
            yield from _Own(path, lines, dropped).documents()
        else:
            yield from _Foreign(path, dropped).documents()


class _Own:
    """A file that `write_conll` made."""

    def __init__(self, path: Path, lines: list[str], dropped: Dropped) -> None:
        self.path = path
        self.lines = lines
        self.dropped = dropped
        self.columns = lines[0].removeprefix(_COLUMNS).split()[2:]

    def documents(self) -> Iterator[AnnotatedDocument]:
        doc_id, text = None, ""
        blocks: list[list[Row]] = [[]]
        for number, line in enumerate(self.lines[1:], start=2):
            where = f"{self.path}:{number}"
            if line.startswith(_DOCUMENT):
                if doc_id is not None:
                    yield self.document(doc_id, text, blocks)
                doc_id, blocks = _unquoted(line.removeprefix(_DOCUMENT), where), [[]]
            elif line.startswith(_TEXT):
                text = _from_json(line.removeprefix(_TEXT), where)
            elif line:
                blocks[-1].append(self.row(line, where))
            elif blocks[-1]:
                blocks.append([])
        if doc_id is not None:
            yield self.document(doc_id, text, blocks)

    def row(self, line: str, where: str) -> Row:
        token, *rest = line.split("\t")
        if len(rest) != len(self.columns) + 1:
            raise DataError(
                f"{where}: has {len(rest) + 1} columns; the first line names "
                f"{len(self.columns) + 2}. Columns are separated by one tab."
            )
        return Row(token, tuple(rest), where)

    def document(
        self, doc_id: str, text: str, blocks: Sequence[Sequence[Row]]
    ) -> AnnotatedDocument:
        place = 0
        tokens: list[Span] = []
        sentences: list[Span] = []
        entities: list[EntityMention] = []
        events: list[EventMention] = []
        for block in filter(None, blocks):
            pieces = []
            for row in block:
                start = _find(text, row, place)
                place = start + len(row.token)
                pieces.append(Span(start, place))
                if _PART in row.tags[0].split("|") and tokens:
                    tokens[-1] = Span(tokens[-1].start, place)
                else:
                    tokens.append(pieces[-1])
            sentences.append(Span(pieces[0].start, pieces[-1].end))
            for name, span, label in self.mentions(block, pieces):
                common = {"label": label, "start": span.start, "end": span.end}
                if name == TRIGGER:
                    events.append(EventMention.model_validate(common))
                else:
                    common["level"] = name
                    entities.append(EntityMention.model_validate(common))
        return AnnotatedDocument(
            id=doc_id,
            text=text,
            tokens=tuple(tokens),
            sentences=tuple(sentences),
            entities=_numbered(entities, "T"),
            events=_numbered(events, "E"),
        )

    def mentions(
        self, block: Sequence[Row], pieces: Sequence[Span]
    ) -> Iterator[tuple[str, Span, str]]:
        places = [row.where for row in block]
        for number, column in enumerate(self.columns, start=1):
            tags = [row.tags[number] for row in block]
            for (low, high), label in decode_tags(tags, places, self.dropped):
                span = Span(pieces[low].start, pieces[high - 1].end)
                yield column.partition(".")[0], span, label


def _unquoted(doc_id: str, where: str) -> str:
    return _from_json(doc_id, where) if doc_id.startswith('"') else doc_id


def _from_json(quoted: str, where: str) -> str:
    try:
        return str(json.loads(quoted))
    except json.JSONDecodeError as error:
        raise DataError(f"{where}: is no JSON string ({error.msg}).") from None


def _find(text: str, row: Row, place: int) -> int:
    start = text.find(row.token, place)
    if start < 0 or text[place:start].strip():
        raise DataError(
            f"{row.where}: {row.token!r} does not come next in the document's text "
            f"({text[place : place + 20]!r}). Was one of them changed?"
        )
    return start


def _numbered(mentions: list[M], letter: str) -> tuple[M, ...]:
    ordered = sorted(mentions, key=lambda m: (m.start, -m.end, m.label))
    return tuple(
        mention.model_copy(update={"id": f"{letter}{number}"})
        for number, mention in enumerate(ordered, start=1)
    )


class _Foreign:
    """A file of others: the token first, the tag last."""

    def __init__(self, path: Path, dropped: Dropped) -> None:
        self.path = path
        self.dropped = dropped
        self.parts: list[tuple[str, list[tuple[Row, ...]]]] = []
        self.begun: str | None = None
        self.marked = False

    def documents(self) -> Iterator[AnnotatedDocument]:
        for block in read_blocks(self.path, self.parse):
            if self.begun is not None or not self.marked:
                self.parts.append((self.begun or self.numbered(), []))
                self.begun = None
            self.parts[-1][1].append(block)
        for name, blocks in self.parts:
            doc = rebuild_document(name, blocks, self.find)
            yield doc.model_copy(update={"meta": {"source": self.path.name}})

    def numbered(self) -> str:
        return f"{self.path.stem}-{len(self.parts) + 1}"

    def parse(self, line: str, where: str) -> Row | None:
        if line.startswith(_DOCUMENT):
            self.begun = _unquoted(line.removeprefix(_DOCUMENT), where)
        elif line.startswith(_DOCSTART):
            self.begun = self.numbered()
        elif not line.startswith("# "):
            return _foreign_row(line, where, self.dropped)
        self.marked = self.marked or self.begun is not None
        return None

    def find(self, rows: Sequence[Row]) -> Iterator[tuple[Span, str]]:
        tags = [row.tags[-1] for row in rows]
        return decode_tags(tags, [row.where for row in rows], self.dropped)


def _foreign_row(line: str, where: str, dropped: Dropped) -> Row:
    token, *tags = line.split("\t") if "\t" in line else line.split()
    if not tags or not token.strip():
        raise DataError(f"{where}: has one column; a token and its tag are needed.")
    for _ in tags[:-1]:
        dropped.add("cells of columns between token and tag", where)
    return Row(token.strip(), (tags[-1].strip(),), where)
