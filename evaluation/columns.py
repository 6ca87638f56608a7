"""One side's mentions as columns of integers, built one document at a time.

Scoring hundreds of thousands of mentions needs neither their objects nor their texts:
strings become codes of a shared `Codes`, documents become numbers, and a text leaves
only its length and its digest.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.documents import DocumentLike, EntityLike, EventLike
from schemas.errors import DataError
from schemas.spans import Span

__all__ = [
    "COLUMNS",
    "Codes",
    "ColumnBuilder",
    "Columns",
    "Edges",
    "Ints",
    "Snap",
    "Table",
    "check_ids",
    "check_slices",
    "joint_codes",
    "snap_to_words",
]

Ints = npt.NDArray[np.signedinteger[Any]]
Table = Mapping[str, Ints]
Snap = Callable[[str, Span], Span]
"""Moves the edges of a span of a text; an empty result leaves the span as it was."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Where edges are compared: as they are, or moved.

    Moving edges takes longer than all else: without `entities` theirs is left out.
    """

    snap: Snap | None = None
    entities: bool = True


class Codes(dict[str | None, int]):
    """Numbers strings as they come; None is 0."""

    def __init__(self) -> None:
        """Start with None only."""
        super().__init__({None: 0})

    def __missing__(self, key: str | None) -> int:
        """Give a new string the next number."""
        code = self[key] = len(self)
        return code

    def names(self) -> list[str]:
        """Return the strings by their code; code 0 is the empty string."""
        return [name or "" for name in self]


@dataclass(frozen=True, slots=True)
class Columns:
    """The mentions of one side, a table per kind.

    Every table has `doc`, `start` and `end`. `entities` adds `label`, `level`, `kb`;
    `triggers` adds `label`, `polarity`, `realis`, `mode`; `arguments` adds `type`,
    `trigger_start`, `trigger_end`, `role`.
    """

    entities: Table
    triggers: Table
    arguments: Table


_SPAN = ("doc", "start", "end")

COLUMNS: dict[str, tuple[str, ...]] = {
    "entities": (*_SPAN, "label", "level", "kb"),
    "triggers": (*_SPAN, "label", "polarity", "realis", "mode"),
    "arguments": (*_SPAN, "type", "trigger_start", "trigger_end", "role"),
}
"""The columns of each table, in the order in which they are hashed."""


class _Kinds(dict[tuple[str | None, ...], int]):
    """Numbers combinations of strings as they come."""

    def __missing__(self, key: tuple[str | None, ...]) -> int:
        number = self[key] = len(self)
        return number


class _Growing:
    """A table under construction, four bytes a cell.

    The `traits` of an item are looked up together, as one kind, and taken apart at the
    end: there are few kinds and many items. Documents, too, are filled in at the end.
    """

    def __init__(self, places: Sequence[str], traits: Sequence[str]) -> None:
        self.places = {name: array("i") for name in places}
        self.traits = traits
        self.kinds = _Kinds()
        self.kind = array("i")
        self.docs = array("i")
        self.sizes = array("i")

    def extend(self, doc: int, kind: list[int], *places: list[int]) -> None:
        self.docs.append(doc)
        self.sizes.append(len(kind))
        self.kind.fromlist(kind)  # half the time of extend()
        for column, more in zip(self.places.values(), places, strict=True):
            column.fromlist(more)

    def freeze(self, codes: Codes) -> dict[str, Ints]:
        kind = _ints(self.kind)
        frozen = {name: _ints(column) for name, column in self.places.items()}
        frozen["doc"] = np.repeat(_ints(self.docs), _ints(self.sizes))
        for place, name in enumerate(self.traits):
            values = [codes[key[place]] for key in self.kinds]
            frozen[name] = np.array(values, dtype=np.int32)[kind]
        return frozen


def _ints(column: array[int]) -> Ints:
    # An empty buffer cannot be viewed.
    return np.frombuffer(column, np.int32) if column else np.zeros(0, np.int32)


class ColumnBuilder:
    """Takes documents, gives `Columns`, their edges moved as was asked for."""

    def __init__(self, codes: Codes, edges: Edges) -> None:
        """Share `codes` with the other side, so that equal strings have equal codes."""
        self._codes = codes
        self._snap = edges.snap
        self._wants_entities = edges.entities
        span = _SPAN[1:]
        self._entities = _Growing(span, COLUMNS["entities"][3:])
        self._triggers = _Growing(span, COLUMNS["triggers"][3:])
        self._arguments = _Growing(
            (*span, "trigger_start", "trigger_end"), ("type", "role")
        )

    def needs_text(self, doc: DocumentLike) -> bool:
        """Tell whether the text of the document is needed to add it."""
        moved = doc.events or (self._wants_entities and doc.entities)
        return self._snap is not None and bool(moved)

    def add(self, number: int, doc: DocumentLike, text: str | None) -> None:
        """Add the mentions of the document that has this number.

        The text may be None where it is not needed.

        Raises DataError, without saying in which document, for an argument that names
        nothing.
        """
        kinds = self._entities.kinds
        if self._wants_entities and (mentions := doc.entities):
            self._entities.extend(
                number,
                [kinds[m.label, m.level, m.kb] for m in mentions],
                *self._edges(mentions, text),
            )
        if doc.events:
            self._add_events(number, doc, text)

    def _add_events(self, number: int, doc: DocumentLike, text: str | None) -> None:
        events, kinds = doc.events, self._triggers.kinds
        starts, ends = self._edges(events, text)
        self._triggers.extend(
            number,
            [kinds[e.label, e.polarity, e.realis, e.mode] for e in events],
            starts,
            ends,
        )
        known = {m.id: m for m in doc.entities if m.id is not None}
        kinds = self._arguments.kinds
        rows = [
            (kinds[event.label, role], *filler, start, end)
            for event, start, end in zip(events, starts, ends, strict=True)
            for role, filler in self._fillers(event, known, text)
        ]
        if rows:
            self._arguments.extend(number, *map(list, zip(*rows, strict=True)))

    def _fillers(
        self, event: EventLike, known: Mapping[str, EntityLike], text: str | None
    ) -> list[tuple[str, tuple[int, int]]]:
        fillers = []
        for argument in event.arguments:
            if argument.entity is not None:
                mention = known.get(argument.entity)
                if mention is None:
                    raise DataError(
                        f"{argument.role} of {event.label} [{event.start}, "
                        f"{event.end}) names the entity {argument.entity!r}, which "
                        "the document does not have. Add the entity, or give the "
                        "argument a span"
                    )
                start, end = mention.start, mention.end
            elif argument.start is None or argument.end is None:
                raise DataError(
                    f"{argument.role} of {event.label} [{event.start}, {event.end}) "
                    "has neither an entity nor a whole span. Give it 'entity', or "
                    "'start' and 'end'"
                )
            else:
                start, end = argument.start, argument.end
            fillers.append((argument.role, self._moved(start, end, text)))
        return fillers

    def _edges(
        self, mentions: Sequence[EntityLike] | Sequence[EventLike], text: str | None
    ) -> tuple[list[int], list[int]]:
        if self._snap is None:
            return [m.start for m in mentions], [m.end for m in mentions]
        moved = [self._moved(m.start, m.end, text) for m in mentions]
        return [start for start, _ in moved], [end for _, end in moved]

    def _moved(self, start: int, end: int, text: str | None) -> tuple[int, int]:
        if self._snap is None or text is None or not start < end <= len(text):
            return start, end
        moved = self._snap(text, Span(start, end))
        return moved if moved.start < moved.end else (start, end)

    def build(self) -> Columns:
        """Return what was added, as columns."""
        tables = (
            growing.freeze(self._codes)
            for growing in (self._entities, self._triggers, self._arguments)
        )
        return Columns(
            *(
                {name: table[name] for name in names}
                for table, names in zip(tables, COLUMNS.values(), strict=True)
            )
        )


def check_ids(doc: DocumentLike) -> None:
    """Raise DataError, without saying in which document, for an id given twice."""
    for mentions in (doc.entities, doc.events):
        ids = [m.id for m in mentions if m.id is not None]
        if ids and len(set(ids)) < len(ids):
            doubled = next(name for name in ids if ids.count(name) > 1)
            raise DataError(f"two mentions have the id {doubled!r}. Rename one")


def check_slices(doc: DocumentLike, text_of: Callable[[], str | None]) -> None:
    """Raise DataError for a mention whose own text is not what it covers.

    The document's text is asked for only if a mention repeats a part of it.
    """
    quoted = [m for m in doc.entities if m.text is not None]
    quoted_events = [m for m in doc.events if m.text is not None]
    text = text_of() if quoted or quoted_events else None
    if text is None:
        return
    for m in (*quoted, *quoted_events):
        if text[m.start : m.end] != m.text:
            raise DataError(
                f"{m.label} [{m.start}, {m.end}) says its text is {m.text!r}, but "
                f"covers {text[m.start : m.end]!r}. Offsets count code points from 0: "
                "see whether the extractor counts bytes, tokens or UTF-16"
            )


def snap_to_words(text: str, span: Span) -> Span:
    """Widen a span to the white-space words it touches; outer space is dropped.

    >>> snap_to_words("وصل ببغداد أمس", Span(5, 10))
    Span(start=4, end=10)
    """
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return Span(start, end)


_LIMIT = 2**62


def joint_codes(gold: Sequence[Ints], predicted: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Pack columns into one code per item, equal just where all columns are equal.

    The codes keep the lexicographic order of the columns.
    """
    split = len(gold[0])
    code: Ints = np.zeros(split + len(predicted[0]), dtype=np.int64)
    highest = 0
    for pair in zip(gold, predicted, strict=True):
        filled = [column for column in pair if len(column)]
        if not filled:
            continue
        low = min(int(column.min()) for column in filled)
        width = max(int(column.max()) for column in filled) - low + 1
        if highest >= _LIMIT // width:
            _, code = np.unique(code, return_inverse=True)
            highest = int(code.max())
        # In place: there may be millions of items, and little memory.
        code *= width
        for part, column in zip((code[:split], code[split:]), pair, strict=True):
            part += column
            part -= low
        highest = highest * width + width - 1
    return code[:split], code[split:]
