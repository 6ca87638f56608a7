"""YAML that remembers its lines, so that a fault can be told with file and line."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from schemas.errors import SchemaError
from schemas.text_files import read_utf8

__all__ = ["Fault", "ReferenceFaultsError", "YamlSource"]

Fault = tuple[tuple[str, ...], str]
"""Where a fault is (the keys from the top of the file), and what it is."""

_Model = TypeVar("_Model", bound=BaseModel)


class ReferenceFaultsError(ValueError):
    """Everything in a file that names something that is not there, or twice.

    A model's validator raises it, so that each fault keeps its own place.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{'.'.join(at)}: {why}" for at, why in self.faults))


LARGEST = 1_000_000
"""Values in a file, written out: aliases of aliases would fill any memory."""


class YamlSource:
    """A parsed YAML file with the line of every key.

    Raises SchemaError, naming file and line, if it is not a mapping in valid YAML, or
    if a key stands twice in one mapping.
    """

    def __init__(self, text: str, *, name: str) -> None:
        self.name = name
        self.root = self._compose(text)
        doubled = [f"{name}:{line}: {why}" for line, why in _doubled_keys(self.root)]
        if doubled:
            raise SchemaError("\n".join(doubled))
        try:
            self.data: Any = yaml.load(text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise self._unreadable(error) from None

    def _compose(self, text: str) -> yaml.MappingNode:
        try:
            root = yaml.compose(text, Loader=yaml.CSafeLoader)
            if isinstance(root, yaml.Node) and _size(root, {}) > LARGEST:
                raise SchemaError(
                    f"{self.name}: its aliases (*name) repeat each other into more "
                    f"than {LARGEST} values. Write out what they stand for."
                )
        except yaml.YAMLError as error:
            raise self._unreadable(error) from None
        except RecursionError:
            raise SchemaError(
                f"{self.name}: is nested too deeply, or an alias (*name) holds itself."
            ) from None
        if not isinstance(root, yaml.MappingNode):
            raise SchemaError(
                f"{self.name}:1: the file must be a mapping of keys to values."
            )
        return root

    def _unreadable(self, error: yaml.YAMLError) -> SchemaError:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        return SchemaError(
            f"{self.name}:{mark.line + 1 if mark else 1}: not valid YAML: {problem}. "
            "Quote text that holds ': ', ',' or brackets."
        )

    @classmethod
    def read(cls, path: Path) -> YamlSource:
        """Read a file; raises SchemaError if that fails."""
        return cls(read_utf8(path, error=SchemaError), name=str(path))

    def validate(
        self,
        model: type[_Model],
        *,
        references: Callable[[Any], Iterable[Fault]] | None = None,
    ) -> _Model:
        """Return the file as `model`; raises SchemaError listing all faults by line.

        `references` finds in plain data what a validator of `model` finds only once
        everything has its form; with it, both kinds are told at once.
        """
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            faults = list(_faults(error))
            if references is not None:
                faults += map(_placed, references(self.data))
            raise self.refusal(faults) from None

    def refusal(self, faults: Iterable[Fault]) -> SchemaError:
        """Return the error that tells these faults, one a line, in file order."""
        told = sorted({(self.line(at), why) for at, why in faults})
        return SchemaError("\n".join(f"{self.name}:{ln}: {why}." for ln, why in told))

    def line(self, place: tuple[str, ...]) -> int:
        """Return the line of the deepest part of `place` that is in the file."""
        node: yaml.Node = self.root
        line: int = node.start_mark.line + 1
        for part in place:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many values a node is when every alias is written out."""
    if id(node) not in known:
        inside = node.value if isinstance(node.value, list) else []
        parts = [part for item in inside for part in _parts(item)]
        known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(node)]


def _parts(item: Any) -> tuple[yaml.Node, ...]:
    return item if isinstance(item, tuple) else (item,)


def _child(node: yaml.Node, part: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    elif (
        isinstance(node, yaml.SequenceNode)
        and part.isdigit()
        and int(part) < len(node.value)
    ):
        value = node.value[int(part)]
        return value.start_mark.line + 1, value
    return None


def _doubled_keys(node: yaml.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        seen: dict[Hashable, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                yield line, "a key must be a word, not a list or a mapping."
                continue
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


def _faults(error: ValidationError) -> Iterator[Fault]:
    for fault in error.errors():
        place = tuple(str(part) for part in fault["loc"])
        cause = fault.get("ctx", {}).get("error")
        if isinstance(cause, ReferenceFaultsError):
            yield from map(_placed, cause.faults)
        else:
            yield place, f"{'.'.join(place)}: {_explained(fault)}"


def _placed(fault: Fault) -> Fault:
    at, why = fault
    return at, f"{'.'.join(at)}: {why}"


def _explained(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; remove it or mend its spelling"
    if fault["type"] == "missing":
        return "is missing; add it"
    if fault["type"] == "too_short" and fault["loc"][-1] == "fillers":
        return "a role needs at least one entity label that may fill it"
    if fault["type"] == "string_pattern_mismatch" and fault["loc"][-1] == "hotkey":
        return (
            f"{fault['input']!r} is no free key; write a Latin letter other than u, a "
            "digit, - or =, or shift+ and a letter: an Arabic keyboard has them too"
        )
    return f"{fault['msg']} (got {str(fault['input'])[:40]!r})"
