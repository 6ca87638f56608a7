from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.labelstudio.marks import Episode, Link, Mark, Marks
from annotate.ledger import (
    Row,
    build_ledger,
    difference,
    to_json,
    weak_rules,
    wilson,
)


def mark(name: str, start: int, end: int, label: str = "PER", **more) -> Mark:
    return Mark(
        id=name, layer="entities", label=label, start=start, end=end, rule="R", **more
    )


def episode(suggestions, said, *, shown=True, seconds=None, doc="d") -> Episode:
    return Episode(
        doc=doc,
        annotator="a",
        characters=100,
        seconds=seconds,
        shown=shown,
        suggestions=suggestions,
        said=said,
    )


def row(kept: int, total: int) -> Row:
    counts = {"accepted": kept, "deleted": total - kept}
    return Row(layer="entities", name="R", counts=counts, seconds=None)


# Newcombe (1998), Statistics in Medicine 17: 857-872, table I, method 3, and
# 17: 873-890, table II, method 10.
@pytest.mark.parametrize(
    ("kept", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(kept, total, low, high):
    assert wilson(kept, total) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("shown", "silent", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_the_published_one(shown, silent, low, high):
    found = difference(row(*shown), row(*silent))
    assert found is not None
    assert found[1] == pytest.approx((low, high), abs=5e-5)


def test_nothing_suggested_has_no_share_and_no_interval():
    nothing = row(0, 0)
    assert nothing.acceptance is None
    assert nothing.interval is None
    assert difference(row(1, 2), nothing) is None


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_share_lies_in_its_interval(kept, more):
    low, high = wilson(kept, kept + more)
    assert 0 <= low <= kept / (kept + more) <= high <= 1


def test_time_is_shared_among_the_decisions_made_with_an_annotation():
    suggested = Marks((mark("1", 0, 2), mark("2", 4, 6)))
    kept = Marks((mark("1", 0, 2, suggested=True), mark("x", 8, 9, "GPE")))
    ledger = build_ledger([episode(suggested, kept, seconds=30.0)])
    labels = {r.name: r for r in ledger.suggested.labels}
    assert labels["PER"].seconds == 10.0
    assert labels["GPE"].seconds == 10.0
    assert labels["GPE"].counts == {"missed": 1}
    assert labels["PER"].counts == {"accepted": 1, "deleted": 1}


def test_an_annotation_without_a_time_gives_no_seconds():
    said = Marks((mark("1", 0, 2),))
    ledger = build_ledger([episode(said, said), episode(said, said, seconds=4.0)])
    assert ledger.suggested.labels[0].seconds == 4.0
    assert ledger.suggested.timed == 1


def test_silent_suggestions_take_no_time_and_stand_beside_the_shown():
    suggested = Marks((mark("1", 0, 2), mark("2", 4, 6)))
    said = Marks((mark("x", 0, 2),))
    ledger = build_ledger(
        [
            episode(suggested, suggested, doc="a"),
            episode(suggested, said, shown=False, seconds=8.0, doc="b"),
        ]
    )
    (silent,) = ledger.control.rules
    assert silent.counts == {"accepted": 1, "deleted": 1}
    assert silent.seconds == 8.0
    told = to_json(ledger)
    (gap,) = told["anchoring"]["rules"]
    assert gap["difference"] == 0.5
    assert gap["interval"][0] < 0.5 < gap["interval"][1]
    assert told["control"]["documents"] == 1
    json.dumps(told)


def test_only_rules_that_are_weak_beyond_chance_are_muted():
    def many(count: int, *, kept: int):
        for place in range(count):
            one = Marks((mark("1", 0, 2),))
            yield episode(one, one if place < kept else Marks())

    def weak(count: int, kept: int) -> list[str]:
        ledger = build_ledger(many(count, kept=kept))
        return [r.name for r in weak_rules(ledger, below=0.5)]

    assert weak(2, 0) == []
    assert weak(10, 1) == ["R"]
    assert weak(10, 4) == []
    assert weak(100, 38) == ["R"]


def test_a_link_without_a_rule_counts_for_its_role_alone():
    marks = (
        mark("1", 0, 2),
        Mark(id="E", layer="events", label="VISIT", start=3, end=5),
    )
    suggested = Marks(marks, (Link("E", "1", "ACTOR"),))
    ledger = build_ledger([episode(suggested, suggested)])
    rows = {(r.layer, r.name): r.counts for r in ledger.suggested.labels}
    assert rows["arguments", "ACTOR"] == {"accepted": 1}
    assert [r.layer for r in ledger.suggested.rules] == ["entities"]
