"""What the machine refuses is one clear error, exit 2, and nothing half done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[2] / "seeds"
MIYAR = Path(sys.executable).with_name("miyar")
COMMANDS = {
    "suggest": ("suggest", SEEDS / "articles", "-o"),
    "release": (
        *("release", SEEDS / "gold" / "gold.jsonl", "--name", "n", "--version", "1.0"),
        "-o",
    ),
    "export": (
        *("export", SEEDS / "gold", "--format", "conll", "--lossy"),
        "-o",
    ),
}


def limited(command: str, out: Path, shell: str = "", prefix: tuple[str, ...] = ()):
    words = [str(word) for word in (MIYAR, *COMMANDS[command], out)]
    if shell:
        words = ["sh", "-c", f'{shell}; exec "$@"', "sh", *words]
    return subprocess.run(
        [*prefix, *words], capture_output=True, text=True, check=False
    )


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert any(words in done.stderr for words in said), done.stderr


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_file_that_may_not_grow_is_told_and_nothing_is_left(command, tmp_path):
    out = tmp_path / "there" / "out"
    # In blocks of 512 bytes: far less than any of them writes.
    done = limited(command, out, shell="ulimit -f 8")
    refused(done, "File too large")
    assert list(out.parent.iterdir()) == []


@pytest.fixture
def full_disk(tmp_path):
    """A real file system of 64 kB; only root may mount one."""
    place = tmp_path / "full"
    place.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place],
            capture_output=True,
            check=False,
        ).returncode
    )
    if not mounted:
        pytest.skip("a small file system can only be mounted by root")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_full_disk_is_told_and_what_was_there_stays(command, full_disk):
    kept = full_disk / "kept"
    kept.write_text("before", encoding="utf-8")
    done = limited(command, full_disk / "out")
    refused(done, "No space left on device")
    assert kept.read_text(encoding="utf-8") == "before"
    assert [path.name for path in full_disk.iterdir()] == ["kept"]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_folder_that_may_not_be_written_is_told(command, tmp_path):
    place = Path("/proc/sys/miyar") / "out"
    done = limited(command, place)
    refused(done, "cannot be written")


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not there")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_users_folder_is_told_by_the_rights_it_lacks(tmp_path):
    from schemas.atomic import write_atomically

    code = (
        "import sys; from pathlib import Path\n"
        "from schemas.atomic import write_atomically\n"
        "from schemas.errors import DataError\n"
        "try: write_atomically(Path(sys.argv[1]), ['x'])\n"
        "except DataError as error: print(error)\n"
    )
    assert callable(write_atomically)
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
