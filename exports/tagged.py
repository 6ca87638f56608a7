"""Files of one token and its tags a line: lines to blocks, tags to spans, text rebuilt.

What CoNLL files of others, Wojood and ANERcorp have in common: the text itself is not
in the file, so it is rebuilt with one space between tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from exports.losses import Dropped
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import DataError
from schemas.spans import Span
from schemas.text_files import read_utf8

__all__ = [
    "Row",
    "decode_tags",
    "read_alone",
    "read_blocks",
    "read_lines",
    "rebuild_document",
    "tagged_files",
]

REPAIRED = "tags that continue nothing, read as beginnings"


class Row(NamedTuple):
    """A token with its tags, and the `file:line` it stands on."""

    token: str
    tags: tuple[str, ...]
    where: str


def tagged_files(place: Path) -> list[Path]:
    """Return the file, or all .txt, .conll, .bio, .iob and .iob2 files of a folder."""
    if not place.is_dir():
        return [place]
    kinds = {".txt", ".conll", ".conllu", ".bio", ".iob", ".iob2"}
    files = sorted(p for p in place.iterdir() if p.suffix in kinds)
    if not files:
        raise DataError(f"{place}: no file of tokens is there ({', '.join(kinds)}).")
    return files


def read_lines(path: Path) -> list[str]:
    """Return the lines of a UTF-8 file, split at line feeds and nothing else.

    Raises DataError where it cannot be read, or is in another encoding.
    """
    content = read_utf8(path).removeprefix("\ufeff")
    return [line.removesuffix("\r") for line in content.split("\n")]


def read_blocks(
    path: Path, parse: Callable[[str, str], Row | None]
) -> Iterator[tuple[Row, ...]]:
    """Yield the rows between blank lines; `parse` takes a line and its place.

    A line for which it returns None (a comment) stands before a block; inside one it
    raises DataError.
    """
    block: list[Row] = []
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            row = parse(line, f"{path}:{number}")
            if row is not None:
                block.append(row)
            elif block:
                raise DataError(
                    f"{path}:{number}: {line[:20]!r} stands inside a sentence. Put a "
                    "blank line before it."
                )
        elif block:
            yield tuple(block)
            block = []
    if block:
        yield tuple(block)


def read_alone(
    place: Path,
    parse: Callable[[str, str], Row | None],
    find: Callable[[Sequence[Row]], Iterator[tuple[Span, str]]],
) -> Iterator[AnnotatedDocument]:
    """Yield each block of a place's files as a document, `FILE-1`, `FILE-2`...

    `parse` is that of `read_blocks`, `find` that of `rebuild_document`.
    """
    for path in tagged_files(place):
        for number, block in enumerate(read_blocks(path, parse), start=1):
            doc = rebuild_document(f"{path.stem}-{number}", [block], find)
            yield doc.model_copy(update={"meta": {"source": path.name}})


def decode_tags(
    tags: Sequence[str], places: Sequence[str], dropped: Dropped
) -> Iterator[tuple[Span, str]]:
    """Yield the spans of one IOB2 column, in units of its rows, with their labels.

    An `I-` that continues nothing begins a span, as in conlleval, and is counted.
    Raises DataError for what is neither `O` nor `B-` or `I-` with a label.
    """
    start, label = 0, ""
    for number, (tag, where) in enumerate(zip(tags, places, strict=True)):
        kind, _, name = tag.partition("-")
        if tag != "O" and (kind not in ("B", "I") or not name):
            raise DataError(
                f"{where}: {tag!r} is no IOB2 tag. Write O, B-LABEL or I-LABEL."
            )
        if label and (kind != "I" or name != label):
            yield Span(start, number), label
            label = ""
        if kind == "I" and not label:
            dropped.add(REPAIRED, where)
        if tag != "O" and not label:
            start, label = number, name
    if label:
        yield Span(start, len(tags)), label


def rebuild_document(
    doc_id: str,
    blocks: Sequence[Sequence[Row]],
    find: Callable[[Sequence[Row]], Iterator[tuple[Span, str]]],
) -> AnnotatedDocument:
    """Build a document of sentences: a line each, with single spaces between tokens.

    `find` yields the entities of one block in units of its rows.
    """
    text = ""
    tokens: list[Span] = []
    sentences: list[Span] = []
    entities: list[EntityMention] = []
    for block in blocks:
        text += "\n" if text else ""
        begin, first = len(text), len(tokens)
        for row in block:
            text += " " if len(text) > begin else ""
            tokens.append(Span(len(text), len(text) + len(row.token)))
            text += row.token
        sentences.append(Span(begin, len(text)))
        for (low, high), label in find(block):
            start, end = tokens[first + low].start, tokens[first + high - 1].end
            entities.append(EntityMention(label=label, start=start, end=end))
    entities.sort(key=lambda mention: (mention.start, -mention.end, mention.label))
    return AnnotatedDocument(
        id=doc_id,
        text=text,
        tokens=tuple(tokens),
        sentences=tuple(sentences),
        entities=tuple(
            mention.model_copy(update={"id": f"T{number}"})
            for number, mention in enumerate(entities, start=1)
        ),
    )
