"""Gold releases, and the formats they are written in."""

from exports.about import read_about
from exports.difference import Difference, count_differences, find_differences
from exports.gold import GoldSource, find_gold, read_gold
from exports.manifest import About, Annotator, Manifest
from exports.release import (
    Release,
    build_release,
    read_manifest,
    read_release,
    verify_release,
)
from exports.splits import Splits, build_splits, read_splits, split_faults
from exports.statistics import Statistics, measure

__all__ = [
    "About",
    "Annotator",
    "Difference",
    "GoldSource",
    "Manifest",
    "Release",
    "Splits",
    "Statistics",
    "build_release",
    "build_splits",
    "count_differences",
    "find_differences",
    "find_gold",
    "measure",
    "read_about",
    "read_gold",
    "read_manifest",
    "read_release",
    "read_splits",
    "split_faults",
    "verify_release",
]
