"""What the machine refuses is one clear error, exit 2, and nothing half done."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import MIYAR, miyar

SEEDS = Path(__file__).parents[2] / "seeds"
KEPT = SEEDS / "annotations"
PASSES = tuple(KEPT / f"annotator-{n}.jsonl" for n in (1, 2))
GOLD = SEEDS / "gold"
ROOM = 4_000
"""Bytes that a file may have: less than any of these commands writes."""

COMMANDS = {
    "suggest": ("suggest", SEEDS / "articles", "-o", "{out}"),
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
        for form in (
            *("jsonl", "brat", "conll", "parquet", "spacy", "xmi", "csv"),
            "labelstudio",
        )
    },
}


def typed(name: str, **places: Path) -> list[str]:
    named = {f"{{{place}}}": str(path) for place, path in places.items()}
    return [named.get(str(word), str(word)) for word in COMMANDS[name]]


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    assert done.returncode == 2, done.stderr
    (message,) = [n for n in done.stderr.splitlines() if n.startswith("miyar: ")]
    assert all(words in message for words in said), message
    assert "Traceback" not in done.stderr


@contextmanager
def no_room() -> Iterator[None]:
    """Let the kernel refuse what would grow a file of this process beyond ROOM."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_may_not_grow_is_told_and_nothing_is_left(name, tmp_path):
    brat, out = tmp_path / "brat", tmp_path / "there" / "out"
    if name == "import":
        brat.mkdir()
        (brat / "a.txt").write_text("بغداد\n" * 5_000, encoding="utf-8")
        (brat / "a.ann").touch()
    with no_room():
        done = miyar(*typed(name, out=out, brat=brat), cwd=tmp_path)
    refused(done, f"{out}: cannot be written (", "File too large")
    assert list(out.parent.iterdir()) == []


def test_what_was_there_before_is_still_there(tmp_path):
    decisions = tmp_path / "decisions.jsonl"
    before = b"".join((KEPT / "decisions.jsonl").read_bytes().splitlines(True)[:3])
    decisions.write_bytes(before)
    call = ("adjudicate", *PASSES, "--decisions", decisions, "--policy", "annotator-1")
    with no_room():
        refused(miyar(*call, cwd=tmp_path), "cannot be written (File too large)")
    assert decisions.read_bytes() == before
    assert list(tmp_path.iterdir()) == [decisions]


FULL = """
mount -t tmpfs -o size=64k none "$PLACE" || exit 77
echo before > "$PLACE/kept"
"$@"
code=$?
echo "left: $(ls -A "$PLACE") $(cat "$PLACE/kept")"
exit $code
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare of Linux")
@pytest.mark.parametrize("name", ["suggest", "release", "jsonl", "conll", "adjudicate"])
def test_a_full_disk_is_told_and_what_was_there_stays(name, tmp_path):
    done = subprocess.run(
        [
            *("unshare", "-rm", "sh", "-c", FULL, "sh", MIYAR),
            *typed(name, out=tmp_path / "out"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PLACE": str(tmp_path)},
    )
    if done.returncode in (1, 77) and "miyar" not in done.stderr:
        pytest.skip("no file system can be mounted here")
    refused(done, "No space left on device")
    assert done.stdout.splitlines()[-1] == "left: kept before"


@pytest.mark.parametrize("name", ["suggest", "release", "conll"])
def test_a_folder_that_may_not_be_written_is_told(name, tmp_path):
    done = miyar(*typed(name, out=Path("/proc/sys/miyar/out")), cwd=tmp_path)
    refused(done, "cannot be written")


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not there")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_users_folder_is_told_by_the_rights_it_lacks(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from schemas.atomic import write_atomically\n"
        "from schemas.errors import DataError\n"
        "try: write_atomically(Path(sys.argv[1]), ['x'])\n"
        "except DataError as error: print(error)\n"
    )
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    done = subprocess.run(
        [
            *("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"),
            *(sys.executable, "-c", code, tmp_path / "out"),
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout and "Permission denied" in done.stderr:
        pytest.skip("this checkout cannot be read by others")
    assert "not yours to write in" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_too_little_memory_is_told_and_nothing_is_left(tmp_path):
    article = tmp_path / "long.txt"
    article.write_bytes(b"x " * 40_000_000)
    out = tmp_path / "there" / "out.jsonl"
    # Enough for the rules and an article of any size that is one.
    words = [MIYAR, "suggest", article, "-o", out]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -v 170000; exec "$@"', "sh", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    refused(done, "not enough memory")
    # The folder is made when the first document is written, if it came so far.
    assert list(out.parent.glob("*")) == []
