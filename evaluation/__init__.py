"""Gold and predicted in, numbers out: matching, counts, agreement, intervals."""

from evaluation.agreement import AGREEMENT_CRITERIA, Agreement, agree
from evaluation.counts import Counts
from evaluation.criteria import CRITERIA, DEFAULT_CRITERIA, Criterion, parse_criteria
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
