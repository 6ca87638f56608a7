from __future__ import annotations

from pathlib import Path

import pytest

from evaluation import CRITERIA, Counts, score
from schemas.annotations import AnnotatedDocument
from tests.evaluation.builders import doc, schema


def counts(
    layer: str,
    gold: list[AnnotatedDocument],
    predicted: list[AnnotatedDocument],
    label: str | None = None,
) -> Counts | None:
    scored = score(gold, predicted, criteria=[layer]).layers[layer]
    return (scored.labels[label] if label else scored.micro).counts


def test_a_mention_given_twice_counts_once() -> None:
    gold = [doc(entities=[(0, 3, "PER")])]
    predicted = [doc(entities=[(0, 3, "PER"), (0, 3, "PER")])]
    assert counts("entities", gold, predicted) == Counts(1, 0, 0)


def test_an_overlapping_wrong_prediction_does_not_use_up_the_gold() -> None:
    gold = [doc(entities=[(0, 5, "PER")])]
    wrong_first = [doc(entities=[(0, 3, "PER"), (0, 5, "PER")])]
    right_first = [doc(entities=[(0, 5, "PER"), (0, 3, "PER")])]
    for predicted in (wrong_first, right_first):
        assert counts("entities", gold, predicted) == Counts(1, 1, 0)
        assert counts("entities:overlap", gold, predicted) == Counts(1, 1, 0)
        assert counts("entities:partial", gold, predicted) == Counts(1, 1, 0)


def test_overlap_pairs_as_many_as_possible() -> None:
    # The long prediction shares most with the first gold, which the short one needs.
    gold = [doc(entities=[(0, 10, "PER"), (10, 14, "PER")])]
    predicted = [doc(entities=[(0, 2, "PER"), (2, 12, "PER")])]
    assert counts("entities:overlap", gold, predicted) == Counts(2, 0, 0)


def test_one_giant_prediction_is_right_once_at_most() -> None:
    gold = [doc(entities=[(0, 3, "PER"), (5, 8, "PER"), (9, 12, "PER")])]
    predicted = [doc(entities=[(0, 100, "PER")])]
    assert counts("entities:overlap", gold, predicted) == Counts(1, 0, 2)
    assert counts("entities:partial", gold, predicted) == Counts(0.5, 0.5, 2.5)


def test_touching_spans_do_not_overlap() -> None:
    gold, predicted = [doc(entities=[(0, 3, "PER")])], [doc(entities=[(3, 6, "PER")])]
    assert counts("entities:overlap", gold, predicted) == Counts(0, 1, 1)


def test_overlap_wants_the_same_label_and_partial_does_not() -> None:
    gold, predicted = [doc(entities=[(0, 4, "PER")])], [doc(entities=[(2, 6, "GPE")])]
    assert counts("entities:overlap", gold, predicted) == Counts(0, 1, 1)
    assert counts("entities:partial", gold, predicted) == Counts(0.5, 0.5, 0.5)


def test_a_found_span_with_another_label_stands_in_the_row_of_its_gold_label() -> None:
    gold, predicted = [doc(entities=[(0, 3, "PER")])], [doc(entities=[(0, 3, "GPE")])]
    assert counts("entities:boundary", gold, predicted, "PER") == Counts(1, 0, 0)
    assert counts("entities:boundary", gold, predicted, "GPE") == Counts(0, 0, 0)


def test_labels_stacked_on_one_span_are_all_scored() -> None:
    gold = [doc(entities=[(0, 3, "PER"), (0, 3, "GPE")])]
    predicted = [doc(entities=[(0, 3, "GPE")])]
    assert counts("entities", gold, predicted) == Counts(1, 0, 1)
    assert counts("entities:boundary", gold, predicted) == Counts(1, 0, 0)


def test_names_and_nominals_are_scored_apart() -> None:
    gold = [doc(entities=[(0, 3, "PER")])]
    predicted = [doc(entities=[(0, 3, "PER")], level="nominal")]
    assert counts("entities", gold, predicted) == Counts(0, 0, 1)
    assert counts("nominals", gold, predicted) == Counts(0, 1, 0)


def test_a_gold_document_without_predictions_is_all_missed() -> None:
    gold = [doc("a", entities=[(0, 3, "PER")]), doc("b", entities=[(0, 3, "PER")])]
    assert counts("entities", gold, [gold[0]]) == Counts(1, 0, 1)


def test_a_prediction_in_a_document_without_gold_is_spurious() -> None:
    assert counts("entities", [doc()], [doc(entities=[(0, 1, "PER")])]) == Counts(0, 1)


def test_the_same_span_in_two_documents_is_two_items() -> None:
    gold = [doc("a", entities=[(0, 3, "PER")]), doc("b")]
    predicted = [doc("a"), doc("b", entities=[(0, 3, "PER")])]
    assert counts("entities", gold, predicted) == Counts(0, 1, 1)
    assert counts("entities:overlap", gold, predicted) == Counts(0, 1, 1)


def test_every_label_of_the_schema_has_a_row_and_undefined_is_none() -> None:
    layer = score([doc()], [doc()], schema=schema()).layers["entities"]
    assert list(layer.labels) == ["PER", "GPE"]
    for row in (*layer.labels.values(), layer.micro, layer.macro, layer.weighted):
        assert (row.precision, row.recall, row.f1, row.interval) == (None,) * 4


def test_recall_is_zero_and_precision_undefined_where_nothing_was_predicted() -> None:
    micro = score([doc(entities=[(0, 3, "PER")])], [doc()]).layers["entities"].micro
    assert (micro.precision, micro.recall, micro.f1) == (None, 0.0, 0.0)


def test_macro_is_the_mean_over_the_labels_whose_number_is_defined() -> None:
    gold = [doc(entities=[(0, 1, "PER"), (2, 3, "PER"), (4, 5, "GPE")])]
    predicted = [doc(entities=[(0, 1, "PER"), (6, 7, "LOC")])]
    layer = score(gold, predicted).layers["entities"]
    assert layer.macro.precision == pytest.approx((1 + 0) / 2)  # PER, LOC
    assert layer.macro.recall == pytest.approx((0.5 + 0) / 2)  # PER, GPE
    assert layer.macro.f1 == pytest.approx((2 / 3 + 0 + 0) / 3)
    assert layer.weighted.f1 == pytest.approx((2 / 3 * 2 + 0 * 1) / 3)
    assert layer.macro.counts is None


def test_words_are_widened_to_white_space() -> None:
    text = "وصل ببغداد، أمس"
    gold = [doc(entities=[(5, 10, "GPE")], text=text)]
    predicted = [doc(entities=[(4, 11, "GPE")])]
    assert counts("entities", gold, predicted) == Counts(0, 1, 1)
    assert counts("entities:word", gold, predicted) == Counts(1, 0, 0)


def test_clitic_moves_both_sides_by_the_span_rule() -> None:
    gold = [doc(entities=[(1, 6, "GPE")], text="ببغداد")]
    predicted = [doc(entities=[(0, 6, "GPE")])]

    def after_first_letter(text: str, span: tuple[int, int]) -> object:
        return type(span)(*(max(span[0], 1), span[1]))

    scored = score(
        gold, predicted, criteria=["entities:clitic"], clitic=after_first_letter
    )
    assert scored.layers["entities:clitic"].micro.counts == Counts(1, 0, 0)


def test_every_criterion_parses_back_from_its_text() -> None:
    for text, criterion in CRITERIA.items():
        assert str(criterion) == text
        assert CRITERIA[str(criterion)] is criterion
        assert text.partition(":")[2] in ("", criterion.match)


def test_every_criterion_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text("utf-8")
    for name, criterion in CRITERIA.items():
        shared = f"...:{criterion.match}"
        known = (
            {name, shared} if criterion.table in ("entities", "nominals") else {name}
        )
        assert any(f"`{text}`" in page for text in known), name
