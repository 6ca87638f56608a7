from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from annotate.labelstudio.client import connect
from annotate.labelstudio.credentials import read_logins
from annotate.labelstudio.installation import LOCK
from annotate.labelstudio.process import birth, end_group
from annotate.labelstudio.projects import list_projects
from annotate.labelstudio.server import (
    admin_login,
    find_server,
    is_healthy,
    start_server,
    stop_server,
)
from annotate.labelstudio.status import read_status, render_status
from annotate.settings import Settings
from schemas.errors import ServiceError, UsageError

pytestmark = pytest.mark.studio


def silent(_: str) -> None:
    """Say nothing."""


def test_the_server_listens_on_loopback_alone_with_no_secret_in_its_arguments(
    studio_settings,
):
    server = find_server(studio_settings)
    assert server.url == f"http://127.0.0.1:{server.port}"
    arguments = Path(f"/proc/{server.pid}/cmdline").read_text().split("\0")
    assert arguments[arguments.index("--internal-host") + 1] == "127.0.0.1"
    login = admin_login(studio_settings)
    assert not {login.password, login.token} & set(arguments)


def test_credentials_are_random_and_readable_by_their_owner_alone(studio_settings):
    path = studio_settings.credentials_file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    login = read_logins(path)[studio_settings.admin]
    assert len(login.token) == 40
    assert int(login.token, 16)
    assert len(login.password) >= 20
    assert login.password not in repr(login)
    assert login.token not in repr(login)


def test_neither_log_nor_state_holds_a_secret(studio, studio_settings):
    login = admin_login(studio_settings)
    for path in (studio_settings.log_file, studio_settings.state_file):
        kept = path.read_text(encoding="utf-8")
        assert login.token not in kept
        assert login.password not in kept


def test_starting_again_returns_the_server_that_runs(studio_settings):
    running = find_server(studio_settings)
    again = start_server(studio_settings, say=silent)
    assert again == running
    assert not again.fresh


def test_another_port_than_the_running_one_is_refused(studio_settings):
    other = Settings(home=studio_settings.home, port=1)
    with pytest.raises(ServiceError, match=r"runs already.*miyar down"):
        start_server(other, say=silent)


def test_a_busy_port_is_refused_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings(home=tmp_path / "state", port=port)
        with pytest.raises(ServiceError, match=rf"Port {port} is in use.*--port"):
            start_server(settings, say=silent)
    assert not settings.data_folder.exists()
    assert not settings.credentials_file.exists()


def test_a_second_server_keeps_secrets_of_its_own_and_stops_alone(
    studio_settings, settings_at, tmp_path, monkeypatch
):
    # Its port is taken between the look and the start, as when two start at once.
    settings = settings_at(tmp_path)
    taken = find_server(studio_settings).port
    monkeypatch.setattr("annotate.labelstudio.server._free_port", lambda: taken)
    server = start_server(settings, say=silent)
    try:
        assert server.port != taken
        assert find_server(settings).port == server.port
        assert is_healthy(server.url)
        keys = [
            (s.data_folder / ".env").read_text(encoding="utf-8")
            for s in (settings, studio_settings)
        ]
        assert keys[0] != keys[1]
        stranger = Settings(
            url=server.url, token=admin_login(studio_settings).token, home=tmp_path
        )
        with pytest.raises(ServiceError, match="refuses the token"):
            connect(stranger)
    finally:
        assert stop_server(settings).pid == server.pid
    assert birth(server.pid) is None
    assert find_server(settings) is None
    assert stop_server(settings) is None
    assert find_server(studio_settings) is not None


def test_data_of_another_login_is_told_and_the_server_does_not_stay(
    settings_at, tmp_path
):
    settings = settings_at(tmp_path)
    start_server(settings, say=silent)
    stop_server(settings)
    settings.credentials_file.unlink()
    with pytest.raises(ServiceError, match=r"another login.*Put the old file back"):
        start_server(settings, say=silent)
    assert find_server(settings) is None


def test_a_process_that_took_over_the_id_is_left_alone(tmp_path):
    settings = Settings(home=tmp_path)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as other:
        state = {"pid": other.pid, "born": "12", "port": 8080}
        settings.state_file.write_text(json.dumps(state), encoding="utf-8")
        assert stop_server(settings) is None
        assert other.poll() is None
        assert not end_group(other.pid, "12")
        assert other.poll() is None
        other.kill()


def test_a_process_that_does_not_listen_to_reason_is_ended():
    program = "import signal,time; signal.signal(15, signal.SIG_IGN); print(flush=True)"
    stubborn = subprocess.Popen(
        [sys.executable, "-c", f"{program}; time.sleep(60)"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    stubborn.stdout.readline()
    began = time.monotonic()
    assert end_group(stubborn.pid, birth(stubborn.pid), patience=0.3)
    assert time.monotonic() - began < 5
    assert birth(stubborn.pid) is None
    stubborn.stdout.close()
    stubborn.wait()


def test_a_server_that_dies_while_starting_is_told_with_its_last_words(tmp_path):
    folder = tmp_path / "server"
    program = folder / "venv" / "bin" / "label-studio"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho no space left on device\nexit 3\n")
    program.chmod(0o755)
    (folder / "template").mkdir()
    import hashlib

    stamp = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    (folder / "lock.sha256").write_text(stamp, encoding="ascii")
    settings = Settings(home=tmp_path / "state", studio_env=folder)
    with pytest.raises(ServiceError, match="no space left on device"):
        start_server(settings, say=silent)
    assert find_server(settings) is None


def test_somebody_elses_server_is_not_ours_to_start(tmp_path):
    settings = Settings(home=tmp_path, url="http://127.0.0.1:9", token="t")
    with pytest.raises(UsageError, match="MIYAR_URL"):
        start_server(settings, say=silent)


def test_no_server_is_told_with_the_command_that_starts_one(tmp_path):
    with pytest.raises(ServiceError, match="miyar up"):
        connect(Settings(home=tmp_path))
    with pytest.raises(ServiceError, match=r"does not answer.*miyar up"):
        connect(Settings(home=tmp_path, url="http://127.0.0.1:9", token="t"))


def test_a_wrong_token_is_told_without_showing_it(studio, tmp_path):
    secret = "feedc0de" * 5
    with pytest.raises(ServiceError, match="refuses the token") as error:
        connect(Settings(home=tmp_path, url=studio.url, token=secret))
    assert secret not in str(error.value)
    assert "sessionid" not in str(error.value)


def test_the_status_tells_address_and_login_and_no_secret(studio, studio_settings):
    found = read_status(studio_settings)
    shown = render_status(found) + json.dumps(found)
    assert found["running"]
    assert studio.url in render_status(found)
    login = admin_login(studio_settings)
    assert login.token not in shown
    assert login.password not in shown


def test_more_projects_than_the_server_gives_at_once_are_all_listed(
    studio, studio_settings
):
    mark = uuid.uuid4().hex[:12]
    # 100 is the most that the server gives.
    titles = [f"many {mark} {number:03}" for number in range(102)]
    for title in titles:
        studio.post("/api/projects", {"title": title}, doing="make a project")
    try:
        listed = [
            project["project"] for project in read_status(studio_settings)["projects"]
        ]
        assert [title for title in listed if mark in title] == titles
        assert {p["title"] for p in list_projects(studio, within=mark)} == set(titles)
    finally:
        for project in list_projects(studio, within=mark):
            path = f"/api/projects/{project['id']}"
            studio.delete(path, doing="delete a project")


def test_the_status_of_nothing_names_the_command_that_starts_it(tmp_path):
    found = read_status(Settings(home=tmp_path))
    assert not found["running"]
    assert "miyar up" in render_status(found)


def test_the_lock_pins_every_package_by_hash_and_names_no_host():
    lock = LOCK.read_text(encoding="ascii")
    assert "label-studio==1.23.2 " in lock
    assert "://" not in lock
    blocks = lock.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_the_birth_mark_of_a_process_that_ended_is_none():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pid = child.pid
        child.wait()
    assert birth(pid) is None
