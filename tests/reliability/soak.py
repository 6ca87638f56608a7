"""Work on one Label Studio for an hour, and see that counts agree and memory is flat.

    python -m tests.reliability.soak --minutes 60

A round pushes documents into a new project, has four users label all of them at once
through the API, pulls, lints and backs up, and holds every count against the others.
Everything stays on the server, whose totals are held against the rounds at the end.
Memory is flat if the last quarter of the rounds needs what the second quarter did; the
first is left out, while caches fill.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

from annotate.labelstudio.backup import backup, read_backup
from annotate.labelstudio.campaign import (
    Campaign,
    Plan,
    find_campaign,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.client import Studio, connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.projects import list_projects
from annotate.labelstudio.review import lint_project
from annotate.labelstudio.server import find_server
from annotate.lint import lint_document
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.checks import Problem, check_document
from schemas.jsonl import read_documents
from schemas.load import load_schema
from tests.reliability.kill_nine import SEEDS, own_server

READERS = tuple(f"soak.{letter}@miyar.test" for letter in "abcd")
SLACK = 1.15
"""How much more memory the last quarter may hold than the second."""
SPARE_MB = 24


@dataclass
class Soaked:
    """What was done, and the megabytes held after each round."""

    rounds: int = 0
    documents: int = 0
    annotations: int = 0
    seconds: float = 0.0
    server_mb: list[float] = field(default_factory=list)
    own_mb: list[float] = field(default_factory=list)

    def growth(self, megabytes: Sequence[float]) -> tuple[float, float]:
        """The medians of the second and of the last quarter of the rounds."""
        quarter = max(len(megabytes) // 4, 1)
        return median(megabytes[quarter : 2 * quarter] or megabytes), median(
            megabytes[-quarter:]
        )

    def is_flat(self, megabytes: Sequence[float]) -> bool:
        before, after = self.growth(megabytes)
        return after <= before * SLACK + SPARE_MB

    def __str__(self) -> str:
        lines = [
            f"{self.rounds} rounds in {self.seconds / 60:.1f} min: {self.documents} "
            f"documents, {self.annotations} annotations by {len(READERS)} users"
        ]
        for name, held in (("server", self.server_mb), ("our side", self.own_mb)):
            before, after = self.growth(held)
            lines.append(
                f"{name:<9} {before:.0f} MB in the second quarter, {after:.0f} MB in "
                f"the last, {max(held):.0f} MB at most"
            )
        return "\n".join(lines)


class Soak:
    """One server, four users, the same documents under new names in each round."""

    def __init__(self, folder: Path, settings: Settings, studio: Studio) -> None:
        self.folder, self.settings, self.studio = folder, settings, studio
        self.schema = load_schema()
        self.docs = tuple(read_documents(SEEDS / "gold" / "gold.jsonl"))
        self.mark = f"{time.time_ns():x}"
        self.done = Soaked()

    def run(self, seconds: float, *, told: Callable[[str], None]) -> Soaked:
        """Do rounds until the time is over, at least two of them."""
        began = time.monotonic()
        for number in count(1):
            self._round(number)
            self.done.rounds = number
            self.done.seconds = time.monotonic() - began
            self.done.own_mb.append(_megabytes([_own()]))
            self.done.server_mb.append(self._server_megabytes())
            told(
                f"{number}: {self.done.seconds:.0f} s, server "
                f"{self.done.server_mb[-1]:.0f} MB, our side "
                f"{self.done.own_mb[-1]:.0f} MB"
            )
            if self.done.seconds >= seconds and number > 1:
                break
        self._reconcile()
        return self.done

    def _round(self, number: int) -> None:
        docs = tuple(
            doc.model_copy(update={"id": f"{doc.id}-{number}"}) for doc in self.docs
        )
        title = f"soak {self.mark} {number}"
        plan = Plan(
            project=title,
            schema=self.schema,
            annotators=READERS,
            overlap=len(READERS),
        )
        pushed = push(
            docs, plan, studio=self.studio, settings=self.settings, say=_quiet
        )
        assert len(pushed.added) == len(docs), pushed
        campaign = find_campaign(self.studio, title)
        assert campaign is not None
        self._label(docs, campaign)
        self._pull(docs, campaign)
        self._lint(campaign, len(docs))
        self._back_up(campaign, len(docs))
        self.done.documents += len(docs)
        self.done.annotations += len(docs) * len(READERS)

    def _label(self, docs: Sequence[AnnotatedDocument], campaign: Campaign) -> None:
        tasks = tasks_by_document(self.studio, campaign)

        def work(reader: str) -> None:
            login = login_of(self.settings, reader)
            with connect(self.settings, login=login) as own:
                for doc in docs:
                    assert submit(
                        doc, studio=own, task=tasks[doc.id], schema=self.schema
                    )

        with ThreadPoolExecutor(len(READERS)) as pool:
            # What one of them raises is raised here.
            list(pool.map(work, READERS))

    def _pull(self, docs: Sequence[AnnotatedDocument], campaign: Campaign) -> None:
        out = self.folder / "home"
        done = pull(self.studio, campaign.title, schema=self.schema, out=out)
        assert {path.stem for path in done.files} == set(READERS)
        wanted = [_said(doc) for doc in sorted(docs, key=lambda doc: doc.id)]
        for path in done.files:
            found = sorted(read_documents(path), key=lambda doc: doc.id)
            assert [_said(doc) for doc in found] == wanted, path

    def _lint(self, campaign: Campaign, documents: int) -> None:
        def lint(doc: AnnotatedDocument) -> list[Problem]:
            found = check_document(doc, self.schema)
            return [*found, *lint_document(doc, self.schema)]

        review = lint_project(self.studio, campaign, self.schema, lint=lint)
        assert review.annotations == documents * len(READERS), review

    def _back_up(self, campaign: Campaign, documents: int) -> None:
        out = self.folder / "kept.jsonl.gz"
        saved = backup(self.studio, campaign.title, settings=self.settings, out=out)
        assert saved.tasks == documents, saved
        assert saved.annotations == documents * len(READERS), saved
        kept = sum(len(task["annotations"]) for task in read_backup(out).tasks())
        assert kept == saved.annotations

    def _reconcile(self) -> None:
        """Hold the server's own totals against what was done."""
        counts = ("id", "task_number", "total_annotations_number")
        ours = list_projects(self.studio, within=f"soak {self.mark} ", fields=counts)
        assert len(ours) == self.done.rounds
        assert sum(p["task_number"] for p in ours) == self.done.documents
        said = sum(p["total_annotations_number"] for p in ours)
        assert said == self.done.annotations

    def _server_megabytes(self) -> float:
        server = find_server(self.settings)
        assert server is not None
        return _megabytes(_tree(server.pid))


def _said(doc: AnnotatedDocument) -> tuple[object, ...]:
    entities = sorted(mention.key for mention in doc.entities)
    return doc.id, entities, sorted(event.key for event in doc.events)


def _own() -> int:
    return os.getpid()


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in Path("/proc", str(pid), "task").glob("*/children"):
        for child in children.read_text().split():
            yield from _tree(int(child))


def _megabytes(processes: Sequence[int] | Iterator[int]) -> float:
    total = 0
    for pid in processes:
        for line in Path("/proc", str(pid), "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024


def _quiet(_: str) -> None:
    pass


def main() -> int:
    """Soak for the time asked for; return 1 where memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    asked = parser.parse_args()
    # However this script is told to end, its server ends with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="miyar-soak-") as name:
        folder = Path(name)
        with own_server(folder) as (settings, studio):
            done = Soak(folder, settings, studio).run(
                asked.minutes * 60, told=lambda line: print(line, flush=True)
            )
    print(done)
    return int(not (done.is_flat(done.server_mb) and done.is_flat(done.own_mb)))


if __name__ == "__main__":
    sys.exit(main())
