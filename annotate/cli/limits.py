"""`--fail-under` and `--no-regression`: scores that a build must reach or keep."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.errors import DataError, UsageError
from schemas.text_files import read_json

__all__ = [
    "FailUnderOption",
    "Limit",
    "hold",
    "hold_baseline",
    "parse_limit",
    "read_baseline",
]

FailUnderOption = Annotated[
    list[str] | None,
    typer.Option("--fail-under", help="Exit 1 below this, as entities.micro.f1=0.8."),
]

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


def read_baseline(path: Path) -> Mapping[str, Any]:
    """Read what `miyar score --format json` printed once."""
    content = read_json(path)
    if not isinstance(content, dict) or not {"signature", "layers"} <= content.keys():
        raise DataError(
            f"{path}: is no score. 'miyar score --format json' prints one; keep it in "
            "a file."
        )
    return content


def hold_baseline(content: Mapping[str, Any], baseline: Mapping[str, Any]) -> None:
    """Exit 1 if the micro F1 of a layer of the baseline is lower now, saying which.

    Raises UsageError where the two were not scored on the same gold with the same
    choices: nothing would have been compared.
    """
    now, before = (_choices(side["signature"]) for side in (content, baseline))
    for choice, value in before.items():
        if now.get(choice) != value:
            raise UsageError(
                f"--no-regression: the baseline was scored with {choice} {value}, this "
                f"with {now.get(choice)}. Make the baseline anew: miyar score "
                "--format json."
            )
    worse = []
    for layer, rows in baseline["layers"].items():
        old = rows["micro"]["f1"]
        new = content["layers"].get(layer, {}).get("micro", {}).get("f1")
        if old is not None and (new is None or new < old - _ROUNDING):
            worse.append((layer, old, new))
    for layer, old, new in worse:
        typer.echo(f"{layer}.micro.f1 is {new}, was {old}", err=True)
    if worse:
        raise typer.Exit(1)


_ROUNDING = 1e-9


def _choices(signature: str) -> dict[str, str]:
    """Return what a signature says of the gold and of how spans are compared."""
    stated = dict(part.partition(":")[::2] for part in signature.split("|"))
    gold = stated.get("gold", "").rpartition("@")[2]
    kept = ("schema", "docs", "convention", "map")
    return {"gold": gold, **{name: stated.get(name, "none") for name in kept}}


def _holds(value: float | None, least: float) -> bool:
    return value is not None and value >= least


def _find(content: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    """Return the number at LAYER.ROW.NUMBER; a row is a label or an average."""
    layer, row, number = path if len(path) == 3 else ("", "", "")
    rows = content["layers"].get(layer, {})
    cells = (rows if row in _AVERAGES else rows.get("labels", {})).get(row, {})
    if number not in _NUMBERS or number not in cells:
        raise UsageError(
            f"--fail-under: there is no {'.'.join(path)} in this score. Name a layer, "
            "a label or micro, and a number, as entities.micro.f1=0.8."
        )
    found: float | None = cells[number]
    return found


_NUMBERS = ("tp", "fp", "fn", "precision", "recall", "f1")
_AVERAGES = ("micro", "macro", "weighted")
