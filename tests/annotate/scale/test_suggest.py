"""`miyar suggest` on collections: packed, cut, killed, and always the same bytes."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
from pathlib import Path

import pytest

from schemas.jsonl import parse_document, render_document
from schemas.parquet import write_rows
from schemas.sources import read_lines, zstd
from tests.annotate.scale.builders import (
    apart,
    finished,
    short_articles,
    start,
    wait_for,
)
from tests.command import MIYAR, miyar

COUNT = 700


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return short_articles(COUNT)


def suggested(folder: Path, lines: list[bytes]) -> list[bytes]:
    """What one process makes of them."""
    (folder / "in.jsonl").write_bytes(b"".join(lines))
    done = miyar("suggest", "in.jsonl", "-o", "o.jsonl", "--workers", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert f"o.jsonl: {len(lines)} documents" in done.stderr
    assert sorted(p.name for p in folder.iterdir()) == ["in.jsonl", "o.jsonl"]
    return (folder / "o.jsonl").read_bytes().splitlines(keepends=True)


@pytest.fixture(scope="module")
def expected(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> list[bytes]:
    return suggested(tmp_path_factory.mktemp("expected"), lines)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> list[bytes]:
    """The beginning of what is expected."""
    return suggested(tmp_path_factory.mktemp("few"), lines[:50])


@pytest.mark.slow
def test_a_mixed_bag_of_files_and_workers_gives_the_same_bytes(
    tmp_path: Path, lines: list[bytes], expected: list[bytes]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.jsonl").write_bytes(b"".join(lines[:100]))
    (folder / "2.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[100:400])))
    (folder / "3.jsonl.zst").write_bytes(zstd().compress(b"".join(lines[400:])))
    done = apart("suggest", "in", "-o", "o.jsonl.zst", "--workers", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    packed = (tmp_path / "o.jsonl.zst").read_bytes()
    assert zstd().decompress(packed) == b"".join(expected)


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_and_leaves_no_process(
    tmp_path: Path, lines: list[bytes], expected: list[bytes]
) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"".join(lines))
    call = ("suggest", "in.jsonl", "-o", "o.jsonl", "--workers", "2")
    parts = tmp_path / ".o.jsonl.parts"
    process = start(*call, cwd=tmp_path)
    wait_for(lambda: finished(parts))
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    kept = len(finished(parts))
    assert 1 <= kept < 6
    assert not (tmp_path / "o.jsonl").exists()
    wait_for(
        lambda: not any(Path("/proc", child, "exe").exists() for child in children)
    )
    done = apart(*call, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{kept} partitions were finished by an earlier run" in done.stderr
    assert (tmp_path / "o.jsonl").read_bytes() == b"".join(expected)
    assert not parts.exists()


def test_stdin_is_read_and_parquet_written_without_loss(
    tmp_path: Path, lines: list[bytes], few: list[bytes]
) -> None:
    with (tmp_path / "in.parquet").open("wb") as out:
        write_rows(out, lines[:50])
    content = (tmp_path / "in.parquet").read_bytes()
    done = subprocess.run(
        [MIYAR, "suggest", "-", "-o", "o.parquet"],
        cwd=tmp_path,
        input=content,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    back = [
        render_document(parse_document(line, str(number))).encode() + b"\n"
        for number, line in read_lines(tmp_path / "o.parquet")
    ]
    assert back == few


def test_a_folder_of_parts_is_there_whole_and_is_never_mixed(
    tmp_path: Path, lines: list[bytes], few: list[bytes]
) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"".join(lines[:10]))
    call = ("suggest", "in.jsonl", "-o", "out/")
    assert miyar(*call, cwd=tmp_path).returncode == 0
    part = tmp_path / "out" / "part-00000.jsonl"
    assert part.read_bytes() == b"".join(few[:10])
    assert miyar(*call, cwd=tmp_path).returncode == 0
    part.write_bytes(b"mine")
    refused = miyar(*call, cwd=tmp_path)
    assert refused.returncode == 2
    assert "is there already and holds something else" in refused.stderr
    assert part.read_bytes() == b"mine"


def test_a_broken_line_stops_all_workers_with_one_message(
    tmp_path: Path, lines: list[bytes]
) -> None:
    broken = [*lines[:300], b'{"id": "x"\n', *lines[300:]]
    (tmp_path / "in.jsonl").write_bytes(b"".join(broken))
    done = apart("suggest", "in.jsonl", "-o", "o.jsonl", "--workers", "2", cwd=tmp_path)
    assert done.returncode == 2
    assert "miyar: in.jsonl:301: this is not a line of JSON" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "o.jsonl").exists()


def test_workers_and_a_scheduler_do_not_go_together(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"".join(short_articles(1)))
    done = miyar(
        *("suggest", "in.jsonl", "--workers", "2", "--scheduler", "tcp://x:1"),
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "give --workers or --scheduler, not both" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_message(
    tmp_path: Path, lines: list[bytes]
) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"".join(lines[:3]))
    (tmp_path / "sealed").mkdir(mode=0o500)
    done = miyar("suggest", "in.jsonl", "-o", "sealed/o.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "sealed/o.jsonl: cannot be written" in done.stderr
