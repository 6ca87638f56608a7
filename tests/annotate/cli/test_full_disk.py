"""A disk that fills while something is written: one message, and nothing half there."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
MIYAR = Path(sys.executable).with_name("miyar")
KEPT = CHECKOUT / "seeds" / "annotations"
PASSES = tuple(KEPT / f"annotator-{n}.jsonl" for n in (1, 2))
GOLD = CHECKOUT / "seeds" / "gold"
ROOM = 4_000
"""Bytes that a file may have: less than any of these commands writes."""


def run_without_room(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command whose files cannot grow beyond ROOM: the kernel refuses it."""

    def confine() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))

    return subprocess.run(
        [MIYAR, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=confine,
    )


COMMANDS = {
    "adjudicate": (
        *("adjudicate", *PASSES, "--decisions", KEPT / "decisions.jsonl"),
        *("-o", "{out}"),
    ),
    "worksheet": ("adjudicate", *PASSES, "--worksheet", "{out}"),
    "agree": ("agree", *PASSES, "--resamples", 0, "--format", "html", "-o", "{out}"),
    "release": (
        *("release", GOLD, "-o", "{out}", "--name", "n", "--version", "1"),
        *("--pass", PASSES[0], "--pass", PASSES[1]),
    ),
    "import": ("import", "{brat}", "--format", "brat", "-o", "{out}"),
    **{
        form: ("export", GOLD, "--format", form, "--lossy", "-o", "{out}")
        # One for each library that writes, and ours.
        for form in ("jsonl", "brat", "parquet", "spacy", "xmi", "csv", "labelstudio")
    },
}


@pytest.mark.parametrize("name", COMMANDS)
def test_one_message_and_nothing_half_written(name: str, tmp_path: Path) -> None:
    brat, place = tmp_path / "brat", tmp_path / "place"
    if name == "import":
        brat.mkdir()
        (brat / "a.txt").write_text("بغداد\n" * 5_000, encoding="utf-8")
        (brat / "a.ann").touch()
    place.mkdir()
    places = {"{out}": place / "out", "{brat}": brat}
    told = run_without_room(*(places.get(str(word), word) for word in COMMANDS[name]))
    assert told.returncode == 2, told.stderr
    (message,) = [n for n in told.stderr.splitlines() if n.startswith("miyar: ")]
    assert f"{place / 'out'}: cannot be written (" in message
    assert "File too large" in message
    assert "Traceback" not in told.stderr
    assert list(place.iterdir()) == []


FULL = """
mount -t tmpfs -o size=64k none "$1" || exit 77
shift
"$@"
code=$?
echo "left: $(ls -A "$(dirname "$OUT")")"
exit $code
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare of Linux")
@pytest.mark.parametrize("name", ["release", "jsonl", "adjudicate"])
def test_a_file_system_that_is_full_is_told_as_that(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = [str(out) if word == "{out}" else str(word) for word in COMMANDS[name]]
    told = subprocess.run(
        ["unshare", "-rm", "sh", "-c", FULL, "sh", str(tmp_path), MIYAR, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OUT": str(out)},
    )
    if told.returncode in (1, 77) and "miyar" not in told.stderr:
        pytest.skip("no file system can be mounted here")
    assert told.returncode == 2, told.stderr
    assert "No space left on device" in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout.splitlines()[-1].strip() == "left:"


def test_what_was_there_before_is_still_there(tmp_path: Path) -> None:
    decisions = tmp_path / "decisions.jsonl"
    before = b"".join((KEPT / "decisions.jsonl").read_bytes().splitlines(True)[:3])
    decisions.write_bytes(before)
    told = run_without_room(
        *("adjudicate", *PASSES, "--decisions", decisions, "--policy", "annotator-1")
    )
    assert told.returncode == 2, told.stderr
    assert "cannot be written (File too large)" in told.stderr
    assert decisions.read_bytes() == before
    assert list(tmp_path.iterdir()) == [decisions]
