from __future__ import annotations

import importlib.util
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluation.chance import measure
from evaluation.gamma import SAMPLES, _free_solver, gamma
from evaluation.intervals import Bootstrap
from evaluation.unitising import Continuum
from schemas.errors import UsageError
from schemas.spans import Span

CASES = Path(__file__).parents[3] / "shared" / "conformance" / "iaa.json"
INSTALLED = importlib.util.find_spec("pygamma_agreement") is not None


def needs_library(test: Callable[..., None]) -> Any:
    """Mark what runs the library, which compiles itself for half a minute first."""
    there = pytest.mark.skipif(
        not INSTALLED, reason="pygamma-agreement, the extra 'gamma', is not installed"
    )
    return pytest.mark.slow(there(test))


def value(*texts: Continuum, seed: int = 1) -> float | None:
    counted = {"it": gamma(texts, seed=seed)}
    return measure(counted, Bootstrap(resamples=0))["it"].value


def continuum(case: dict[str, Any]) -> Continuum:
    lines: dict[str, list[tuple[str, Span]]] = {}
    for unit in case["continuum"]:
        span = Span(unit["start"], unit["end"])
        lines.setdefault(unit["annotator"], []).append((unit["category"], span))
    return Continuum(99, tuple(map(tuple, lines.values())))


def test_without_the_library_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)
    with pytest.raises(UsageError, match=r"miyar\[gamma\]"):
        gamma([])


def cases() -> list[dict[str, Any]]:
    if not CASES.exists():
        pytest.skip("the conformance cases are not beside this checkout")
    plain = {"alpha": 1.0, "beta": 1.0, "deltaEmpty": 1.0}
    listed = json.loads(CASES.read_text("utf-8"))["cases"]
    return [c for c in listed if c["id"].startswith("gamma") and c["params"] == plain]


@needs_library
def test_gamma_is_near_that_of_other_draws() -> None:
    for case in cases():
        expected = case["expected"]["tier3"]["gamma"]
        # The expected disorder is a mean of random continua, others each time.
        assert value(continuum(case)) == pytest.approx(expected, abs=0.08)


@needs_library
def test_the_observed_disorder_is_that_of_pygamma_with_glpk() -> None:
    one = (("a", Span(1, 5)), ("b", Span(6, 10)), ("a", Span(11, 15)))
    two = tuple((label, Span(a + 1, b + 1)) for label, (a, b) in one)
    counts = gamma([Continuum(20, (one, two))]).counts[0]
    # Of pygamma-agreement 0.5.9, solved by GLPK: (1 - gamma) times what it expected.
    expected = (1 - 0.8836062550544739) * 0.5369704365730286
    assert counts[0] / 3 == pytest.approx(expected, rel=1e-5)


@needs_library
def test_the_observed_disorder_is_that_of_the_solver_that_is_not_installed() -> None:
    for case in cases():
        given = continuum(case)
        counts = gamma([given]).counts[0]
        weight = sum(map(len, given.units)) / len(given.units)
        assert case["metadata"]["solver"] == "GLPK_MI"
        told = case["expected"]["tier3"]
        expected = (1 - told["gamma"]) * told["expectedDisorder"]
        assert counts[0] / weight == pytest.approx(expected, rel=1e-5, abs=1e-6)


@needs_library
@pytest.mark.filterwarnings("ignore")
def test_gamma_of_one_text_is_that_of_the_library() -> None:
    from importlib import import_module

    library, core = map(import_module, ("pygamma_agreement", "pyannote.core"))
    units = (("a", Span(0, 4)), ("b", Span(6, 9)), ("a", Span(7, 15)))
    moved = (("a", Span(1, 4)), ("b", Span(5, 9)), ("b", Span(13, 16)))
    given = library.Continuum()
    for annotator, found in (("0", units), ("1", moved)):
        for label, (start, end) in found:
            given.add(annotator, core.Segment(start, end), label)
    np.random.seed(7)
    with _free_solver():
        result = given.compute_gamma(
            library.CombinedCategoricalDissimilarity(delta_empty=1.0),
            n_samples=SAMPLES,
        )
    assert value(Continuum(20, (units, moved)), seed=7) == pytest.approx(result.gamma)


@needs_library
def test_nothing_under_the_gpl_is_installed_for_it_and_nothing_is_left_changed() -> (
    None
):
    root, level = list(logging.root.handlers), logging.root.manager.disable
    state = np.random.get_state()[1].tolist()
    units = (("a", Span(0, 4)), ("b", Span(6, 9)))
    assert value(Continuum(20, (units, units))) == 1
    assert importlib.util.find_spec("cvxopt") is None
    assert (logging.root.handlers, logging.root.manager.disable) == (root, level)
    assert np.random.get_state()[1].tolist() == state


@needs_library
def test_equal_units_agree_wholly_and_lonely_ones_as_chance_would() -> None:
    units = (("a", Span(0, 4)), ("b", Span(6, 9)), ("a", Span(12, 15)))
    assert value(Continuum(20, (units, units))) == 1
    assert value(Continuum(20, (units, ()))) == 0
    assert value(Continuum(20, ((), ()))) is None


@needs_library
def test_the_same_seed_gives_the_same_gamma() -> None:
    units = (("a", Span(0, 4)), ("b", Span(6, 9)), ("a", Span(12, 15)))
    moved = (("a", Span(1, 4)), ("b", Span(5, 9)), ("b", Span(13, 16)))
    text = Continuum(20, (units, moved))
    assert value(text) == value(text)
