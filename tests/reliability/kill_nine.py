"""Kill `miyar` at random moments, and see that nothing is torn, lost or doubled.

    python -m tests.reliability.kill_nine --kills 50

Each command is first run uncut, for its result and its time. Then, again and again, it
is run and killed with SIGKILL, with all it started: every other time at a moment drawn
evenly from the whole run, else from the time in which it writes. What it left is looked
at; and it is run once more, which must end well with the very result of the uncut run
and with nothing beside it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotate.labelstudio.backup import read_backup
from annotate.labelstudio.campaign import (
    Campaign,
    Plan,
    find_campaign,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.client import Studio, connect, login_of
from annotate.labelstudio.server import start_server, stop_server
from annotate.labelstudio.snapshot import snapshot
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.jsonl import read_documents, write_documents
from schemas.load import load_schema

CHECKOUT = Path(__file__).parents[2]
SEEDS = CHECKOUT / "seeds"
MIYAR = Path(sys.executable).with_name("miyar")
READERS = ("killed.a@miyar.test", "killed.b@miyar.test")
FORMATS = ("jsonl", "parquet", "conll", "spacy", "brat", "xmi", "textee", "csv")


@dataclass(frozen=True)
class Work:
    """One command and what may be found after it was cut.

    `state` reads a result so that two can be compared; None is no result. Before each
    run `prepare` says what the command is, and where its result will be.
    """

    name: str
    prepare: Callable[[Path, int], tuple[Sequence[object], Path | None]]
    state: Callable[[Path | None, int], Any]
    may_be_partial: bool = False
    """Whether a cut run may have done a part, which `state` still finds without fault:
    of what is on a server, not of files."""


@dataclass
class Tally:
    """What the kills found."""

    name: str
    kills: int = 0
    cut: int = 0
    """How many had not ended before they were killed."""
    nothing: int = 0
    whole: int = 0
    partial: int = 0
    faults: list[str] = field(default_factory=list)

    def row(self) -> str:
        return (
            f"{self.name:<10}{self.kills:>6}{self.cut:>6}{self.nothing:>9}"
            f"{self.partial:>9}{self.whole:>7}{len(self.faults):>8}"
        )


_COLUMNS = ("kills", 6), ("cut", 6), ("nothing", 9), ("partly", 9), ("whole", 7)
HEADER = " " * 10 + "".join(f"{n:>{w}}" for n, w in (*_COLUMNS, ("faults", 8)))

Popen = subprocess.Popen[str]


def run(arguments: Sequence[object], environ: Mapping[str, str]) -> Popen:
    return subprocess.Popen(
        [str(MIYAR), *map(str, arguments)],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill_often(
    work: Work, kills: int, *, folder: Path, seed: int, environ: Mapping[str, str]
) -> Tally:
    """Kill a command `kills` times and return what was found."""
    # Not for secrets: the moments can be drawn again with the same seed.
    moments = random.Random(f"{seed} {work.name}")
    tally = Tally(work.name)
    arguments, out = work.prepare(folder / "uncut", 0)
    started = time.monotonic()
    uncut = run(arguments, environ)
    _await_draft(uncut, out)
    drafted = time.monotonic()
    _, said = uncut.communicate()
    if uncut.returncode:
        tally.faults.append(f"the uncut run ended with {uncut.returncode}: {said}")
        return tally
    ended = time.monotonic()
    seconds, writing = ended - started, ended - drafted
    wanted = work.state(out, 0)
    for number in range(1, kills + 1):
        arguments, out = work.prepare(folder / f"cut-{number}", number)
        share = moments.random()
        if number % 2:
            cut = _cut(arguments, environ, share * seconds)
        elif out is None:
            cut = _cut(arguments, environ, (0.5 + 0.6 * share) * seconds)
        else:
            cut = _cut(arguments, environ, share * writing, draft_of=out)
        tally.kills += 1
        tally.cut += cut
        try:
            _look(work, tally, out, number, wanted)
            again = run(arguments, environ)
            _, said = again.communicate()
            _compare(work, tally, out, number, wanted, f"{again.returncode} {said}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            tally.faults.append(f"{number}: {type(error).__name__}: {error}")
        if out is not None:
            shutil.rmtree(out.parent, ignore_errors=True)
    return tally


def _await_draft(process: Popen, out: Path | None) -> None:
    """Return when a draft stands beside the result or in it, or at the end."""
    while out is not None and process.poll() is None:
        for folder in (out.parent, out):
            if any(folder.glob(".*.draft")):
                return
        time.sleep(0.002)


def _cut(
    arguments: Sequence[object],
    environ: Mapping[str, str],
    after: float,
    *,
    draft_of: Path | None = None,
) -> bool:
    process = run(arguments, environ)
    _await_draft(process, draft_of)
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def _look(
    work: Work, tally: Tally, out: Path | None, number: int, wanted: object
) -> None:
    found = work.state(out, number)
    if found is None:
        tally.nothing += 1
    elif found == wanted:
        tally.whole += 1
    elif work.may_be_partial:
        tally.partial += 1
    else:
        tally.faults.append(f"{number}: what the cut run left is torn")


def _compare(
    work: Work,
    tally: Tally,
    out: Path | None,
    number: int,
    wanted: object,
    ended: str,
) -> None:
    if not ended.startswith("0 "):
        tally.faults.append(f"{number}: the second run ended with {ended}")
    elif work.state(out, number) != wanted:
        tally.faults.append(f"{number}: the second run's result is another")
    elif out is not None:
        beside = {path.name for path in out.parent.iterdir()} - {out.name}
        if beside:
            tally.faults.append(f"{number}: {sorted(beside)} were left beside it")


def file_state(out: Path | None, _: int) -> Any:
    """What is in a file, or in every file of a folder."""
    assert out is not None
    if out.is_file():
        return out.read_bytes()
    if not out.is_dir():
        return None
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    } or None


def local_works(folder: Path) -> list[Work]:
    """Suggest, release and export: commands that need no server."""
    many = folder / "many.jsonl"
    golds = list(read_documents(SEEDS / "gold" / "gold.jsonl"))
    bare = (
        AnnotatedDocument(id=f"{doc.id}-{n}", text=doc.text)
        for n in range(6)
        for doc in golds
    )
    write_documents(many, bare)

    def suggest(place: Path, _: int) -> tuple[Sequence[object], Path]:
        out = place / "out.jsonl"
        return ("suggest", many, "-o", out), out

    def release(place: Path, _: int) -> tuple[Sequence[object], Path]:
        out, passes = place / "release", SEEDS / "annotations"
        return (
            *("release", SEEDS / "gold" / "gold.jsonl", "-o", out),
            *("--name", "seeds", "--version", "1.0"),
            *("--pass", passes / "annotator-1.jsonl"),
            *("--pass", passes / "annotator-2.jsonl"),
        ), out

    def export(place: Path, _: int) -> tuple[Sequence[object], Path]:
        out = place / "conll"
        given = ("--format", "conll", "--lossy", "-o", out)
        return ("export", SEEDS / "gold", *given), out

    return [
        Work("suggest", suggest, file_state),
        Work("release", release, file_state),
        Work("export", export, file_state),
    ]


class Campaigns:
    """Push, pull and backup, against a server that runs on and has work in it."""

    def __init__(self, folder: Path, settings: Settings, studio: Studio) -> None:
        self.settings, self.studio = settings, studio
        self.schema = load_schema()
        self.docs = [
            doc.model_copy(update={"id": f"k{n}-{doc.id}"})
            for n in range(4)
            for doc in read_documents(SEEDS / "gold" / "gold.jsonl")
        ]
        self.begun = self.docs[:5]
        self.annotated = [doc.id for doc in self.docs[:2]]
        self.source = folder / "push.jsonl"
        write_documents(self.source, self.docs)
        self.mark = f"{time.time_ns():x}"
        self.whole = f"whole {self.mark}"

    def works(self) -> list[Work]:
        self.begin(self.whole)
        self._push(self.docs, self.whole)
        return [
            Work("push", self.push, self.held, may_be_partial=True),
            # Two annotators, two files: after a cut one may be there and one not yet.
            Work("pull", self.pull, self.pulled, may_be_partial=True),
            Work("backup", self.back_up, self.kept),
        ]

    def title(self, number: int) -> str:
        return f"killed {self.mark} {number}"

    def begin(self, title: str) -> None:
        """Push a part, and have some of it annotated by both."""
        self._push(self.begun, title)
        tasks = tasks_by_document(self.studio, self._campaign(title))
        for reader in READERS:
            login = login_of(self.settings, reader)
            with connect(self.settings, login=login) as own:
                for doc in self.begun[: len(self.annotated)]:
                    submit(doc, studio=own, task=tasks[doc.id], schema=self.schema)

    def _push(self, docs: Sequence[AnnotatedDocument], title: str) -> None:
        plan = Plan(project=title, schema=self.schema, annotators=READERS, overlap=2)
        push(docs, plan, studio=self.studio, settings=self.settings, say=_quiet)

    def _campaign(self, title: str) -> Campaign:
        campaign = find_campaign(self.studio, title)
        assert campaign is not None
        return campaign

    def push(self, _: Path, number: int) -> tuple[Sequence[object], None]:
        self.begin(self.title(number))
        return (
            *("push", self.source, "--project", self.title(number)),
            *("--annotators", ",".join(READERS), "--overlap", 2),
        ), None

    def held(self, _: Path | None, number: int) -> Any:
        """Every task of a project: no document twice, no annotation lost or doubled."""
        found: dict[str, Any] = {}
        campaign = self._campaign(self.title(number))
        for task in snapshot(self.studio, campaign, settings=self.settings):
            name = task["data"]["doc_id"]
            assert name not in found, f"{name} is there twice"
            assert len(task["predictions"]) == 1, f"{name}: predictions"
            said = sorted(json.dumps(a["result"]) for a in task["annotations"])
            wanted = len(READERS) if name in self.annotated else 0
            assert len(said) == wanted, f"{name}: {len(said)} annotations"
            found[name] = (json.dumps(task["predictions"][0]["result"]), said)
        assert found.keys() >= {doc.id for doc in self.begun}, "tasks are lost"
        return found

    def pull(self, place: Path, _: int) -> tuple[Sequence[object], Path]:
        out = place / "home"
        return ("pull", "--project", self.whole, "-o", out), out

    def pulled(self, out: Path | None, number: int) -> Any:
        # A draft is nobody's file yet, and the next run takes it away.
        shown = file_state(out, number) or {}
        for name, content in shown.items():
            if not Path(name).name.startswith("."):
                lines = content.splitlines()
                assert len(lines) == len(self.annotated), f"{name} is torn"
        return {n: c for n, c in shown.items() if not n.startswith(".")} or None

    def back_up(self, place: Path, _: int) -> tuple[Sequence[object], Path]:
        out = place / "kept.jsonl.gz"
        return ("backup", "--project", self.whole, "-o", out), out

    def kept(self, out: Path | None, _: int) -> Any:
        """A backup that reads to its end, without the hour it was made."""
        assert out is not None
        if not out.exists():
            return None
        read_backup(out)
        with gzip.open(out, "rt", encoding="utf-8") as lines:
            header, *rest = map(json.loads, lines)
        del header["made"], rest[-1]["sha256"]
        return [header, *rest]


def _quiet(_: str) -> None:
    pass


@contextmanager
def own_server(folder: Path) -> Iterator[tuple[Settings, Studio]]:
    """Start a Label Studio of our own for the time of the block."""
    installed = os.environ.get("MIYAR_STUDIO_ENV", CHECKOUT / ".miyar" / "server")
    settings = Settings(home=folder / "state", studio_env=Path(installed))
    start_server(settings, say=lambda line: print(line, file=sys.stderr))
    try:
        with connect(settings) as studio:
            yield settings, studio
    finally:
        stop_server(settings)


def environ_of(settings: Settings) -> dict[str, str]:
    """The environment in which the command line finds that server."""
    return {
        "MIYAR_HOME": str(settings.home),
        "MIYAR_STUDIO_ENV": str(settings.server_folder),
    }


def main() -> int:
    """Run the kills that were asked for; return 1 if there was any fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="of each command")
    parser.add_argument("--seed", type=int, default=0, help="draws the moments")
    parser.add_argument("--only", default="", help="names with commas; all if absent")
    asked = parser.parse_args()
    # However this script is told to end, its server ends with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    only = set(filter(None, asked.only.split(",")))
    local = {"suggest", "release", "export"}
    tallies = []
    with tempfile.TemporaryDirectory(prefix="miyar-kills-") as name:
        folder = Path(name)
        print(HEADER)

        def go(works: list[Work], environ: Mapping[str, str]) -> None:
            for work in works:
                if only and work.name not in only:
                    continue
                tally = kill_often(
                    work,
                    asked.kills,
                    folder=folder / work.name,
                    seed=asked.seed,
                    environ=environ,
                )
                tallies.append(tally)
                print(tally.row(), *tally.faults, sep="\n  ", flush=True)

        go(local_works(folder), {})
        if not only or only - local:
            with own_server(folder) as (settings, studio):
                go(Campaigns(folder, settings, studio).works(), environ_of(settings))
    return int(any(tally.faults for tally in tallies))


if __name__ == "__main__":
    sys.exit(main())
