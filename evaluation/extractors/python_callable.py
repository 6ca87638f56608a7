"""`module:callable`: a Python function, or a class that is called like one."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def load(target: str, options: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Import `MODULE:NAME`; a class is made once, so that it can load a model."""
    module, _, name = target.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    made = found(**options) if isinstance(found, type) else found
    if not callable(made):
        raise TypeError(f"{target} is a {type(made).__name__}, which cannot be called")
    extract: Callable[[dict[str, Any]], Any] = made
    return extract
