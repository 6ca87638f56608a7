"""Run extractors over documents, each in a process of its own and within limits.

What an extractor does wrong is a `Fault` of a document, and the run goes on: a process
that died or hung is started again for the documents that are left. Time is measured
from here: from before a document is written until its answer was read.
"""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from evaluation.extractors import KINDS, Child, ChildError, FaultKind, Spec
from evaluation.runs import Options, Question, Run
from schemas.errors import DataError
from schemas.text_files import unreadable

__all__ = ["ENVIRONMENT", "run"]

ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "PYTHONPATH",
    "VIRTUAL_ENV", "LD_LIBRARY_PATH", "JAVA_HOME", "NODE_PATH", "CUDA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "HF_HOME", "HF_HUB_OFFLINE", "TORCH_HOME",
)  # fmt: skip
"""The variables that an extractor's process is given; no other, unless named."""

_OUR_ROOT = Path(__file__).parent.parent
_WORKER = Path(__file__).parent / "extractors" / "worker.py"


def run(spec: Spec, documents: Iterable[Question], options: Options) -> Run:
    """Ask the extractor about every document; never raises for what it does wrong."""
    asked = list(documents)
    found = Run()
    match KINDS[spec.kind].talk:
        case "file":
            _read_file(Path(spec.target), found)
        case "batch":
            _run_batch(spec, asked, options, found)
        case _:
            _run_one_by_one(spec, asked, options, found)
    _blame_missing(asked, found)
    return found


def _blame_missing(asked: Sequence[Question], found: Run) -> None:
    """Note the documents without answer or fault, and answers to no question."""
    ids = {question["id"] for question in asked}
    faulty = {fault.document for fault in found.faults}
    for doc_id in [question["id"] for question in asked]:
        if doc_id not in found.answers and doc_id not in faulty:
            if found.deaths:
                found.blame(doc_id, "not run", "the extractor had failed before")
            else:
                found.blame(doc_id, "absent", "there is no answer for it")
    for doc_id in [doc_id for doc_id in found.answers if doc_id not in ids]:
        del found.answers[doc_id]
        found.blame(doc_id, "unknown", "nobody asked about this document")


def _start(spec: Spec, options: Options) -> Child:
    """Start the extractor's process; OSError where there is no such program."""
    names = (*ENVIRONMENT, *options.variables)
    environment = {name: os.environ[name] for name in names if name in os.environ}
    environment["PYTHONUTF8"] = "1"
    kind = KINDS[spec.kind]
    if kind.talk != "worker":
        command = shlex.split(spec.target)
    else:
        command = [options.python, str(_WORKER)]
    child = Child(command, environment=environment, memory=options.limits.memory)
    if kind.talk == "worker":
        first, last = [os.getcwd()], [str(_OUR_ROOT)]  # noqa: PTH109 - as text
        if spec.ours:
            first, last = last, []
        order = {
            "file": str(_WORKER.with_name(kind.file or "")),
            "target": spec.target,
            "options": dict(options.own),
            "path_first": first,
            "path_last": [path for path in last if path not in first],
        }
        child.send([_line(order)])
    return child


def _line(content: Any) -> bytes:
    return json.dumps(content).encode() + b"\n"


def _started(spec: Spec, options: Options, found: Run) -> Child | None:
    """Start the process and wait until it is ready; None if it is not to be had."""
    before = time.perf_counter()
    try:
        child = _start(spec, options)
    except (OSError, ValueError) as error:
        _cannot_start(found, f"{spec.target!r} cannot be started: {error}")
        return None
    if KINDS[spec.kind].talk != "worker":
        return child
    try:
        said = _parsed(child.receive(options.limits.start_seconds))
    except ChildError as error:
        _cannot_start(found, str(error))
        found.closed(child)
        return None
    if not said.get("ready"):
        message = str(said.get("message") or "it ended without a word")
        extra = KINDS[spec.kind].extra
        if extra and message.startswith(("ModuleNotFoundError", "ImportError")):
            message = f"{message}. Install {extra} for {spec.kind}: extractors."
        _cannot_start(found, message)
        found.closed(child)
        return None
    took = time.perf_counter() - before
    found.start_seconds = took if found.start_seconds is None else found.start_seconds
    return child


def _cannot_start(found: Run, message: str) -> None:
    found.deaths += 1
    found.blame(None, "start", message)


def _parsed(line: bytes) -> dict[str, Any]:
    """Parse a line of our own worker; anything else is a death of it."""
    try:
        said = json.loads(line or b"{}")
    except ValueError:
        raise ChildError("json", "its pipe was disturbed") from None
    return said if isinstance(said, dict) else {}


def _run_one_by_one(
    spec: Spec, asked: Sequence[Question], options: Options, found: Run
) -> None:
    """Ask, wait, ask again; after a death, start again with the next document."""
    rest = list(asked)
    while rest and found.deaths < options.limits.deaths:
        child = _started(spec, options, found)
        if child is None:
            return
        while rest:
            question = rest.pop(0)
            options.progress(len(asked) - len(rest) - 1)
            try:
                _ask(child, spec, question, options.limits.seconds, found)
            except ChildError as error:
                found.died(child, question["id"], error)
                break
        else:
            options.progress(len(asked))
            found.closed(child)


def _ask(
    child: Child, spec: Spec, question: Question, seconds: float, found: Run
) -> None:
    before = time.perf_counter()
    child.send([_line(question)])
    try:
        line = child.receive(seconds)
    finally:
        took = time.perf_counter() - before
        found.seconds += took
    if not line:
        raise ChildError("crash", f"it ended before its answer: {child.last_said()}")
    if KINDS[spec.kind].talk == "worker":
        said = _parsed(line)
        if "answer" not in said:
            fault: FaultKind = "memory" if said.get("fault") == "memory" else "crash"
            found.blame(question["id"], fault, str(said.get("message")))
            return
        answer = said["answer"]
    else:
        answer = _answer_of(line, question["id"], found)
    found.latencies.append(took)
    if answer is not None:
        found.answers[question["id"]] = answer


def _answer_of(line: bytes, doc_id: str | None, found: Run) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        start = line[:60].decode("utf-8", "replace").strip()
        found.blame(doc_id, "json", f"its answer is no JSON ({error}): {start!r}")
        return None


def _run_batch(
    spec: Spec, asked: Sequence[Question], options: Options, found: Run
) -> None:
    """Send all documents at once; after a death, ask about each that is left alone."""
    error = _batch(spec, asked, options, found)
    if error is None:
        return
    faulty = {fault.document for fault in found.faults}
    left = [q for q in asked if q["id"] not in found.answers.keys() | faulty]
    if len(asked) == 1:
        for question in left:
            found.blame(question["id"], error.kind, str(error))
        return
    for question in left:
        if found.deaths >= options.limits.deaths:
            return
        alone = _batch(spec, [question], options, found)
        if alone is not None:
            found.blame(question["id"], alone.kind, str(alone))


def _batch(
    spec: Spec, asked: Sequence[Question], options: Options, found: Run
) -> ChildError | None:
    """Send documents, close stdin and read until all are answered, or say why not.

    Until the first answer a command has time to start and to read everything.
    """
    limits = options.limits
    child = _started(spec, options, found)
    if child is None:
        return None
    before = time.perf_counter()
    child.send(_line(question) for question in asked)
    child.finish_sending()
    patience = limits.start_seconds + limits.seconds * len(asked)
    error = None
    try:
        for number in range(len(asked)):
            line = child.receive(patience)
            if not line:
                break
            patience = limits.seconds
            answer = _answer_of(line, asked[number]["id"], found)
            if answer is not None:
                doc_id = answer.get("id") if isinstance(answer, dict) else None
                found.answers[str(doc_id or asked[number]["id"])] = answer
            options.progress(len(found.answers))
    except ChildError as raised:
        found.deaths += 1
        error = raised
    found.seconds += time.perf_counter() - before
    found.closed(child)
    return error


def _read_file(path: Path, found: Run) -> None:
    """Read answers that were made before; a broken line is a fault of its own.

    Raises DataError where there is no such file.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(unreadable(path, error)) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = json.loads(line)
            doc_id = str(answer["id"])
        except (ValueError, TypeError, KeyError):
            found.blame(None, "json", f"{path}:{number}: is no answer with an 'id'")
            continue
        if doc_id in found.answers:
            found.blame(doc_id, "contract", f"{path}:{number}: is there twice")
        else:
            found.answers[doc_id] = answer
