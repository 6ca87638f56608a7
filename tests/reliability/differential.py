"""Score random pairs of documents here and by others, and count where they differ.

    python -m tests.reliability.differential --pairs 30000

Gold and predictions are drawn with repeats, overlaps and wrong labels. Exact entities
are held against seqscore, strict and exact matches of mentions that do not overlap
against nervaluate (which knows no others), best pairs against SciPy's assignment.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence

import numpy as np
from nervaluate import Evaluator
from scipy.optimize import linear_sum_assignment
from seqscore.model import Mention, Span
from seqscore.scoring import ClassificationScore, score_sequence_mentions

from evaluation import Bootstrap, Counts, score
from evaluation.assignment import best_pairs
from schemas.annotations import AnnotatedDocument, EntityMention

NONE = Bootstrap(resamples=0)
LABELS = "ABC"
SIZE = 40
"""Code points of a document, in which up to eight mentions stand."""


def draw(chance: random.Random, doc_id: str, *, apart: bool) -> AnnotatedDocument:
    """A document whose mentions overlap as they like, or stand apart."""
    found: list[EntityMention] = []
    at = 0
    for _ in range(chance.randint(0, 8)):
        start = at + chance.randint(1, 3) if apart else chance.randrange(SIZE)
        end = start + chance.randint(1, 4)
        at = end
        label = chance.choice(LABELS)
        found.append(EntityMention(label=label, start=start, end=end))
    return AnnotatedDocument(id=doc_id, entities=tuple(found))


def near(chance: random.Random, gold: AnnotatedDocument) -> AnnotatedDocument:
    """A prediction that left out, moved, relabelled and repeated some mentions."""
    found = []
    for mention in gold.entities:
        luck = chance.random()
        if luck < 0.15:
            continue
        change: dict[str, object] = {}
        if luck < 0.3:
            change["label"] = chance.choice(LABELS)
        elif luck < 0.45:
            change["end"] = mention.end + 1
        found.append(mention.model_copy(update=change))
        found += [found[-1]] * (luck > 0.95)
    return gold.model_copy(update={"entities": tuple(found)})


def _once(doc: AnnotatedDocument) -> AnnotatedDocument:
    return doc.model_copy(update={"entities": tuple(dict.fromkeys(doc.entities))})


def against_seqscore(
    gold: Sequence[AnnotatedDocument], predicted: Sequence[AnnotatedDocument]
) -> bool:
    """Whether the counts of all labels together and of each are the same."""
    theirs = ClassificationScore()
    for g, p in zip(gold, predicted, strict=True):
        sides = [
            [Mention(Span(m.start, m.end), m.label) for m in d.entities] for d in (p, g)
        ]
        score_sequence_mentions(*sides, theirs)
    layer = score(gold, predicted, criteria=["entities"], bootstrap=NONE).layers
    rows = layer["entities"]
    ours = {label: row.counts for label, row in rows.labels.items()}
    total = Counts(theirs.true_pos, theirs.false_pos, theirs.false_neg)
    return rows.micro.counts == total and all(
        ours[label] == Counts(row.true_pos, row.false_pos, row.false_neg)
        for label, row in theirs.type_scores.items()
    )


def _mentions(doc: AnnotatedDocument) -> list[Mention]:
    return [Mention(Span(m.start, m.end), m.label) for m in doc.entities]


def against_nervaluate(
    gold: Sequence[AnnotatedDocument], predicted: Sequence[AnnotatedDocument]
) -> bool:
    """Whether the strict counts are those of nervaluate."""

    def listed(docs: Sequence[AnnotatedDocument]) -> list[list[dict[str, object]]]:
        # Its ends are those of the last token.
        return [
            [{"label": m.label, "start": m.start, "end": m.end - 1} for m in d.entities]
            for d in docs
        ]

    found = Evaluator(listed(gold), listed(predicted), tags=list(LABELS), loader="dict")
    strict = found.evaluate()["overall"]["strict"]
    layer = score(gold, predicted, criteria=["entities"], bootstrap=NONE).layers
    counts = layer["entities"].micro.counts
    assert counts is not None
    return (counts.tp, counts.tp + counts.fp, counts.tp + counts.fn) == (
        strict.correct,
        strict.actual,
        strict.possible,
    )


def against_scipy(chance: np.random.Generator) -> bool:
    """Whether the best pairs weigh what SciPy's assignment weighs."""
    rows, columns = chance.integers(1, 8, size=2)
    weights = chance.integers(0, 4, size=(rows, columns))
    # As many pairs as possible come first, and only then their weight.
    many = np.where(weights > 0, weights + 1000, 0)
    ours = sum(many[a][b] for a, b in best_pairs(weights.tolist()))
    return bool(ours == many[linear_sum_assignment(many, maximize=True)].sum())


def main() -> int:
    """Draw, score and compare; return 1 where any two differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    # Not for secrets: the same pairs can be drawn again.
    chance = random.Random(asked.seed)
    numbers = np.random.default_rng(asked.seed)
    began, batch, wrong = time.monotonic(), 10, 0
    for _ in range(asked.pairs // (2 * batch)):
        for apart, agrees in ((False, against_seqscore), (True, against_nervaluate)):
            gold = [draw(chance, str(n), apart=apart) for n in range(batch)]
            others = [near(chance, doc) for doc in gold]
            if apart:
                others = [_once(doc) for doc in others]
            wrong += not agrees(gold, others)
    matrices = asked.pairs // 10
    wrong += sum(not against_scipy(numbers) for _ in range(matrices))
    print(
        f"{asked.pairs // (2 * batch) * 2 * batch} pairs of documents and {matrices} "
        f"matrices in {time.monotonic() - began:.0f} s: {wrong} differ"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
