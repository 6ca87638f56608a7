"""`--fail-under`: scores that a build must reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from schemas.errors import UsageError

__all__ = ["Limit", "hold", "parse_limit"]

Limit = tuple[tuple[str, ...], float]
"""Where a number is in a report's JSON, and the least it may be."""


def parse_limit(text: str) -> Limit:
    """Parse `entities.micro.f1=0.8`."""
    path, _, value = text.partition("=")
    try:
        return tuple(path.split(".")), float(value)
    except ValueError:
        raise UsageError(
            f"--fail-under {text!r} is not understood. Write it as "
            "entities.micro.f1=0.8."
        ) from None


def hold(content: Mapping[str, Any], limits: list[Limit]) -> None:
    """Exit 1 if a number is undefined or below its limit, saying which."""
    low = [(path, _find(content, path), least) for path, least in limits]
    low = [
        (path, value, least) for path, value, least in low if not _holds(value, least)
    ]
    for path, value, least in low:
        typer.echo(f"{'.'.join(path)} is {value}, below {least}", err=True)
    if low:
        raise typer.Exit(1)


def _holds(value: float | None, least: float) -> bool:
    return value is not None and value >= least


def _find(content: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    """Return the number at LAYER.ROW.NUMBER; a row is a label or an average."""
    try:
        layer, row, number = path
        rows = content["layers"][layer]
        if number not in _NUMBERS:
            raise KeyError(number)
        found: float | None = (rows if row in _AVERAGES else rows["labels"])[row][
            number
        ]
    except (KeyError, ValueError):
        raise UsageError(
            f"--fail-under: there is no {'.'.join(path)} in this score. Name a layer, "
            "a label or micro, and a number, as entities.micro.f1=0.8."
        ) from None
    return found


_NUMBERS = ("tp", "fp", "fn", "precision", "recall", "f1")
_AVERAGES = ("micro", "macro", "weighted")
