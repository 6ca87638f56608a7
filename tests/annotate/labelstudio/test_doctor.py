from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from annotate.labelstudio.campaign import (
    Campaign,
    Plan,
    find_campaign,
    push,
    tasks_by_document,
)
from annotate.labelstudio.checkup import Release, check_page, check_project
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.config import render_config
from annotate.labelstudio.credentials import new_login, save_login
from annotate.labelstudio.doctor import check_server, server_version
from annotate.labelstudio.installation import copy_template, label_studio, safe_environ
from annotate.labelstudio.process import birth, end_group
from annotate.labelstudio.server import is_healthy
from annotate.labelstudio.tasks import to_results
from annotate.labelstudio.users import ensure_users
from annotate.settings import Settings
from schemas.jsonl import read_documents
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, span_of, visit

READER = "doctor.a@miyar.test"
LOOPBACK = "LS107"


def quiet(_: str) -> None:
    pass


def codes(found) -> set[str]:
    """Codes but that of the refused loopback, which is right where nothing serves."""
    return {ailment.code for ailment in found} - {LOOPBACK}


@pytest.fixture
def campaign(studio, studio_settings) -> Campaign:
    plan = Plan(
        project=f"doctor {uuid.uuid4().hex[:12]}", schema=SCHEMA, annotators=(READER,)
    )
    push([visit()], plan, studio=studio, settings=studio_settings, say=quiet)
    return find_campaign(studio, plan.project)


@pytest.fixture
def reader(studio, studio_settings):
    ensure_users(studio, studio_settings, [READER])
    with connect(studio_settings, login=login_of(studio_settings, READER)) as made:
        yield made


@pytest.mark.studio
def test_a_project_as_it_was_pushed_and_its_server_have_no_fault(
    studio, studio_settings, campaign
):
    found, connection = check_server(studio_settings)
    connection.close()
    assert found == []
    assert codes(check_project(studio, campaign, SCHEMA)) == set()
    versions = studio.get(f"/api/projects/{campaign.id}/model-versions")
    assert set(versions) == {"miyar"}, "the doctor left a suggestion behind"


def test_a_server_that_does_not_run_is_named_with_its_remedy(tmp_path):
    found, connection = check_server(Settings(home=tmp_path))
    assert connection is None
    assert codes(found) == {"LS101"}
    assert "miyar up" in found[0].remedy
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    found, _ = check_server(Settings(home=tmp_path, url=url, token="t"))
    assert codes(found) == {"LS101"}
    assert "up" not in found[0].remedy.split()


def test_a_port_of_another_program_is_found(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        found, _ = check_server(Settings(home=tmp_path, port=port))
    assert codes(found) == {"LS101", "LS109"}


def test_a_full_disk_is_found(tmp_path, monkeypatch):
    usage = os.statvfs(tmp_path)
    free = usage.f_bavail * usage.f_frsize
    monkeypatch.setattr("annotate.labelstudio.doctor.ROOM", free * 2)
    found, _ = check_server(Settings(home=tmp_path))
    assert "LS108" in codes(found)


@pytest.mark.studio
def test_a_wrong_token_and_one_that_runs_out_are_told_apart(studio, studio_settings):
    wrong = replace(studio_settings, url=studio.url, token="0" * 40)
    assert codes(check_server(wrong)[0]) == {"LS103"}
    for offset, said in ((-60, "has passed"), (3600, "Work would stop")):
        body = json.dumps({"exp": int(time.time()) + offset}).encode()
        token = f"a.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.c"
        found, _ = check_server(replace(wrong, token=token))
        (ailment,) = [a for a in found if a.code == "LS104"]
        assert said in ailment.what
        assert token not in str(found)


@pytest.fixture(scope="module")
def bare_server(studio_settings, tmp_path_factory) -> Iterator[Settings]:
    """Label Studio as it comes, started without what `miyar up` sets for it."""
    home = tmp_path_factory.mktemp("bare")
    settings = Settings(home=home, studio_env=studio_settings.studio_env)
    login = new_login(settings.admin)
    save_login(settings.credentials_file, login)
    copy_template(settings.server_folder, settings.data_folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environ = safe_environ() | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(settings.data_folder),
        "LABEL_STUDIO_USERNAME": login.email,
        "LABEL_STUDIO_PASSWORD": login.password,
        "LABEL_STUDIO_USER_TOKEN": login.token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    }
    process = subprocess.Popen(
        [
            *(label_studio(settings.server_folder), "start", "--no-browser"),
            *("--internal-host", "127.0.0.1", "-p", port),
        ],
        env=environ,
        cwd=settings.data_folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    born = birth(process.pid)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 120
        while not is_healthy(url) and time.monotonic() < until:
            time.sleep(0.2)
        yield replace(settings, url=url, token=login.token)
    finally:
        end_group(process.pid, born)
        process.wait()


@pytest.mark.studio
def test_a_server_that_stores_anything_and_refuses_this_machine_is_found(bare_server):
    found, studio = check_server(bare_server)
    assert codes(found) == set()
    plan = Plan(project="bare one", schema=SCHEMA)
    with studio:
        push([visit()], plan, studio=studio, settings=bare_server, say=quiet)
        campaign = find_campaign(studio, plan.project)
        found = list(check_project(studio, campaign, SCHEMA))
        assert {a.code for a in found} == {"LS106", LOOPBACK}
        # It was seen by storing a wrong suggestion, which is gone again.
        (task,) = studio.get("/api/tasks", project=campaign.id, fields="all")["tasks"]
        assert len(task["predictions"]) == 1
        assert {a.code for a in check_project(studio, campaign, SCHEMA)} == {
            "LS106",
            LOOPBACK,
        }


@pytest.mark.studio
def test_legacy_tokens_that_are_switched_off_are_found(bare_server):
    """Only a token of the other kind can switch them on again, so this comes last."""
    _, studio = check_server(bare_server)
    off = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": False}
    with studio:
        studio.post("/api/jwt/settings", off, doing="switch off")
    found, connection = check_server(bare_server)
    assert connection is None
    (ailment,) = found
    assert ailment.code == "LS103"
    assert "legacy tokens switched off" in ailment.remedy
    assert bare_server.token not in str(found)


@pytest.mark.studio
def test_another_version_than_the_tried_one_is_found(
    studio_settings, tmp_path, monkeypatch
):
    running = server_version()
    lock = tmp_path / "server.lock"
    lock.write_text("label-studio==9.9.9 \\\n    --hash=sha256:0\n")
    monkeypatch.setattr("annotate.labelstudio.doctor.LOCK", lock)
    (ailment,), connection = check_server(studio_settings)
    connection.close()
    assert ailment.code == "LS102"
    assert running in ailment.what
    assert "9.9.9" in ailment.what


def page_codes(config: str) -> set[str]:
    return {ailment.code for ailment in check_page("p", config, SCHEMA)}


def test_what_was_taken_from_the_page_is_found():
    page = render_config(SCHEMA)
    assert page_codes(page) == set()
    assert page_codes(page.replace("direction:rtl", "direction:ltr")) == {
        "LS201",
        "LS204",
    }
    assert page_codes(page.replace('granularity="symbol"', 'granularity="word"')) == {
        "LS202",
        "LS204",
    }
    handles = "area{display:inline-block!important}"
    assert handles in page
    assert page_codes(page.replace(handles, "")) == {"LS203", "LS204"}
    assert page_codes("<View") >= {"LS201", "LS203", "LS204"}


@pytest.mark.studio
def test_suggestions_that_the_label_stream_hides_are_found(studio, campaign):
    task = tasks_by_document(studio, campaign)["visit"]
    content = {"task": task, "model_version": "v2", "result": []}
    studio.post("/api/predictions/", content, doing="add a prediction")
    (ailment,) = [
        a for a in check_project(studio, campaign, SCHEMA) if a.code != LOOPBACK
    ]
    assert ailment.code == "LS205"
    assert "1 of version 'v2'" in ailment.what
    studio.sdk.projects.update(campaign.id, show_collab_predictions=False)
    found = [a.code for a in check_project(studio, campaign, SCHEMA)]
    assert found.count("LS205") == 2


@pytest.mark.studio
def test_offsets_that_do_not_fit_their_text_are_found(studio, campaign, reader):
    task = tasks_by_document(studio, campaign)["visit"]
    wrong = to_results(visit(), SCHEMA)[:1]
    wrong[0]["value"] |= {"end": 9999}
    content = {"result": wrong, "lead_time": 1.0}
    reader.post(f"/api/tasks/{task}/annotations/", content, doing="x")
    (ailment,) = [a for a in check_project(studio, campaign, SCHEMA) if a.code > "LS3"]
    assert ailment.code == "LS303"
    assert READER in ailment.where
    content = {"task": task, "model_version": "miyar", "result": wrong}
    studio.post("/api/predictions/", content, doing="x")
    assert codes(check_project(studio, campaign, SCHEMA)) == {"LS302", "LS303"}
    data = studio.get(f"/api/tasks/{task}")["data"]
    changed = data | {"text": TEXT.replace("زار", "وزار")}
    studio.sdk.tasks.update(str(task), data=changed)
    assert codes(check_project(studio, campaign, SCHEMA)) == {"LS301"}
    studio.sdk.tasks.update(str(task), data={"text": "x"})
    assert codes(check_project(studio, campaign, SCHEMA)) == {"LS304"}


@pytest.mark.studio
def test_work_that_changed_after_a_release_is_found(studio, campaign, reader, tmp_path):
    task = tasks_by_document(studio, campaign)["visit"]
    content = {"result": to_results(visit(), SCHEMA), "lead_time": 1.0}
    made = reader.post(f"/api/tasks/{task}/annotations/", content, doing="x")
    done = pull(studio, campaign.title, schema=SCHEMA, out=tmp_path)
    gold = {doc.id: doc for doc in read_documents(done.files[0])}
    now = datetime.now(UTC)

    def found(documents, made=now):
        release = Release("gold 1.0", made, documents)
        listed = check_project(studio, campaign, SCHEMA, release=release)
        return {a.code for a in listed} - {LOOPBACK}

    adjudicated = {k: d.model_copy(update={"meta": {}}) for k, d in gold.items()}
    assert found(gold) == set()
    assert found(adjudicated) == set()
    assert found(adjudicated, now - timedelta(hours=1)) == {"LS402"}
    more = {**gold, "gone": visit("gone"), "visit": gold["visit"]}
    assert found(more) == {"LS403"}

    start, end = span_of("وزير الخارجية")
    shorter = visit().model_copy(
        update={
            "entities": (
                visit().entities[0].model_copy(update={"end": start + 4}),
                *visit().entities[1:],
            )
        }
    )
    assert end > start + 4
    reader.sdk.annotations.update(made["id"], result=to_results(shorter, SCHEMA))
    assert found(gold) == {"LS401"}
    assert found(adjudicated) == {"LS402"}
    other = {"visit": gold["visit"].model_copy(update={"text": TEXT + "."})}
    assert found(other) == {"LS401", "LS403"}
