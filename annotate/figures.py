"""The agreement that a release states: every measure, and the campaign's arms apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from annotate.arabic.tokens import find_tokens
from evaluation.arms import measure_arms
from evaluation.reliability import study_agreement
from schemas.annotations import AnnotatedDocument
from schemas.labels import Schema

__all__ = ["measure_agreement"]


def measure_agreement(
    passes: Mapping[str, Sequence[AnnotatedDocument]], schema: Schema
) -> dict[str, Any]:
    """Return F1 and coefficients as `miyar agree` gives them in JSON, without cases.

    Where documents name the arm they were annotated in, `arms` tells what was marked in
    either, and how far annotators agree on it.
    """
    study = study_agreement(passes, schema=schema, tokenize=find_tokens)
    arms = measure_arms(passes, schema=schema)
    return {**study.figures_to_json(), **({"arms": arms} if arms else {})}
