"""Decisions made from an adjudicator's document, or a policy, lead where they must."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.adjudicate import adjudicate
from annotate.decisions import standing
from annotate.rulings import renew, rulings_by_policy, rulings_from
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
    decisions = rulings_by_policy(annotations, [], policy="majority", at="2026-11-28")
    result = adjudicate(list(annotations.values()), decisions)
    spans = [{(m.start, m.end, m.label) for m in d.entities} for d in (one, two, three)]
    wanted = (spans[0] & spans[1]) | (spans[0] & spans[2]) | (spans[1] & spans[2])
    assert {(m.start, m.end, m.label) for m in result.doc.entities} == wanted
    for decision in decisions:
        assert (decision.by, decision.at) == ("policy:majority", "2026-11-28")
        assert len(decision.votes) >= 2


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


@settings(deadline=None)
@given(passes(), passes(), passes(), passes())
def test_a_correction_leads_where_it_should_and_loses_nothing(
    one: AnnotatedDocument,
    two: AnnotatedDocument,
    final: AnnotatedDocument,
    corrected: AnnotatedDocument,
) -> None:
    annotations = {"a": one, "b": two}
    first = [
        decision.model_copy(update={"clause": "E2", "why": "so"})
        for decision in rulings_from(annotations, final, by="first", at="1")
    ]
    second = renew(annotations, first, corrected, by="second", at="2")
    assert adjudicate([one, two], second).doc == canonical(corrected)
    assert [d.model_copy(update={"until": None}) for d in second[: len(first)]] == first
    assert all(d.until in (None, "2") for d in second)
    assert all((d.by, d.at) == ("second", "2") for d in second[len(first) :])
    # What the second rules as the first did stays the first's, clause and all.
    kept = [d for d in standing(second) if d.by == "first"]
    assert all(d.clause == "E2" for d in kept)
    assert renew(annotations, second, corrected, by="third", at="3") == second


@settings(deadline=None)
@given(passes(), passes(), passes())
def test_what_a_policy_settled_stays_its_own_where_the_adjudicator_left_it(
    one: AnnotatedDocument, two: AnnotatedDocument, three: AnnotatedDocument
) -> None:
    annotations = {"a": one, "b": two, "c": three}
    settled = rulings_by_policy(annotations, [], policy="a", at="1")
    left = adjudicate([one, two, three], settled).doc
    assert renew(annotations, settled, left, by="judge", at="2") == settled


def test_what_was_written_to_a_mark_is_why_and_names_the_clause() -> None:
    def doc(*labels: str, note: str | None = None) -> AnnotatedDocument:
        mentions = [
            {"label": label, "start": 10, "end": 17, "meta": note and {"note": note}}
            for label in labels
        ]
        given = {"id": "a", "text": TEXT, "entities": mentions}
        return AnnotatedDocument.model_validate(given)

    annotations = {"a": doc("ORG"), "b": doc("GPE")}
    final = doc("ORG", note="حسب E2 لا E9: نسبة")
    rulings = rulings_from(annotations, final, by="judge", clauses={"E2", "E9"})
    told = {(d.verdict, d.target.label): (d.clause, d.why) for d in rulings}
    assert told == {
        ("keep", "ORG"): ("E2", "حسب E2 لا E9: نسبة"),
        ("drop", "GPE"): (None, None),
    }
