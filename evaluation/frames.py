"""Whole events: the trigger, its type, all its arguments and its attributes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from evaluation.assignment import best_pairs
from evaluation.criteria import Criterion
from evaluation.documents import DocumentLike, EventLike
from evaluation.items import Tally
from schemas.labels import Schema
from schemas.spans import Span, overlaps

__all__ = ["FRAME_CRITERIA", "Frame", "frames_of", "mode_of", "tally_frames"]

FRAME_CRITERIA: dict[str, Criterion] = {
    criterion.name: criterion
    for criterion in (
        Criterion(
            "frames",
            "whole event: same trigger, type, arguments, roles and attributes",
            "triggers",
            ("label",),
            "label",
        ),
        Criterion(
            "frames:overlap",
            "whole event: the same, where spans need only share a character",
            "triggers",
            ("label",),
            "label",
            pairing="overlap",
        ),
    )
}
"""The criteria of whole events by name; they belong to agreement alone."""


class Frame(NamedTuple):
    """An event as one value; equal frames agree in everything."""

    label: str
    trigger: Span
    arguments: frozenset[tuple[str, Span]]
    polarity: str
    realis: str
    mode: str | None


def mode_of(event: EventLike, schema: Schema | None) -> str | None:
    """Return the event's mode, or the only one that its type has."""
    if event.mode is not None or schema is None or event.label not in schema.events:
        return event.mode
    return schema.events[event.label].default_mode


def frames_of(doc: DocumentLike, schema: Schema | None) -> set[Frame]:
    """Return the distinct events; an argument that names nothing is left out."""
    known = {m.id: Span(m.start, m.end) for m in doc.entities if m.id is not None}
    frames = set()
    for event in doc.events:
        fillers = set()
        for argument in event.arguments:
            span = known.get(argument.entity) if argument.entity is not None else None
            if argument.start is not None and argument.end is not None:
                span = span or Span(argument.start, argument.end)
            if span is not None:
                fillers.add((argument.role, span))
        frames.add(
            Frame(
                event.label,
                Span(event.start, event.end),
                frozenset(fillers),
                event.polarity,
                event.realis,
                mode_of(event, schema),
            )
        )
    return frames


def tally_frames(
    criterion: Criterion,
    pairs: Sequence[tuple[DocumentLike, DocumentLike]],
    schema: Schema | None,
) -> Tally:
    """Match whole events one to one and count per document and event label.

    With a schema the rows are its event labels in order, without one those that occur.
    """
    sides = [(frames_of(a, schema), frames_of(b, schema)) for a, b in pairs]
    used = {f.label for pair in sides for side in pair for f in side}
    rows = tuple(schema.events) if schema is not None else tuple(sorted(used))
    place = {label: i for i, label in enumerate(rows)}
    counts = np.zeros((len(pairs), len(rows), 3), dtype=np.float32)
    matched = _MATCHERS[criterion.pairing]
    for cells, (first, second) in zip(counts, sides, strict=True):
        for label, n in matched(first, second).items():
            cells[place[label], 0] = n
        for column, side in ((1, second), (2, first)):
            for frame in side:
                cells[place[frame.label], column] += 1
        cells[:, 1] -= cells[:, 0]
        cells[:, 2] -= cells[:, 0]
    return Tally(criterion, rows, counts)


def _equal(first: set[Frame], second: set[Frame]) -> Mapping[str, int]:
    return _by_label(frame.label for frame in first & second)


def _overlapping(first: set[Frame], second: set[Frame]) -> Mapping[str, int]:
    ours, theirs = sorted(first, key=_order), sorted(second, key=_order)
    weights = [[_affinity(a, b) for b in theirs] for a in ours]
    return _by_label(ours[row].label for row, _ in best_pairs(weights))


_MATCHERS: dict[str, Callable[[set[Frame], set[Frame]], Mapping[str, int]]] = {
    "equal": _equal,
    "overlap": _overlapping,
}


def _by_label(labels: Iterable[str]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    return counts


def _order(frame: Frame) -> tuple[Span, str, list[tuple[str, Span]], str, str, str]:
    fillers = sorted(frame.arguments)
    attributes = (frame.polarity, frame.realis, frame.mode or "")
    return (frame.trigger, frame.label, fillers, *attributes)


def _affinity(a: Frame, b: Frame) -> int:
    """Return by how many characters the triggers overlap if all else goes together."""
    alike = (a.label, *a[3:]) == (b.label, *b[3:]) and overlaps(a.trigger, b.trigger)
    if not alike or len(a.arguments) != len(b.arguments):
        return 0
    ours, theirs = sorted(a.arguments), sorted(b.arguments)
    weights = [
        [int(role == other and overlaps(span, place)) for other, place in theirs]
        for role, span in ours
    ]
    if len(best_pairs(weights)) < len(ours):
        return 0
    return min(a.trigger.end, b.trigger.end) - max(a.trigger.start, b.trigger.start)
