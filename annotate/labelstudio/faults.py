"""Say what is wrong with a region that Label Studio stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotate.labelstudio.config import ENTITY, TRIGGER
from schemas.labels import Schema

__all__ = ["region_fault"]

Json = Mapping[str, Any]


def region_fault(entry: Json, text: str, schema: Schema) -> str | None:
    """Return why a region cannot be read as a mention of `text`, or None."""
    value = entry.get("value")
    if entry.get("type") != "labels" or not isinstance(value, Mapping):
        return f"is of type {entry.get('type')!r}; only labels are understood."
    layers: dict[str, Mapping[str, object]] = {
        ENTITY: schema.entities,
        TRIGGER: schema.events,
    }
    known = layers.get(str(entry.get("from_name")))
    if known is None:
        return f"belongs to {entry.get('from_name')!r}, which the page does not ask."
    labels = value.get("labels") or []
    if not isinstance(labels, list):
        labels = [labels]
    if len(labels) != 1 or str(labels[0]) not in known:
        return (
            f"has the label {', '.join(map(str, labels)) or '(none)'}, and "
            f"{schema.name} has no such {entry['from_name']}. Was the page edited by "
            "hand? Relabel it, or delete it."
        )
    return _span_fault(value, text) or _origin_fault(entry)


def _span_fault(value: Json, text: str) -> str | None:
    start, end = value.get("start"), value.get("end")
    if type(start) is not int or type(end) is not int:
        return f"has the offsets {start!r} and {end!r}, which are not numbers."
    if not 0 <= start < end <= len(text):
        return (
            f"covers [{start}, {end}) of a text of {len(text)} characters. Delete it "
            "and draw it anew."
        )
    # Label Studio writes a line break inside a span as a backslash and an n, so its
    # copy of the words is compared only where there is none.
    words = text[start:end]
    if "text" in value and "\n" not in words and value["text"] != words:
        return (
            f"[{start}, {end}) is {words!r} in the text and {value['text']!r} in Label "
            "Studio. Was the text changed since?"
        )
    return None


def _origin_fault(entry: Json) -> str | None:
    """Check score and meta, which any program may have written."""
    meta = entry.get("meta") or {}
    if not isinstance(meta, Mapping):
        return "has a meta that is not a mapping. Delete it and draw it anew."
    arguments = meta.get("arguments") or []
    if not isinstance(arguments, list) or not all(
        isinstance(kept, Mapping) for kept in arguments
    ):
        return "has a meta whose arguments are not mappings. Draw it anew."
    words = [meta.get(name) for name in ("rule", "kb", "annotator")]
    words += [kept.get("rule") for kept in arguments]
    scores = [entry.get("score"), *(kept.get("score") for kept in arguments)]
    fine = (
        all(word is None or isinstance(word, str) for word in words)
        and all(score is None or type(score) in (int, float) for score in scores)
        and isinstance(meta.get("meta") or {}, Mapping)
    )
    return None if fine else "has a score or meta of the wrong kind. Draw it anew."
