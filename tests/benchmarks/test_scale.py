"""Throughput, speed-up and memory on collections of articles made by repetition.

    MIYAR_BENCH_ARTICLES=100000 pytest tests/benchmarks/test_scale.py -s

Not part of the test run. The articles of `../shared/dev/raw_political.jsonl.gz` are
repeated under new ids until there are so many (2,000 where nothing is said). Each
figure is a ratio of runs that follow each other, for machines are shared and their
speed changes; `extra_info` holds what was measured. Memory is the largest resident set
of each process, from the kernel.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from annotate.ingest import parse_article
from annotate.rules.compiled import Ruleset, compile_ruleset
from annotate.rules.engine import suggest
from annotate.rules.load import load_ruleset
from schemas.load import load_schema

SOURCE = Path("../shared/dev/raw_political.jsonl.gz")
ARTICLES = int(os.environ.get("MIYAR_BENCH_ARTICLES", "2000"))
ENTRIES = tuple(
    int(float(n))
    for n in os.environ.get("MIYAR_BENCH_ENTRIES", "1e3,1e4,1e5,1e6").split(",")
)
WORDS = 300_000
"""So many different words the made names have among them."""
MIYAR = Path(sys.executable).with_name("miyar")


@pytest.fixture(scope="module")
def source() -> list[dict[str, Any]]:
    if not SOURCE.exists():
        pytest.skip(f"{SOURCE} is not there")
    with gzip.open(SOURCE, "rb") as lines:
        return [json.loads(line) for line in lines]


def repeated(source: list[dict[str, Any]], count: int) -> Iterator[bytes]:
    """Yield so many articles as lines, the id of each telling its turn."""
    for number, article in enumerate(islice(cycle(source), count)):
        made = article | {"id": f"{article['id']}-{number // len(source)}"}
        yield json.dumps(made, ensure_ascii=False).encode() + b"\n"


def write(path: Path, source: list[dict[str, Any]], count: int) -> Path:
    with path.open("wb") as out:
        out.writelines(repeated(source, count))
    return path


class Run:
    """A command run to its end: wall and CPU seconds, and the memory of each process.

    CPU seconds and the largest resident set of the command and of all it started come
    from the kernel, when they are waited for; that of the command alone is read from
    /proc while it runs.
    """

    def __init__(self, *arguments: str | Path, cwd: Path) -> None:
        start = time.perf_counter()
        pid = os.posix_spawn(
            MIYAR,
            [str(MIYAR), *map(str, arguments)],
            os.environ | {"MIYAR_HOME": str(cwd / "state")},
            file_actions=[(os.POSIX_SPAWN_OPEN, 2, str(cwd / "log"), 577, 0o600)],
        )
        self.peaks: dict[int, int] = {}
        while True:
            done, status, used = os.wait4(pid, os.WNOHANG)
            if done:
                break
            self._look(pid)
            time.sleep(0.05)
        self.seconds = time.perf_counter() - start
        self.cpu = used.ru_utime + used.ru_stime
        assert os.waitstatus_to_exitcode(status) == 0, (cwd / "log").read_text()

    def _look(self, pid: int) -> None:
        for process in (pid, *children(pid)):
            try:
                lines = Path("/proc", str(process), "status").read_text().split("\n")
            except OSError:
                continue
            for line in lines:
                if line.startswith("VmHWM:"):
                    self.peaks[process] = int(line.split()[1]) // 1024

    @property
    def megabytes(self) -> int:
        """The most that any one process held."""
        return max(self.peaks.values())


def children(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in Path("/proc", str(pid), "task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def tell(line: str) -> None:
    sys.stderr.write(f"\n{line}\n")


@pytest.mark.benchmark(group="suggest, whole process")
@pytest.mark.parametrize("workers", [1, 2])
def test_articles_per_second_by_workers(
    benchmark: Any, tmp_path: Path, source: list[dict[str, Any]], workers: int
) -> None:
    articles = write(tmp_path / "in.jsonl", source, ARTICLES)
    call = ("suggest", articles, "-o", tmp_path / "o.jsonl", "--workers", str(workers))
    run = benchmark.pedantic(lambda: Run(*call, cwd=tmp_path), rounds=1)
    benchmark.extra_info.update(
        articles=ARTICLES,
        per_second=ARTICLES / run.seconds,
        cpu_seconds=run.cpu,
        megabytes=run.megabytes,
        processes=len(run.peaks),
    )
    tell(
        f"{ARTICLES} articles, {workers} workers: {ARTICLES / run.seconds:.0f} a second"
        f" ({run.cpu:.0f} CPU s), {run.megabytes} MB in the largest process"
    )


def test_two_workers_share_the_work(
    tmp_path: Path, source: list[dict[str, Any]]
) -> None:
    """Compare one and two workers turn by turn, by the wall and by the CPU.

    The wall tells the speed-up where two cores are free. Where they are not, the CPU
    seconds tell what it can be at best: what two workers use more than one is lost.
    """
    articles = write(tmp_path / "in.jsonl", source, ARTICLES)
    seconds: dict[int, list[Run]] = {1: [], 2: []}
    for _ in range(2):
        for workers, runs in seconds.items():
            out = tmp_path / f"{workers}.jsonl"
            call = ("suggest", articles, "-o", out, "--workers", str(workers))
            runs.append(Run(*call, cwd=tmp_path))
    one, two = (min(run.seconds for run in runs) for runs in seconds.values())
    cpu_one, cpu_two = (min(run.cpu for run in runs) for runs in seconds.values())
    tell(
        f"{ARTICLES} articles: share of linear speed-up {one / (2 * two):.2f} by the "
        f"wall, {cpu_one / cpu_two:.2f} by the CPU; load {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()} cores"
    )
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()


def test_cost_and_memory_as_the_collection_grows(
    tmp_path: Path, source: list[dict[str, Any]]
) -> None:
    """Run on an eighth, a quarter, a half and all of the articles."""
    for part in (8, 4, 2, 1):
        count = ARTICLES // part
        articles = write(tmp_path / "in.jsonl", source, count)
        out = tmp_path / "o.jsonl"
        run = Run("suggest", articles, "-o", out, "--workers", "2", cwd=tmp_path)
        tell(
            f"{count} articles: {1000 * run.cpu / count:.2f} CPU ms each, largest "
            f"process {run.megabytes} MB, parent {next(iter(run.peaks.values()))} MB"
        )


def with_entries(small: Ruleset, count: int) -> Ruleset:
    """Return the rules with their lexicon cut or filled up to so many entries.

    Made names have two or three words of WORDS, which are letters drawn by chance.
    """
    chance = random.Random(count)
    entries = list(small.files.entries[:count])
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    known = [
        "".join(chance.choices(letters, k=chance.randint(4, 7))) for _ in range(WORDS)
    ]
    while len(entries) < count:
        words = chance.choices(known, k=chance.randint(2, 3))
        entries.append(replace(small.files.entries[0], form=" ".join(words)))
    return compile_ruleset(replace(small.files, entries=tuple(entries)), small.schema)


def test_cost_as_the_lexicon_grows(source: list[dict[str, Any]]) -> None:
    """Suggest for the same articles with lexicons of each size, in this process."""
    small = load_ruleset(load_schema())
    articles = [
        parse_article(line, str(number))
        for number, line in enumerate(repeated(source, min(200, ARTICLES)))
    ]
    first = None
    for count in ENTRIES:
        start = time.process_time()
        ruleset = with_entries(small, count)
        compiled = time.process_time() - start
        best = min(cpu_of(articles, ruleset) for _ in range(3))
        first = first or best
        tell(
            f"{count} entries: compiled in {compiled:.1f} CPU s, "
            f"{1000 * best / len(articles):.2f} CPU ms an article, "
            f"{best / first:.2f} times the smallest lexicon's; resident "
            f"{resident()} MB"
        )


def cpu_of(articles: list[Any], ruleset: Ruleset) -> float:
    start = time.process_time()
    for article in articles:
        suggest(article, ruleset)
    return time.process_time() - start


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
