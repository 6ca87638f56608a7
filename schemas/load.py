"""Read a label schema from YAML; every fault is told with its file and line."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from schemas.errors import SchemaError
from schemas.labels import Schema, SchemaReferenceError

__all__ = ["BUILT_IN", "load_schema", "parse_schema"]

BUILT_IN = Path(__file__).with_name("political_news.yaml")
"""The schema used when a command is given none."""


def load_schema(path: Path | None = None) -> Schema:
    """Read a schema file, the built-in one by default.

    Raises SchemaError that lists every fault found, one a line, as
    `file:line: what; how to mend`.
    """
    path = path or BUILT_IN
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SchemaError(
            f"{path}: the schema cannot be read ({error.strerror})."
        ) from None
    except UnicodeDecodeError as error:
        raise SchemaError(
            f"{path}: is not UTF-8 (byte {error.start}). Save it as UTF-8."
        ) from None
    return parse_schema(source, name=str(path))


def parse_schema(source: str, *, name: str = "schema") -> Schema:
    """Parse the YAML text of a schema; `name` opens the lines of a SchemaError."""
    try:
        root = yaml.compose(source, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SchemaError(
            f"{name}:{line}: not valid YAML: {error.problem}. Quote text that holds "
            "': ', ',' or brackets."
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise SchemaError(
            f"{name}:1: a schema is a mapping with keys such as 'schema'."
        )
    doubled = list(_doubled_keys(root))
    if doubled:
        raise SchemaError("\n".join(f"{name}:{line}: {why}" for line, why in doubled))
    try:
        return Schema.model_validate(yaml.load(source, Loader=yaml.CSafeLoader))
    except ValidationError as error:
        faults = sorted({(_line(root, loc), why) for loc, why in _faults(error)})
        lines = [f"{name}:{line}: {why}." for line, why in faults]
        raise SchemaError("\n".join(lines)) from None


def _doubled_keys(node: yaml.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        seen: dict[Hashable, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                yield (
                    line,
                    f"the key {key.value!r} stands on line {seen[key.value]} already; "
                    "remove one of the two.",
                )
            seen[key.value] = line
            yield from _doubled_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubled_keys(item)


def _faults(error: ValidationError) -> Iterator[tuple[tuple[str, ...], str]]:
    for fault in error.errors():
        loc = tuple(str(part) for part in fault["loc"])
        cause = fault.get("ctx", {}).get("error")
        if isinstance(cause, SchemaReferenceError):
            yield from ((at, f"{'.'.join(at)}: {why}") for at, why in cause.faults)
        else:
            yield loc, f"{'.'.join(loc)}: {_explained(fault)}"


def _explained(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; remove it or mend its spelling"
    if fault["type"] == "missing":
        return "is missing; add it"
    if fault["type"] == "too_short" and fault["loc"][-1] == "fillers":
        return "a role needs at least one entity label that may fill it"
    return f"{fault['msg']} (got {str(fault['input'])[:40]!r})"


def _line(node: yaml.Node, loc: tuple[str, ...]) -> int:
    """Return the line of the deepest part of `loc` that exists."""
    line: int = node.start_mark.line + 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == part]
            if not found:
                break
            key, node = found[0]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and part.isdigit():
            if int(part) >= len(node.value):
                break
            node = node.value[int(part)]
            line = node.start_mark.line + 1
        else:
            break
    return line
