"""The scorer against others' definitions, written anew, on random documents.

Every corpus has nested and doubled mentions, documents with nothing on either side, and
predictions in another order than the gold.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from annotate.snapping import make_snap
from evaluation import Bootstrap, Counts, score
from evaluation.columns import snap_to_words
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.load import load_schema
from schemas.spans import Span

NONE = Bootstrap(resamples=0)
SNAP = make_snap(load_schema().span_rule)
SENTENCE = "وصل وزير الخارجية إلى ببغداد والبصرة «تونس» بـ20 لرئيسهم قال للجيش"
WORDS = SENTENCE.split()
Docs = list[AnnotatedDocument]


def text_of(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(12))


def span_of(chance: random.Random, text: str) -> tuple[int, int]:
    start = chance.randrange(len(text) - 1)
    return start, min(len(text), start + chance.randint(1, 9))


def event_of(chance: random.Random, text: str) -> EventMention:
    start, end = span_of(chance, text)
    places = [span_of(chance, text) for _ in range(chance.randint(0, 3))]
    return EventMention(
        label=chance.choice("XY"),
        start=start,
        end=end,
        arguments=tuple(
            Argument(role=chance.choice("RS"), start=a, end=b) for a, b in places
        ),
        polarity=chance.choice(["positive", "negative"]),
        realis=chance.choice(["actual", "future"]),
        mode=chance.choice([None, "m", "n"]),
    )


def entity_of(chance: random.Random, text: str) -> EntityMention:
    start, end = span_of(chance, text)
    return EntityMention(
        label=chance.choice("AB"),
        start=start,
        end=end,
        kb=chance.choice([None, None, "Q1", "Q2"]),
    )


def corpus(seed: int) -> tuple[Docs, Docs]:
    """Make gold and predictions that share about half of what they have."""
    chance = random.Random(seed)
    gold, predicted = [], []
    for number in range(60):
        text = text_of(chance)
        sides: tuple[list, list] = ([], [])
        for make, most in ((entity_of, 12), (event_of, 6)):
            pool = [make(chance, text) for _ in range(most)]
            for side in sides:
                mine = chance.sample(pool, chance.randint(0, most))
                mine += chance.sample(mine, min(2, len(mine)))  # doubled
                chance.shuffle(mine)
                side.append(tuple(mine if chance.random() > 0.15 else ()))
        for docs, (entities, events) in zip((gold, predicted), sides, strict=True):
            docs.append(
                AnnotatedDocument(
                    id=f"d{number:02}", text=text, entities=entities, events=events
                )
            )
    chance.shuffle(predicted)
    return gold, predicted


SEEDS = pytest.mark.parametrize("seed", range(4))


def test_the_corpora_are_as_hard_as_they_should_be() -> None:
    gold, _ = corpus(0)
    spans = [[(m.start, m.end, m.label) for m in doc.entities] for doc in gold]
    assert any(not one for one in spans)
    assert any(len(set(one)) < len(one) for one in spans)
    assert any(
        a != b and a[0] <= b[0] and b[1] <= a[1]
        for one in spans
        for a in one
        for b in one
    )


@SEEDS
def test_entities_are_what_seqscore_counts(seed: int) -> None:
    model = pytest.importorskip("seqscore.model")
    scoring = pytest.importorskip("seqscore.scoring")
    gold, predicted = corpus(seed)

    def mentions(doc: AnnotatedDocument) -> list[object]:
        spans = {(m.start, m.end, m.label) for m in doc.entities}
        return [model.Mention(model.Span(a, b), label) for a, b, label in spans]

    answers = {doc.id: doc for doc in predicted}
    theirs = scoring.ClassificationScore()
    for doc in gold:
        scoring.score_sequence_mentions(
            mentions(answers[doc.id]), mentions(doc), theirs
        )
    layer = score(gold, predicted, criteria=["entities"], bootstrap=NONE)
    rows = layer.layers["entities"]
    assert rows.micro.counts == Counts(
        theirs.true_pos, theirs.false_pos, theirs.false_neg
    )
    for label, row in theirs.type_scores.items():
        assert rows.labels[label].counts == Counts(
            row.true_pos, row.false_pos, row.false_neg
        )


Move = Callable[[str, Span], Span]


def tuples(docs: Iterable[AnnotatedDocument], move: Move) -> dict[str, set[tuple]]:
    """Say what each exact layer compares: TextEE's tuples, and those of mentions."""
    found: dict[str, set[tuple]] = {}
    add = lambda name, item: found.setdefault(name, set()).add(item)  # noqa: E731
    for doc in docs:
        text = doc.text or ""
        for m in doc.entities:
            place = (doc.id, *move(text, Span(m.start, m.end)))
            add("entities", (*place, m.label))
            add("entities:boundary", place)
        for e in doc.events:
            trigger = (doc.id, *move(text, Span(e.start, e.end)))
            add("triggers:found", trigger)
            add("triggers", (*trigger, e.label))
            for a in e.arguments:
                place = tuple(move(text, Span(a.start, a.end)))
                add("arguments:unattached-found", (doc.id, e.label, *place))
                add("arguments:unattached", (doc.id, e.label, *place, a.role))
                add("arguments:found", (*trigger, e.label, *place))
                add("arguments", (*trigger, e.label, *place, a.role))
    return found


@SEEDS
@pytest.mark.parametrize(
    ("convention", "move"),
    [("raw", lambda _, span: span), ("clitic", SNAP), ("word", snap_to_words)],
)
def test_exact_layers_are_sets_of_tuples_under_every_convention(
    seed: int, convention: str, move: Move
) -> None:
    gold, predicted = corpus(seed)
    expected, found = tuples(gold, move), tuples(predicted, move)
    report = score(
        gold,
        predicted,
        criteria=list(expected),
        bootstrap=NONE,
        convention=convention,
        clitic=SNAP,
    )
    for name, one in expected.items():
        other = found[name]
        assert report.layers[name].micro.counts == Counts(
            len(one & other), len(other - one), len(one - other)
        ), name
    assert report.layers["arguments"].micro.counts.tp > 0


@SEEDS
def test_attributes_are_those_of_triggers_and_types_that_both_have(seed: int) -> None:
    gold, predicted = corpus(seed)

    def values(docs: Docs, name: str) -> set[tuple]:
        return {
            (doc.id, e.start, e.end, e.label, getattr(e, name))
            for doc in docs
            for e in doc.events
        }

    report = score(gold, predicted, criteria=["attributes"], bootstrap=NONE)
    for name, row in report.layers["attributes"].labels.items():
        one, other = values(gold, name), values(predicted, name)
        shared = {v[:4] for v in one} & {v[:4] for v in other}
        valued = {v[:4] for v in one | other if v[4] is not None}
        one, other = (
            {v for v in side if v[:4] in shared & valued} for side in (one, other)
        )
        assert row.counts == Counts(
            len(one & other), len(other - one), len(one - other)
        ), name


def most_credit(credit: list[list[float]]) -> float:
    """Return the most credit that pairing one to one can give."""
    optimize = pytest.importorskip("scipy.optimize")
    if not credit or not credit[0]:
        return 0
    table = np.array(credit)
    rows, columns = optimize.linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum())


def overlap(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return max(0, min(a[-1], b[-1]) - max(a[-2], b[-2]))


def paired(
    gold: set[tuple], predicted: set[tuple], credit: Callable[[tuple, tuple], float]
) -> Counts:
    """Pair items of (group, start, end) within their groups."""
    right = 0.0
    for group in {item[0] for item in gold}:
        ours = sorted(i for i in gold if i[0] == group)
        theirs = sorted(i for i in predicted if i[0] == group)
        right += most_credit([[credit(a, b) for b in theirs] for a in ours])
    return Counts(right, len(predicted) - right, len(gold) - right)


def loose_items(docs: Docs, layer: str) -> set[tuple]:
    """Return (what must be equal, start, end) of everything that a layer pairs."""
    if layer.startswith("arguments"):
        return {
            ((d.id, e.label, e.start, e.end, a.role), a.start, a.end)
            for d in docs
            for e in d.events
            for a in e.arguments
        }
    mentions = [
        (d.id, m)
        for d in docs
        for m in (d.events if layer.startswith("triggers") else d.entities)
    ]
    if layer == "entities:partial":
        return {((doc_id,), m.start, m.end) for doc_id, m in mentions}
    return {((doc_id, m.label), m.start, m.end) for doc_id, m in mentions}


def links(docs: Docs) -> dict[tuple, str]:
    """Return the first kb id that the gold gives each span."""
    kb: dict[tuple, str] = {}
    for doc in docs:
        for m in sorted(doc.entities, key=lambda m: m.kb or ""):
            if m.kb is not None:
                kb.setdefault((doc.id, m.start, m.end), m.kb)
    return kb


@SEEDS
def test_loose_layers_pair_as_many_as_an_optimal_assignment(seed: int) -> None:
    gold, predicted = corpus(seed)
    kb = links(gold)

    def shared(a: tuple, b: tuple) -> float:
        return float(overlap(a, b) > 0)

    def half(a: tuple, b: tuple) -> float:
        return 1.0 if a == b else shared(a, b) / 2

    def same(a: tuple, b: tuple) -> float:
        one, other = (kb.get((item[0][0], *item[1:])) for item in (a, b))
        return max(shared(a, b), float(one is not None and one == other))

    credits_ = dict.fromkeys(
        ("entities:overlap", "triggers:overlap", "arguments:overlap"), shared
    )
    credits_ |= {"entities:partial": half, "arguments:same-entity": same}
    report = score(gold, predicted, criteria=list(credits_), bootstrap=NONE)
    for layer, credit in credits_.items():
        sides = (loose_items(docs, layer) for docs in (gold, predicted))
        assert report.layers[layer].micro.counts == paired(*sides, credit), layer


@SEEDS
def test_the_signature_and_the_counts_do_not_depend_on_any_order(seed: int) -> None:
    gold, predicted = corpus(seed)
    one = score(gold, predicted, bootstrap=Bootstrap(30)).to_json()
    other = score(
        gold[::-1], sorted(predicted, key=lambda d: d.id), bootstrap=Bootstrap(30)
    )
    assert other.to_json() == one
    labels = Counter(m.label for doc in gold for m in set(doc.entities))
    assert set(one["layers"]["entities"]["labels"]) == set(labels)
