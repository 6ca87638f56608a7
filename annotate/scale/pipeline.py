"""A job over a whole collection: cut, done wherever there are hands, put in order."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from annotate.scale.identities import Identities, refuse_doubled
from annotate.scale.job import Job, Lines, Outcome
from annotate.scale.partitions import cut
from annotate.scale.parts import Parts

__all__ = ["Collection", "Hands", "Progress", "cores", "run"]

Progress = Callable[[int, int], None]
"""Is told how many documents are done, and of how many, as far as can be known."""

LITTLE = 4 * 2**20
"""So many bytes are done sooner here than processes start."""


def cores() -> int:
    """Return how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Hands:
    """Who does the work: processes here, or the workers of a scheduler.

    Without a number, all cores are used where there is enough to do.
    """

    workers: int | None = None
    scheduler: str | None = None

    def run(
        self, job: Job, partitions: Iterable[tuple[int, Lines]]
    ) -> Iterator[tuple[int, Outcome]]:
        """Yield the outcomes of numbered partitions, in any order."""
        if self.scheduler is not None:
            from annotate.scale.cluster import run_cluster

            return run_cluster(job, partitions, scheduler=self.scheduler)
        from annotate.scale.processes import run_here, run_processes

        workers = self.workers or cores()
        if workers == 1:
            return run_here(job, partitions)
        return run_processes(job, partitions, workers=workers)


@dataclass(frozen=True, slots=True)
class Collection:
    """Lines that can be read again and again.

    `read(told)` yields them with their places and tells the share that is read;
    `id_of` finds a line's id without parsing the rest. Where it is None, ids may come
    more than once.
    """

    read: Callable[[Callable[[float], None]], Iterator[tuple[str, bytes]]]
    id_of: Callable[[bytes], str | None] | None = None

    def refuse(self, doubled: frozenset[bytes]) -> None:
        """Raise DataError with both places of an id that comes twice."""
        if doubled and self.id_of is not None:
            id_of = self.id_of
            lines = self.read(lambda _share: None)
            refuse_doubled(doubled, ((where, id_of(line)) for where, line in lines))


@dataclass(slots=True)
class _Reading:
    """Cuts the collection, and knows how much of it was read."""

    collection: Collection
    documents: int = 0
    share: float = 0.0
    keys: list[str] = field(default_factory=list)

    def partitions(self) -> Iterator[Lines]:
        for lines in cut(self.collection.read(self._hear)):
            self.documents += len(lines)
            yield lines

    def _hear(self, share: float) -> None:
        self.share = share

    @property
    def total(self) -> int:
        """How many documents there are, by the share that is read."""
        return round(self.documents / self.share) if self.share else self.documents


def run(
    collection: Collection,
    job: Job,
    *,
    hands: Hands,
    parts: Parts,
    progress: Progress | None = None,
) -> Iterator[Outcome]:
    """Yield the outcomes of all partitions in the order of the collection.

    What is little is done here and now. Of more, each outcome is kept in
    `parts` as soon as it is there, and what an earlier run kept is not done again.
    Either way the outcomes come at the end, when nothing can be wrong any more, the
    same whoever made them and in whatever order.

    Raises DataError at the first fault of a line, and where an id comes twice.
    """
    reading = _Reading(collection)
    partitions = reading.partitions()
    first, more = _read_ahead(partitions) if hands == Hands() else ([], True)
    if not more:
        yield from _run_few(first, job, collection)
        return
    _fill(chain(first, partitions), job, hands, parts, reading, progress)
    for key in reading.keys:
        outcome = parts.get(key)
        if outcome is None:
            raise RuntimeError(f"{parts.folder}: {key} was taken away")
        yield outcome


def _read_ahead(partitions: Iterable[Lines]) -> tuple[list[Lines], bool]:
    """Return the first partitions, and whether there may be more."""
    first: list[Lines] = []
    held = 0
    for lines in partitions:
        first.append(lines)
        held += sum(len(line) for _, line in lines)
        if held > LITTLE:
            return first, True
    return first, False


def _run_few(
    partitions: Iterable[Lines], job: Job, collection: Collection
) -> Iterator[Outcome]:
    outcomes = [job.here(lines) for lines in partitions]
    known = Identities()
    for outcome in outcomes:
        known.add(outcome.ids)
    collection.refuse(known.doubled())
    yield from outcomes


def _fill(  # noqa: PLR0913
    partitions: Iterable[Lines],
    job: Job,
    hands: Hands,
    parts: Parts,
    reading: _Reading,
    progress: Progress | None,
) -> None:
    """Have every partition's outcome in `parts`."""
    known = Identities()
    done = 0
    sizes: dict[int, int] = {}

    def take(outcome: Outcome, size: int) -> None:
        nonlocal done
        done += size
        reading.collection.refuse(known.add(outcome.ids))
        if progress is not None:
            progress(done, max(done, reading.total))

    def missing() -> Iterator[tuple[int, Lines]]:
        for number, lines in enumerate(partitions):
            key = job.key_of(lines)
            reading.keys.append(key)
            there = parts.get(key)
            if there is None:
                sizes[number] = len(lines)
                yield number, lines
            else:
                parts.found += 1
                take(there, len(lines))

    for number, outcome in hands.run(job, missing()):
        parts.put(reading.keys[number], outcome)
        take(outcome, sizes.pop(number))
    reading.collection.refuse(known.doubled())
