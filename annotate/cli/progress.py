"""Show that a long command works, and how far: on a terminal, nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["bar", "working"]


@contextmanager
def working(title: str) -> Iterator[None]:
    """Show what goes on and for how long, where nobody knows how far it is.

    It is drawn on stderr and wiped at the end; print no result inside.
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description} ...", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as drawn:
        drawn.add_task(title, total=None)
        yield


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what is to be called with how much is done, and of how much.

    The bar is drawn on stderr, so that the output stays clean for pipes; None is
    yielded where stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as drawn:
        task = drawn.add_task(title, total=None)
        yield lambda done, total: drawn.update(task, completed=done, total=total)
