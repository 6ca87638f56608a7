"""Decisions made from an adjudicator's document, or a policy, lead where they must."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.adjudicate import adjudicate
from annotate.rulings import rulings_by_policy, rulings_from
from schemas.annotations import AnnotatedDocument
from schemas.errors import UsageError

TEXT = "قصف الجيش العراقي مواقع الفصائل في بغداد أمس"
SPANS = [(4, 17), (10, 17), (18, 31), (35, 40), (41, 44)]
TRIGGERS = [(0, 3), (18, 23)]


@st.composite
def passes(draw: st.DrawFn) -> AnnotatedDocument:
    """Draw any annotation of the text: some mentions, some events, some arguments."""
    chosen = draw(st.lists(st.sampled_from(SPANS), unique=True))
    entities = [
        {
            "id": f"T{number}",
            "label": draw(st.sampled_from(["ORG", "GPE"])),
            "start": start,
            "end": end,
            "level": draw(st.sampled_from(["name", "nominal"])),
            "subtype": draw(st.sampled_from([None, "city"])),
        }
        for number, (start, end) in enumerate(chosen, start=1)
    ]
    ids = [str(entity["id"]) for entity in entities]
    events = []
    for start, end in draw(st.lists(st.sampled_from(TRIGGERS), unique=True)):
        fillers = draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
        roles = st.sampled_from(["ACTOR", "RECIPIENT"])
        filled = [{"role": draw(roles), "entity": filler} for filler in fillers]
        events.append(
            {
                "label": "ATTACK",
                "start": start,
                "end": end,
                "realis": draw(st.sampled_from(["actual", "future"])),
                "arguments": filled,
            }
        )
    return AnnotatedDocument.model_validate(
        {"id": "a", "text": TEXT, "entities": entities, "events": events}
    )


def canonical(doc: AnnotatedDocument) -> AnnotatedDocument:
    """Return the document as adjudication writes it: ids and order by the text."""
    return adjudicate([doc], []).doc


@given(st.lists(passes(), min_size=1, max_size=3), passes())
def test_the_decisions_lead_to_what_the_adjudicator_left(
    annotations: Sequence[AnnotatedDocument], final: AnnotatedDocument
) -> None:
    named = {f"annotator-{n}": doc for n, doc in enumerate(annotations)}
    decisions = rulings_from(named, final, by="adjudicator", at="2026-11-22T12:00")
    assert all(set(decision.votes) <= set(named) for decision in decisions)
    result = adjudicate(annotations, decisions)
    assert result.conflicts == ()
    assert result.doc == canonical(final)


@given(passes())
def test_what_all_agree_on_needs_no_decision(doc: AnnotatedDocument) -> None:
    assert rulings_from({"a": doc, "b": doc}, doc, by="x") == []


@given(passes(), passes(), passes())
def test_a_majority_of_three_settles_every_mention(
    one: AnnotatedDocument, two: AnnotatedDocument, three: AnnotatedDocument
) -> None:
    annotations = {"a": one, "b": two, "c": three}
    decisions = rulings_by_policy(annotations, [], policy="majority")
    result = adjudicate(list(annotations.values()), decisions)
    spans = [{(m.start, m.end, m.label) for m in d.entities} for d in (one, two, three)]
    wanted = (spans[0] & spans[1]) | (spans[0] & spans[2]) | (spans[1] & spans[2])
    assert {(m.start, m.end, m.label) for m in result.doc.entities} == wanted
    assert all(decision.by == "policy:majority" for decision in decisions)


@given(passes(), passes())
def test_of_two_who_differ_the_majority_is_nobody(
    one: AnnotatedDocument, two: AnnotatedDocument
) -> None:
    annotations = {"a": one, "b": two}
    before = adjudicate([one, two], []).conflicts
    decisions = rulings_by_policy(annotations, [], policy="majority")
    assert adjudicate([one, two], decisions).conflicts == before
    assert rulings_by_policy(annotations, [], policy="strict") == []


@given(passes(), passes())
def test_following_one_annotator_gives_the_mentions_of_that_one(
    one: AnnotatedDocument, two: AnnotatedDocument
) -> None:
    decisions = rulings_by_policy({"a": one, "b": two}, [], policy="b")
    result = adjudicate([one, two], decisions)
    assert [m.key for m in result.doc.entities] == [
        m.key for m in canonical(two).entities
    ]
    assert [e.key for e in result.doc.events] == [e.key for e in canonical(two).events]
    assert result.conflicts == ()


def test_an_unknown_policy_is_refused_with_what_is_known() -> None:
    doc = AnnotatedDocument(id="a", text=TEXT)
    with pytest.raises(UsageError, match="choose one of majority, strict, a, b"):
        rulings_by_policy({"a": doc, "b": doc}, [], policy="z")
