"""Any mentions that a text may hold under some schema, and how many are drawn."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from schemas.annotations import EntityMention, EventMention
from schemas.labels import Schema

__all__ = ["NAMES", "SCORES", "entities", "examples", "spans", "triggers"]

SCORES = st.none() | st.floats(0, 1)
NAMES = st.none() | st.sampled_from(["R-1", "قاعدة <2>"])
_METAS = st.none() | st.just({"صفة": [1, None, "\n"]})


def examples(count: int, **options: Any) -> settings:
    """Settings for so many examples where the profile draws a hundred."""
    share = settings.default.max_examples / 100
    return settings(max_examples=max(5, round(count * share)), **options)


@st.composite
def spans(draw: st.DrawFn, text: str) -> tuple[int, int]:
    """Start and end of something in the text, never empty."""
    start = draw(st.integers(0, len(text) - 1))
    return start, draw(st.integers(start + 1, len(text)))


@st.composite
def entities(draw: st.DrawFn, text: str, schema: Schema) -> list[EntityMention]:
    """Up to six entities without ids, no two of them the same."""
    found = {}
    for start, end in draw(st.lists(spans(text), max_size=6)):
        label = draw(st.sampled_from(sorted(schema.entities)))
        subtypes = [None, *schema.entities[label].subtypes]
        mention = EntityMention(
            label=label,
            start=start,
            end=end,
            level=draw(st.sampled_from(["name", "nominal"])),
            subtype=draw(st.sampled_from(subtypes)),
            kb=draw(st.none() | st.just("Q796")),
            score=draw(SCORES),
            rule=draw(NAMES),
            annotator=draw(NAMES),
            meta=draw(_METAS),
        )
        found[mention.key] = mention
    return list(found.values())


@st.composite
def triggers(draw: st.DrawFn, text: str, schema: Schema) -> list[EventMention]:
    """Up to four triggers without ids and arguments, no two of them the same."""
    found = {}
    for start, end in draw(st.lists(spans(text), max_size=4)):
        label = draw(st.sampled_from(sorted(schema.events)))
        event = EventMention(
            label=label,
            start=start,
            end=end,
            polarity=draw(st.sampled_from(["positive", "negative"])),
            realis=draw(st.sampled_from(["actual", "future", "hypothetical"])),
            mode=draw(st.sampled_from([None, *schema.events[label].modes])),
            score=draw(SCORES),
            rule=draw(NAMES),
            annotator=draw(NAMES),
            meta=draw(_METAS),
        )
        found[event.key] = event
    return list(found.values())
