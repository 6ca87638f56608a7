"""Gold releases, and the formats they are written in."""

from exports.about import read_about
from exports.gold import GoldSource, find_gold, read_gold
from exports.manifest import About, Annotator, Manifest
from exports.release import (
    Release,
    build_release,
    read_manifest,
    read_release,
    verify_release,
)
from exports.statistics import Statistics, measure

__all__ = [
    "About",
    "Annotator",
    "GoldSource",
    "Manifest",
    "Release",
    "Statistics",
    "build_release",
    "find_gold",
    "measure",
    "read_about",
    "read_gold",
    "read_manifest",
    "read_release",
    "verify_release",
]
