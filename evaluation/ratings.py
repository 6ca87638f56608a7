"""What each annotator said of each token: the values that kappa and alpha compare.

A token has in a layer the set of the labels whose spans touch it, as one value, so that
nested and stacked mentions are no trouble; nothing is a value too. Spans that cut a
token count for all of it, and where one of two touching mentions with the same label
ends cannot be seen: F1 sees both. Attributes are compared on triggers, not on tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.chance import MISSING, Ratings
from evaluation.documents import DocumentLike
from evaluation.frames import mode_of
from evaluation.items import ATTRIBUTES
from evaluation.unitising import Continuum
from schemas.errors import DataError
from schemas.labels import Schema
from schemas.spans import Span

__all__ = [
    "SPAN_LAYERS",
    "Reading",
    "Tokenizer",
    "find_words",
    "rate_attributes",
    "rate_tokens",
    "unitise",
]

Tokenizer = Callable[[str], Sequence[tuple[int, int]]]
Labelled = Iterable[tuple[str, Span]]


def find_words(text: str) -> tuple[Span, ...]:
    """Return the stretches between white space, as the plainest of tokens.

    >>> find_words("في  بغداد")
    (Span(start=0, end=2), Span(start=4, end=9))
    """
    return tuple(Span(*match.span()) for match in re.finditer(r"\S+", text))


def _mentions(level: str) -> Callable[[DocumentLike], Labelled]:
    return lambda doc: (
        (m.label, Span(m.start, m.end)) for m in doc.entities if m.level == level
    )


def _triggers(doc: DocumentLike) -> Labelled:
    return ((e.label, Span(e.start, e.end)) for e in doc.events)


def _fillers(doc: DocumentLike) -> Iterator[tuple[str, Span]]:
    known = {m.id: Span(m.start, m.end) for m in doc.entities if m.id is not None}
    for event in doc.events:
        for argument in event.arguments:
            if argument.entity is not None:
                if argument.entity in known:
                    yield argument.role, known[argument.entity]
            elif argument.start is not None and argument.end is not None:
                yield argument.role, Span(argument.start, argument.end)


def _bare(spans: Callable[[DocumentLike], Labelled]) -> Callable[..., Labelled]:
    return lambda doc: (("", span) for _, span in spans(doc))


SPAN_LAYERS: dict[str, Callable[[DocumentLike], Labelled]] = {
    "entities": _mentions("name"),
    "entities:boundary": _bare(_mentions("name")),
    "nominals": _mentions("nominal"),
    "triggers": _triggers,
    "triggers:found": _bare(_triggers),
    "arguments": _fillers,
}
"""The labelled spans of each layer; of arguments, what fills which role."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as all annotators read it; None where one did not annotate it."""

    doc_id: str
    text: str
    tokens: tuple[Span, ...]
    sides: tuple[DocumentLike | None, ...]
    own_tokens: bool

    @classmethod
    def of(
        cls, doc_id: str, sides: Sequence[DocumentLike | None], tokenize: Tokenizer
    ) -> Reading:
        """Take the tokens that the document brings, or else cut its text into some.

        Raises DataError without a text, and where annotators bring other tokens.
        """
        there = [doc for doc in sides if doc is not None]
        text = next((doc.text for doc in there if doc.text is not None), None)
        if text is None:
            raise DataError(
                f"document {doc_id!r} has no text in any file, and kappa and alpha "
                "need its tokens. Give the documents with their text."
            )
        brought = {
            tuple(Span(*pair) for pair in tokens)
            for doc in there
            if (tokens := getattr(doc, "tokens", None)) is not None
        }
        if len(brought) > 1:
            raise DataError(
                f"document {doc_id!r} has other tokens in one file than in another. "
                "Take both from the same 'miyar ingest'."
            )
        own = next(iter(brought), None)
        tokens = tuple(Span(*pair) for pair in tokenize(text)) if own is None else own
        return cls(doc_id, text, tokens, tuple(sides), own is not None)


def rate_tokens(
    readings: Sequence[Reading], layer: str, labels: Sequence[str]
) -> tuple[list[Ratings], dict[str, list[Ratings]]]:
    """Return what is said of each token, then for each label whether it touches it."""
    codes: dict[bytes, int] = {}
    whole: list[Ratings] = []
    single: dict[str, list[Ratings]] = {label: [] for label in labels}
    for reading in readings:
        covers = [
            None
            if doc is None
            else _cover(reading.tokens, SPAN_LAYERS[layer](doc), labels)
            for doc in reading.sides
        ]
        shape = (len(covers), len(reading.tokens))
        values = np.full(shape, MISSING, dtype=np.int64)
        for row, cover in zip(values, covers, strict=True):
            if cover is not None:
                row[:] = [codes.setdefault(key.tobytes(), len(codes)) for key in cover]
        whole.append(values)
        for place, label in enumerate(labels):
            binary = np.full(shape, MISSING, dtype=np.int64)
            for row, cover in zip(binary, covers, strict=True):
                if cover is not None:
                    row[:] = cover[:, place]
            single[label].append(binary)
    return whole, single


def _cover(
    tokens: Sequence[Span], spans: Labelled, labels: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """Return (tokens, labels): whether a span with the label touches the token."""
    cover = np.zeros((len(tokens), len(labels)), dtype=np.bool_)
    place = {label: i for i, label in enumerate(labels)}
    starts = np.array([token.start for token in tokens])
    ends = np.array([token.end for token in tokens])
    for label, span in spans:
        low = np.searchsorted(ends, span.start, side="right")
        high = np.searchsorted(starts, span.end, side="left")
        cover[low:high, place[label]] = True
    return cover


def unitise(
    readings: Sequence[Reading], layer: str, labels: Sequence[str]
) -> tuple[list[Continuum], dict[str, list[Continuum]]]:
    """Return the units of the layer in each text, all together and label by label.

    Units are in code points. A text that one annotator did not annotate has no line of
    theirs.
    """
    whole: list[Continuum] = []
    single: dict[str, list[Continuum]] = {label: [] for label in labels}
    for reading in readings:
        lines = [
            tuple(dict.fromkeys(SPAN_LAYERS[layer](doc)))
            for doc in reading.sides
            if doc is not None
        ]
        length = len(reading.text)
        whole.append(Continuum(length, tuple(lines)))
        for label in labels:
            own = (tuple(u for u in line if u[0] == label) for line in lines)
            single[label].append(Continuum(length, tuple(own)))
    return whole, single


def rate_attributes(
    readings: Sequence[Reading], schema: Schema | None
) -> tuple[list[Ratings], dict[str, list[Ratings]]]:
    """Return what was said of each trigger that two annotators have, type and all.

    The value of a trigger is its three attributes together; then each one alone. Where
    nobody gave a value, as for the mode of an event that has none, nothing is compared.
    """
    codes: dict[object, int] = {}
    whole: list[Ratings] = []
    single: dict[str, list[Ratings]] = {name: [] for name in ATTRIBUTES}
    for reading in readings:
        said = [_attributes(doc, schema) for doc in reading.sides]
        keys = sorted({key for one in said for key in one})
        shared = [key for key in keys if sum(key in one for one in said) > 1]
        whole.append(_coded([[one.get(key) for key in shared] for one in said], codes))
        for place, name in enumerate(ATTRIBUTES):
            given = [
                key for key in shared if any(key in o and o[key][place] for o in said)
            ]
            lines = [
                [(name, one[key][place]) if key in one else None for key in given]
                for one in said
            ]
            single[name].append(_coded(lines, codes))
    return whole, single


def _attributes(
    doc: DocumentLike | None, schema: Schema | None
) -> Mapping[tuple[int, int, str], tuple[str | None, ...]]:
    found: dict[tuple[int, int, str], tuple[str | None, ...]] = {}
    for e in doc.events if doc is not None else ():
        values = (e.polarity, e.realis, mode_of(e, schema))
        found.setdefault((e.start, e.end, e.label), values)
    return found


def _coded(lines: Sequence[Sequence[object]], codes: dict[object, int]) -> Ratings:
    return np.array(
        [
            [MISSING if v is None else codes.setdefault(v, len(codes)) for v in line]
            for line in lines
        ],
        dtype=np.int64,
    ).reshape(len(lines), -1)
