"""A dispute shows each conflict once, and what is ruled in Label Studio comes home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from annotate.adjudicate import adjudicate
from annotate.decisions import Decision
from annotate.disputes import Brought, Dispute, bring_forward, build_dispute
from annotate.labelstudio.campaign import find_campaign, submit, tasks_by_document
from annotate.labelstudio.client import Studio, connect, login_of
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.checks import check_document
from schemas.errors import UsageError
from schemas.jsonl import read_documents
from schemas.load import load_schema
from tests.annotate.test_rulings import passes

KEPT = Path(__file__).parents[2] / "seeds" / "annotations"
SCHEMA = load_schema()


def read_passes(*wanted: str) -> dict[str, dict[str, AnnotatedDocument]]:
    return {
        place.stem: {d.id: d for d in read_documents(place) if d.id in wanted}
        for place in sorted(KEPT.glob("annotator-*.jsonl"))
    }


@given(passes(), passes())
def test_a_dispute_holds_what_anybody_marked(
    one: AnnotatedDocument, two: AnnotatedDocument
) -> None:
    dispute = build_dispute({"a": one, "b": two}, [], schema=SCHEMA)
    conflicts = adjudicate([one, two], []).conflicts
    assert (dispute is None) == (not conflicts)
    if dispute is not None:
        marked = {m.key[:3] for doc in (one, two) for m in doc.entities}
        assert {m.key[:3] for m in dispute.entities} == marked
        doubtful = {c.target for c in conflicts}
        for mention in (*dispute.entities, *dispute.events):
            place = (mention.start, mention.end, mention.label)
            assert (mention.rule == "متفق عليه") == (place not in doubtful)
            assert mention.score == (0.5 if place in doubtful else 1.0)


def test_the_seed_passes_make_disputes_without_problems() -> None:
    annotations = read_passes("tehran-2021-02", "elaph-2021-11")
    for doc_id in annotations["annotator-1"]:
        docs = {name: found[doc_id] for name, found in annotations.items()}
        dispute = build_dispute(docs, [], schema=SCHEMA)
        assert dispute is not None
        assert check_document(dispute, SCHEMA) == []


@pytest.mark.studio
def test_rulings_come_home_and_interrupted_work_resumes(
    studio: Studio, studio_settings: Settings
) -> None:
    annotations = read_passes("tehran-2021-02", "elaph-2021-11")
    order = Dispute(
        project="in dispute", adjudicator="judge@example.org", schema=SCHEMA
    )

    def bring(decisions: Sequence[Decision]) -> Brought:
        return bring_forward(
            annotations,
            decisions,
            order,
            studio=studio,
            settings=studio_settings,
            say=print,
        )

    opened = bring([])
    assert sorted(opened.pushed) == ["elaph-2021-11", "tehran-2021-02"]
    assert opened.decisions == ()
    before = len(opened.open)

    # The adjudicator rules on one document, following the first annotator but for one
    # mention that nobody is right about.
    ruled = annotations["annotator-1"]["tehran-2021-02"]
    ruled = ruled.model_copy(update={"entities": ruled.entities[1:]})
    gone = annotations["annotator-1"]["tehran-2021-02"].entities[0]
    events = tuple(
        event.model_copy(
            update={
                "arguments": tuple(a for a in event.arguments if a.entity != gone.id)
            }
        )
        for event in ruled.events
    )
    ruled = ruled.model_copy(update={"events": events})
    submit_as_judge(ruled, studio, studio_settings, "in dispute")

    resumed = bring(opened.decisions)
    assert (resumed.taken, resumed.pushed) == (1, ())
    assert {d.by for d in resumed.decisions} == {"judge@example.org"}
    assert {c.doc for c in resumed.open} == {"elaph-2021-11"}
    assert len(resumed.open) < before
    docs = [found["tehran-2021-02"] for found in annotations.values()]
    final = adjudicate(docs, resumed.decisions).doc
    assert gone.key not in {m.key for m in final.entities}
    assert bring(resumed.decisions).taken == 0


@pytest.mark.studio
def test_gold_that_nobody_disputes_is_reopened_and_corrected(
    studio: Studio, studio_settings: Settings
) -> None:
    released = read_passes("tehran-2021-02")["annotator-1"]
    passes = {"gold-1.0": released}
    order = Dispute(
        project="corrections",
        adjudicator="judge@example.org",
        schema=SCHEMA,
        reopen=("tehran-2021-02",),
    )

    def bring(decisions: Sequence[Decision], order: Dispute = order) -> Brought:
        return bring_forward(
            passes,
            decisions,
            order,
            studio=studio,
            settings=studio_settings,
            say=print,
        )

    with pytest.raises(UsageError, match="--reopen x: is not among the documents"):
        bring([], replace(order, reopen=("x",)))
    opened = bring([])
    assert opened.pushed == opened.waiting == ("tehran-2021-02",)
    assert (opened.open, opened.decisions) == ((), ())
    assert bring([]).waiting == ("tehran-2021-02",)

    gold = released["tehran-2021-02"]
    used = {a.entity for event in gold.events for a in event.arguments}
    (wrong, *_) = [m for m in gold.entities if m.id not in used]
    fixed = gold.model_copy(
        update={"entities": tuple(m for m in gold.entities if m != wrong)}
    )
    submit_as_judge(fixed, studio, studio_settings, "corrections")
    corrected = bring([])
    assert (corrected.taken, corrected.waiting) == (1, ())
    (decision,) = corrected.decisions
    assert (decision.verdict, decision.by) == ("drop", "judge@example.org")
    assert decision.votes == {"gold-1.0": True}
    assert decision.at

    # The adjudicator thinks better of it: the first ruling is closed, not deleted.
    submit_as_judge(gold, studio, studio_settings, "corrections")
    again = bring(corrected.decisions)
    assert again.taken == 1
    (closed,) = again.decisions
    assert closed.until is not None
    assert closed.model_copy(update={"until": None}) == decision
    assert adjudicate([gold], again.decisions).doc == adjudicate([gold], []).doc


def submit_as_judge(
    doc: AnnotatedDocument, studio: Studio, settings: Settings, project: str
) -> None:
    campaign = find_campaign(studio, project)
    assert campaign is not None
    task = tasks_by_document(studio, campaign)[doc.id]
    login = login_of(settings, "judge@example.org")
    with connect(settings, login=login) as judge:
        submit(doc, studio=judge, task=task, schema=SCHEMA)
