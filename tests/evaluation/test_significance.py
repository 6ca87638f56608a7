from __future__ import annotations

import random

import pytest

from evaluation import Bootstrap, Report, agree, score
from evaluation.ceiling import ceiling, statements
from evaluation.significance import compare, holm
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from tests.evaluation.builders import doc, schema

GOLD = [doc(f"{i:02}", entities=[(0, 2, "PER"), (3, 5, "GPE")]) for i in range(20)]


def system(miss: float, seed: int) -> list[AnnotatedDocument]:
    chance = random.Random(seed)
    return [
        d.model_copy(
            update={"entities": tuple(m for m in d.entities if chance.random() > miss)}
        )
        for d in GOLD
    ]


def scored(docs: list[AnnotatedDocument]) -> Report:
    return score(GOLD, docs, criteria=["entities"], bootstrap=Bootstrap(0))


def f1(docs: list[AnnotatedDocument]) -> float:
    found = sum(len(d.entities) for d in docs)
    return 2 * found / (found + 2 * len(GOLD))


def test_p_is_the_share_of_swaps_that_differ_as_much() -> None:
    one, other = system(0.2, 1), system(0.45, 2)
    result = compare({"one": scored(one), "other": scored(other)}, trials=4000)
    micro = result.layers["entities"][0]
    assert micro.row == "micro"
    assert micro.difference == pytest.approx(f1(other) - f1(one))

    chance = random.Random(3)
    extreme = 0
    for _ in range(2000):
        pairs = [chance.sample(p, 2) for p in zip(one, other, strict=True)]
        change = f1([b for _, b in pairs]) - f1([a for a, _ in pairs])
        extreme += abs(change) >= abs(f1(other) - f1(one)) - 1e-12
    assert micro.p == pytest.approx(extreme / 2000, abs=0.03)


def test_a_system_does_not_differ_from_itself() -> None:
    report = scored(system(0.3, 1))
    for d in compare({"a": report, "b": report}, trials=200).layers["entities"]:
        assert (d.difference, d.p, d.distinguishable) == (0, 1, False)


def test_turning_the_systems_round_turns_the_difference_round() -> None:
    a, b = scored(system(0.2, 1)), scored(system(0.5, 2))
    forth = compare({"a": a, "b": b}, trials=500).layers["entities"]
    back = compare({"b": b, "a": a}, trials=500).layers["entities"]
    for one, other in zip(forth, back, strict=True):
        assert one.difference == pytest.approx(-(other.difference or 0))
        assert (one.p, one.corrected) == (other.p, other.corrected)


def test_a_plain_difference_on_enough_documents_is_told_apart() -> None:
    result = compare({"good": scored(GOLD), "poor": scored(system(0.6, 1))})
    micro = result.layers["entities"][0]
    assert micro.distinguishable
    assert micro.interval is not None
    assert micro.interval[0] <= (micro.difference or 0) <= micro.interval[1] < 0
    assert micro.smallest is not None
    assert 0 < micro.smallest < -(micro.difference or 0)


def test_three_systems_are_three_pairs_in_one_family() -> None:
    reports = {name: scored(system(0.3, i)) for i, name in enumerate("abc")}
    rows = compare(reports, trials=100).layers["entities"]
    assert len({(d.first, d.second) for d in rows}) == 3
    assert all((d.corrected or 0) >= (d.p or 0) for d in rows)


def test_an_undefined_row_has_no_difference() -> None:
    bare = [doc("a"), doc("b")]
    report = score(bare, bare, schema=schema(), criteria=["entities"])
    for d in compare({"a": report, "b": report}, trials=10).layers["entities"]:
        assert (d.difference, d.p, d.interval, d.corrected) == (None,) * 4


def test_holm_is_monotone_and_never_above_one() -> None:
    assert holm([0.01, 0.02, 0.5, 0.9]) == pytest.approx([0.04, 0.06, 1.0, 1.0])
    assert holm([]) == []


def test_only_scores_on_the_same_gold_are_compared() -> None:
    report = scored(GOLD)
    other = score(GOLD[:-1], GOLD[:-1], criteria=["entities"], bootstrap=Bootstrap(0))
    with pytest.raises(DataError, match="other was scored otherwise than one"):
        compare({"one": report, "other": other})
    with pytest.raises(UsageError, match="two systems"):
        compare({"one": report})


def test_a_second_annotator_is_not_told_from_the_annotators() -> None:
    passes = {"one": system(0.2, 1), "two": system(0.2, 2)}
    result = ceiling(passes, system(0.2, 3), criteria=["entities"])
    assert not result.layers["entities"][0].distinguishable


PEOPLE, MACHINES = ("person",), ("machine", "person")


def said(passes: dict[str, list[AnnotatedDocument]], docs: object, kinds: object):
    found = ceiling(passes, docs, criteria=["entities"])
    return statements(found, kinds)["entities"]


def test_what_is_said_of_a_system_depends_on_it_and_on_who_annotated() -> None:
    passes = {"one": system(0.2, 1), "two": system(0.2, 2)}
    alike = said(passes, system(0.2, 3), PEOPLE)
    assert alike["distinguishable"] is False
    assert alike["statement"].startswith("not distinguishable from a second annotator")
    assert "would show" in alike["statement"]
    poor = said(passes, system(0.8, 3), PEOPLE)
    assert poor["distinguishable"] is True
    assert "distinguishable from a second annotator, and worse" in poor["statement"]
    better = said({"one": system(0.5, 1), "two": system(0.5, 2)}, GOLD, PEOPLE)
    assert "a second annotator, and better" in better["statement"]
    machine = said(passes, system(0.2, 3), MACHINES)["statement"]
    assert machine.startswith("not distinguishable from a second machine's pass")
    unknown = said(passes, system(0.2, 3), ("unknown",))["statement"]
    assert unknown.startswith("not distinguishable from a second annotator's pass")


def test_too_few_documents_can_show_nothing_and_that_is_said() -> None:
    few = {"one": GOLD[:5], "two": GOLD[:5]}
    nothing = [doc(d.id) for d in GOLD[:5]]
    found = ceiling(few, nothing, criteria=["entities"])
    micro = found.layers["entities"][0]
    assert (micro.p or 0) > 0.05
    assert micro.smallest is None
    said_ = statements(found, PEOPLE)["entities"]
    assert said_["distinguishable"] is None
    assert "5 documents are too few" in said_["statement"]
    six = {"one": GOLD[:6], "two": GOLD[:6]}
    more = ceiling(six, [doc(d.id) for d in GOLD[:6]], criteria=["entities"])
    assert more.layers["entities"][0].distinguishable


def test_nothing_to_compare_is_said_as_such() -> None:
    bare = [doc(d.id) for d in GOLD]
    found = said({"one": bare, "two": bare}, bare, PEOPLE)
    assert found == {
        "statement": "there is nothing to compare",
        "distinguishable": None,
    }


def test_a_poor_system_is_told_from_the_annotators() -> None:
    passes = {"one": system(0.05, 1), "two": system(0.05, 2), "three": system(0.05, 3)}
    micro = ceiling(passes, system(0.7, 3), criteria=["entities"]).layers["entities"][0]
    assert micro.distinguishable
    assert (micro.difference or 0) < 0


def test_the_annotators_share_of_a_ceiling_is_their_agreement() -> None:
    passes = {"one": system(0.2, 1), "two": system(0.4, 2)}
    micro = ceiling(passes, GOLD, criteria=["entities"]).layers["entities"][0]
    agreed = agree(passes).layers["entities"].micro.f1
    assert micro.first_f1 == pytest.approx(agreed)


def test_a_ceiling_needs_two_annotators_of_the_same_documents() -> None:
    with pytest.raises(UsageError, match="two annotators"):
        ceiling({"one": GOLD}, GOLD)
    with pytest.raises(DataError, match="no document in common"):
        ceiling({"one": GOLD[:1], "two": GOLD[1:]}, GOLD)
