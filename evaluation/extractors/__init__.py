"""Extractors of every kind: how they are named, started and spoken to."""

from evaluation.extractors.process import Child, ChildError, FaultKind
from evaluation.extractors.specs import KINDS, Kind, Spec, parse_spec

__all__ = ["KINDS", "Child", "ChildError", "FaultKind", "Kind", "Spec", "parse_spec"]
