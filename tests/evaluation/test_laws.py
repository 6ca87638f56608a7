"""What must hold whatever the documents are."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import CRITERIA, Bootstrap, Counts, Report, score
from evaluation.assignment import best_pairs
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.annotations import Argument as Filler
from tests.strategies import examples

NONE = Bootstrap(resamples=0)
LAW = examples(40)
LAYERS = [name for name, c in CRITERIA.items() if c.convention == "raw"]


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(0, 12))
    return start, start + draw(st.integers(1, 5))


@st.composite
def entities(draw: st.DrawFn) -> EntityMention:
    start, end = draw(spans())
    return EntityMention(
        label=draw(st.sampled_from("AB")),
        start=start,
        end=end,
        level=draw(st.sampled_from(["name", "name", "nominal"])),
        kb=draw(st.sampled_from([None, "Q1", "Q2"])),
    )


@st.composite
def events(draw: st.DrawFn) -> EventMention:
    start, end = draw(spans())
    fillers = draw(
        st.lists(st.tuples(st.sampled_from("RS"), spans()), max_size=3, unique=True)
    )
    return EventMention(
        label=draw(st.sampled_from("XY")),
        start=start,
        end=end,
        arguments=tuple(Filler(role=r, start=s, end=e) for r, (s, e) in fillers),
        polarity=draw(st.sampled_from(["positive", "negative"])),
        mode=draw(st.sampled_from([None, "m", "n"])),
    )


@st.composite
def corpora(draw: st.DrawFn) -> tuple[AnnotatedDocument, ...]:
    return tuple(
        AnnotatedDocument(
            id=doc_id,
            entities=tuple(draw(st.lists(entities(), max_size=6))),
            events=tuple(draw(st.lists(events(), max_size=3))),
        )
        for doc_id in "abc"
    )


def plain(report: Report) -> dict[str, tuple[Counts | None, dict[str, Counts | None]]]:
    return {
        name: (
            layer.micro.counts,
            {label: row.counts for label, row in layer.labels.items()},
        )
        for name, layer in report.layers.items()
    }


@LAW
@given(corpora())
def test_gold_scored_against_itself_is_perfect(gold: tuple[AnnotatedDocument]) -> None:
    for name, layer in score(gold, gold, criteria=LAYERS).layers.items():
        for row in (layer.micro, layer.macro, *layer.labels.values()):
            assert row.f1 in (None, 1.0), name
            assert row.interval in (None, (1.0, 1.0)), name


@LAW
@given(corpora(), corpora())
def test_swapping_gold_and_predicted_swaps_precision_and_recall(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    # Links to a knowledge base are the gold's, and missed triggers are not spurious
    # ones: those rungs are not symmetric.
    one_sided = ("arguments:same-entity", "arguments:default")
    layers = [name for name in LAYERS if name not in one_sided]
    one = score(gold, predicted, criteria=layers, bootstrap=NONE)
    other = score(predicted, gold, criteria=layers, bootstrap=NONE)
    for name, layer in one.layers.items():
        mirror = other.layers[name]
        assert layer.micro.precision == mirror.micro.recall, name
        assert layer.micro.recall == mirror.micro.precision, name
        assert layer.micro.f1 == mirror.micro.f1, name
        if layer.criterion.labelled:
            for label, row in layer.labels.items():
                assert row.precision == mirror.labels[label].recall, (name, label)


@LAW
@given(corpora(), corpora(), st.randoms(use_true_random=False))
def test_no_order_matters(
    gold: tuple[AnnotatedDocument],
    predicted: tuple[AnnotatedDocument],
    chance: random.Random,
) -> None:
    def shuffled(docs: tuple[AnnotatedDocument]) -> list[AnnotatedDocument]:
        mixed = [
            doc.model_copy(
                update={
                    "entities": tuple(chance.sample(doc.entities, len(doc.entities))),
                    "events": tuple(chance.sample(doc.events, len(doc.events))),
                }
            )
            for doc in docs
        ]
        return chance.sample(mixed, len(mixed))

    straight = score(gold, predicted, criteria=LAYERS, bootstrap=Bootstrap(20))
    mixed = score(
        shuffled(gold), shuffled(predicted), criteria=LAYERS, bootstrap=Bootstrap(20)
    )
    assert mixed.to_json() == straight.to_json()


@LAW
@given(corpora(), corpora())
def test_documents_add_up_to_the_corpus_and_labels_to_the_whole(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    whole = score(gold, predicted, criteria=LAYERS, bootstrap=NONE)
    parts = [
        score([g], [p], criteria=LAYERS, bootstrap=NONE)
        for g, p in zip(gold, predicted, strict=True)
    ]
    for name, layer in whole.layers.items():
        added = sum((p.layers[name].micro.counts for p in parts), Counts())
        assert added == layer.micro.counts, name
        by_label = sum((row.counts for row in layer.labels.values()), Counts())
        assert by_label == layer.micro.counts, name


@LAW
@given(corpora(), corpora())
def test_a_looser_criterion_finds_at_least_as_much(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    layers = score(gold, predicted, criteria=LAYERS, bootstrap=NONE).layers

    def right(name: str) -> float:
        counts = layers[name].micro.counts
        assert counts is not None
        return counts.tp

    assert right("entities") <= right("entities:overlap")
    assert right("entities:boundary") <= right("entities:partial")
    assert right("triggers") <= right("triggers:overlap")
    rungs = ("arguments", "arguments:overlap", "arguments:same-entity")
    assert right(rungs[0]) <= right(rungs[1]) <= right(rungs[2])


def naive(docs: tuple[AnnotatedDocument, ...]) -> dict[str, set[object]]:
    """Say what the exact layers compare, by TextEE's tuple definitions, in sets."""
    found: dict[str, set[object]] = {name: set() for name in LAYERS}
    for doc in docs:
        for m in doc.entities:
            layer = "entities" if m.level == "name" else "nominals"
            found[layer].add((doc.id, m.start, m.end, m.label))
            found[f"{layer}:boundary"].add((doc.id, m.start, m.end))
        for e in doc.events:
            trigger = (doc.id, e.start, e.end)
            found["triggers:found"].add(trigger)
            found["triggers"].add((*trigger, e.label))
            for a in e.arguments:
                span = (a.start, a.end)
                found["arguments:unattached-found"].add((doc.id, e.label, span))
                found["arguments:unattached"].add((doc.id, e.label, span, a.role))
                found["arguments:found"].add((*trigger, e.label, span))
                found["arguments"].add((*trigger, e.label, span, a.role))
    return found


def on_triggers(
    arguments: set[object], triggers: set[object], length: int
) -> set[object]:
    """Keep the arguments whose trigger, its first `length` parts, is among those."""
    return {a for a in arguments if a[:length] in triggers}


def naive_modes(
    gold: dict[str, set[object]], predicted: dict[str, set[object]]
) -> dict[str, tuple[set[object], set[object]]]:
    """Say which arguments the modes compare that are named after OmniEvent's."""
    one, other = gold["arguments"], predicted["arguments"]
    found, typed = "triggers:found", "triggers"
    return {
        "arguments:shared-trigger": (
            on_triggers(one, predicted[typed], 4),
            on_triggers(other, gold[typed], 4),
        ),
        "arguments:loose": (
            on_triggers(one, predicted[found], 3),
            on_triggers(other, gold[found], 3),
        ),
        "arguments:default": (on_triggers(one, predicted[found], 3), other),
    }


@LAW
@given(corpora(), corpora())
def test_the_modes_of_arguments_equal_plain_sets_of_tuples(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    modes = naive_modes(naive(gold), naive(predicted))
    report = score(gold, predicted, criteria=list(modes), bootstrap=NONE)
    for name, (one, other) in modes.items():
        both = len(one & other)
        assert report.layers[name].micro.counts == Counts(
            both, len(other) - both, len(one) - both
        ), name


@LAW
@given(corpora(), corpora())
def test_event_types_and_their_roles_add_up(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    report = score(gold, predicted, criteria=LAYERS, bootstrap=NONE, by_type=True)
    for name in ("triggers", "triggers:overlap", "arguments", "arguments:same-entity"):
        parts = [layers[name] for layers in report.types.values()]
        whole = report.layers[name]
        added = sum((part.micro.counts for part in parts), Counts())
        assert added == whole.micro.counts, name
        for role, row in whole.labels.items():
            mine = [part.labels[role].counts for part in parts if role in part.labels]
            assert sum(mine, Counts()) == row.counts, (name, role)


@LAW
@given(corpora(), corpora())
def test_confusions_add_up_to_the_counts_of_their_attribute(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    report = score(gold, predicted, criteria=["attributes"], bootstrap=NONE)
    mirror = score(predicted, gold, criteria=["attributes"], bootstrap=NONE).confusion
    for name, row in report.layers["attributes"].labels.items():
        confusion = report.confusion[name]
        size = len(confusion.values)
        table = np.array(confusion.counts, dtype=int).reshape(size, size)
        right = int(np.trace(table))
        missed = table.sum() - right + sum(confusion.missed)
        spurious = table.sum() - right + sum(confusion.spurious)
        assert row.counts == Counts(right, spurious, missed), name
        assert table.T.tolist() == [list(r) for r in mirror[name].counts]
        assert confusion.missed == mirror[name].spurious


@LAW
@given(corpora(), corpora())
def test_exact_layers_equal_plain_sets_of_tuples(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    report = score(gold, predicted, criteria=LAYERS, bootstrap=NONE)
    expected, found = naive(gold), naive(predicted)
    for name in LAYERS:
        if expected[name] or found[name]:
            both = len(expected[name] & found[name])
            assert report.layers[name].micro.counts == Counts(
                both, len(found[name]) - both, len(expected[name]) - both
            ), name


@LAW
@given(
    st.lists(
        st.lists(st.integers(-1, 4), min_size=4, max_size=4), min_size=1, max_size=5
    )
)
def test_the_best_pairs_are_the_best_of_all(weights: list[list[int]]) -> None:
    def every(row: int, free: frozenset[int]) -> list[tuple[int, int]]:
        if row == len(weights):
            return [(0, 0)]
        found = every(row + 1, free)
        for column in free:
            if weights[row][column] > 0:
                found = found + [
                    (n + 1, w + weights[row][column])
                    for n, w in every(row + 1, free - {column})
                ]
        return found

    pairs = best_pairs(weights)
    assert len({r for r, _ in pairs}) == len(pairs) == len({c for _, c in pairs})
    weight = sum(weights[r][c] for r, c in pairs)
    assert (len(pairs), weight) == max(every(0, frozenset(range(4))))


def test_the_interval_is_the_percentile_of_resampled_documents() -> None:
    def one(doc_id: str, right: bool) -> tuple[AnnotatedDocument, AnnotatedDocument]:
        gold = EntityMention(label="A", start=0, end=2)
        guess = gold if right else EntityMention(label="A", start=5, end=7)
        return (
            AnnotatedDocument(id=doc_id, entities=(gold,)),
            AnnotatedDocument(id=doc_id, entities=(guess,)),
        )

    pairs = [one(f"{i:02}", i % 3 != 0) for i in range(30)]
    report = score([g for g, _ in pairs], [p for _, p in pairs], criteria=["entities"])
    random_ = np.random.default_rng(7)
    right = np.array([i % 3 != 0 for i in range(30)])
    means = right[random_.integers(30, size=(4000, 30))].mean(axis=1)
    low, high = report.layers["entities"].micro.interval or (0, 0)
    assert abs(low - np.percentile(means, 2.5)) < 0.04
    assert abs(high - np.percentile(means, 97.5)) < 0.04
    assert report.layers["entities"].labels["A"].interval == (low, high)


def test_one_document_gives_no_interval() -> None:
    only = AnnotatedDocument(
        id="a", entities=(EntityMention(label="A", start=0, end=1),)
    )
    assert score([only], [only]).layers["entities"].micro.interval is None


@LAW
@given(corpora(), corpora())
def test_entities_equal_what_seqscore_counts(
    gold: tuple[AnnotatedDocument], predicted: tuple[AnnotatedDocument]
) -> None:
    model = pytest.importorskip("seqscore.model", reason="seqscore is not installed")
    scoring = pytest.importorskip("seqscore.scoring")

    def mentions(doc: AnnotatedDocument) -> list[object]:
        return [
            model.Mention(model.Span(m.start, m.end), m.label)
            for m in doc.entities
            if m.level == "name"
        ]

    theirs = scoring.ClassificationScore()
    for g, p in zip(gold, predicted, strict=True):
        scoring.score_sequence_mentions(mentions(p), mentions(g), theirs)
    layer = score(gold, predicted, criteria=["entities"], bootstrap=NONE).layers
    ours = {name: row.counts for name, row in layer["entities"].labels.items()}
    assert layer["entities"].micro.counts == Counts(
        theirs.true_pos, theirs.false_pos, theirs.false_neg
    )
    for label, row in theirs.type_scores.items():
        assert ours[label] == Counts(row.true_pos, row.false_pos, row.false_neg)
