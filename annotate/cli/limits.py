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
    """Exit 1 if a number is below its limit; a number that is undefined is."""
    failed = False
    for path, least in limits:
        value: Any = content["layers"]
        steps = (
            path[0],
            *(("labels",) if path[1:2] not in _AVERAGES else ()),
            *path[1:],
        )
        for step in steps:
            if not isinstance(value, Mapping) or step not in value:
                raise UsageError(
                    f"--fail-under: there is no {'.'.join(path)} in this score."
                )
            value = value[step]
        if value is None or value < least:
            failed = True
            typer.echo(f"{'.'.join(path)} is {value}, below {least}", err=True)
    if failed:
        raise typer.Exit(1)


_AVERAGES = (("micro",), ("macro",), ("weighted",))
