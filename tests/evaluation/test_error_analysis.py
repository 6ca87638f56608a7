from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given

from evaluation import score
from evaluation.error_analysis import KINDS, ErrorCase, count_errors, find_errors
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.spans import Span
from tests.evaluation.builders import doc, event
from tests.evaluation.test_laws import LAW, NONE, corpora

Spans = list[tuple[int, int, str]]


def kinds(gold: Spans, predicted: Spans, **rest: object) -> dict[str, int]:
    cases = find_errors([doc(entities=gold)], [doc(entities=predicted)], **rest)
    return counted(cases).get("entities", {})


def counted(cases: Iterable[ErrorCase]) -> dict[str, dict[str, int]]:
    """How many cases of each kind each layer has."""
    return {
        layer: {kind: counts["cases"] for kind, counts in kinds_.items()}
        for layer, kinds_ in count_errors(cases).items()
    }


@LAW
@given(corpora(), corpora())
def test_the_cases_add_up_to_what_was_missed_and_spurious(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    cases = tuple(find_errors(gold, predicted))
    strict = ("entities", "nominals", "triggers", "arguments")
    layers = score(gold, predicted, criteria=strict, bootstrap=NONE).layers
    for name in strict:
        counts = layers[name].micro.counts
        assert counts is not None
        mine = [case for case in cases if case.layer == name]
        assert sum(len(case.gold) for case in mine) == counts.fn, name
        assert sum(len(case.predicted) for case in mine) == counts.fp, name
        assert all(case.gold or case.predicted for case in mine)
        by_kind = count_errors(cases).get(name, {}).values()
        assert sum(kind["fp"] for kind in by_kind) == counts.fp, name
        assert sum(kind["fn"] for kind in by_kind) == counts.fn, name


@LAW
@given(corpora())
def test_what_is_perfect_has_no_errors(gold: tuple[AnnotatedDocument]) -> None:
    assert list(find_errors(gold, gold)) == []


def test_the_kinds_of_mention_errors_are_told_apart() -> None:
    assert kinds([(0, 3, "A")], [(0, 3, "B")]) == {"type": 1}
    assert kinds([(0, 3, "A")], [(1, 3, "A")]) == {"edge": 1}
    assert kinds([(0, 3, "A")], [(1, 3, "B")]) == {"edge and type": 1}
    assert kinds([(0, 9, "A")], [(0, 3, "A"), (4, 9, "A")]) == {"split": 1}
    assert kinds([(0, 3, "A"), (4, 9, "A")], [(0, 9, "A")]) == {"merge": 1}
    assert kinds([(0, 3, "A")], []) == {"missed": 1}
    assert kinds([], [(0, 3, "A")]) == {"spurious": 1}


def test_the_right_label_on_the_wrong_level_of_a_nest() -> None:
    gold: Spans = [(0, 9, "TITLE"), (5, 9, "ORG")]
    assert kinds(gold, [(0, 9, "TITLE"), (0, 9, "ORG")]) == {"nesting level": 1}


def test_an_edge_that_a_clitic_explains() -> None:
    def without_first(_text: str, span: Span) -> Span:
        return Span(max(span.start, 1), span.end)

    gold = [doc(text="ببغداد", entities=[(1, 6, "GPE")])]
    predicted = [doc(entities=[(0, 6, "GPE")])]
    found = counted(find_errors(gold, predicted, clitic=without_first))
    assert found == {"entities": {"clitic": 1}}
    assert counted(find_errors(gold, predicted)) == {"entities": {"edge": 1}}


def test_a_gold_document_without_predictions_is_all_missed() -> None:
    gold = [doc(entities=[(0, 3, "A")], events=[event(4, 6, "X", ("R", 0, 3))])]
    assert counted(find_errors(gold, [])) == {
        "entities": {"missed": 1},
        "triggers": {"missed": 1},
        "arguments": {"missed with its trigger": 1},
    }


def test_the_kinds_of_argument_errors_are_told_apart() -> None:
    mentions = tuple(
        EntityMention(label="PER", start=start, end=start + 3, kb=kb)
        for start, kb in ((10, "Q1"), (20, "Q1"), (30, "Q2"), (40, "Q3"))
    )

    def arguments(gold: list[object], predicted: list[object]) -> dict[str, int]:
        one = doc(events=gold).model_copy(update={"entities": mentions})
        other = doc(events=predicted).model_copy(update={"entities": mentions})
        return counted(find_errors([one], [other])).get("arguments", {})

    first, second = event(0, 2, "X", ("R", 10, 13)), event(5, 7, "X")
    assert arguments([first], [event(0, 2, "X", ("S", 10, 13))]) == {"role": 1}
    assert arguments([first], [event(0, 2, "X", ("R", 20, 23))]) == {
        "coreferent mention": 1
    }
    assert arguments([first], [event(0, 2, "X", ("R", 11, 13))]) == {"edge": 1}
    moved = [event(0, 2, "X"), event(5, 7, "X", ("R", 10, 13))]
    assert arguments([first, second], moved) == {"wrong event": 1}
    assert arguments([first], [event(0, 2, "X")]) == {"missed": 1}
    assert arguments([first], []) == {"missed with its trigger": 1}
    assert arguments([event(0, 2, "X")], [first]) == {"spurious": 1}
    assert arguments([], [first]) == {"spurious with its trigger": 1}


def test_every_kind_that_occurs_is_a_known_one() -> None:
    gold = [doc(events=[event(0, 2, "X"), event(5, 9, "X")], entities=[(0, 2, "A")])]
    predicted = [doc(events=[event(0, 2, "Y"), event(6, 9, "X")])]
    found = counted(find_errors(gold, predicted))
    assert found["triggers"] == {"type": 1, "edge": 1}
    assert set(found["triggers"]) <= set(KINDS["trigger"])
