"""Rule sets and schemas with the hash of what they were read from."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from annotate.rules.compiled import Ruleset
from annotate.rules.load import DEFAULT_FOLDER, load_ruleset
from annotate.scale.job import digest_files
from schemas.load import BUILT_IN, load_schema

__all__ = ["Rules", "digest_rules", "load_rules"]


class Rules(NamedTuple):
    """A rule set that is ready, and the hash of all it was read from."""

    ruleset: Ruleset
    identity: str


def load_rules(schema: Path | None = None, folder: Path | None = None) -> Rules:
    """Read a schema and a rule folder, ours where none is named.

    Raises SchemaError at the first fault in them.
    """
    ruleset = load_ruleset(load_schema(schema), folder)
    return Rules(ruleset, digest_rules(schema, folder))


def digest_rules(schema: Path | None, folder: Path | None) -> str:
    """Return the hex SHA-256 of a schema and of all files of a rule folder."""
    root = folder or DEFAULT_FOLDER
    parts = [root / "rules", root / "lexicons"]
    paths = sorted(p for part in parts for p in part.rglob("*") if p.is_file())
    return digest_files([schema or BUILT_IN, *paths])
