"""What all agree on stands; every difference needs a decision that fits it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.adjudicate import adjudicate, adjudicate_all
from annotate.decisions import Decision, count_verdicts
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError

TEXT = "قصف الجيش العراقي مواقع الفصائل في بغداد"


def span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def annotated(
    entities: Sequence[tuple[str, str]],
    events: Sequence[tuple[str, str, Sequence[tuple[str, int]]]] = (),
    **attributes: str,
) -> AnnotatedDocument:
    """Build a pass: (label, words) entities; events with (role, entity number)."""
    mentions = []
    for number, (label, words) in enumerate(entities, start=1):
        start, end = span(words)
        mentions.append(
            {"id": f"T{number}", "label": label, "start": start, "end": end}
        )
    triggers = []
    for label, words, arguments in events:
        start, end = span(words)
        filled = [{"role": role, "entity": f"T{n}"} for role, n in arguments]
        trigger = {"label": label, "start": start, "end": end, "arguments": filled}
        triggers.append(trigger | attributes)
    return AnnotatedDocument.model_validate(
        {"id": "a", "text": TEXT, "entities": mentions, "events": triggers}
    )


def ruling(verdict: str, layer: str, label: str, words: str, **more: Any) -> Decision:
    start, end = span(words)
    return Decision.model_validate(
        {
            "doc": "a",
            "layer": layer,
            "verdict": verdict,
            "target": {"start": start, "end": end, "label": label},
            "text": words,
            "by": "adjudicator",
            **more,
        }
    )


def target(label: str, words: str) -> dict[str, Any]:
    start, end = span(words)
    return {"label": label, "start": start, "end": end}


FULL = annotated(
    [("ORG", "الجيش العراقي"), ("NORP", "العراقي"), ("FAC", "مواقع الفصائل")],
    [("ATTACK", "قصف", [("ACTOR", 1), ("RECIPIENT", 3)])],
)
SHORT = annotated(
    [("ORG", "الجيش العراقي"), ("FAC", "مواقع")],
    [("ATTACK", "قصف", [("ACTOR", 1), ("RECIPIENT", 2)])],
)


def names(doc: AnnotatedDocument) -> list[tuple[str, str]]:
    return [(m.label, TEXT[m.start : m.end]) for m in doc.entities]


def test_what_all_agree_on_stands_without_a_decision() -> None:
    result = adjudicate([FULL, FULL], [])
    assert result.conflicts == ()
    assert names(result.doc) == names(FULL)
    assert [a.role for a in result.doc.events[0].arguments] == ["ACTOR", "RECIPIENT"]


def test_every_difference_is_a_conflict_with_who_has_it() -> None:
    conflicts = adjudicate([FULL, SHORT], []).conflicts
    told = {(c.layer, TEXT[c.target[0] : c.target[1]], c.votes) for c in conflicts}
    assert told == {
        ("entities", "العراقي", (True, False)),
        ("entities", "مواقع الفصائل", (True, False)),
        ("entities", "مواقع", (False, True)),
    }


def test_decisions_settle_the_conflicts() -> None:
    decisions = [
        ruling("keep", "entities", "NORP", "العراقي", clause="E2"),
        ruling("keep", "entities", "FAC", "مواقع الفصائل", clause="L1"),
        ruling(
            "replace",
            "entities",
            "FAC",
            "مواقع",
            replacement=target("FAC", "مواقع الفصائل"),
        ),
    ]
    result = adjudicate([FULL, SHORT], decisions)
    assert result.conflicts == ()
    assert names(result.doc) == names(FULL)
    # The second annotator's filler was replaced, so that both fill RECIPIENT alike.
    assert len(result.doc.events[0].arguments) == 2


def test_a_dropped_mention_leaves_the_roles_it_filled() -> None:
    decisions = [
        ruling("drop", "entities", "NORP", "العراقي"),
        ruling("drop", "entities", "FAC", "مواقع الفصائل"),
        ruling("drop", "entities", "FAC", "مواقع"),
    ]
    doc = adjudicate([FULL, SHORT], decisions).doc
    assert names(doc) == [("ORG", "الجيش العراقي")]
    assert [a.role for a in doc.events[0].arguments] == ["ACTOR"]


def test_all_annotators_may_be_wrong() -> None:
    decisions = [
        ruling("drop", "events", "ATTACK", "قصف"),
        ruling("add", "entities", "GPE", "بغداد", attributes={"level": "name"}),
    ]
    doc = adjudicate([FULL, FULL], decisions).doc
    assert doc.events == ()
    assert ("GPE", "بغداد") in names(doc)


def test_attributes_that_differ_need_a_decision() -> None:
    other = annotated(
        [("ORG", "الجيش العراقي")], [("ATTACK", "قصف", [])], realis="future"
    )
    one = annotated([("ORG", "الجيش العراقي")], [("ATTACK", "قصف", [])])
    (conflict,) = adjudicate([one, other], []).conflicts
    assert (conflict.attribute, conflict.votes) == ("realis", ("actual", "future"))
    settled = [
        ruling("set", "events", "ATTACK", "قصف", attributes={"realis": "future"})
    ]
    result = adjudicate([one, other], settled)
    assert result.conflicts == ()
    assert result.doc.events[0].realis == "future"


def test_an_argument_may_be_added_or_dropped() -> None:
    role = {"role": "LOCATION", "filler": target("GPE", "بغداد")}
    actor = {"role": "ACTOR", "filler": target("ORG", "الجيش العراقي")}
    decisions = [
        ruling("add", "entities", "GPE", "بغداد", attributes={"level": "name"}),
        ruling("add", "arguments", "ATTACK", "قصف", **role),
        ruling("drop", "arguments", "ATTACK", "قصف", **actor),
    ]
    event = adjudicate([FULL, FULL], decisions).doc.events[0]
    assert [argument.role for argument in event.arguments] == ["LOCATION", "RECIPIENT"]


@pytest.mark.parametrize(
    "decision",
    [
        ruling("drop", "entities", "GPE", "بغداد"),
        ruling(
            "keep",
            "arguments",
            "ATTACK",
            "قصف",
            role="TIME",
            filler=target("GPE", "في"),
        ),
    ],
)
def test_a_decision_about_nothing_is_refused(decision: Decision) -> None:
    with pytest.raises(DataError, match="is about nothing the annotators marked"):
        adjudicate([FULL, FULL], [decision])


def test_a_decision_whose_text_moved_is_refused() -> None:
    decision = ruling("drop", "entities", "NORP", "العراقي")
    moved = decision.model_copy(update={"text": "الإيراني"})
    with pytest.raises(DataError, match="Was the article changed since"):
        adjudicate([FULL, FULL], [moved])


def test_annotations_of_different_texts_are_refused() -> None:
    other = SHORT.model_copy(update={"text": TEXT + "."})
    with pytest.raises(DataError, match="different texts"):
        adjudicate([FULL, other], [])


@given(st.integers(2, 4))
def test_any_number_of_equal_passes_gives_that_pass(count: int) -> None:
    assert adjudicate([FULL] * count, []).doc == adjudicate([FULL, FULL], []).doc


def test_two_decisions_on_one_thing_are_refused() -> None:
    keep = ruling("keep", "entities", "NORP", "العراقي")
    drop = ruling("drop", "entities", "NORP", "العراقي")
    with pytest.raises(DataError, match="two decisions stand on 'العراقي'"):
        adjudicate([FULL, SHORT], [keep, drop])
    level = ruling("set", "entities", "NORP", "العراقي", attributes={"level": "name"})
    kb = ruling("set", "entities", "NORP", "العراقي", attributes={"kb": "Q1"})
    adjudicate([FULL, SHORT], [keep, level, kb])


def test_a_decision_that_was_replaced_is_kept_and_decides_nothing() -> None:
    old = ruling("drop", "entities", "NORP", "العراقي", until="2026-11-28T10:00:00Z")
    new = ruling("keep", "entities", "NORP", "العراقي")
    assert ("NORP", "العراقي") in names(adjudicate([FULL, SHORT], [old, new]).doc)
    told = {
        TEXT[slice(*c.target[:2])] for c in adjudicate([FULL, SHORT], [old]).conflicts
    }
    assert "العراقي" in told
    assert count_verdicts([old, new]) == {"entities: keep": 1, "replaced since": 1}


def test_each_document_is_adjudicated_among_those_who_annotated_it() -> None:
    def named(doc: AnnotatedDocument, doc_id: str) -> AnnotatedDocument:
        return doc.model_copy(update={"id": doc_id})

    passes = {
        "one": [named(FULL, "a"), named(FULL, "c")],
        "two": [named(FULL, "a"), named(FULL, "b")],
        "three": [named(SHORT, "b"), named(SHORT, "c")],
    }
    with pytest.raises(DataError, match="a: has no annotation by three"):
        adjudicate_all(passes, [])
    gold, conflicts = adjudicate_all(passes, [], overlap=2)
    assert [doc.id for doc in gold] == ["a", "b", "c"]
    assert {(c.doc, c.voters) for c in conflicts} == {("b", (1, 2)), ("c", (0, 2))}


def test_decisions_on_a_document_that_nobody_annotated_are_refused() -> None:
    decision = ruling("drop", "entities", "NORP", "العراقي")
    strange = decision.model_copy(update={"doc": "z"})
    with pytest.raises(DataError, match="that nobody annotated: z"):
        adjudicate_all({"one": [FULL], "two": [SHORT]}, [strange])
