"""What changed between two versions of gold, mention by mention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.spans import Span, overlaps

__all__ = ["Difference", "count_differences", "find_differences"]

Layer = Literal["documents", "entities", "events", "arguments"]
What = Literal["added", "removed", "changed", "relabelled", "moved"]

_ENTITY_VALUES = ("level", "subtype", "kb")
_EVENT_VALUES = ("polarity", "realis", "mode")


class Difference(NamedTuple):
    """One thing that differs.

    `relabelled` is a mention of the same span with another label, `moved` one of the
    same label whose edges differ but overlap, `changed` another attribute or text.
    """

    doc: str
    layer: Layer
    what: What
    label: str
    span: Span | None
    words: str
    detail: str = ""

    def __str__(self) -> str:
        place = f" [{self.span.start}, {self.span.end})" if self.span else ""
        tail = f" ({self.detail})" if self.detail else ""
        head = f"{self.doc}: {self.layer} {self.what}"
        return f"{head} {self.label}{place} {self.words}{tail}".rstrip()


def find_differences(
    old: Iterable[AnnotatedDocument], new: Iterable[AnnotatedDocument]
) -> list[Difference]:
    """Return what differs, documents in order of id, mentions in order of the text.

    Ids of mentions do not count: mentions are the same when span and label are.
    Documents whose texts differ are told as changed, and their mentions not compared.
    """
    before = {doc.id: doc for doc in old}
    after = {doc.id: doc for doc in new}
    found: list[Difference] = []
    for doc_id in sorted(before.keys() | after.keys()):
        one, two = before.get(doc_id), after.get(doc_id)
        if one is None:
            found.append(Difference(doc_id, "documents", "added", "", None, ""))
        elif two is None:
            found.append(Difference(doc_id, "documents", "removed", "", None, ""))
        elif one.text != two.text:
            detail = "the text differs; its mentions are not compared"
            found.append(
                Difference(doc_id, "documents", "changed", "", None, "", detail)
            )
        else:
            found += _mentions(one, two)
    return found


def count_differences(differences: Iterable[Difference]) -> dict[str, dict[str, int]]:
    """Count differences by layer and kind."""
    counts = Counter((d.layer, d.what) for d in differences)
    layers: dict[str, dict[str, int]] = {}
    for (layer, what), count in sorted(counts.items()):
        layers.setdefault(layer, {})[what] = count
    return layers


def _mentions(one: AnnotatedDocument, two: AnnotatedDocument) -> Iterator[Difference]:
    text = one.text or ""
    yield from _layer(one.id, text, "entities", one.entities, two.entities)
    yield from _layer(one.id, text, "events", one.events, two.events)
    before, after = _arguments(one), _arguments(two)
    for event, role, filler in sorted(before ^ after):
        what: What = "removed" if (event, role, filler) in before else "added"
        yield Difference(
            one.id,
            "arguments",
            what,
            role,
            Span(*filler[:2]),
            text[filler[0] : filler[1]],
            f"of {event[2]} {text[event[0] : event[1]]}",
        )


def _layer(
    doc_id: str,
    text: str,
    layer: Literal["entities", "events"],
    old: Iterable[EntityMention | EventMention],
    new: Iterable[EntityMention | EventMention],
) -> Iterator[Difference]:
    names = _ENTITY_VALUES if layer == "entities" else _EVENT_VALUES
    before = {(m.start, m.end, m.label): m for m in old}
    after = {(m.start, m.end, m.label): m for m in new}
    gone = [before[key] for key in sorted(before.keys() - after.keys())]
    come = [after[key] for key in sorted(after.keys() - before.keys())]
    for mention in gone:
        twin, what, detail = _successor(mention, come)
        if twin is not None:
            come.remove(twin)
        words = text[mention.start : mention.end]
        yield Difference(
            doc_id, layer, what, mention.label, mention.span, words, detail
        )
    for mention in come:
        words = text[mention.start : mention.end]
        yield Difference(doc_id, layer, "added", mention.label, mention.span, words)
    for key in sorted(before.keys() & after.keys()):
        detail = _changes(before[key], after[key], names)
        if detail:
            words = text[key[0] : key[1]]
            yield Difference(
                doc_id, layer, "changed", key[2], Span(*key[:2]), words, detail
            )


def _successor(
    mention: EntityMention | EventMention, come: list[Any]
) -> tuple[Any, What, str]:
    """Return the new mention that stands for one that is gone, and how it differs."""
    for other in come:
        if other.span == mention.span:
            return other, "relabelled", f"now {other.label}"
    for other in come:
        if other.label == mention.label and overlaps(other.span, mention.span):
            return other, "moved", f"now [{other.start}, {other.end})"
    return None, "removed", ""


def _changes(one: Any, two: Any, names: Iterable[str]) -> str:
    pairs = ((name, getattr(one, name), getattr(two, name)) for name in names)
    return ", ".join(f"{name}: {a} -> {b}" for name, a, b in pairs if a != b)


_Key = tuple[int, int, str]


def _arguments(doc: AnnotatedDocument) -> set[tuple[_Key, str, _Key]]:
    entities: Mapping[str, EntityMention] = doc.entity_by_id()
    found: set[tuple[_Key, str, _Key]] = set()
    for event in doc.events:
        for argument in event.arguments:
            span = doc.filler_span(argument)
            if span is not None:
                label = entities[argument.entity].label if argument.entity else ""
                found.add((event.key, argument.role, (*span, label)))
    return found
