from __future__ import annotations

from exports import measure
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.load import load_schema

SCHEMA = load_schema()


def one(text: str, *mentions: EntityMention, **rest: object) -> AnnotatedDocument:
    return AnnotatedDocument(id=text, text=text, entities=mentions, **rest)


def test_every_label_is_counted_even_at_zero() -> None:
    found = measure([one("بغداد")], SCHEMA)
    assert found.names == dict.fromkeys(SCHEMA.entities, 0)
    assert found.events == dict.fromkeys(SCHEMA.events, 0)


def test_a_mention_after_a_proclitic_cuts_its_word() -> None:
    inside = EntityMention(label="GPE", start=1, end=6)
    whole = EntityMention(label="GPE", start=0, end=6)
    assert measure([one("ببغداد", inside)], SCHEMA).inside_word == 1
    assert measure([one("ببغداد", whole)], SCHEMA).inside_word == 0


def test_nested_mentions_are_counted_and_stacked_ones_are_not() -> None:
    outer = EntityMention(label="TITLE", start=0, end=10)
    inner = EntityMention(label="ORG", start=5, end=10)
    stacked = EntityMention(label="ORG", start=0, end=10)
    assert measure([one("وزير الدفاع", outer, inner)], SCHEMA).nested == 1
    assert measure([one("وزير الدفاع", outer, stacked)], SCHEMA).nested == 0


def test_tokens_are_counted_only_where_every_document_stores_them() -> None:
    stored = one("بغداد", tokens=((0, 5),))
    assert measure([stored], SCHEMA).tokens == 1
    assert measure([stored, one("دمشق")], SCHEMA).tokens is None
