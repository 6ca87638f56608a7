"""Documents for the Label Studio tests: a small one, and any that is valid."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.jsonl import text_sha256
from schemas.labels import Schema
from schemas.load import load_schema
from tests.strategies import NAMES, SCORES, entities, triggers

SCHEMA = load_schema()
TEXT = (
    "زار وزير الخارجية بغداد أمس.\n"
    "وسلم الوفد 👍🏽 رسالة للكاظمي وعاد من مطار ببغداد.\n"
    "وكان قد التقى الكاظمي الأحد الماضي."
)


def span_of(words: str, *, nth: int = 0, text: str = TEXT) -> tuple[int, int]:
    """Where the words stand for the `nth` time (0 is the first)."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return start, start + len(words)


def visit(doc_id: str = "visit", text: str = TEXT) -> AnnotatedDocument:
    """A visit with its actor and destination, each with the rule that proposed it."""
    title, city = span_of("وزير الخارجية", text=text), span_of("بغداد", text=text)
    return AnnotatedDocument(
        id=doc_id,
        text=text,
        meta={"outlet": "test"},
        entities=(
            EntityMention(
                id="T1", label="TITLE", start=title[0], end=title[1], rule="TITLE-1"
            ),
            EntityMention(
                id="T2",
                label="GPE",
                start=city[0],
                end=city[1],
                rule="GPE-7",
                score=0.75,
                kb="Q1530",
                subtype="city",
            ),
        ),
        events=(
            EventMention(
                id="E1",
                label="VISIT",
                start=0,
                end=3,
                rule="VISIT-2",
                mode="visit",
                arguments=(
                    Argument(role="ACTOR", entity="T1", rule="ARG-1"),
                    Argument(role="DESTINATION", entity="T2", score=0.5),
                ),
            ),
        ),
    )


def bare(doc: AnnotatedDocument) -> list[tuple[Any, ...]]:
    """What a document says, whatever its ids: mentions, attributes and arguments."""
    entities = [(*m.key, m.subtype, m.kb) for m in doc.entities]
    events = [
        (
            *e.key,
            e.polarity,
            e.realis,
            e.mode,
            sorted((a.role, doc.filler_span(a)) for a in e.arguments),
        )
        for e in doc.events
    ]
    return [*entities, *events]


_TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("ابتدهوي ةىأإآ،.؛\n\u064b\u0640\u200f😀👨‍👩‍👧 <&>\"'\\"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"),
    ),
    min_size=1,
    max_size=60,
)


@st.composite
def documents(draw: st.DrawFn, schema: Schema = SCHEMA) -> AnnotatedDocument:
    """Any valid document in canonical form: sorted, numbered, modes filled in."""
    text = draw(_TEXTS)
    fillers = _numbered(draw(entities(text, schema)), "T")
    events = [
        event.model_copy(
            update={
                "mode": event.mode or schema.events[event.label].default_mode,
                "arguments": draw(_arguments(event, fillers, schema)),
            }
        )
        for event in _numbered(draw(triggers(text, schema)), "E")
    ]
    return AnnotatedDocument(
        id="d",
        text=text,
        sha256=text_sha256(text),
        entities=tuple(fillers),
        events=tuple(events),
    )


def _numbered(mentions: list[Any], letter: str) -> list[Any]:
    ordered = sorted(mentions, key=lambda mention: mention.key)
    return [
        mention.model_copy(update={"id": f"{letter}{n}"})
        for n, mention in enumerate(ordered, start=1)
    ]


@st.composite
def _arguments(
    draw: st.DrawFn, event: EventMention, fillers: list[EntityMention], schema: Schema
) -> tuple[Argument, ...]:
    possible = [
        Argument(role=role, entity=entity.id)
        for role, use in sorted(schema.events[event.label].roles.items())
        for entity in fillers
        if entity.label in use.fillers
    ]
    return tuple(
        argument.model_copy(update={"rule": draw(NAMES), "score": draw(SCORES)})
        for argument in possible
        if draw(st.booleans())
    )
