from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evaluation.chance import (
    MISSING,
    Coefficient,
    Measured,
    cohen_kappa,
    fleiss_kappa,
    measure,
    nominal_alpha,
)
from evaluation.intervals import Bootstrap
from evaluation.unitising import Continuum, alpha_u, left_out, u_alpha
from schemas.spans import Span

BOOTSTRAP = Bootstrap(resamples=200)


def value(coefficient: Coefficient) -> float | None:
    return measure({"it": coefficient}, BOOTSTRAP)["it"].value


def ratings(*, missing: float = 0.0) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
    random = np.random.default_rng(0)
    documents = []
    for units in (7, 30, 12):
        given = random.integers(0, 4, size=(3, units))
        given = np.where(random.random(given.shape) < 0.5, given[0], given)
        given[random.random(given.shape) < missing] = MISSING
        documents.append(given)
    return documents


def test_cohens_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    documents = ratings()
    one = np.concatenate(documents, axis=1)
    expected = metrics.cohen_kappa_score(one[0], one[2])
    assert value(cohen_kappa(documents, 0, 2)) == pytest.approx(expected)


def test_cohens_kappa_is_that_of_cohens_own_table() -> None:
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]  # Cohen 1960, p. 45
    pairs = [(a, b) for a in range(3) for b in range(3) for _ in range(table[a][b])]
    given = np.array(pairs).T
    assert value(cohen_kappa([given], 0, 1)) == pytest.approx(0.492, abs=5e-4)


def test_fleiss_kappa_is_that_of_statsmodels() -> None:
    rater = pytest.importorskip("statsmodels.stats.inter_rater")
    documents = ratings()
    table, _ = rater.aggregate_raters(np.concatenate(documents, axis=1).T)
    expected = rater.fleiss_kappa(table)
    assert value(fleiss_kappa(documents)) == pytest.approx(expected)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_nominal_alpha_is_that_of_the_krippendorff_library(missing: float) -> None:
    library = pytest.importorskip("krippendorff")
    documents = ratings(missing=missing)
    one = np.concatenate(documents, axis=1).astype(float)
    one[one == MISSING] = np.nan
    expected = library.alpha(one, level_of_measurement="nominal")
    assert value(nominal_alpha(documents)) == pytest.approx(expected)


def test_a_unit_that_one_annotator_left_out_counts_for_alpha_alone() -> None:
    whole = [np.array([[0, 1, 1, 0], [0, 1, 0, 0], [0, 1, 1, 1]])]
    more = [np.append(whole[0], [[0], [1], [MISSING]], axis=1)]
    assert value(fleiss_kappa(more)) == value(fleiss_kappa(whole))
    assert value(nominal_alpha(more)) != value(nominal_alpha(whole))


@pytest.mark.parametrize(
    "given",
    [
        np.zeros((2, 0), dtype=np.int64),  # no unit
        np.zeros((2, 5), dtype=np.int64),  # one value: no other could have been given
        np.array([[0, MISSING], [MISSING, 0]]),  # no unit that two valued
    ],
)
def test_where_chance_alone_agrees_nothing_is_defined(given: Any) -> None:
    for coefficient in (
        cohen_kappa([given], 0, 1),
        fleiss_kappa([given]),
        nominal_alpha([given]),
    ):
        assert measure({"it": coefficient}, BOOTSTRAP)["it"] == Measured(None, None)


def test_an_interval_needs_two_documents_and_resamples() -> None:
    documents = ratings()
    coefficient = nominal_alpha(documents)
    measured = measure({"it": coefficient}, BOOTSTRAP)["it"]
    assert measured.value is not None
    assert measured.interval is not None
    low, high = measured.interval
    assert low < measured.value < high
    for few, bootstrap in ((documents[:1], BOOTSTRAP), (documents, Bootstrap(0))):
        assert measure({"it": nominal_alpha(few)}, bootstrap)["it"].interval is None


def units(*named: tuple[str, int, int]) -> tuple[tuple[str, Span], ...]:
    return tuple((label, Span(start, end)) for label, start, end in named)


FIRST = units(("c", 75, 145), ("c", 220, 250), ("k", 30, 75), ("k", 150, 200))
SECOND = units(
    *(("c", 70, 150), ("c", 205, 225), ("c", 250, 270)),
    *(("k", 30, 70), ("k", 150, 200)),
)
THIRD = units(("c", 72, 150), ("k", 205, 225), ("c", 250, 270), ("k", 150, 200))


def test_u_alpha_is_that_of_another_implementation() -> None:
    # The values of krippendorff-unitized-alpha 0.1.0 on these units, gaps filled in.
    two, three = (FIRST, SECOND), (FIRST, SECOND, THIRD)
    for given, expected in ((two, 0.670321008286331), (three, 0.6019905891565462)):
        assert value(u_alpha([Continuum(300, given)])) == pytest.approx(expected)


def test_u_alpha_of_texts_end_to_end_is_that_of_one_long_text() -> None:
    moved = tuple(units(*((v, a + 300, b + 300) for v, (a, b) in FIRST)))
    turned = tuple(units(*((v, a + 300, b + 300) for v, (a, b) in SECOND)))
    parts = [Continuum(300, (FIRST, SECOND)), Continuum(300, (SECOND, FIRST))]
    whole = Continuum(600, (FIRST + turned, SECOND + moved))
    assert value(u_alpha(parts)) == pytest.approx(value(u_alpha([whole])))


def test_the_older_alpha_is_that_of_krippendorffs_example() -> None:
    # Content Analysis, 2004, p. 254, a continuum from 150 on; the figures are those of
    # its table, as dkpro-statistics (Apache-2.0) checks them.
    one = (("c", 225, 295), ("c", 370, 400), ("k", 180, 240), ("k", 300, 350))
    two = (
        *(("c", 220, 300), ("c", 355, 375), ("c", 400, 420)),
        *(("k", 180, 240), ("k", 300, 350)),
    )

    def continuum(label: str) -> Continuum:
        found = (
            units(*((n, a - 150, b - 150) for n, a, b in side if n == label))
            for side in (one, two)
        )
        return Continuum(300, tuple(found))

    given = {label: [continuum(label)] for label in ("c", "k")}
    assert value(alpha_u(given)) == pytest.approx(0.8591, abs=5e-4)
    assert value(alpha_u({"c": given["c"]})) == pytest.approx(0.7286, abs=1e-4)
    assert value(alpha_u({"k": given["k"]})) == pytest.approx(1)


def test_equal_units_agree_wholly_and_no_units_are_undefined() -> None:
    same = [Continuum(300, (FIRST, FIRST))]
    nothing = [Continuum(300, ((), ()))]
    assert value(u_alpha(same)) == 1
    assert value(alpha_u({"c": same})) == 1
    assert value(u_alpha(nothing)) is None
    assert value(alpha_u({"c": nothing})) is None
    assert value(alpha_u({})) is None


def test_of_stacked_units_the_outermost_stands_and_the_others_are_counted() -> None:
    stacked = (*FIRST, *units(("k", 80, 90)))
    with_it, without = (
        Continuum(300, (stacked, SECOND)),
        Continuum(300, (FIRST, SECOND)),
    )
    assert value(u_alpha([with_it])) == value(u_alpha([without]))
    assert (left_out([with_it]), left_out([without])) == (1, 0)
