"""What kind of error each wrong or missing item is.

Every false negative and every false positive of the strict layers falls into exactly
one case, so that the cases of a layer, counted on the gold side and on the predicted
side, give its FN and FP again. The kinds are tried in the order of `KINDS`: what can be
told by the gentler name gets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evaluation.assignment import best_pairs
from evaluation.columns import Snap
from evaluation.documents import DocumentLike
from schemas.spans import Span, contains, overlaps

__all__ = [
    "KINDS",
    "ErrorCase",
    "ErrorCounts",
    "Item",
    "count_errors",
    "find_errors",
]

KINDS: dict[str, tuple[str, ...]] = {
    "mention": (
        "type",
        "split",
        "merge",
        "clitic",
        "nesting level",
        "edge",
        "edge and type",
        "missed",
        "spurious",
    ),
    "trigger": ("type", "clitic", "edge", "missed", "spurious"),
    "argument": (
        "role",
        "coreferent mention",
        "clitic",
        "edge",
        "wrong event",
        "missed with its trigger",
        "missed",
        "spurious with its trigger",
        "spurious",
    ),
}
"""The kinds of error by what the items are, in the order in which they are tried."""


class Item(NamedTuple):
    """A mention, trigger or filler; `label` is an argument's role.

    `event` is the type and span of an argument's trigger.
    """

    start: int
    end: int
    label: str
    event: tuple[str, int, int] | None = None

    @property
    def span(self) -> Span:
        """The item's span."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One error: the gold items that were not found, and what was there instead."""

    doc_id: str
    layer: str
    kind: str
    gold: tuple[Item, ...]
    predicted: tuple[Item, ...]


ErrorCounts = Mapping[str, Mapping[str, Mapping[str, int]]]
"""By layer and kind: how many `cases`, and the `fp` and `fn` they make."""


def count_errors(cases: Iterable[ErrorCase]) -> ErrorCounts:
    """Count cases by layer and kind, in the order in which kinds are tried.

    The `fp` of a layer's kinds add up to its FP, the `fn` to its FN.
    """
    counts: dict[str, dict[str, dict[str, int]]] = {
        layer: {kind: {"cases": 0, "fp": 0, "fn": 0} for kind in KINDS[what]}
        for layer, what in _LAYERS.items()
    }
    for case in cases:
        mine = counts[case.layer][case.kind]
        mine["cases"] += 1
        mine["fp"] += len(case.predicted)
        mine["fn"] += len(case.gold)
    found = {
        layer: {kind: mine for kind, mine in kinds.items() if mine["cases"]}
        for layer, kinds in counts.items()
    }
    return {layer: kinds for layer, kinds in found.items() if kinds}


def find_errors(
    gold: Iterable[DocumentLike],
    predicted: Iterable[DocumentLike],
    *,
    clitic: Snap | None = None,
) -> Iterator[ErrorCase]:
    """Yield the errors of the strict layers, document by document.

    The two sides are those that `score` accepted. Without `clitic`, the span rule, an
    edge that differs by a clitic only is called an edge.
    """
    answers = {doc.id: doc for doc in predicted}
    for doc in gold:
        yield from _Document(doc, answers.get(doc.id), clitic).cases()


class _Document:
    """The errors of one document; each step takes out the items it explains."""

    def __init__(
        self, gold: DocumentLike, predicted: DocumentLike | None, clitic: Snap | None
    ) -> None:
        self.doc_id = gold.id
        self.text = gold.text
        self.clitic = clitic
        self.sides = (_layers(gold), _layers(predicted) if predicted else {})
        self.entity_of = {(m.start, m.end): m.kb for m in gold.entities if m.kb}
        self.triggers = [
            {(item.label, item.start, item.end) for item in side.get("triggers", ())}
            for side in self.sides
        ]

    def cases(self) -> Iterator[ErrorCase]:
        for layer, what in _LAYERS.items():
            gold, predicted = (side.get(layer, set()) for side in self.sides)
            open_ = _Open(sorted(gold - predicted), sorted(predicted - gold))
            for kind in KINDS[what]:
                for one, other in self._explained(what, kind, open_):
                    yield ErrorCase(self.doc_id, layer, kind, one, other)

    def _explained(
        self, what: str, kind: str, open_: _Open
    ) -> Iterator[tuple[tuple[Item, ...], tuple[Item, ...]]]:
        if kind == "split":
            yield from open_.take_parts()
        elif kind == "merge":
            yield from ((g, p) for p, g in open_.turned().take_parts())
        elif kind.startswith("missed"):
            lost = self.triggers[1] if kind != "missed" else None
            yield from (((g,), ()) for g in _drain(open_.gold, lost))
        elif kind.startswith("spurious"):
            lost = self.triggers[0] if kind != "spurious" else None
            yield from (((), (p,)) for p in _drain(open_.predicted, lost))
        else:
            affinity = self._affinities(what)[kind]
            yield from (((g,), (p,)) for g, p in open_.take_pairs(affinity))

    def _affinities(self, what: str) -> Mapping[str, Callable[[Item, Item], int]]:
        same_place = _same_event if what == "argument" else _anything
        return {
            "type": lambda g, p: int(g.span == p.span),
            "role": lambda g, p: int(g.span == p.span and g.event == p.event),
            "clitic": lambda g, p: (
                g.label == p.label and same_place(g, p) and self._clitic_only(g, p)
            ),
            "nesting level": lambda g, p: (
                g.label == p.label and _nests(g, p) and self._is_level(g, p)
            ),
            "edge": lambda g, p: (
                _shared(g, p) if g.label == p.label and same_place(g, p) else 0
            ),
            "edge and type": _shared,
            "coreferent mention": lambda g, p: (
                g.label == p.label and _same_event(g, p) and self._same_entity(g, p)
            ),
            "wrong event": lambda g, p: int((g.label, g.span) == (p.label, p.span)),
        }

    def _clitic_only(self, g: Item, p: Item) -> int:
        if self.clitic is None or self.text is None or not _shared(g, p):
            return 0  # the rule is slow, and most pairs are far apart
        return int(self.clitic(self.text, g.span) == self.clitic(self.text, p.span))

    def _is_level(self, g: Item, p: Item) -> int:
        """Tell whether the predicted span is another gold mention's: a level of it."""
        levels = self.sides[0]["entities"] | self.sides[0]["nominals"]
        return int(any(other.span == p.span for other in levels - {g}))

    def _same_entity(self, g: Item, p: Item) -> int:
        known = self.entity_of.get(g.span)
        return int(known is not None and known == self.entity_of.get(p.span))


_LAYERS = {
    "entities": "mention",
    "nominals": "mention",
    "triggers": "trigger",
    "arguments": "argument",
}


class _Open:
    """Items of both sides that no kind of error has explained yet."""

    def __init__(self, gold: list[Item], predicted: list[Item]) -> None:
        self.gold = gold
        self.predicted = predicted

    def turned(self) -> _Open:
        """Return the same lists, sides exchanged; what is taken is taken from both."""
        return _Open(self.predicted, self.gold)

    def take_parts(self) -> Iterator[tuple[tuple[Item, ...], tuple[Item, ...]]]:
        """Take a gold item that holds two or more predicted ones of its label."""
        for whole in tuple(self.gold):
            parts = tuple(
                p
                for p in self.predicted
                if p.label == whole.label and contains(whole.span, p.span)
            )
            if len(parts) > 1:
                self._remove((whole,), parts)
                yield (whole,), parts

    def take_pairs(
        self, affinity: Callable[[Item, Item], int]
    ) -> Iterator[tuple[Item, Item]]:
        """Take as many pairs as possible, then those with the most affinity."""
        weights = [[int(affinity(g, p)) for p in self.predicted] for g in self.gold]
        pairs = [(self.gold[g], self.predicted[p]) for g, p in best_pairs(weights)]
        self._remove([g for g, _ in pairs], [p for _, p in pairs])
        yield from pairs

    def _remove(self, gold: Sequence[Item], predicted: Sequence[Item]) -> None:
        for item in gold:
            self.gold.remove(item)
        for item in predicted:
            self.predicted.remove(item)


def _drain(
    items: list[Item], triggers: set[tuple[str, int, int]] | None
) -> tuple[Item, ...]:
    """Take all items, or only those whose trigger is not among the `triggers`."""
    taken = tuple(i for i in items if triggers is None or i.event not in triggers)
    items[:] = [i for i in items if i not in taken]
    return taken


def _layers(doc: DocumentLike) -> dict[str, set[Item]]:
    known = {m.id: m for m in doc.entities if m.id is not None}
    found: dict[str, set[Item]] = {name: set() for name in _LAYERS}
    for m in doc.entities:
        layer = "entities" if m.level == "name" else "nominals"
        found[layer].add(Item(m.start, m.end, m.label))
    for e in doc.events:
        found["triggers"].add(Item(e.start, e.end, e.label))
        for a in e.arguments:
            filler = known[a.entity] if a.entity is not None else a
            event = (e.label, e.start, e.end)
            if filler.start is not None and filler.end is not None:
                found["arguments"].add(Item(filler.start, filler.end, a.role, event))
    return found


def _shared(g: Item, p: Item) -> int:
    return max(0, min(g.end, p.end) - max(g.start, p.start))


def _nests(g: Item, p: Item) -> bool:
    return overlaps(g.span, p.span) and (
        contains(g.span, p.span) or contains(p.span, g.span)
    )


def _same_event(g: Item, p: Item) -> bool:
    return g.event == p.event


def _anything(_g: Item, _p: Item) -> bool:
    return True
