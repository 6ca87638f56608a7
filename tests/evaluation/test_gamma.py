from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from evaluation.chance import measure
from evaluation.gamma import gamma
from evaluation.intervals import Bootstrap
from evaluation.unitising import Continuum
from schemas.errors import UsageError
from schemas.spans import Span

CASES = Path(__file__).parents[3] / "shared" / "conformance" / "iaa.json"
INSTALLED = importlib.util.find_spec("pygamma_agreement") is not None
needs_library = pytest.mark.skipif(
    not INSTALLED, reason="pygamma-agreement, the extra 'gamma', is not installed"
)


def value(*texts: Continuum, seed: int = 1) -> float | None:
    counted = {"it": gamma(texts, seed=seed)}
    return measure(counted, Bootstrap(resamples=0))["it"].value


def continuum(case: dict[str, Any]) -> Continuum:
    lines: dict[str, list[tuple[str, Span]]] = {}
    for unit in case["continuum"]:
        span = Span(unit["start"], unit["end"])
        lines.setdefault(unit["annotator"], []).append((unit["category"], span))
    return Continuum(99, tuple(map(tuple, lines.values())))


@pytest.mark.skipif(INSTALLED, reason="the library is installed")
def test_without_the_library_the_extra_is_named() -> None:
    with pytest.raises(UsageError, match=r"miyar\[gamma\]"):
        gamma([])


@needs_library
def test_gamma_is_near_that_of_other_draws() -> None:
    if not CASES.exists():
        pytest.skip("the conformance cases are not beside this checkout")
    plain = {"alpha": 1.0, "beta": 1.0, "deltaEmpty": 1.0}
    for case in json.loads(CASES.read_text("utf-8"))["cases"]:
        if case["id"].startswith("gamma") and case["params"] == plain:
            expected = case["expected"]["tier3"]["gamma"]
            # The expected disorder is a mean of random continua, others each time.
            assert value(continuum(case)) == pytest.approx(expected, abs=0.08)


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
