"""A YAML file of rules that can say on which line a thing stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from schemas.errors import SchemaError
from schemas.text_files import read_utf8

__all__ = ["RuleFile", "read_yaml"]

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The parsed content with its path and text."""

    path: Path
    text: str
    content: dict[str, Any]

    def where(self, needle: str) -> str:
        """Return `file:line` of the last line that holds `needle`, else the file."""
        found = [
            n for n, line in enumerate(self.text.splitlines(), 1) if needle in line
        ]
        return f"{self.path}:{found[-1]}" if found else str(self.path)

    def mapping(self, key: str) -> dict[str, Any]:
        """Return the mapping under `key`; empty when absent."""
        return self._typed(key, dict)

    def sequence(self, key: str) -> list[Any]:
        """Return the list under `key`; empty when absent."""
        return self._typed(key, list)

    def _typed(self, key: str, kind: type[Kind]) -> Kind:
        value = self.content.get(key) or kind()
        if not isinstance(value, kind):
            raise SchemaError(
                f"{self.where(key + ':')}: {key!r} must be a {kind.__name__}. "
                "Write it so."
            )
        return value


def read_yaml(path: Path) -> RuleFile:
    """Read one file; SchemaError says where it cannot be read or parsed."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = read_utf8(path, error=SchemaError)
    try:
        content = yaml.load(text, Loader=loader)
    except RecursionError:
        raise SchemaError(f"{path}: is nested too deeply. Mend the YAML.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "no YAML"
        raise SchemaError(f"{path}{line}: {problem}. Mend the YAML there.") from None
    if not isinstance(content, dict):
        raise SchemaError(f"{path}: must be a mapping of sections.")
    return RuleFile(path, text, content)
