from __future__ import annotations

from evaluation import Counts, Report, score
from schemas.annotations import AnnotatedDocument, Argument, EntityMention
from tests.evaluation.builders import doc, event, schema


def counts(report: Report, layer: str, label: str | None = None) -> Counts | None:
    scored = report.layers[layer]
    return (scored.labels[label] if label else scored.micro).counts


def test_the_four_argument_scores_tell_attachment_and_role_apart() -> None:
    gold = [
        doc(
            events=[
                event(0, 2, "MEET", ("ACTOR", 5, 8)),
                event(10, 12, "MEET", ("ACTOR", 15, 18)),
                event(20, 22, "ARREST", ("RECIPIENT", 25, 28)),
            ]
        )
    ]
    predicted = [
        doc(
            events=[
                event(0, 2, "MEET", ("ACTOR", 15, 18)),  # the other event's argument
                event(10, 12, "MEET"),
                event(20, 22, "ARREST", ("ACTOR", 25, 28)),  # the wrong role
            ]
        )
    ]
    report = score(gold, predicted)
    assert counts(report, "arguments") == Counts(0, 2, 3)
    assert counts(report, "arguments:found") == Counts(1, 1, 2)
    assert counts(report, "arguments:unattached") == Counts(1, 1, 2)
    assert counts(report, "arguments:unattached-found") == Counts(2, 0, 1)
    assert counts(report, "arguments", "ACTOR") == Counts(0, 2, 2)
    assert counts(report, "arguments", "RECIPIENT") == Counts(0, 0, 1)


def test_a_trigger_of_the_wrong_type_is_found_and_takes_its_arguments_along() -> None:
    gold = [doc(events=[event(0, 2, "MEET", ("ACTOR", 5, 8))])]
    predicted = [doc(events=[event(0, 2, "ARREST", ("ACTOR", 5, 8))])]
    report = score(gold, predicted)
    assert counts(report, "triggers") == Counts(0, 1, 1)
    assert counts(report, "triggers:found") == Counts(1, 0, 0)
    assert counts(report, "arguments") == Counts(0, 1, 1)
    assert counts(report, "arguments:unattached-found") == Counts(0, 1, 1)


def test_two_events_on_one_trigger_are_both_scored() -> None:
    gold = [doc(events=[event(0, 2, "MEET"), event(0, 2, "ARREST")])]
    predicted = [doc(events=[event(0, 2, "MEET")])]
    assert counts(score(gold, predicted), "triggers") == Counts(1, 0, 1)


def test_an_entity_id_and_its_span_are_the_same_argument() -> None:
    person = EntityMention(id="T1", label="PER", start=5, end=8)
    by_id = event(0, 2, "MEET").model_copy(
        update={"arguments": (Argument(role="ACTOR", entity="T1"),)}
    )
    gold = [AnnotatedDocument(id="a", entities=(person,), events=(by_id,))]
    predicted = [doc(events=[event(0, 2, "MEET", ("ACTOR", 5, 8))])]
    assert counts(score(gold, predicted), "arguments") == Counts(1, 0, 0)


def test_the_ladder_accepts_overlap_then_another_mention_of_the_same_entity() -> None:
    mentions = (
        EntityMention(label="PER", start=5, end=8, kb="Q1"),
        EntityMention(label="PER", start=30, end=33, kb="Q1"),
        EntityMention(label="PER", start=40, end=43, kb="Q2"),
    )
    gold = [
        AnnotatedDocument(
            id="a",
            entities=mentions,
            events=(event(0, 2, "MEET", ("ACTOR", 5, 8)),),
        )
    ]

    def rungs(start: int, end: int) -> list[Counts | None]:
        predicted = [doc(events=[event(0, 2, "MEET", ("ACTOR", start, end))])]
        report = score(gold, predicted)
        names = ("arguments", "arguments:overlap", "arguments:same-entity")
        return [counts(report, name) for name in names]

    right, wrong = Counts(1, 0, 0), Counts(0, 1, 1)
    assert rungs(5, 8) == [right, right, right]
    assert rungs(6, 9) == [wrong, right, right]
    assert rungs(30, 33) == [wrong, wrong, right]
    assert rungs(40, 43) == [wrong, wrong, wrong]


def test_the_ladder_stays_one_to_one() -> None:
    gold = [doc(events=[event(0, 2, "MEET", ("ACTOR", 5, 9))])]
    predicted = [doc(events=[event(0, 2, "MEET", ("ACTOR", 5, 7), ("ACTOR", 7, 9))])]
    report = score(gold, predicted)
    assert counts(report, "arguments:overlap") == Counts(1, 1, 0)
    assert counts(report, "arguments:same-entity") == Counts(1, 1, 0)


def test_attributes_are_scored_on_the_triggers_that_both_have() -> None:
    gold = [
        doc(
            events=[
                event(0, 2, "MEET", polarity="negative", mode="meet"),
                event(3, 5, "ARREST", realis="future"),
            ]
        )
    ]
    predicted = [
        doc(
            events=[
                event(0, 2, "MEET", mode="meet"),
                event(6, 8, "ARREST", realis="future"),
            ]
        )
    ]
    report = score(gold, predicted)
    assert counts(report, "attributes", "polarity") == Counts(0, 1, 1)
    assert counts(report, "attributes", "realis") == Counts(1, 0, 0)
    assert counts(report, "attributes", "mode") == Counts(1, 0, 0)


def test_the_only_mode_of_a_type_may_be_left_out() -> None:
    gold = [doc(events=[event(0, 2, "MEET", mode="meet"), event(3, 5, "ARREST")])]
    predicted = [doc(events=[event(0, 2, "MEET"), event(3, 5, "ARREST", mode="raid")])]
    with_schema = score(gold, predicted, schema=schema())
    assert counts(with_schema, "attributes", "mode") == Counts(1, 1, 1)
    assert counts(score(gold, predicted), "attributes", "mode") == Counts(0, 2, 2)
