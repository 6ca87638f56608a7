"""A few hundred of the pairs that the script beside this scores by the ten thousand."""

from __future__ import annotations

import random

import numpy as np

from tests.reliability.differential import (
    _once,
    against_nervaluate,
    against_scipy,
    against_seqscore,
    draw,
    near,
)


def test_random_pairs_score_as_others_score_them():
    chance = random.Random(7)
    for _ in range(20):
        gold = [draw(chance, str(n), apart=False) for n in range(5)]
        assert against_seqscore(gold, [near(chance, doc) for doc in gold])
        gold = [draw(chance, str(n), apart=True) for n in range(5)]
        assert against_nervaluate(gold, [_once(near(chance, doc)) for doc in gold])


def test_the_best_pairs_weigh_what_scipy_finds():
    numbers = np.random.default_rng(7)
    assert all(against_scipy(numbers) for _ in range(200))
