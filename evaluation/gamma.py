"""Gamma: agreement on free units, aligned as a whole and corrected for chance.

The work is done by the library pygamma-agreement, which is loaded here and nowhere
else; it is an extra, since it brings a compiler and solvers along. Its alignments are
found with HiGHS, whatever solver it names.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from evaluation.chance import Coefficient, Numbers, divided
from evaluation.unitising import Continuum
from schemas.errors import UsageError

__all__ = ["gamma"]

SAMPLES = 30
"""How many random continua the expected disorder of a text is the mean of."""


def gamma(continua: Sequence[Continuum], *, seed: int = 1) -> Coefficient:
    """Count the observed and the expected disorder of each text.

    gamma = 1 - (sum of observed) / (sum of expected), each text weighing as much as it
    has units; of one text this is the gamma of Mathet, Widlöcher and Métivier
    (Computational Linguistics 41, 2015) with the positional and categorical
    dissimilarities of the library's defaults. Units may overlap. What is drawn at
    random is drawn from `seed`. Where one annotator alone has units, they agree as far
    as chance would have them.

    Raises UsageError where the library is not installed.
    """
    library = _library()
    counts = np.zeros((len(continua), 2))
    with _seeded(seed):
        for row, continuum in zip(counts, continua, strict=True):
            found = [len(units) for units in continuum.units if units]
            if len(found) > 1:
                row[:] = _disorders(library, continuum)
            elif len(continuum.units) > 1:
                row[:] = sum(found)  # each stays alone, as it would by chance

    def read(sums: Numbers) -> Numbers:
        result: Numbers = 1 - divided(sums[:, 0], sums[:, 1])
        return result

    return Coefficient(counts, read)


def _disorders(library: Any, continuum: Continuum) -> tuple[float, float]:
    segment = import_module("pyannote.core").Segment
    text = library.Continuum()
    for place, units in enumerate(continuum.units):
        text.add_annotator(str(place))
        for label, span in units:
            text.add(str(place), segment(span.start, span.end), label)
    dissimilarity = library.CombinedCategoricalDissimilarity(delta_empty=1.0)
    with _quiet(), _free_solver():
        result = text.compute_gamma(dissimilarity, n_samples=SAMPLES)
    weight = sum(len(units) for units in continuum.units) / len(continuum.units)
    return result.observed_disorder * weight, result.expected_disorder * weight


def _library() -> Any:
    try:
        with _quiet():
            return import_module("pygamma_agreement")
    except ImportError:
        raise UsageError(
            "gamma needs the library pygamma-agreement, which is not installed. "
            "Run: pip install 'miyar[gamma]'"
        ) from None


@contextmanager
def _free_solver() -> Iterator[None]:
    """Have HiGHS solve where the library names GLPK.

    The optimum is the same; GLPK comes with cvxopt, which is under the GPL.
    """
    cvxpy: Any = import_module("cvxpy")
    named = cvxpy.GLPK_MI
    cvxpy.GLPK_MI = cvxpy.HIGHS
    try:
        yield
    finally:
        cvxpy.GLPK_MI = named


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back the library's warnings about its own style and its solvers."""
    handler, level = logging.NullHandler(), logging.root.manager.disable
    # Without any handler its warnings would set up the logging of the whole process.
    logging.root.addHandler(handler)
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
        logging.root.removeHandler(handler)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the global generator that the library draws from, and put it back after."""
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(state)
