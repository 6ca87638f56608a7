from __future__ import annotations

from typing import Any

import pytest

from evaluation import agree
from evaluation.agreement_tables import agreement_notes, agreement_tables
from evaluation.disagreements import find_disagreements, summarise_kinds
from evaluation.intervals import Bootstrap
from evaluation.reliability import study_agreement
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from tests.evaluation.builders import doc, event, schema

TEXT = "أعلن الكاظمي في بغداد عن اعتقال رجلين من بغداد"
FEW = Bootstrap(resamples=50)


def study(*sides: list[AnnotatedDocument], **options: Any) -> Any:
    names = ("one", "two", "three")
    given = dict(zip(names, sides, strict=False))
    return study_agreement(given, bootstrap=FEW, **options)


def kinds(first: AnnotatedDocument, second: AnnotatedDocument) -> list[Any]:
    found = find_disagreements(
        [first], [second], annotators=("one", "two"), schema=schema()
    )
    return [(d.kind, d.detail, d.cost, d.follows) for d in found]


def test_the_study_holds_the_agreement_and_more_beside_it() -> None:
    first = [doc(text=TEXT, entities=[(5, 12, "PER"), (16, 21, "GPE")])]
    second = [doc(text=TEXT, entities=[(5, 12, "PER"), (14, 21, "GPE")])]
    content = study(first, second).to_json()
    plain = agree({"one": first, "two": second}, bootstrap=FEW).to_json()
    for name, layer in plain["layers"].items():
        assert content["layers"][name] == layer
    assert content["coefficients"]["entities"]["all"].keys() == {
        *("kappa", "fleiss_kappa", "alpha", "u_alpha", "alpha_u")
    }
    assert content["by_document"][0]["layers"]["entities"] == 0.5


def test_tokens_are_the_documents_own_or_cut_by_the_caller() -> None:
    bare = doc(text=TEXT, entities=[(5, 12, "PER")])
    own = bare.model_copy(update={"tokens": ((0, 4), (5, 12))})
    assert study([own], [bare]).coefficients["entities"].units == 2
    words = study([bare], [bare])
    assert words.coefficients["entities"].units == len(TEXT.split())
    letters = study([bare], [bare], tokenize=lambda text: [(0, 1), (1, 2), (2, 3)])
    assert letters.coefficients["entities"].units == 3
    other = bare.model_copy(update={"tokens": ((0, 4), (5, 11))})
    with pytest.raises(DataError, match="other tokens in one file"):
        study([own], [other])
    with pytest.raises(DataError, match="no text in any file"):
        study([doc()], [doc()])


def test_a_token_under_nested_mentions_has_both_labels_as_one_value() -> None:
    nested = doc(text=TEXT, entities=[(5, 21, "PER"), (16, 21, "GPE")])
    flat = doc(text=TEXT, entities=[(5, 21, "PER")])
    it = study([nested], [flat]).coefficients["entities"]
    # 9 words; they differ on one; values: nothing 6+6, PER 2+3, PER and GPE 1+0.
    expected = (8 / 9 - (36 + 6) / 81) / (1 - (36 + 6) / 81)
    assert it.all["kappa"].value == pytest.approx(expected)
    assert it.labels["PER"]["kappa"].value == 1
    assert it.labels["GPE"]["kappa"].value == 0
    assert it.left_out == 1


def test_every_label_of_the_schema_has_a_row_and_an_unused_one_is_undefined() -> None:
    given = [doc(text=TEXT, entities=[(5, 12, "PER")])]
    labels = study(given, given, schema=schema()).coefficients["entities"].labels
    assert list(labels) == ["PER", "GPE"]
    assert labels["PER"]["alpha"].value == 1
    assert {measured.value for measured in labels["GPE"].values()} == {None}


def test_documents_with_and_without_suggestions_are_told_apart() -> None:
    def in_arm(doc_id: str, arm: str | None, end: int) -> AnnotatedDocument:
        made = doc(doc_id, text=TEXT, entities=[(5, end, "PER")])
        return made.model_copy(update={"meta": {} if arm is None else {"arm": arm}})

    arms = (("a", "control"), ("b", "suggested"), ("c", None))
    first = [in_arm(doc_id, arm, 12) for doc_id, arm in arms]
    second = [in_arm(i, arm, 11 if arm == "control" else 12) for i, arm in arms]
    found = study(first, second)
    assert found.to_json()["arms"].keys() == {"control", "suggested"}
    f1 = {
        name: arm.agreement.layers["entities"].micro.f1
        for name, arm in found.arms.items()
    }
    assert f1 == {"control": 0, "suggested": 1}
    assert found.untold == 1
    told = " ".join(note.en for note in agreement_notes(found))
    assert "1 of 3 documents were annotated over suggestions" in told
    assert "cite the agreement of the control arm" in told
    titles = [table.title for table in agreement_tables(found)]
    assert "control: 1 documents" in titles


def test_whole_events_agree_only_when_everything_does() -> None:
    base = event(25, 31, "ARREST", ("RECIPIENT", 32, 37), mode="raid")
    close = event(25, 31, "ARREST", ("RECIPIENT", 32, 36), mode="raid")
    other = event(25, 31, "ARREST", ("RECIPIENT", 32, 37), mode="arrest")
    more = event(25, 31, "ARREST", ("RECIPIENT", 32, 37), ("ACTOR", 5, 12), mode="raid")

    def f1(a: Any, b: Any) -> list[float | None]:
        layers = study(
            [doc(text=TEXT, events=[a])], [doc(text=TEXT, events=[b])]
        ).agreement.layers
        return [layers[name].micro.f1 for name in ("frames", "frames:overlap")]

    assert f1(base, base) == [1, 1]
    assert f1(base, close) == [0, 1]
    assert f1(base, other) == [0, 0]
    assert f1(base, more) == [0, 0]


def test_a_mode_that_its_type_decides_need_not_be_said() -> None:
    said, unsaid = event(0, 4, "MEET", mode="meet"), event(0, 4, "MEET")
    sides = ([doc(text=TEXT, events=[said])], [doc(text=TEXT, events=[unsaid])])
    assert study(*sides, schema=schema()).disagreements == ()
    assert len(study(*sides).disagreements) == 1


def test_disagreements_are_of_six_kinds() -> None:
    def one(**given: Any) -> AnnotatedDocument:
        return doc(text=TEXT, **given)

    person, city = one(entities=[(5, 12, "PER")]), one(entities=[(5, 12, "GPE")])
    assert kinds(person, city) == [("type", "type", 2, 0)]
    assert kinds(person, one(entities=[(6, 12, "PER")])) == [("edge", "edge", 2, 0)]
    assert kinds(person, one()) == [("missed", "only the first", 1, 0)]
    assert kinds(one(), person) == [("spurious", "only the second", 1, 0)]
    nominal = one(entities=[(5, 12, "PER")], level="nominal")
    assert kinds(person, nominal) == [("type", "level", 2, 0)]
    assert kinds(nominal, person) == [("type", "level", 2, 0)]
    arrest = one(events=[event(25, 31, "ARREST", ("ACTOR", 5, 12))])
    role = one(events=[event(25, 31, "ARREST", ("RECIPIENT", 5, 12))])
    assert kinds(arrest, role) == [("argument", "role", 2, 0)]
    denied = one(events=[event(0, 4, "MEET", polarity="negative")])
    assert kinds(one(events=[event(0, 4, "MEET")]), denied) == [
        ("attribute", "polarity", 2, 0)
    ]


def test_arguments_that_follow_from_another_disagreement_add_to_its_cost() -> None:
    filled = event(25, 31, "ARREST", ("ACTOR", 5, 12), ("RECIPIENT", 32, 37))
    with_event = doc(text=TEXT, events=[filled])
    assert kinds(with_event, doc(text=TEXT)) == [("missed", "only the first", 3, 2)]
    shorter = event(25, 31, "ARREST", ("ACTOR", 6, 12), ("RECIPIENT", 32, 37))
    first = doc(text=TEXT, entities=[(5, 12, "PER")], events=[filled])
    second = doc(text=TEXT, entities=[(6, 12, "PER")], events=[shorter])
    assert kinds(first, second) == [("edge", "edge", 4, 2)]


def test_costs_add_up_to_what_the_exact_layers_count() -> None:
    first = doc(
        text=TEXT,
        entities=[(5, 12, "PER"), (16, 21, "GPE")],
        events=[event(25, 31, "ARREST", ("ACTOR", 5, 12)), event(0, 4, "MEET")],
    )
    second = doc(
        text=TEXT,
        entities=[(5, 11, "PER"), (41, 46, "GPE")],
        events=[
            event(25, 31, "ARREST", ("ACTOR", 5, 11)),
            event(0, 4, "MEET", realis="future"),
        ],
    )
    found = study([first], [second])
    wrong = sum(
        found.agreement.layers[name].micro.counts.fp
        + found.agreement.layers[name].micro.counts.fn
        for name in ("entities", "nominals", "triggers", "arguments", "attributes")
    )
    rows = summarise_kinds(found.disagreements)
    assert sum(row["cost"] for row in rows.values()) == wrong
    costs = [d.cost for d in found.disagreements]
    assert costs == sorted(costs, reverse=True)


def test_three_annotators_have_a_kappa_each_two_and_their_mean() -> None:
    same = doc(text=TEXT, entities=[(5, 12, "PER")])
    other = doc(text=TEXT, entities=[(16, 21, "PER")])
    found = study([same], [same], [other])
    titles = {table.title: table for table in agreement_tables(found)}
    row = titles["Cohen's kappa by pair"].rows[0]
    assert row[:2] == ("one ~ two", "1.000")
    it = found.coefficients["entities"]
    kappas = {pair: measured.value for pair, measured in it.pairs.items()}
    assert kappas["one", "two"] == 1
    assert kappas["one", "three"] == kappas["two", "three"] == pytest.approx(-0.125)
    assert it.all["kappa"].value == pytest.approx(sum(kappas.values()) / 3)


def test_a_document_that_one_of_three_left_out_is_no_disagreement() -> None:
    both = [doc(i, text=TEXT, entities=[(5, 12, "PER")]) for i in ("a", "b")]
    found = study(both, both, both[:1])
    assert found.disagreements == ()
    assert {
        measured.value for measured in found.coefficients["entities"].all.values()
    } == {1}
