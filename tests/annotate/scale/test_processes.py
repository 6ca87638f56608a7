"""Work that is shared among processes ends with the one that asked for it."""

from __future__ import annotations

import multiprocessing
import time

import pytest

from annotate.scale.job import Job, Lines, Outcome, Work
from annotate.scale.processes import run_processes

HOURS = 3 * 3600.0


def sleep_after_the_first(seconds: float) -> Work:
    def work(lines: Lines) -> Outcome:
        if lines[0][1] != b"0":
            time.sleep(seconds)
        return Outcome(lines[0][1], ())

    return work


def test_who_is_stopped_does_not_wait_for_the_workers() -> None:
    job = Job("sleep", sleep_after_the_first, HOURS, sleep_after_the_first(HOURS))
    parts = ((n, ((f"a:{n}", b"%d" % n),)) for n in range(4))
    outcomes = run_processes(job, parts, workers=2)
    assert next(outcomes) == (0, Outcome(b"0", ()))
    with pytest.raises(KeyboardInterrupt):
        outcomes.throw(KeyboardInterrupt())
    assert multiprocessing.active_children() == []
