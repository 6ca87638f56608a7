"""A Dask cluster of separate processes does the same work, though one is killed."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotate.scale import cluster
from annotate.scale.job import Job, Lines, Outcome, Parcel, unpack
from schemas.errors import ServiceError, UsageError
from tests.annotate.scale.builders import finished, short_articles, start, wait_for
from tests.command import miyar

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="Dask is not installed"
)

DASK = Path(sys.executable).with_name("dask")

Start = Callable[[], int]


def dask(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        return subprocess.Popen([DASK, *arguments], cwd=folder, stdout=log, stderr=log)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, Start]]:
    """Start a scheduler; yield its address and what starts a worker."""
    file = tmp_path / "scheduler.json"
    running = [
        dask(
            tmp_path,
            *("scheduler", "--scheduler-file", str(file), "--port", "0"),
            *("--host", "127.0.0.1", "--no-dashboard"),
        )
    ]
    wait_for(lambda: file.exists() and file.read_text())

    def worker() -> int:
        running.append(
            dask(
                tmp_path,
                *("worker", "--scheduler-file", str(file), "--no-nanny"),
                *("--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"),
            )
        )
        return running[-1].pid

    yield str(json.loads(file.read_text())["address"]), worker
    for process in reversed(running):
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_cluster_with_a_worker_killed_gives_the_bytes_of_one_process(
    tmp_path: Path, scheduler: tuple[str, Start]
) -> None:
    address, worker = scheduler
    victim = worker()
    worker()
    (tmp_path / "in.jsonl").write_bytes(b"".join(short_articles(1500)))
    call = ("suggest", "in.jsonl", "-o")
    alone = miyar(*call, "one.jsonl", "--workers", "1", cwd=tmp_path)
    assert alone.returncode == 0, alone.stderr
    with start(*call, "all.jsonl", "--scheduler", address, cwd=tmp_path) as process:
        parts = tmp_path / ".all.jsonl.parts"
        wait_for(lambda: finished(parts) or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        os.kill(victim, signal.SIGKILL)
        assert 1 <= len(finished(parts)) < 12
        _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "1500 documents" in err
    assert (tmp_path / "all.jsonl").read_bytes() == (
        tmp_path / "one.jsonl"
    ).read_bytes()
    log = (tmp_path / "scheduler.log").read_text()
    assert "Remove worker" in log or "lost" in log


def poorer(line: bytes) -> bytes:
    """Return a document without its first event and its first entity's edge."""
    doc = json.loads(line)
    if events := doc.get("events"):
        del events[0]
    for mention in doc.get("entities", ())[:1]:
        mention.pop("text", None)
        mention["end"] += mention["end"] < len(doc["text"])
    return json.dumps(doc, ensure_ascii=False).encode() + b"\n"


def measured(line: bytes, events: bool) -> bytes:
    """Return a document as the sets that `measure` knows have them, marks in it."""
    doc = json.loads(line)
    span = {"start": 0, "end": len(doc["text"].split()[0])}
    majority = {"trigger": [span], "actor": [], "recipient": []}
    more = (
        {"event_type": "ASSAULT", "majority": majority}
        if events
        else {"entities": [{**span, "label": "PER"}]}
    )
    return json.dumps(doc | more, ensure_ascii=False).encode() + b"\n"


def transitions(address: str) -> int:
    """Return how much the scheduler has had to do."""
    import distributed

    with distributed.Client(address, set_as_default=False) as client:
        found = client.run_on_scheduler(
            lambda dask_scheduler: dask_scheduler.transition_counter
        )
    return int(found)


def test_a_cluster_lints_scores_and_measures_to_the_bytes_of_one_process(
    tmp_path: Path, scheduler: tuple[str, Start]
) -> None:
    address, worker = scheduler
    worker()
    worker()
    lines = short_articles(400)
    (tmp_path / "in.jsonl").write_bytes(b"".join(lines))
    made = miyar("suggest", "in.jsonl", "-o", "gold.jsonl", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    golds = (tmp_path / "gold.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "predicted.jsonl").write_bytes(b"".join(map(poorer, golds)))
    sets = tmp_path / "sets"
    sets.mkdir()
    for name, events in (("newsfane_dev", False), ("event_gsr_dev", True)):
        content = b"".join(measured(line, events) for line in lines)
        (sets / f"{name}.jsonl").write_bytes(content)
    sides = ("--gold", "gold.jsonl", "--predicted", "predicted.jsonl")
    for exit_code, call in (
        (1, ("lint", "predicted.jsonl", "--roles", "--format", "json")),
        (0, ("score", *sides, "--format", "json")),
        (0, ("score", *sides, "--convention", "clitic")),
        (0, ("measure", "--dev", "sets", "--format", "json")),
    ):
        alone = miyar(*call, "--workers", "1", cwd=tmp_path)
        before = transitions(address)
        shared = miyar(*call, "--scheduler", address, cwd=tmp_path)
        # A partition is a task: it is waiting, is sent, is done, is forgotten.
        assert transitions(address) - before > 4 * 4, call
        assert alone.returncode == shared.returncode == exit_code, shared.stderr
        assert alone.stderr == shared.stderr
        if call[0] == "measure":
            one, many = (json.loads(done.stdout) for done in (alone, shared))
            del one["rules loaded"], many["rules loaded"]
            assert many == one
            assert {"newsfane: micro, exact", "event_gsr: trigger"} <= one.keys()
        else:
            assert alone.stdout == shared.stdout != ""


def test_a_cluster_that_is_not_there_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cluster, "_WAIT", 0.5)
    job = Job("x", _make, None, _work)
    for address, error, message in (
        ("tcp://127.0.0.1:9", ServiceError, "no Dask scheduler answers at tcp"),
        ("nonsense://x", UsageError, "is no address"),
    ):
        with pytest.raises(error, match=message):
            list(cluster.run_cluster(job, [], scheduler=address))


@pytest.mark.slow
def test_a_scheduler_without_workers_is_told(
    monkeypatch: pytest.MonkeyPatch, scheduler: tuple[str, Start]
) -> None:
    monkeypatch.setattr(cluster, "_WAIT", 3.0)
    job = Job("x", _make, None, _work)
    with pytest.raises(ServiceError, match="has no worker"):
        list(cluster.run_cluster(job, [], scheduler=scheduler[0]))


def _work(lines: Lines) -> Outcome:
    return Outcome(b"", (len(lines),))


def _make(_argument: None) -> Callable[[Lines], Outcome]:
    return _work


def test_a_worker_with_other_code_refuses() -> None:
    parcel = Job("y", _make, None, _work).parcel()
    assert unpack(parcel)(()) == Outcome(b"", (0,))
    other = Parcel("z", "other code", parcel.content)
    with pytest.raises(ServiceError, match="another version of miyar"):
        unpack(other)


def test_a_job_is_unpacked_once_in_a_process() -> None:
    parcel = Job("same", _make, None, _work).parcel()
    assert unpack(parcel) is unpack(parcel)
