"""Documents for the tests of formats: a small one that holds everything, and any."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from annotate.arabic.sentences import find_sentences
from annotate.arabic.tokens import find_tokens
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.labels import Schema
from schemas.load import load_schema
from tests.strategies import NAMES, SCORES, entities, spans, triggers

SCHEMA = load_schema()
TEXT = (
    "زار وزير الخارجية العراقي بغداد أمس 😀.\n"
    "ولم يلتق الوفد ببغداد الكاظمي.\n"
    "وسيعود المتحدث غدا."
)


def span_of(words: str, *, nth: int = 0) -> dict[str, int]:
    """Where the words stand for the `nth` time in TEXT (0 is the first)."""
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return {"start": start, "end": start + len(words)}


def visit(doc_id: str = "visit", text: str = TEXT) -> AnnotatedDocument:
    """A document with something of each kind that the contract can hold."""
    return AnnotatedDocument(
        id=doc_id,
        text=text,
        meta={"outlet": "اختبار", "pages": [1, None]},
        tokens=find_tokens(text),
        sentences=find_sentences(text),
        entities=(
            # Nested two deep, on one word twice, and inside words.
            EntityMention(id="T1", label="TITLE", **span_of("وزير الخارجية العراقي")),
            EntityMention(
                id="T2",
                label="ORG",
                subtype="government",
                **span_of("الخارجية العراقي"),
            ),
            EntityMention(
                id="T3", label="NORP", subtype="nationality", **span_of("العراقي")
            ),
            EntityMention(id="T4", label="GPE", kb="Q1530", **span_of("بغداد")),
            EntityMention(id="T5", label="ORG", level="nominal", **span_of("الوفد")),
            EntityMention(
                id="T6", label="GPE", score=0.5, rule="GPE-1", **span_of("بغداد", nth=1)
            ),
            EntityMention(
                id="T7",
                label="PER",
                annotator="أ",
                meta={"note": "«x»\n"},
                **span_of("الكاظمي"),
            ),
        ),
        events=(
            EventMention(
                id="E1",
                label="VISIT",
                mode="visit",
                arguments=(
                    Argument(role="ACTOR", entity="T1", score=0.25),
                    Argument(role="DESTINATION", entity="T4", rule="ARG-1"),
                ),
                **span_of("زار"),
            ),
            EventMention(
                id="E2",
                label="MEET",
                mode="in-person",
                polarity="negative",
                realis="hypothetical",
                score=0.75,
                arguments=(
                    Argument(role="ACTOR", entity="T5"),
                    Argument(role="ACTOR", entity="T7"),
                    Argument(role="ACTOR", entity="T1"),
                    Argument(role="LOCATION", **span_of("ببغداد")),
                ),
                **span_of("يلتق"),
            ),
        ),
    )


# Line ends of all kinds, marks that open or close something in some format, and what is
# no white space though it looks so.
_ODD = "\n\n\r\t\x0b\x1c\x85\u2028\ufeff\uffff\x00 <>&\"'\\|#_-"
_TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("ابتدهوي ةىأإآ،.؛\u064b\u0640\u200f😀"),
        st.sampled_from(_ODD),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=60,
)
_IDS = st.sampled_from(["a", "خبر 7/8", "a-1", "..", "x\ny", '"q"', "#", "a:b"])


@st.composite
def documents(draw: st.DrawFn, schema: Schema = SCHEMA) -> AnnotatedDocument:
    """Any valid document whose tokens and sentences are those of `miyar ingest`."""
    text = draw(_TEXTS)
    fillers = _named(draw, draw(entities(text, schema)), "T")
    found = _named(draw, draw(triggers(text, schema)), "E")
    events = [
        event.model_copy(
            update={"arguments": draw(_arguments(event, fillers, text, schema))}
        )
        for event in found
    ]
    return AnnotatedDocument(
        id=draw(_IDS),
        text=text,
        meta=draw(st.sampled_from([{}, {"outlet": "س", "n": [1.5, {"a": None}]}])),
        tokens=find_tokens(text),
        sentences=find_sentences(text),
        entities=tuple(fillers),
        events=tuple(events),
    )


def _named(draw: st.DrawFn, mentions: list[Any], letter: str) -> list[Any]:
    styles = [None, f"{letter}{{}}", f"{letter.lower()}-{{}}"]
    style = draw(st.sampled_from(styles))
    return [
        mention.model_copy(update={"id": style.format(number) if style else None})
        for number, mention in enumerate(mentions, start=1)
    ]


@st.composite
def _arguments(
    draw: st.DrawFn,
    event: EventMention,
    fillers: list[EntityMention],
    text: str,
    schema: Schema,
) -> tuple[Argument, ...]:
    roles = sorted(schema.events[event.label].roles.items())
    possible = [
        Argument(role=role, entity=entity.id)
        for role, use in roles
        for entity in fillers
        if entity.label in use.fillers and entity.id is not None
    ]
    possible += [
        Argument(role=role, start=start, end=end)
        for (start, end) in set(draw(st.lists(spans(text), max_size=1)))
        for role, _ in roles
    ]
    return tuple(
        argument.model_copy(update={"rule": draw(NAMES), "score": draw(SCORES)})
        for argument in possible
        if draw(st.booleans())
    )
