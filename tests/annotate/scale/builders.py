"""Collections for tests: many short articles cut from the five."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.command import MIYAR

ARTICLES = Path(__file__).parents[3] / "seeds" / "articles"


def short_articles(count: int) -> list[bytes]:
    """Return lines of articles, each a paragraph of one of the five."""
    texts = [path.read_text("utf-8") for path in sorted(ARTICLES.glob("*.txt"))]
    pieces = [p for text in texts for p in text.split("\n") if len(p) > 40]
    return [
        json.dumps(
            {"id": f"d{n:05}", "text": pieces[n % len(pieces)]}, ensure_ascii=False
        ).encode()
        + b"\n"
        for n in range(count)
    ]


def start(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    """Start the installed command in a folder with a state of its own."""
    return subprocess.Popen(
        [MIYAR, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"MIYAR_HOME": str(cwd / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def apart(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command, with workers of its own, to its end."""
    process = start(*arguments, cwd=cwd)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def wait_for(holds: Callable[[], object], seconds: float = 300) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def finished(folder: Path) -> list[Path]:
    """Return the partitions that are kept."""
    if not folder.is_dir():
        return []
    return [p for p in folder.iterdir() if p.name != "lock" and p.name[0] != "."]
