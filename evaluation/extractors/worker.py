"""Run one extractor in a process of its own: a line in, a line out.

This file is started as a script, by whatever interpreter the extractor needs, and so
uses nothing but the standard library: none of our packages is imported here. What the
extractor prints goes to stderr; the pipe it could disturb is kept out of its reach.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

Extract = Callable[[dict[str, Any]], Any]


def main() -> None:
    """Load the extractor that the first line of stdin describes, then answer lines."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    questions = os.fdopen(os.dup(0), "r", encoding="utf-8", newline="\n")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    order = json.loads(questions.readline())
    _arrange_path(order["path_first"], order["path_last"])
    try:
        extract = _load(Path(order["file"]), order["target"], order["options"])
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is theirs
        _say(answers, {"fault": "start", "message": _told(error)})
        return
    _say(answers, {"ready": True})
    for line in questions:
        _say(answers, _answer(extract, json.loads(line)))


def _arrange_path(first: list[str], last: list[str]) -> None:
    """Put some folders before everything on the import path, others after it.

    The folder of this file leaves the path: its neighbours are nobody's modules.
    """
    moved = {*first, *last, str(Path(__file__).parent)}
    sys.path[:] = [*first, *(p for p in sys.path if p not in moved), *last]


def _load(file: Path, target: str, options: dict[str, Any]) -> Extract:
    """Load a kind of extractor from its file, under a name nobody else uses."""
    spec = importlib.util.spec_from_file_location("_miyar_extractor_kind", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    extract: Extract = module.load(target, options)
    return extract


def _answer(extract: Extract, document: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = extract(document)
        json.dumps(answer)
    except MemoryError as error:
        return {"fault": "memory", "message": _told(error)}
    except BaseException as error:  # noqa: BLE001 - a fault of the extractor
        return {"fault": "crash", "message": _told(error)}
    return {"answer": answer}


def _told(error: BaseException) -> str:
    """Return the error and the line of the extractor that raised it."""
    said = traceback.format_exception_only(error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if frame.filename != __file__]
    if not theirs:
        return said
    last = theirs[-1]
    return f"{said} ({Path(last.filename).name}:{last.lineno} in {last.name})"


def _say(answers: IO[str], content: dict[str, Any]) -> None:
    # A lone surrogate cannot be written as UTF-8, but can be as an escape.
    answers.write(json.dumps(content) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
