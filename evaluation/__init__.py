"""Gold and predicted in, numbers out: matching, counts, agreement, intervals."""

from evaluation.counts import Counts
from evaluation.criteria import CRITERIA, DEFAULT_CRITERIA, Criterion, parse_criteria
from evaluation.documents import JsonlSource
from evaluation.intervals import Bootstrap
from evaluation.report import LayerScore, Report, Row, Signature
from evaluation.scoring import score

__all__ = [
    "CRITERIA",
    "DEFAULT_CRITERIA",
    "Bootstrap",
    "Counts",
    "Criterion",
    "JsonlSource",
    "LayerScore",
    "Report",
    "Row",
    "Signature",
    "parse_criteria",
    "score",
]
