"""The demonstration goes the whole way on the real Label Studio, twice alike."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotate.labelstudio.server import is_healthy
from annotate.settings import Settings
from exports import verify_release
from schemas.jsonl import read_documents

MIYAR = Path(sys.executable).with_name("miyar")
pytestmark = pytest.mark.studio


@pytest.fixture
def environ(tmp_path: Path, studio_settings: Settings) -> dict[str, str]:
    """Return an environment with a state of its own and the shared installation."""
    home, server = tmp_path / "state", studio_settings.server_folder
    return {
        **os.environ,
        "MIYAR_HOME": str(home),
        "MIYAR_STUDIO_ENV": str(server),
    }


def test_the_demo_ends_with_the_kept_gold_and_a_score(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    first = _demo(tmp_path, environ)
    assert "5 tasks added, 0 were there already" in first
    assert "10 annotations new, 0 there already" in first
    assert "is byte for byte seeds/gold" in first
    assert "no conflict open" in first
    assert "the five articles in 11 formats" in first
    work = tmp_path / "state" / "demo"
    assert len(list((work / "formats").iterdir())) == 11
    assert verify_release(work / "seeds-1.0") == []
    pulled = sorted((work / "annotations").iterdir())
    assert [len(list(read_documents(path))) for path in pulled] == [5, 5]
    # As if the gold had changed since: what was left is of another one.
    for left in work.glob("formats/*/*.jsonl"):
        left.write_text(left.read_text("utf-8").replace("E1", "E9"), "utf-8")
    manifest = work / "seeds-1.0" / "manifest.json"
    release = json.loads(manifest.read_text("utf-8"))["release"]
    manifest.write_text(
        manifest.read_text("utf-8").replace(release, "0" * len(release)), "utf-8"
    )
    second = _demo(tmp_path, environ)
    assert "0 tasks added, 5 were there already" in second
    assert "0 annotations new, 10 there already" in second


def _demo(folder: Path, environ: dict[str, str]) -> str:
    done = subprocess.run(
        [MIYAR, "demo", "--exit"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "Label Studio was stopped." in done.stderr
    return done.stdout


def test_the_demo_serves_until_it_is_told_to_end(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    out = tmp_path / "out.txt"
    with out.open("w") as stream:
        run = subprocess.Popen(
            [MIYAR, "demo"], cwd=tmp_path, env=environ, stdout=stream, stderr=stream
        )
    deadline = time.monotonic() + 200
    while "Ctrl-C stops" not in out.read_text("utf-8"):
        assert run.poll() is None, out.read_text("utf-8")
        assert time.monotonic() < deadline
        time.sleep(0.5)
    url = out.read_text("utf-8").partition("Open ")[2].split()[0]
    assert is_healthy(url)
    run.send_signal(signal.SIGTERM)
    run.wait(timeout=60)
    assert not is_healthy(url)
