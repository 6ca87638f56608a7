"""`--workers` and `--scheduler`: who does the work, how far it is, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.outcomes import say
from annotate.cli.progress import bar

if TYPE_CHECKING:
    from annotate.scale.job import Job, Outcome
    from annotate.scale.pipeline import Collection

__all__ = [
    "SchedulerOption",
    "WorkersOption",
    "outcomes_of",
    "parts_beside",
    "parts_of",
]

WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, help="Processes; by default one a core where that pays."
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Work on the Dask cluster of this scheduler, tcp://HOST:PORT.",
    ),
]


def parts_beside(target: str) -> Path:
    """Return the folder that keeps what is finished until the target is written."""
    path = Path(target)
    return path.with_name(f".{path.name}.parts")


def parts_of(*names: str) -> Path:
    """Return the folder that keeps what is finished of a command without an output.

    It is in the tool's own state; `names` tell one run from another.
    """
    from annotate.scale.job import hash_of
    from annotate.settings import load_settings

    return load_settings().home / "parts" / hash_of(*names)[:16]


@contextmanager
def outcomes_of(  # noqa: PLR0913 - keyword-only
    collection: Collection,
    job: Job,
    *,
    title: str,
    parts: Path,
    workers: int | None,
    scheduler: str | None,
) -> Iterator[Iterator[Outcome]]:
    """Give the outcomes in order; when the block ends well, the parts are removed.

    Where it is cut, what is finished is kept and said.
    """
    from annotate.scale.parts import Parts
    from annotate.scale.pipeline import Hands, run
    from schemas.errors import UsageError

    if workers is not None and scheduler is not None:
        raise UsageError("give --workers or --scheduler, not both.")
    hands = Hands(workers, scheduler)
    with bar(title) as progress, Parts(parts) as kept:
        try:
            yield run(collection, job, hands=hands, parts=kept, progress=progress)
        except BaseException:
            if kept.found + kept.kept:
                say(
                    f"{kept.found + kept.kept} partitions are finished and kept in "
                    f"{parts}; the same command goes on from there."
                )
            raise
        if kept.found:
            say(f"{kept.found} partitions were finished by an earlier run.")
