"""Push and pull of a thousand articles beside bare calls of the server's own API.

Run with `pytest tests/benchmarks/test_studio.py -s`; MIYAR_BENCH_ARTICLES=10000 for
more. Bare and ours take turns on a server of its own, and the medians are compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from annotate.labelstudio.campaign import Plan, find_campaign, push
from annotate.labelstudio.client import Studio, connect
from annotate.labelstudio.config import render_config
from annotate.labelstudio.server import start_server, stop_server
from annotate.labelstudio.tasks import to_results, to_task
from annotate.labelstudio.users import ensure_users, users_by_id
from annotate.settings import Settings
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.jsonl import text_sha256
from schemas.load import load_schema

ARTICLES = int(os.environ.get("MIYAR_BENCH_ARTICLES", "1000"))
ROUNDS = 3 if ARTICLES <= 1000 else 1
CHECKOUT = Path(__file__).parents[2]
SCHEMA = load_schema()
WORD = "الوزير زار "
PEOPLE = ("one@bench.test", "two@bench.test")


def article(number: int) -> AnnotatedDocument:
    """3,000 characters, 20 entities and 20 events with an argument each."""
    text = f"{WORD * 270} {number}"
    entities = tuple(
        EntityMention(id=f"T{n}", label="PER", start=n * 11, end=n * 11 + 6, rule="R")
        for n in range(20)
    )
    events = tuple(
        EventMention(
            id=f"E{n}",
            label="VISIT",
            start=n * 11 + 7,
            end=n * 11 + 10,
            rule="R",
            arguments=(Argument(role="ACTOR", entity=f"T{n}"),),
        )
        for n in range(20)
    )
    return AnnotatedDocument(
        id=f"d{number:05}",
        text=text,
        sha256=text_sha256(text),
        meta={"outlet": f"o{number % 5}"},
        entities=entities,
        events=events,
    )


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    installed = os.environ.get("MIYAR_STUDIO_ENV", CHECKOUT / ".miyar" / "server")
    made = Settings(home=tmp_path_factory.mktemp("b"), studio_env=Path(installed))
    start_server(made, say=lambda _: None)
    yield made
    stop_server(made)


@pytest.fixture(scope="module")
def studio(settings):
    with connect(settings) as made:
        made._http.timeout = 1800.0
        yield made


def ratio_of(
    benchmark: BenchmarkFixture,
    bare: Callable[[], object],
    ours: Callable[[], object],
) -> float:
    """Let bare and ours take turns; return our median in terms of the bare one."""
    times = []

    def before() -> None:
        began = time.perf_counter()
        bare()
        times.append(time.perf_counter() - began)

    benchmark.pedantic(ours, setup=before, rounds=ROUNDS)
    ratio = float(benchmark.stats.stats.median / median(times))
    benchmark.extra_info.update(
        articles=ARTICLES, bare_seconds=median(times), ratio=ratio
    )
    told = f"{ARTICLES} articles: bare {median(times):.1f} s, {ratio:.2f} x"
    sys.stderr.write(f"\n{told}\n")
    return ratio


def bare_project(studio: Studio) -> int:
    made = studio.post(
        "/api/projects",
        {"title": uuid.uuid4().hex, "label_config": render_config(SCHEMA)},
        doing="create",
    )
    return int(made["id"])


def test_a_push_takes_at_most_1_3_times_a_bare_import(benchmark, studio, settings):
    docs = [article(n) for n in range(ARTICLES)]
    tasks = [to_task(doc, SCHEMA, model_version="bare") for doc in docs]

    def bare() -> None:
        project = bare_project(studio)
        for start in range(0, ARTICLES, 200):
            studio.post(
                f"/api/projects/{project}/import",
                tasks[start : start + 200],
                doing="import",
            )

    def ours() -> None:
        plan = Plan(project=uuid.uuid4().hex, schema=SCHEMA, control=0.15)
        done = push(docs, plan, studio=studio, settings=settings, say=lambda _: None)
        assert len(done.added) == ARTICLES

    assert ratio_of(benchmark, bare, ours) <= 1.3


@pytest.fixture(scope="module")
def annotated(studio, settings) -> str:
    """A project whose tasks have an annotation of each of two people."""
    ensure_users(studio, settings, PEOPLE)
    ids = {email: number for number, email in users_by_id(studio).items()}
    plan = Plan(project=f"annotated {uuid.uuid4().hex}", schema=SCHEMA, overlap=2)
    push([], plan, studio=studio, settings=settings, say=lambda _: None)
    project = find_campaign(studio, plan.project).id
    for start in range(0, ARTICLES, 100):
        body = []
        for number in range(start, min(start + 100, ARTICLES)):
            doc = article(number)
            task = to_task(doc, SCHEMA, model_version="miyar")
            result = to_results(doc, SCHEMA)
            said = {"result": result, "ground_truth": False, "lead_time": 60.0}
            task["annotations"] = [
                {**said, "completed_by": ids[email]} for email in PEOPLE
            ]
            body.append(task)
        studio.post(f"/api/projects/{project}/import", body, doing="import")
    return plan.project


PULL = """
import json, re, sys, time
from pathlib import Path
from annotate.labelstudio.client import connect
from annotate.labelstudio.collection import pull
from annotate.settings import load_settings
from schemas.load import load_schema
settings = load_settings()
with connect(settings) as studio:
    began = time.perf_counter()
    done = pull(
        studio, sys.argv[1], schema=load_schema(), out=Path(sys.argv[2]),
        settings=settings,
    )
    seconds = time.perf_counter() - began
# Not ru_maxrss: a new process begins with the peak of the one that started it.
status = Path("/proc/self/status").read_text()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024
print(json.dumps([seconds, peak, dict(done.documents)]))
"""


def test_a_pull_takes_at_most_1_3_times_a_bare_export_under_400_mb(
    benchmark, studio, settings, annotated, tmp_path
):
    project = find_campaign(studio, annotated).id
    peaks = []
    inside = []

    def bare() -> None:
        found = studio.get(
            f"/api/projects/{project}/export",
            exportType="JSON",
            download_all_tasks="true",
        )
        assert len(found) == ARTICLES

    def ours() -> None:
        environ = {
            **os.environ,
            "MIYAR_HOME": str(settings.home),
            "MIYAR_STUDIO_ENV": str(settings.server_folder),
        }
        done = subprocess.run(
            [sys.executable, "-c", PULL, annotated, str(tmp_path / "out")],
            cwd=CHECKOUT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        seconds, peak, documents = json.loads(done.stdout)
        assert documents == dict.fromkeys(PEOPLE, ARTICLES)
        peaks.append(peak)
        inside.append(seconds)

    ratio = ratio_of(benchmark, bare, ours)
    benchmark.extra_info["peak_megabytes"] = max(peaks)
    own = median(inside) / benchmark.extra_info["bare_seconds"]
    sys.stderr.write(
        f"peak of our side {max(peaks):.0f} MB; without the start of its process "
        f"{own:.2f} times\n"
    )
    assert max(peaks) < 400
    assert ratio <= 1.3
