"""Installing the server says how far it is, and why it failed."""

from __future__ import annotations

import re
import sys

import pytest

from annotate.labelstudio import installation
from schemas.errors import ServiceError


def test_an_installation_that_fails_says_why_and_counts_for_nothing(
    tmp_path, monkeypatch
):
    lock = tmp_path / "server.lock"
    lock.write_text(f"./gone-1.0-py3-none-any.whl --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(installation, "LOCK", lock)
    monkeypatch.setattr(installation, "_TELL", 0.0)
    said: list[str] = []
    folder = tmp_path / "server"
    with pytest.raises(ServiceError, match=r"could not be installed: .*gone-1\.0"):
        installation.ensure_installed(folder, say=said.append)
    assert "once" in said[0]
    assert any(line.startswith("  0 s: ") for line in said[1:])
    assert not (folder / "lock.sha256").exists()


def test_a_quiet_step_tells_the_time_and_not_what_it_prints(tmp_path, monkeypatch):
    monkeypatch.setattr(installation, "_TELL", 0.0)
    said: list[str] = []
    code = "import time; print('KEY not found', flush=True); time.sleep(2)"
    log = tmp_path / "install.log"
    installation._run([sys.executable, "-c", code], log, said.append, quiet=True)
    assert "KEY not found" in log.read_text()
    assert said
    assert all(re.fullmatch(r"  \d s", line) for line in said)
