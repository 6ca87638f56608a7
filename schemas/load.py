"""Read a label schema from YAML; every fault is told with its file and line."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from schemas.labels import Schema
from schemas.references import reference_faults
from schemas.yaml_source import YamlSource

__all__ = ["BUILT_IN", "load_schema", "parse_schema"]

BUILT_IN = Path(__file__).with_name("political_news.yaml")
"""The schema used when a command is given none."""


def load_schema(path: Path | None = None) -> Schema:
    """Read a schema file, the built-in one by default.

    Raises SchemaError that lists every fault found, one a line, as
    `file:line: what; how to mend`.
    """
    if path is None:
        return _built_in()
    return YamlSource.read(path).validate(Schema, references=reference_faults)


@cache
def _built_in() -> Schema:
    """Read the schema that most commands ask for more than once."""
    return load_schema(BUILT_IN)


def parse_schema(source: str, *, name: str = "schema") -> Schema:
    """Parse the YAML text of a schema; `name` opens the lines of a SchemaError."""
    read = YamlSource(source, name=name)
    return read.validate(Schema, references=reference_faults)
