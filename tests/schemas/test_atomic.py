"""Files are whole or as they were before, whatever ends the writer."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from exports.folders import new_folder
from schemas.atomic import hold_draft, open_whole, write_atomically
from schemas.errors import DataError

CHECKOUT = Path(__file__).parents[2]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path):
    path = tmp_path / "new" / "نص.jsonl"
    write_atomically(path, ["سلام\n", "x\r\n"])
    assert path.read_bytes() == "سلام\nx\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert names(path.parent) == [path.name]


def test_it_is_synced_before_it_is_renamed_and_its_folder_after(tmp_path, monkeypatch):
    path, calls = tmp_path / "a", []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(handle):
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        calls.append("sync folder" if is_folder else "sync file")
        real_sync(handle)

    def replace(self, target):
        calls.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    write_atomically(path, ["x"])
    assert calls == ["sync file", "rename", "sync folder"]
    calls.clear()
    with new_folder(tmp_path / "folder") as draft:
        (draft / "inner").mkdir()
        (draft / "inner" / "a").write_text("x")
    assert calls.count("rename") == 1
    assert calls.index("rename") == len(calls) - 2
    assert calls[-1] == "sync folder"
    assert calls[:-2].count("sync file") == 1
    assert calls[:-2].count("sync folder") == 2


def test_what_was_there_stays_when_the_writer_fails(tmp_path):
    path = tmp_path / "a"
    path.write_text("before")

    def chunks():
        yield "half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(path, chunks())
    assert path.read_text() == "before"
    assert names(tmp_path) == ["a"]


def test_an_error_of_another_file_is_not_told_as_one_of_this(tmp_path):
    def chunks():
        yield (tmp_path / "missing").read_text()

    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "a", chunks())


WRITER = """
import sys, time
from pathlib import Path
from schemas.atomic import hold_draft
with hold_draft(Path(sys.argv[1]), folder=sys.argv[2] == "folder") as draft:
    print(draft, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_draft_of_a_killed_writer_is_taken_away_by_the_next_and_a_live_one_is_not(
    tmp_path, kind
):
    path = tmp_path / "a[1]*"
    other = tmp_path / ".a[1]*.of-somebody"
    other.write_text("not ours")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, path, kind],
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    ) as writer:
        draft = Path(writer.stdout.readline().strip())
        with hold_draft(path):
            assert draft.exists()
        writer.send_signal(signal.SIGKILL)
    assert draft.exists()
    write_atomically(path, ["x"])
    assert names(tmp_path) == [other.name, path.name]


def test_a_secret_is_at_no_moment_readable_by_others(tmp_path):
    path = tmp_path / "secret"
    with open_whole(path, mode=0o600) as out:
        (draft,) = tmp_path.iterdir()
        assert stat.S_IMODE(draft.stat().st_mode) == 0o600
        out.write(b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_may_not_grow_is_told_and_what_was_there_stays(tmp_path):
    path = tmp_path / "a"
    path.write_text("before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(DataError, match=r"Nothing was kept\. .*ulimit"):
            write_atomically(path, ["x" * 1000] * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_text() == "before"
    assert names(tmp_path) == ["a"]
