from __future__ import annotations

import pytest

from evaluation import agree
from schemas.errors import DataError, UsageError
from tests.evaluation.builders import doc, event, schema


def test_agreement_is_the_f1_of_one_against_the_other() -> None:
    first = [doc(entities=[(0, 2, "PER"), (3, 5, "GPE")])]
    second = [doc(entities=[(0, 2, "PER"), (3, 6, "GPE"), (8, 9, "PER")])]
    agreement = agree({"one": first, "two": second})
    assert agreement.layers["entities"].micro.f1 == pytest.approx(2 / (2 + 1 + 2))
    swapped = agree({"two": second, "one": first})
    assert swapped.layers["entities"].micro.f1 == agreement.layers["entities"].micro.f1


def test_three_annotators_are_three_pairs_that_add_up() -> None:
    same, other = doc(entities=[(0, 2, "PER")]), doc(entities=[(4, 6, "PER")])
    agreement = agree({"a": [same], "b": [same], "c": [other]})
    assert [(p.first, p.second) for p in agreement.pairs] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    alone = [p.report.layers["entities"].micro.f1 for p in agreement.pairs]
    assert alone == [1, 0, 0]
    assert agreement.layers["entities"].micro.f1 == pytest.approx(1 / 3)


def test_the_signature_of_three_with_addresses_has_each_content_once() -> None:
    same, other = doc(entities=[(0, 2, "PER")]), doc(entities=[(4, 6, "PER")])
    agreement = agree({"a@x.org": [same], "b@x.org": [other], "c@x.org": [same]})
    names, _, digests = agreement.signature.gold.rpartition("@")
    assert names == "a@x.org~b@x.org~c@x.org"
    assert [len(digest) for digest in digests.split("+")] == [12, 12]


def test_a_document_that_only_one_annotated_is_left_out() -> None:
    first = [doc("a", entities=[(0, 2, "PER")]), doc("b", entities=[(0, 2, "PER")])]
    agreement = agree({"one": first, "two": first[:1]})
    assert agreement.documents == 1
    assert agreement.layers["entities"].micro.f1 == 1


def test_labels_that_only_one_pair_knows_are_kept_apart() -> None:
    a = doc(entities=[(0, 2, "PER")])
    b = doc(entities=[(0, 2, "PER"), (3, 4, "GPE")])
    rows = agree({"a": [a], "b": [a], "c": [b]}).layers["entities"].labels
    assert (rows["PER"].f1, rows["GPE"].f1) == (1, 0)


def test_every_layer_and_label_has_its_agreement() -> None:
    one = doc(events=[event(0, 2, "MEET", ("ACTOR", 3, 5))])
    two = doc(events=[event(0, 2, "ARREST", ("ACTOR", 3, 5))])
    content = agree({"one": [one], "two": [two]}, schema=schema()).to_json()
    assert content["layers"]["triggers"]["micro"]["f1"] == 0
    assert content["layers"]["triggers:found"]["micro"]["f1"] == 1
    assert list(content["layers"]["triggers"]["labels"]) == ["MEET", "ARREST"]
    assert content["layers"]["entities"]["micro"]["f1"] is None
    assert content["pairs"][0]["annotators"] == ["one", "two"]


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(UsageError, match="at least two"):
        agree({"one": [doc()]})
    with pytest.raises(DataError, match="no document in common"):
        agree({"one": [doc("a")], "two": [doc("b")]})
    with pytest.raises(DataError, match="one: document 'a' is there twice"):
        agree({"one": [doc("a"), doc("a")], "two": [doc("a")]})
    with pytest.raises(DataError, match="two document 'a' has another text than one:"):
        agree({"one": [doc(text="بغداد")], "two": [doc(text="بغدان")]})
