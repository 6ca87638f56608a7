"""Gold and predicted in, numbers out: matching, counts, agreement, intervals.

A name is looked up in its module when it is first asked for: agreement and the contract
take longer to load than a small score to make.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.agreement import AGREEMENT_CRITERIA, Agreement, agree
    from evaluation.counts import Counts
    from evaluation.criteria import (
        CRITERIA,
        DEFAULT_CRITERIA,
        Criterion,
        parse_criteria,
    )
    from evaluation.documents import JsonlSource
    from evaluation.intervals import Bootstrap
    from evaluation.report import LayerScore, Report, Row, Signature
    from evaluation.scoring import score

__all__ = [
    "AGREEMENT_CRITERIA",
    "CRITERIA",
    "DEFAULT_CRITERIA",
    "Agreement",
    "Bootstrap",
    "Counts",
    "Criterion",
    "JsonlSource",
    "LayerScore",
    "Report",
    "Row",
    "Signature",
    "agree",
    "parse_criteria",
    "score",
]

_MODULES = {
    "agreement": ("AGREEMENT_CRITERIA", "Agreement", "agree"),
    "counts": ("Counts",),
    "criteria": ("CRITERIA", "DEFAULT_CRITERIA", "Criterion", "parse_criteria"),
    "documents": ("JsonlSource",),
    "intervals": ("Bootstrap",),
    "report": ("LayerScore", "Report", "Row", "Signature"),
    "scoring": ("score",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return a public name, its module loaded now."""
    if name not in _HOMES:
        raise AttributeError(f"module 'evaluation' has no attribute {name!r}")
    return getattr(import_module(f"evaluation.{_HOMES[name]}"), name)
