"""Libraries that only some work needs, loaded where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from schemas.errors import UsageError

__all__ = ["load_extra"]


def load_extra(module: str, *, extra: str) -> Any:
    """Import a library that comes with an extra of the distribution.

    Raises UsageError that says how to install it where it is missing.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise UsageError(
            f"this needs {error.name}, which is not installed. "
            f"Run: pip install 'miyar[{extra}]'"
        ) from None
