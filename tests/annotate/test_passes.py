"""Passes stand side by side, whole, each document once, under one schema."""

from __future__ import annotations

import pytest

from annotate.passes import check_labels, index_passes, side_by_side
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import DataError


def doc(doc_id: str, label: str = "GPE") -> AnnotatedDocument:
    mention = EntityMention(label=label, start=3, end=8)
    return AnnotatedDocument(id=doc_id, text="في بغداد", entities=(mention,))


def passes(**ids: str):  # type: ignore[no-untyped-def]
    return index_passes({name: map(doc, own) for name, own in ids.items()})


def test_an_annotator_who_has_a_document_twice_is_named() -> None:
    with pytest.raises(DataError, match="two: document 'a' is there twice"):
        passes(one="a", two="aba")


def test_an_annotator_who_has_nothing_is_named() -> None:
    with pytest.raises(DataError, match="two: holds no document"):
        passes(one="a", two="")


def test_all_documents_that_too_few_finished_are_listed() -> None:
    with pytest.raises(DataError) as told:
        side_by_side(passes(one="ab", two="bc"))
    assert "a: has no annotation by two\nc: has no annotation by one" in str(told.value)
    assert "--overlap" in str(told.value)


def test_of_three_annotators_two_may_have_a_document_where_two_were_asked() -> None:
    sides = side_by_side(passes(one="ab", two="bc", three="ca"), overlap=2)
    assert {doc_id: list(side) for doc_id, side in sides.items()} == {
        "a": ["one", "three"],
        "b": ["one", "two"],
        "c": ["two", "three"],
    }
    with pytest.raises(DataError, match="c: has 1 of 2 annotations"):
        side_by_side(passes(one="ab", two="b", three="ac"), overlap=2)


def test_labels_of_another_schema_are_listed_by_annotator() -> None:
    old = index_passes({"one": [doc("a")], "two": [doc("a", "CITY"), doc("b", "CITY")]})
    with pytest.raises(
        DataError, match=r"schema s-2:\ntwo: CITY \(2\)\nWas it changed"
    ):
        check_labels(old, ("GPE", "PER"), schema="s-2")
    check_labels(old, ("GPE", "CITY"), schema="s-1")
