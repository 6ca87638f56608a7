"""The suggestion server as Label Studio meets it: over HTTP, and from a real one."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache

import httpx
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from annotate.cli.backend import build_backend, register
from annotate.labelstudio.backend import RULE, Backend, Inspection, RefusedError
from annotate.labelstudio.campaign import push
from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import render_config
from annotate.labelstudio.connection import connect_project
from annotate.labelstudio.doors import SUGGESTIONS, WEBHOOK, Doors, kept_doors
from annotate.labelstudio.plan import MODEL_VERSION, Plan
from annotate.labelstudio.projects import find_campaign
from annotate.labelstudio.results import from_results
from annotate.labelstudio.review import NOTES, TAB
from annotate.labelstudio.tasks import to_results
from schemas.annotations import AnnotatedDocument
from schemas.errors import ServiceError
from schemas.jsonl import text_sha256
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, span_of, visit
from tests.annotate.labelstudio.serving import serving
from tests.strategies import examples

CONFIG = render_config(SCHEMA)
DOORS = Doors("a secret")
LARGEST = 2_000_000
MAIN = """
import typer
from annotate.cli.backend import register
app = typer.Typer()
app.callback()(lambda: None)
register(app)
app()
"""
SERVE = (sys.executable, "-c", MAIN, "serve")


def task(**changes) -> dict:
    """A task as Label Studio sends it."""
    data = {"text": TEXT, "doc_id": "visit", "sha256": text_sha256(TEXT)}
    return {"id": 7, "data": data, "meta": {}} | changes


def region(words: str, label: str = "PER", *, nth: int = 0, name: str = "new") -> dict:
    start, end = span_of(words, nth=nth)
    return {
        "id": name,
        "from_name": "entity",
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "text": words, "labels": [label]},
    }


def asked(tasks: list, context: dict | None = None, **changes) -> dict:
    """A request for predictions, or with a context for the others of a name."""
    params = {"login": None, "password": None, "context": context}
    request = {"tasks": tasks, "project": "1.160", "label_config": CONFIG}
    return request | {"params": params} | changes


def drawn_on(task: dict, *regions: dict) -> dict:
    return asked([task], {"result": list(regions)})


def submitted(result: list, **changes) -> dict:
    """What the webhook sends when an annotation is submitted."""
    annotation = {"id": 5, "result": result, "completed_by": 3, "was_cancelled": False}
    payload = {"action": "ANNOTATION_CREATED", "annotation": annotation}
    project = {"id": 1, "label_config": CONFIG}
    return payload | {"task": task(), "project": project} | changes


@cache
def ours() -> Backend:
    """Our backend, built once; hypothesis would print a fixture's whole lexicon."""
    return build_backend(None, None)


@pytest.fixture
def backend() -> Backend:
    return ours()


@pytest.fixture(scope="module")
def judged() -> list[Inspection]:
    return []


@pytest.fixture(scope="module")
def address(judged) -> Iterator[str]:
    with serving(ours(), DOORS, judged.append, largest_body=LARGEST) as url:
        yield url


@pytest.fixture(scope="module")
def http(address) -> Iterator[httpx.Client]:
    """A caller who knows the password of the suggestions."""
    auth = (SUGGESTIONS, DOORS.password(SUGGESTIONS))
    with httpx.Client(base_url=address, auth=auth, trust_env=False) as client:
        yield client


def spans(answer: dict) -> list[tuple[int, int]]:
    return [
        (entry["value"]["start"], entry["value"]["end"])
        for entry in answer["result"]
        if entry["type"] == "labels"
    ]


def test_health_versions_and_setup_answer_the_protocol(http):
    assert http.get("/health").json()["status"] == "UP"
    assert http.get("/versions").json() == {"versions": [MODEL_VERSION]}
    setup = {"project": "1.160", "schema": CONFIG, "access_token": "t" * 40}
    answer = http.post("/setup", json=setup | {"hostname": "", "extra_params": None})
    assert answer.json() == {"model_version": MODEL_VERSION}


def test_a_task_gets_what_the_rules_suggest_in_the_pages_controls(http, backend):
    (answer,) = http.post("/predict", json=asked([task()])).json()["results"]
    (prediction,) = answer
    suggested = backend.suggest(AnnotatedDocument(id="visit", text=TEXT))
    assert prediction["result"] == to_results(suggested, SCHEMA)
    assert prediction["model_version"] == MODEL_VERSION
    assert 0 < prediction["score"] <= 1
    assert len(suggested.entities) > 2


def test_each_of_many_tasks_has_its_own_answer_in_order(http, backend):
    texts = ["زار الكاظمي بغداد.", "قال روحاني.", "لا أحد."]
    tasks = [task(id=n, data={"text": text}) for n, text in enumerate(texts)]
    answers = http.post("/predict", json=asked(tasks)).json()["results"]
    for text, (prediction,) in zip(texts, answers, strict=True):
        doc = backend.suggest(AnnotatedDocument(id="d", text=text))
        assert prediction["result"] == to_results(doc, SCHEMA)


def test_the_control_arm_gets_no_suggestion_of_any_kind(http):
    control = task(meta={"arm": "control"})
    answer = http.post("/predict", json=asked([control, task()])).json()["results"]
    assert answer[0] == []
    assert answer[1]
    drawn = drawn_on(control, region("الكاظمي"))
    assert http.post("/predict", json=drawn).json()["results"][0]["result"] == []


def test_a_drawn_name_brings_its_other_mentions_with_label_and_rule(http):
    answer = http.post("/predict", json=drawn_on(task(), region("الكاظمي"))).json()
    (found,) = answer["results"]
    assert spans(found) == [span_of("لكاظمي")]
    (copy,) = found["result"]
    assert copy["value"]["labels"] == ["PER"]
    assert copy["meta"]["rule"] == RULE
    entities, _ = from_results(
        found["result"], text=TEXT, schema=SCHEMA, where="the answer"
    )
    assert [entity.rule for entity in entities] == [RULE]


def test_the_attributes_of_the_drawn_mention_come_with_each(http):
    city = region("بغداد", "GPE")
    choice = {**city, "type": "choices", "from_name": "subtype_GPE"}
    choice["value"] = {**city["value"], "choices": ["city"]}
    del choice["value"]["labels"]
    answer = http.post("/predict", json=drawn_on(task(), city, choice)).json()
    entities, _ = from_results(
        answer["results"][0]["result"], text=TEXT, schema=SCHEMA, where="the answer"
    )
    assert [(e.span, e.subtype) for e in entities] == [
        (span_of("بغداد", nth=1), "city")
    ]


def test_only_the_last_mark_that_is_sent_is_the_one_that_was_drawn(http):
    others = [region("بغداد", name="old"), region("أمس", name="new")]
    answer = http.post("/predict", json=drawn_on(task(), *others)).json()
    assert answer["results"][0]["result"] == []


@pytest.mark.parametrize("kind", ["drafts", "predictions"])
def test_what_is_on_the_page_already_is_not_suggested(http, kind):
    there = {"updated_at": "2", "result": [region("لكاظمي", "GPE", name="there")]}
    older = {"updated_at": "1", "result": []}
    page = task(**{kind: [there, older]})
    answer = http.post("/predict", json=drawn_on(page, region("الكاظمي"))).json()
    assert answer["results"][0]["result"] == []


def test_a_draft_says_more_than_the_suggestions_it_began_with(http):
    page = task(
        drafts=[{"updated_at": "2", "result": []}],
        predictions=[{"updated_at": "1", "result": [region("لكاظمي")]}],
    )
    answer = http.post("/predict", json=drawn_on(page, region("الكاظمي"))).json()
    assert spans(answer["results"][0]) == [span_of("لكاظمي")]


@pytest.mark.parametrize(
    ("door", "path", "method"),
    [
        (SUGGESTIONS, "/health", "GET"),
        (SUGGESTIONS, "/versions", "GET"),
        (SUGGESTIONS, "/setup", "POST"),
        (SUGGESTIONS, "/predict", "POST"),
        (WEBHOOK, "/webhook", "POST"),
    ],
)
def test_without_the_right_password_no_door_opens(address, door, path, method):
    right = DOORS.password(door)
    other = WEBHOOK if door == SUGGESTIONS else SUGGESTIONS
    wrong = [
        None,
        (door, ""),
        (door, right[:-1]),
        (door, right + "0"),
        ("admin", right),
        (other, DOORS.password(other)),
    ]
    for auth in wrong:
        answer = httpx.request(method, address + path, auth=auth, trust_env=False)
        assert answer.status_code == 401
        assert set(answer.json()) == {"error"}
    for header in ["", "Basic", "Basic ???", f"Bearer {right}", "Basic bm9uZQ=="]:
        answer = httpx.request(
            method, address + path, headers={"Authorization": header}, trust_env=False
        )
        assert answer.status_code == 401
    assert DOORS.opens(door, DOORS.header(door))


OTHER_PAGE = CONFIG.replace('alias="PER"', 'alias="PERSON"')
ENTITIES = '<!DOCTYPE v [<!ENTITY a "aaaa">]><View>&a;</View>'
BAD = [
    ("/setup", {"schema": OTHER_PAGE}, 409, "entity PER"),
    ("/setup", {"schema": "<View/>"}, 409, "entity"),
    ("/setup", {"schema": "<View>"}, 400, "not XML"),
    ("/setup", {"schema": ENTITIES}, 400, "XML entities"),
    ("/setup", {}, 400, "labelling page"),
    ("/predict", asked([task()], label_config=OTHER_PAGE), 409, "--reset-page"),
    ("/predict", asked([task(data={"body": "x"})]), 422, "task 7 has no text"),
    ("/predict", asked([task(data={"text": None})]), 422, "no text"),
    ("/predict", asked([task(data={"text": " \n"})]), 422, "no text"),
    ("/predict", asked([task(data={"text": "a\r\nb"})]), 422, "miyar ingest"),
    ("/predict", asked([task(data={"text": "x", "sha256": "0"})]), 422, "D002"),
    ("/predict", asked("tasks"), 400, "list of tasks"),
    ("/predict", asked([1]), 400, "list of tasks"),
    ("/predict", drawn_on(task(), region("أمس") | {"value": 1}), 400, "not shaped"),
    ("/predict", drawn_on(task(), region("أمس", "CITY")), 422, "no such entity"),
    ("/predict", asked([task()], {"result": "x"}), 400, "list of JSON objects"),
]


@pytest.mark.parametrize(("path", "body", "status", "says"), BAD)
def test_a_request_that_cannot_be_answered_is_told_why(http, path, body, status, says):
    answer = http.post(path, json=body)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b"\xff\xfe", b"[" * 100_000, b'"' + b"a" * 99]
)
def test_a_body_that_is_no_json_object_is_refused(http, body):
    answer = http.post("/predict", content=body)
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]


def test_a_huge_body_is_refused_before_it_is_read_whole(http):
    sent = []

    def pieces():
        for _ in range(1000):
            sent.append(1)
            yield b" " * 100_000

    try:
        answer = http.post("/predict", content=pieces())
    except httpx.TransportError:
        pass  # it stopped listening while we were sending
    else:
        assert answer.status_code == 413
    assert len(sent) < 1000 or answer.status_code == 413
    answer = http.post("/predict", content=b" " * (LARGEST + 1))
    assert answer.status_code == 413
    assert "fewer tasks" in answer.json()["error"]


def test_unknown_paths_and_methods_are_plain_refusals(http):
    assert http.get("/nothing").status_code == 404
    assert http.get("/predict").status_code == 405
    assert set(http.post("/health").json()) == {"error"}


def test_a_bug_is_told_to_the_operator_and_not_to_the_caller(backend, capfd, caplog):
    def broken(_):
        raise RuntimeError("inner workings")

    with serving(replace(backend, suggest=broken), DOORS) as url:
        answer = httpx.post(
            f"{url}/predict",
            json=asked([task()]),
            headers={"Authorization": DOORS.header(SUGGESTIONS)},
            trust_env=False,
        )
    assert answer.status_code == 500
    assert "inner" not in answer.text
    assert "inner workings" in caplog.text


KEYS = ["id", "data", "text", "result", "value", "labels", "start", "end", "type"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@examples(150)
@given(junk=_JSON, place=st.sampled_from(["task", "context", "region", "page", "hook"]))
def test_junk_is_answered_or_refused_and_never_breaks_anything(junk, place):
    good = region("الكاظمي")
    requests = {
        "task": lambda: ours().predict(asked([junk])),
        "context": lambda: ours().predict(asked([task()], {"result": junk})),
        "region": lambda: ours().predict(drawn_on(task(), good | {"value": junk})),
        "page": lambda: ours().predict(
            drawn_on(task(drafts=junk, predictions=[junk]), good)
        ),
        "hook": lambda: ours().webhook(submitted(junk)),
    }
    # Any other exception would be a bug.
    with suppress(RefusedError):
        answer = requests[place]()
        assert answer is None or isinstance(answer, (dict, Inspection))


def wait_for_one(judged: list[Inspection]) -> Inspection:
    """Return the one judgement, which is reported after the reply was sent."""
    until = time.monotonic() + 10
    while not judged and time.monotonic() < until:
        time.sleep(0.02)
    (found,) = judged
    judged.clear()
    return found


def test_a_submitted_annotation_is_judged_and_the_reasons_are_handed_on(
    address, judged
):
    torn = region("بغدا", "GPE", name="torn")
    unknown = region("أمس", "CITY", name="unknown")
    fine = region("الكاظمي", name="fine")
    with httpx.Client(
        base_url=address,
        headers={"Authorization": DOORS.header(WEBHOOK)},
        trust_env=False,
    ) as hook:
        answer = hook.post("/webhook", json=submitted([torn, unknown, fine])).json()
        assert [reason["code"] for reason in answer["reasons"]] == ["U001", "S107"]
        found = wait_for_one(judged)
        assert (found.project, found.task, found.annotation) == (1, 7, 5)
        assert [f.reason.code for f in found.findings] == ["U001", "S107"]
        assert hook.post("/webhook", json=submitted([fine])).json()["reasons"] == []
        assert wait_for_one(judged).findings == ()
        skipped = submitted([torn])
        skipped["annotation"]["was_cancelled"] = True
        for payload in (skipped, {"action": "TASKS_CREATED"}, {"action": "START"}):
            assert hook.post("/webhook", json=payload).json() == {"judged": False}
        other = submitted([fine], project={"id": 1, "label_config": OTHER_PAGE})
        assert hook.post("/webhook", json=other).status_code == 409
        assert judged == []


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "credentials.json"
    doors = kept_doors(path)
    assert kept_doors(path) == doors
    assert path.stat().st_mode & 0o777 == 0o600
    assert doors.secret not in repr(doors)
    assert doors.password(WEBHOOK) != doors.password(SUGGESTIONS)


def test_a_busy_port_is_told_before_anything_is_read(tmp_path, monkeypatch, address):
    monkeypatch.setenv("MIYAR_HOME", str(tmp_path))
    app = typer.Typer()
    register(app)
    answer = CliRunner().invoke(app, ["--port", address.rpartition(":")[2]])
    assert isinstance(answer.exception, ServiceError)
    assert "another --port" in str(answer.exception)
    assert list(tmp_path.iterdir()) == []


def test_serving_beyond_this_machine_is_said(tmp_path):
    served = subprocess.Popen(
        [*SERVE, "--port", "0", "--host", "0.0.0.0"],
        env=os.environ | {"MIYAR_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert "http://127.0.0.1:" in served.stdout.readline()
        assert "this machine only" in served.stderr.readline()
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=20)


# What follows talks to the real Label Studio.


@pytest.fixture
def project(studio, studio_settings):
    """A project: `visit` with suggestions, `bare` and `control` without."""
    plan = Plan(project=f"live {uuid.uuid4().hex[:12]}", schema=SCHEMA)
    docs = [visit(), AnnotatedDocument(id="bare", text=TEXT)]
    push(docs, plan, studio=studio, settings=studio_settings, say=lambda _: None)
    campaign = find_campaign(studio, plan.project)
    control = {"data": {"text": TEXT, "doc_id": "control"}, "meta": {"arm": "control"}}
    path = f"/api/projects/{campaign.id}/import"
    studio.post(path, [control], doing="import the control")
    return campaign


@pytest.fixture
def connected(studio, project, address):
    connect_project(studio, project.id, url=address, doors=DOORS)
    return project


def tasks_of(studio: Studio, project) -> dict[str, dict]:
    page = studio.get("/api/tasks", project=project.id, fields="all")
    return {task["data"]["doc_id"]: task for task in page["tasks"]}


def backend_of(studio: Studio, project) -> dict:
    (found,) = studio.get("/api/ml", project=project.id)
    return found


@pytest.mark.studio
def test_a_project_is_connected_once_with_password_and_webhook(
    studio, project, address
):
    first = connect_project(studio, project.id, url=address, doors=DOORS)
    assert connect_project(studio, project.id, url=address, doors=DOORS) == first
    found = backend_of(studio, project)
    assert (found["readable_state"], found["is_interactive"]) == ("Connected", True)
    assert found["model_version"] == MODEL_VERSION
    (hook,) = studio.get("/api/webhooks", project=project.id)
    assert hook["headers"] == {"Authorization": DOORS.header(WEBHOOK)}
    assert set(hook["actions"]) == {"ANNOTATION_CREATED", "ANNOTATION_UPDATED"}
    assert DOORS.password(SUGGESTIONS) not in json.dumps([found, hook])


@pytest.mark.studio
def test_a_project_is_not_connected_with_a_wrong_password_or_page(
    studio, project, address
):
    with pytest.raises(ServiceError, match="authentication"):
        connect_project(studio, project.id, url=address, doors=Doors("another"))
    studio.sdk.projects.update(project.id, label_config=OTHER_PAGE)
    with pytest.raises(ServiceError):
        connect_project(studio, project.id, url=address, doors=DOORS)
    assert studio.get("/api/ml", project=project.id) == []


@pytest.mark.studio
def test_a_private_address_that_is_not_this_machine_stays_out_of_reach(studio, project):
    with pytest.raises(ServiceError, match="private address"):
        connect_project(studio, project.id, url="http://10.0.0.1:9090", doors=DOORS)


@pytest.mark.studio
def test_label_studio_gets_predictions_for_what_has_none_and_not_for_the_control(
    studio, connected, backend
):
    everything = {"selectedItems": {"all": True, "excluded": []}}
    studio.post(
        f"/api/dm/actions?id=retrieve_tasks_predictions&project={connected.id}",
        everything,
        doing="retrieve predictions",
    )
    tasks = tasks_of(studio, connected)
    counts = {doc: len(task["predictions"]) for doc, task in tasks.items()}
    assert counts == {"visit": 1, "bare": 1, "control": 0}
    (prediction,) = tasks["bare"]["predictions"]
    suggested = backend.suggest(AnnotatedDocument(id="bare", text=TEXT))
    assert prediction["result"] == to_results(suggested, SCHEMA)
    assert prediction["model_version"] == MODEL_VERSION


@pytest.mark.studio
def test_label_studio_hands_on_the_others_of_a_drawn_name(studio, connected):
    number = tasks_of(studio, connected)["visit"]["id"]
    live = backend_of(studio, connected)["id"]
    answer = studio.post(
        f"/api/ml/{live}/interactive-annotating",
        {"task": number, "context": {"result": [region("الكاظمي")]}},
        doing="draw a name",
    )
    assert spans(answer["data"]) == [span_of("لكاظمي")]


@pytest.mark.studio
def test_label_studios_webhook_has_an_annotation_judged(studio, connected, judged):
    judged.clear()
    number = tasks_of(studio, connected)["visit"]["id"]
    made = studio.sdk.annotations.create(number, result=[region("بغدا", "GPE")])
    found = wait_for_one(judged)
    assert (found.project, found.task) == (connected.id, number)
    assert found.annotation == made.id
    assert [finding.reason.code for finding in found.findings] == ["S107"]


@pytest.mark.studio
def test_the_users_token_is_neither_logged_nor_kept(
    studio, project, backend, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    token = studio._token  # what Label Studio hands over in /setup
    taken = []

    class Recorder(type(backend)):
        def setup(self, request):
            taken.append(request["access_token"])
            return super().setup(request)

    fields = {name: getattr(backend, name) for name in backend.__dataclass_fields__}
    with serving(Recorder(**fields), DOORS) as url:
        connect_project(studio, project.id, url=url, doors=DOORS)
        httpx.post(
            f"{url}/setup",
            content=json.dumps({"access_token": token, "schema": 5}),
            headers={"Authorization": DOORS.header(SUGGESTIONS)},
            trust_env=False,
        )
    assert token in taken
    out, err = capfd.readouterr()
    ours = [
        r.getMessage() for r in caplog.records if r.name.startswith(("uv", "miyar"))
    ]
    assert ours
    assert token not in "\n".join([out, err, *ours])
    assert DOORS.password(SUGGESTIONS) not in "\n".join([out, err, *ours])


@pytest.mark.studio
def test_serve_connects_the_project_and_ends_when_told(
    studio, studio_settings, project
):
    served = subprocess.Popen(
        [*SERVE, "--port", "0", "--project", project.title],
        env=os.environ | {"MIYAR_HOME": str(studio_settings.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        first, second = served.stdout.readline(), served.stdout.readline()
        assert "http://127.0.0.1:" in first
        assert project.title in second
        assert backend_of(studio, project)["readable_state"] == "Connected"
    finally:
        served.send_signal(signal.SIGTERM)
        out, err = served.communicate(timeout=20)
    secret = kept_doors(studio_settings.credentials_file)
    assert secret.password(SUGGESTIONS) not in first + second + out + err
    assert secret.secret not in first + second + out + err
    assert "Traceback" not in err


def tabs_of(studio, project) -> list[str]:
    views = studio.get("/api/dm/views", project=project.id)
    return [view["data"]["title"] for view in views]


@pytest.mark.studio
def test_what_breaks_the_schema_is_noted_on_its_task_once_it_is_submitted(
    studio, studio_settings, project
):
    number = tasks_of(studio, project)["visit"]["id"]
    served = subprocess.Popen(
        [*SERVE, "--port", "0", "--project", project.title],
        env=os.environ | {"MIYAR_HOME": str(studio_settings.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def notes(*, there: bool) -> dict[str, str]:
        until = time.monotonic() + 60
        while True:
            data = tasks_of(studio, project)["visit"]["data"]
            found = {name: data[name] for name in NOTES if name in data}
            if bool(found) is there:
                return found
            assert time.monotonic() < until, found
            time.sleep(0.2)

    try:
        served.stdout.readline()
        assert project.title in served.stdout.readline()
        made = studio.sdk.annotations.create(number, result=[region("بغدا", "GPE")])
        arabic, english = notes(there=True).values()
        assert "«بغدا»" in arabic
        assert "تنتهي في وسط كلمة" in arabic
        assert "S107" in english
        # The tab is made once the task is marked.
        until = time.monotonic() + 60
        while not (titles := tabs_of(studio, project)).count(TAB):
            assert time.monotonic() < until, titles
            time.sleep(0.2)
        assert titles.count(TAB) == 1
        mended = [region("بغداد", "GPE")]
        studio.sdk.annotations.update(made.id, result=mended)
        assert notes(there=False) == {}
    finally:
        served.send_signal(signal.SIGTERM)
        _, err = served.communicate(timeout=20)
    assert "S107" in err
    assert "has no note" not in err
    assert "Traceback" not in err
