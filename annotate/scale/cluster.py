"""Run a job on partitions on a Dask cluster that somebody else started."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from annotate.scale.job import Job, Lines, Outcome, Parcel, unpack
from schemas.errors import MiyarError, ServiceError, UsageError
from schemas.extras import load_extra

__all__ = ["run_cluster"]

_AHEAD = 2
_WAIT = 30.0
"""Seconds for a scheduler to answer and for its first worker to be there."""


def run_cluster(
    job: Job, partitions: Iterable[tuple[int, Lines]], *, scheduler: str
) -> Iterator[tuple[int, Outcome]]:
    """Yield the outcomes as they come from the workers of a scheduler.

    The job goes to each worker once, under the hash of its content; a worker that dies
    has its partitions done again by others, and so few are in flight that this process
    stays small. Raises UsageError for what is no address, ServiceError where nobody
    answers, no worker is there or the cluster goes away; errors of the work are raised
    as they are.
    """
    distributed = load_extra("distributed", extra="dask")
    for name in ("distributed", "tornado"):  # what they have to say is said below
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client = _connect(distributed, scheduler)
    try:
        yield from _results(distributed, client, job, partitions, scheduler)
    finally:
        client.close(timeout=2)


def _connect(distributed: Any, scheduler: str) -> Any:
    try:
        client = distributed.Client(
            scheduler, timeout=_WAIT, set_as_default=False, direct_to_workers=False
        )
    except ValueError as error:
        raise UsageError(
            f"--scheduler {scheduler!r} is no address ({error}). Write it as "
            "tcp://HOST:8786."
        ) from None
    except OSError:
        raise ServiceError(
            f"no Dask scheduler answers at {scheduler}. Start one with 'dask "
            "scheduler', and name the address that it prints."
        ) from None
    try:
        client.wait_for_workers(1, timeout=_WAIT)
    except TimeoutError:
        client.close(timeout=2)
        raise ServiceError(
            f"the scheduler at {scheduler} has no worker. Start some with 'dask worker "
            f"{scheduler}'."
        ) from None
    return client


def _results(
    distributed: Any,
    client: Any,
    job: Job,
    partitions: Iterable[tuple[int, Lines]],
    scheduler: str,
) -> Iterator[tuple[int, Outcome]]:
    # A task, not scattered data: what a dead worker held is made again.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it may be large, and is sent once
        parcel = client.submit(_carry, job.parcel(), key=f"miyar-job-{job.identity}")
    limit = max(2, _AHEAD * sum(client.nthreads().values()))
    running = distributed.as_completed(loop=client.loop, with_results=True)
    numbers: dict[Any, int] = {}

    def finished() -> tuple[int, Outcome]:
        future, outcome = next(running)
        return numbers.pop(future.key), outcome

    try:
        for number, lines in partitions:
            key = f"miyar-{number}-{job.key_of(lines)}"
            numbers[key] = number
            running.add(client.submit(_run, parcel, lines, key=key))
            if len(numbers) >= limit:
                yield finished()
        while numbers:
            yield finished()
    except MiyarError:
        raise
    except (
        distributed.KilledWorker,
        distributed.CancelledError,
        distributed.comm.CommClosedError,
        OSError,
    ) as error:
        raise ServiceError(
            f"the cluster at {scheduler} went away ({type(error).__name__}). What is "
            "finished is kept: run the same command again once it is back."
        ) from None


def _carry(parcel: Parcel) -> Parcel:
    """Return the parcel: workers fetch it from each other, each of them once."""
    return parcel


def _run(parcel: Parcel, lines: Lines) -> Outcome:
    return unpack(parcel)(lines)
