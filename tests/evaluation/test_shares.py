"""Scored in shares and put together, a corpus has the numbers of the whole."""

from __future__ import annotations

import random

from hypothesis import Phase, given
from hypothesis import strategies as st

from evaluation import Bootstrap, score
from evaluation.criteria import CRITERIA
from evaluation.scoring import build_report, choose_criteria, edges_of
from evaluation.shares import add_shares, score_share
from schemas.annotations import AnnotatedDocument
from schemas.spans import Span
from tests.evaluation.builders import doc
from tests.evaluation.test_laws import corpora
from tests.strategies import examples

BOOT = Bootstrap(resamples=25, seed=3)
TEXT = "وصل رئيس الوزراء إلى بغداد"


def after_first_letter(text: str, span: Span) -> Span:
    """Stand in for the span rule: drop what the span begins with."""
    return Span(span.start + 1, span.end)


@examples(25, phases=[Phase.generate])
@given(corpora(), corpora(), st.integers(0, 99))
def test_shares_add_up_to_the_whole(
    gold: tuple[AnnotatedDocument, ...],
    predicted: tuple[AnnotatedDocument, ...],
    seed: int,
) -> None:
    chance = random.Random(seed)
    gold = tuple(d.model_copy(update={"text": TEXT}) for d in gold)
    predicted = tuple(d for d in predicted if chance.random() < 0.8)
    whole = score(
        gold,
        predicted,
        criteria=CRITERIA,
        bootstrap=BOOT,
        clitic=after_first_letter,
        by_type=True,
        options=("map:1",),
    )
    chosen = choose_criteria(CRITERIA, "raw")
    dealt: list[list[AnnotatedDocument]] = [[], [], []]
    for document in chance.sample(gold, len(gold)):
        chance.choice(dealt).append(document)
    shares = [
        score_share(
            mine,
            [d for d in predicted if d.id in {m.id for m in mine}],
            schema=None,
            criteria=chosen,
            edges=edges_of(chosen, after_first_letter),
        )
        for mine in dealt
    ]
    added = add_shares(shares)
    assert added is not None
    report = build_report(
        *added,
        schema=None,
        bootstrap=BOOT,
        convention="raw",
        by_type=True,
        name="gold",
        options=("map:1",),
    )
    assert report.to_json() == whole.to_json()
    assert report.documents == whole.documents
    assert report.unanswered == whole.unanswered
    for event_type, found in whole.types.items():
        for name, layer in found.items():
            assert report.types[event_type][name].to_json() == layer.to_json()


def test_a_document_in_two_shares_cannot_be_added() -> None:
    chosen = choose_criteria(["entities"], "raw")
    share = score_share(
        [doc("a")], [], schema=None, criteria=chosen, edges=edges_of(chosen, None)
    )
    assert add_shares([share, share]) is None
    assert add_shares([]) is None
