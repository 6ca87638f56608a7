"""Run a job on partitions in processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from annotate.scale.job import Job, Lines, Outcome, Parcel, unpack
from schemas.errors import ServiceError

__all__ = ["run_here", "run_processes"]

_AHEAD = 2
"""Partitions in flight for each worker: one at work, one waiting."""


def run_here(
    job: Job, partitions: Iterable[tuple[int, Lines]]
) -> Iterator[tuple[int, Outcome]]:
    """Yield the outcomes in order, made in this process."""
    for number, lines in partitions:
        yield number, job.here(lines)


def run_processes(
    job: Job, partitions: Iterable[tuple[int, Lines]], *, workers: int
) -> Iterator[tuple[int, Outcome]]:
    """Yield the outcomes as they come, made by so many processes.

    Partitions are taken as workers need them. Errors of the work are raised here;
    ServiceError where a process died.
    """
    pool = ProcessPoolExecutor(
        workers,
        # A fork would copy our threads' locks; a spawned process has none of them.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(job.parcel(),),
    )
    running: dict[Future[Outcome], int] = {}
    try:
        for number, lines in partitions:
            running[pool.submit(_run, lines)] = number
            if len(running) >= _AHEAD * workers:
                yield from _finished(running)
        while running:
            yield from _finished(running)
    except BrokenProcessPool:
        raise ServiceError(
            "a worker process died, perhaps for want of memory. What is finished is "
            "kept: run the same command again, with fewer --workers."
        ) from None
    except (KeyboardInterrupt, GeneratorExit):
        # Nobody will take what the workers are at, and Ctrl-C should be quick.
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _finished(running: dict[Future[Outcome], int]) -> Iterator[tuple[int, Outcome]]:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        yield running.pop(future), future.result()


_parcel: Parcel | None = None


def _begin(parcel: Parcel) -> None:
    global _parcel
    _parcel = parcel
    # Ctrl-C goes to the whole group; the parent alone decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the parent is gone, however it was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(lines: Lines) -> Outcome:
    if _parcel is None:
        raise RuntimeError("the worker process was not begun")
    return unpack(_parcel)(lines)
