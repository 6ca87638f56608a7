"""The real server behind a line that fails: nothing lost or doubled, no secret told."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from annotate.labelstudio import exporting, importing
from annotate.labelstudio.campaign import Plan, find_campaign, iter_tasks, push, submit
from annotate.labelstudio.client import Studio, connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.credentials import read_logins
from annotate.labelstudio.projects import patch_project
from annotate.labelstudio.server import (
    admin_login,
    find_server,
    start_server,
    stop_server,
)
from annotate.labelstudio.users import ensure_users
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, ServiceError, UsageError
from schemas.jsonl import read_documents
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, visit
from tests.annotate.labelstudio.faulty import Fault, FaultyProxy

pytestmark = pytest.mark.studio

DOCS = [AnnotatedDocument(id=f"d{n:02}", text=TEXT) for n in range(12)]
NAMES = [doc.id for doc in DOCS]
IMPORT = "POST .*/import"


@pytest.fixture(scope="module", autouse=True)
def small_batches():
    """Push five tasks and pull four at a time: three batches of each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "BATCH", 5)
        patch.setattr(exporting, "PIECE", 4)
        yield


@pytest.fixture
def plan() -> Plan:
    return Plan(project=f"faulty {uuid.uuid4().hex[:12]}", schema=SCHEMA)


@pytest.fixture
def proxy(studio):
    with FaultyProxy(studio.url) as standing:
        yield standing


@pytest.fixture
def line(studio, studio_settings):
    """A proxy, and the administrator's connection through it with little patience."""
    token = admin_login(studio_settings).token
    with (
        FaultyProxy(studio.url) as proxy,
        Studio(proxy.url, token, timeout=2.0) as made,
    ):
        yield proxy, made


def sent(studio, settings, plan, docs=DOCS, **more):
    return push(
        docs, plan, studio=studio, settings=settings, say=lambda _: None, **more
    )


@dataclass
class Answered:
    """A campaign that somebody answered whole, and a line to it that may fail."""

    studio: Studio
    settings: Settings
    proxy: FaultyProxy
    line: Studio
    plan: Plan

    def pull(self, out: Path) -> list[str]:
        done = pull(self.line, self.plan.project, schema=SCHEMA, out=out)
        return [doc.id for doc in read_documents(done.files[0])]


@pytest.fixture(scope="module")
def answered(studio, studio_settings):
    plan = Plan(project=f"answered {uuid.uuid4().hex[:12]}", schema=SCHEMA)
    sent(studio, studio_settings, plan)
    submit_all(studio, plan)
    token = admin_login(studio_settings).token
    with (
        FaultyProxy(studio.url) as proxy,
        Studio(proxy.url, token, timeout=10.0) as line,
    ):
        yield Answered(studio, studio_settings, proxy, line, plan)


def held(studio, plan) -> list[str]:
    tasks = iter_tasks(studio, find_campaign(studio, plan.project), fields="task_only")
    return sorted(task["data"]["doc_id"] for task in tasks)


def check_no_secret(settings: Settings, *said: object) -> None:
    words = "\n".join(map(str, said))
    for login in read_logins(settings.credentials_file).values():
        assert login.password not in words
        assert not login.token or login.token not in words
    for secret in ("sessionid", "csrftoken", "s3cret", "Authorization"):
        assert secret not in words


ONCE = [
    Fault(IMPORT, "drop"),
    Fault(IMPORT, "drop", spared=1, times=2),
    Fault(IMPORT, "reset"),
    Fault(IMPORT, "500", times=2),
    Fault(IMPORT, "502 after", spared=2),
    Fault(IMPORT, "garbage"),
    Fault(IMPORT, "slow", seconds=3.0, spared=1),
    Fault(IMPORT, "late", seconds=3.0),
    Fault("POST /api/projects$", "drop"),
    Fault("POST /api/projects$", "late", seconds=2.5),
    Fault("GET /api/(tasks|projects)", "reset", spared=3),
]


@pytest.mark.parametrize(
    "fault", ONCE, ids=lambda f: f"{f.kind} at {f.where}".replace("/", "|")
)
def test_a_fault_on_the_line_loses_and_doubles_no_task(
    studio, studio_settings, line, plan, fault
):
    proxy, line = line
    proxy.faults.append(replace(fault))
    docs = [*DOCS[:-1], visit(NAMES[-1])]
    done = sent(line, studio_settings, plan, docs)
    assert not proxy.faults[0].times or fault.kind == "500"
    assert done.added == tuple(NAMES)
    assert held(studio, plan) == NAMES
    assert sent(studio, studio_settings, plan, docs).added == ()


def test_an_import_that_outlives_all_patience_is_settled_by_the_next_push(
    studio, studio_settings, proxy, plan
):
    gate = threading.Event()
    proxy.faults.append(Fault(IMPORT, before=gate.wait))
    token = admin_login(studio_settings).token
    with Studio(proxy.url, token, timeout=1.5) as line:
        sent(line, studio_settings, plan)
    assert held(studio, plan) == NAMES
    # Only now, long after the push ended, the first request reaches the server.
    gate.set()
    until = time.monotonic() + 60
    while len(held(studio, plan)) < len(DOCS) + importing.BATCH:
        assert time.monotonic() < until
        time.sleep(0.2)
    again = sent(studio, studio_settings, plan)
    assert (again.added, again.notes) == ((), ())
    assert held(studio, plan) == NAMES


def test_a_change_whose_reply_was_lost_is_made_once_more(
    studio, studio_settings, line, plan
):
    proxy, line = line
    sent(line, studio_settings, plan)
    proxy.faults.append(Fault("PATCH", "drop"))
    sent(line, studio_settings, replace(plan, overlap=3))
    assert proxy.faults[0].times == 0
    assert find_campaign(studio, plan.project).overlap == 3


def test_of_two_tasks_those_that_people_worked_on_stay_and_are_told(
    studio, studio_settings, plan
):
    sent(studio, studio_settings, plan, DOCS[:3])
    campaign = find_campaign(studio, plan.project)
    first = list(iter_tasks(studio, campaign, fields="task_only"))
    body = [{"data": task["data"], "meta": task["meta"]} for task in first]
    made = studio.post(
        f"/api/projects/{campaign.id}/import?return_task_ids=true", body, doing="double"
    )["task_ids"]
    submit(DOCS[0], studio=studio, task=made[0], schema=SCHEMA)
    studio.post(f"/api/tasks/{made[1]}/drafts", {"result": []}, doing="begin")
    done = sent(studio, studio_settings, plan, DOCS[:3])
    assert held(studio, plan) == ["d00", "d00", "d01", "d01", "d02"]
    assert [note.split()[0] for note in done.notes] == ["d00", "d01"]
    assert all("delete the other by hand" in note for note in done.notes)
    left = {task["id"] for task in iter_tasks(studio, campaign, fields="task_only")}
    assert {task["id"] for task in first} <= left


def test_faults_that_do_not_end_are_told_with_what_is_pushed_and_what_to_do(
    studio, studio_settings, line, plan
):
    proxy, line = line
    proxy.faults.append(Fault(IMPORT, "500", times=100, spared=1))
    with pytest.raises(ServiceError) as error:
        sent(line, studio_settings, plan)
    assert "5 of 12 tasks are pushed; run the same command again" in str(error.value)
    check_no_secret(studio_settings, error.value, repr(error.value))
    assert len(sent(studio, studio_settings, plan).added) == 7
    assert held(studio, plan) == NAMES


def test_logins_made_before_a_fault_are_told_by_where_they_are_kept(
    studio_settings, line, plan
):
    proxy, line = line
    proxy.faults.append(Fault(IMPORT, "500", times=100))
    new = f"kept.{uuid.uuid4().hex[:6]}@miyar.test"
    with pytest.raises(ServiceError) as error:
        sent(line, studio_settings, replace(plan, annotators=(new,)))
    assert f"new logins of {new} are kept in" in str(error.value)
    assert str(studio_settings.credentials_file) in str(error.value)
    check_no_secret(studio_settings, error.value)


@pytest.mark.parametrize("kind", ["500", "reset", "garbage"])
def test_a_fault_while_reading_is_told_and_nothing_is_written(answered, tmp_path, kind):
    answered.proxy.faults[:] = [Fault("GET .*/export", kind, times=100, spared=1)]
    out = tmp_path / "out"
    with pytest.raises(ServiceError, match="again") as error:
        answered.pull(out)
    check_no_secret(answered.settings, error.value, repr(error.value))
    assert not out.exists()
    answered.proxy.faults[:] = [Fault("GET", kind, spared=n) for n in (0, 3, 5)]
    assert answered.pull(out) == NAMES
    assert not any(fault.times for fault in answered.proxy.faults)


def submit_all(studio, plan) -> None:
    tasks = iter_tasks(studio, find_campaign(studio, plan.project), fields="task_only")
    for task, doc in zip(tasks, DOCS, strict=True):
        submit(doc, studio=studio, task=task["id"], schema=SCHEMA)


def test_a_task_deleted_while_it_is_pulled_hides_no_other(answered, tmp_path):
    campaign = find_campaign(answered.studio, answered.plan.project)
    tasks = list(iter_tasks(answered.studio, campaign, fields="task_only"))

    def delete() -> None:
        answered.studio.delete(f"/api/tasks/{tasks[1]['id']}", doing="delete")

    answered.proxy.faults[:] = [Fault("GET .*/export", before=delete, spared=1)]
    assert answered.pull(tmp_path / "one") == NAMES
    assert answered.pull(tmp_path / "two") == [NAMES[0], *NAMES[2:]]


def test_a_text_edited_while_it_is_pulled_is_told_and_nothing_is_written(
    studio, studio_settings, proxy, plan, tmp_path
):
    sent(studio, studio_settings, plan)
    submit_all(studio, plan)
    campaign = find_campaign(studio, plan.project)
    *_, last = iter_tasks(studio, campaign, fields="task_only")

    def edit() -> None:
        changed = last["data"] | {"text": "x" + last["data"]["text"]}
        studio.sdk.tasks.update(str(last["id"]), data=changed)

    proxy.faults.append(Fault("GET .*/export", before=edit, spared=1))
    token = admin_login(studio_settings).token
    with (
        Studio(proxy.url, token) as line,
        pytest.raises(DataError, match="Put the old text back") as error,
    ):
        pull(line, plan.project, schema=SCHEMA, out=tmp_path / "out")
    assert NAMES[-1] in str(error.value)
    assert not (tmp_path / "out").exists()
    with pytest.raises(DataError, match="text was edited there"):
        sent(studio, studio_settings, plan)
    studio.sdk.tasks.update(str(last["id"]), data=last["data"])
    done = pull(studio, plan.project, schema=SCHEMA, out=tmp_path / "out")
    assert [doc.id for doc in read_documents(done.files[0])] == NAMES


def test_a_label_taken_off_the_page_during_a_push_is_told_and_put_back(
    studio, studio_settings, line, plan
):
    proxy, line = line
    docs = [visit(name) for name in NAMES]

    def edit() -> None:
        campaign = find_campaign(studio, plan.project)
        page = ElementTree.fromstring(campaign.config)
        for box in page.iter("View"):
            for label in box.findall("Label[@alias='GPE']"):
                box.remove(label)
        edited = ElementTree.tostring(page, encoding="unicode")
        patch_project(studio, campaign, label_config=edited)

    proxy.faults.append(Fault(IMPORT, before=edit, spared=1))
    with pytest.raises(ServiceError, match="5 of 12 tasks are pushed") as error:
        sent(line, studio_settings, plan, docs)
    check_no_secret(studio_settings, error.value)
    with pytest.raises(UsageError, match="--reset-page"):
        sent(studio, studio_settings, plan, docs)
    done = sent(studio, studio_settings, replace(plan, reset_page=True), docs)
    assert len(done.added) == 7
    assert done.changes == (f"{plan.project}: the schema's labelling page",)
    assert held(studio, plan) == NAMES


def test_a_token_revoked_midway_is_told_and_a_new_one_finishes_the_push(
    studio, studio_settings, proxy, plan
):
    email = f"lead.{uuid.uuid4().hex[:6]}@miyar.test"
    ensure_users(studio, studio_settings, [email])
    login = login_of(studio_settings, email)
    fresh = []

    def revoke() -> None:
        with connect(studio_settings, login=login) as own:
            answer = own.post("/api/current-user/reset-token/", {}, doing="reset")
            fresh.append(answer["token"])

    proxy.faults.append(Fault(IMPORT, before=revoke, spared=1))
    with (
        Studio(proxy.url, login.token) as own,
        pytest.raises(ServiceError, match="refuses the token") as error,
    ):
        sent(own, studio_settings, plan)
    assert "MIYAR_TOKEN" in str(error.value)
    assert "5 of 12 tasks are pushed" in str(error.value)
    assert not {login.token, fresh[0]} & set(str(error.value).split())
    check_no_secret(studio_settings, error.value)
    with Studio(proxy.url, fresh[0]) as own:
        assert len(sent(own, studio_settings, plan).added) == 7
    assert held(studio, plan) == NAMES


def together(*calls) -> list[object]:
    results: list[object] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            results[place] = calls[place]()
        except Exception as error:  # noqa: BLE001 - shown by the test that asked
            results[place] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_pushes_from_one_machine_follow_each_other(studio, studio_settings, plan):
    said: list[str] = []

    def run():
        with connect(studio_settings) as own:
            return push(
                DOCS, plan, studio=own, settings=studio_settings, say=said.append
            )

    one, two = together(run, run)
    assert sorted([len(one.added), len(two.added)]) == [0, len(DOCS)]
    assert any("Another push" in line for line in said)
    assert held(studio, plan) == NAMES


def test_two_pushes_from_two_machines_leave_each_document_once(
    studio, studio_settings, plan, tmp_path
):
    token = admin_login(studio_settings).token
    new = replace(plan, annotators=(f"new.{uuid.uuid4().hex[:6]}@miyar.test",))

    def run(name):
        def go():
            home = Settings(home=tmp_path / name, url=studio.url, token=token)
            with connect(home) as own:
                return sent(own, home, new)

        return go

    results = together(run("one"), run("two"))
    for result in results:
        assert not isinstance(result, Exception) or "run the" in str(result), result
    sent(studio, studio_settings, new)
    assert held(studio, plan) == NAMES


def test_a_user_whose_creation_was_cut_gets_the_login_that_was_kept(
    studio, studio_settings, line
):
    proxy, line = line
    email = f"cut.{uuid.uuid4().hex[:6]}@miyar.test"
    proxy.faults.append(Fault("POST /user/signup", "drop"))
    with pytest.raises(ServiceError) as error:
        ensure_users(line, studio_settings, [email])
    check_no_secret(studio_settings, error.value)
    (login,) = ensure_users(line, studio_settings, [email])
    with connect(studio_settings, login=login) as own:
        assert own.get("/api/current-user/whoami")["email"] == email
    assert ensure_users(line, studio_settings, [email]) == ()


@pytest.fixture(scope="module")
def mortal(settings_at, tmp_path_factory):
    """Settings of a second server, which tests may kill."""
    settings = settings_at(tmp_path_factory.mktemp("mortal"))
    start_server(settings, say=lambda _: None)
    yield settings
    stop_server(settings)


def kill(settings: Settings) -> None:
    os.killpg(find_server(settings).pid, signal.SIGKILL)


class KillingLine(httpx.HTTPTransport):
    """Kills the server when a request for the path was sent `spared` times."""

    def __init__(self, settings: Settings, path: str, *, spared: int, delay: float):
        super().__init__()
        self.settings, self.path = settings, path
        self.spared, self.delay = spared, delay

    def handle_request(self, request):
        if self.path in request.url.path:
            self.spared -= 1
            if self.spared == -1:
                timer = threading.Timer(self.delay, kill, [self.settings])
                timer.start()
                if not self.delay:
                    timer.join()
        return super().handle_request(request)


@pytest.mark.parametrize("delay", [0.0, 0.1])
def test_a_server_killed_during_a_push_holds_each_document_once_after_the_next(
    mortal, plan, delay
):
    start_server(mortal, say=lambda _: None)
    token = admin_login(mortal).token
    cut = KillingLine(mortal, "/import", spared=1, delay=delay)
    url = find_server(mortal).url
    with (
        Studio(url, token, transport=cut) as studio,
        pytest.raises(ServiceError, match="run the same command again") as error,
    ):
        sent(studio, mortal, plan)
    check_no_secret(mortal, error.value)
    start_server(mortal, say=lambda _: None)
    with connect(mortal) as studio:
        sent(studio, mortal, plan)
        assert held(studio, plan) == NAMES


def test_a_server_killed_during_a_pull_leaves_no_file_and_the_next_gets_all(
    mortal, plan, tmp_path
):
    start_server(mortal, say=lambda _: None)
    out: Path = tmp_path / "out"
    with connect(mortal) as studio:
        sent(studio, mortal, plan)
        submit_all(studio, plan)
        url = studio.url
    cut = KillingLine(mortal, "/export", spared=1, delay=0.0)
    with (
        Studio(url, admin_login(mortal).token, transport=cut) as studio,
        pytest.raises(ServiceError, match="miyar up") as error,
    ):
        pull(studio, plan.project, schema=SCHEMA, out=out)
    check_no_secret(mortal, error.value)
    assert not out.exists()
    start_server(mortal, say=lambda _: None)
    with connect(mortal) as studio:
        done = pull(studio, plan.project, schema=SCHEMA, out=out)
    assert [doc.id for doc in read_documents(done.files[0])] == NAMES
