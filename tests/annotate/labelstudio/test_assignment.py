from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.labelstudio.assignment import assign_annotators, choose_arms

DOCS = st.lists(st.text("abcdef0123456789", min_size=1, max_size=6), unique=True)
PEOPLE = ["a@x.org", "b@x.org", "c@x.org", "d@x.org"]
SEEDS = st.integers(0, 1000)


def shares(chosen: dict[str, frozenset[str]]) -> Counter[str]:
    return Counter(who for people in chosen.values() for who in people)


@given(DOCS, st.integers(1, 4), SEEDS)
def test_each_document_gets_its_overlap_and_work_is_even(docs, overlap, seed):
    chosen = assign_annotators(docs, {}, PEOPLE, overlap=overlap, seed=seed)
    assert all(len(people) == overlap for people in chosen.values())
    counts = [shares(chosen)[who] for who in PEOPLE]
    assert max(counts) - min(counts) <= 1


@given(DOCS, SEEDS, st.data())
def test_what_a_cut_left_is_finished_as_if_there_had_been_none(docs, seed, data):
    whole = assign_annotators(docs, {}, PEOPLE, overlap=2, seed=seed)
    left = {
        doc: frozenset(data.draw(st.sets(st.sampled_from(sorted(whole[doc])))))
        for doc in docs
    }
    assert assign_annotators(docs, left, PEOPLE, overlap=2, seed=seed) == whole


@given(DOCS, DOCS, SEEDS)
def test_later_documents_take_nothing_from_anybody(docs, more, seed):
    first = assign_annotators(docs, {}, PEOPLE, overlap=2, seed=seed)
    both = sorted({*docs, *more})
    second = assign_annotators(both, first, PEOPLE, overlap=2, seed=seed)
    assert all(second[doc] == first[doc] for doc in docs)


def test_a_newcomer_takes_over_the_load_of_what_comes_after():
    docs = [f"d{n}" for n in range(20)]
    old = assign_annotators(docs, {}, PEOPLE[:2], overlap=1, seed=1)
    more = [f"e{n}" for n in range(10)]
    new = assign_annotators(more, old, PEOPLE[:3], overlap=1, seed=1)
    assert shares(new) == {"c@x.org": 10}


def test_another_seed_deals_anew():
    docs = [f"d{n}" for n in range(20)]
    one, two = (
        assign_annotators(docs, {}, PEOPLE, overlap=2, seed=seed) for seed in (1, 2)
    )
    assert one != two


def arms_of(strata, held=None, *, share=0.15, seed=7):
    return choose_arms(strata, held or {}, share=share, seed=seed)


@given(
    st.dictionaries(st.text("abc012", min_size=1, max_size=5), st.sampled_from("xyz")),
    st.floats(0, 0.99),
    SEEDS,
)
def test_each_outlet_has_its_share_of_controls_but_for_rounding(strata, share, seed):
    arms = arms_of(strata, share=share, seed=seed)
    assert arms.keys() == strata.keys()
    for outlet in "xyz":
        docs = [doc for doc in strata if strata[doc] == outlet]
        controls = sum(arms[doc] == "control" for doc in docs)
        assert abs(controls - share * len(docs)) < 1 + 1e-9


@given(
    st.dictionaries(st.text("abc012", min_size=1, max_size=5), st.sampled_from("xyz")),
    SEEDS,
    st.data(),
)
def test_arms_stand_after_a_cut_and_are_completed_alike(strata, seed, data):
    whole = arms_of(strata, seed=seed)
    left = data.draw(st.sets(st.sampled_from(sorted(strata)))) if strata else set()
    assert arms_of(strata, {doc: whole[doc] for doc in left}, seed=seed) == whole


def test_a_thousand_documents_of_one_outlet_have_150_controls():
    arms = arms_of({f"d{n}": "" for n in range(1000)})
    assert Counter(arms.values())["control"] == pytest.approx(150, abs=1)


def test_many_outlets_of_one_document_have_the_share_together():
    arms = arms_of({f"d{n}": f"outlet {n}" for n in range(2000)})
    assert 240 < Counter(arms.values())["control"] < 360
