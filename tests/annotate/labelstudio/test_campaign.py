from __future__ import annotations

import json
import uuid
from dataclasses import replace

import httpx
import pytest

from annotate.labelstudio.campaign import (
    Plan,
    find_campaign,
    iter_tasks,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.client import Studio, connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.config import render_config
from annotate.labelstudio.server import admin_login
from annotate.labelstudio.users import ensure_users, users_by_id
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import DataError, ServiceError, UsageError
from schemas.jsonl import read_documents
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, bare, span_of, visit

pytestmark = pytest.mark.studio

READERS = ("reader.a@miyar.test", "reader.b@miyar.test")


@pytest.fixture
def plan() -> Plan:
    """A plan for a project that no other test knows."""
    return Plan(
        project=f"test {uuid.uuid4().hex[:12]}",
        schema=SCHEMA,
        annotators=READERS,
        overlap=2,
        guideline="<p>دليل</p>",
    )


@pytest.fixture
def pushed(studio, studio_settings, plan):
    """Push with the real server; what was said is dropped."""

    def run(docs, **changes):
        return push(
            docs,
            replace(plan, **changes),
            studio=studio,
            settings=studio_settings,
            say=lambda _: None,
        )

    return run


@pytest.fixture
def readers(studio, studio_settings):
    """Connections of two annotators, each with a token of their own."""
    ensure_users(studio, studio_settings, READERS)
    made = [
        connect(studio_settings, login=login_of(studio_settings, r)) for r in READERS
    ]
    yield made
    for reader in made:
        reader.close()


def task_of(studio, plan, doc_id="visit") -> int:
    return tasks_by_document(studio, find_campaign(studio, plan.project))[doc_id]


def raw(studio) -> httpx.Client:
    return studio._http


def other_opinion() -> AnnotatedDocument:
    start, end = span_of("الكاظمي")
    person = EntityMention(id="T9", label="PER", start=start, end=end)
    return visit().model_copy(update={"entities": (person,), "events": ()})


def test_a_project_has_the_page_the_overlap_the_instructions_and_suggestions(
    studio, plan, pushed
):
    done = pushed([visit()])
    assert done.created
    assert done.added == ("visit",)
    campaign = find_campaign(studio, plan.project)
    project = studio.get(f"/api/projects/{campaign.id}")
    assert project["label_config"] == render_config(SCHEMA)
    assert project["maximum_annotations"] == 2
    assert "دليل" in project["expert_instruction"]
    assert project["show_instruction"]
    (task,) = iter_tasks(studio, campaign, fields="all")
    (prediction,) = task["predictions"]
    # Only suggestions of the project's own version are shown in the label stream.
    assert prediction["model_version"] == project["model_version"]
    assert [r["meta"]["rule"] for r in prediction["result"] if "meta" in r] == [
        "TITLE-1",
        "GPE-7",
        "VISIT-2",
    ]


def test_the_label_stream_offers_the_suggestions_to_an_annotator(
    studio, plan, pushed, readers
):
    pushed([visit()])
    campaign = find_campaign(studio, plan.project)
    offered = readers[0].get(f"/api/projects/{campaign.id}/next")
    assert len(offered["predictions"]) == 1


def test_a_second_push_adds_nothing_and_new_documents_join_the_old(
    studio, plan, pushed
):
    docs = [visit("a"), visit("b")]
    pushed(docs)
    again = pushed(docs)
    assert (again.added, again.present, again.created) == ((), 2, False)
    more = pushed([*docs, visit("c")])
    assert (more.added, more.present) == (("c",), 2)
    campaign = find_campaign(studio, plan.project)
    assert len(list(iter_tasks(studio, campaign, fields="task_only"))) == 3


def test_a_push_of_many_documents_goes_in_batches(studio, plan, pushed):
    docs = [AnnotatedDocument(id=f"d{n}", text=TEXT) for n in range(450)]
    assert len(pushed(docs).added) == 450
    assert len(tasks_by_document(studio, find_campaign(studio, plan.project))) == 450


class LosingReplies(httpx.HTTPTransport):
    """A wire that loses the reply to the first imports, after the server acted."""

    def __init__(self, losses: int) -> None:
        super().__init__()
        self.left = losses

    def handle_request(self, request):
        answer = super().handle_request(request)
        if request.url.path.endswith("/import") and self.left:
            self.left -= 1
            answer.read()
            answer.close()
            raise httpx.ReadError("connection reset")
        return answer


@pytest.mark.parametrize("losses", [1, 2])
def test_a_reply_that_was_lost_doubles_no_document(
    studio, studio_settings, plan, losses
):
    token = admin_login(studio_settings).token
    docs = [AnnotatedDocument(id=f"d{n}", text=TEXT) for n in range(205)]
    with Studio(studio.url, token, transport=LosingReplies(losses)) as flaky:
        push(docs, plan, studio=flaky, settings=studio_settings, say=lambda _: None)
    campaign = find_campaign(studio, plan.project)
    tasks = list(iter_tasks(studio, campaign, fields="task_only"))
    assert sorted(t["data"]["doc_id"] for t in tasks) == sorted(d.id for d in docs)


def test_a_dry_run_changes_nothing(studio, plan, pushed):
    newcomer = "nobody@miyar.test"
    done = pushed([visit()], dry_run=True, annotators=(newcomer,), overlap=1)
    assert done.added == ("visit",)
    assert find_campaign(studio, plan.project) is None
    assert newcomer not in users_by_id(studio).values()


def test_a_faulty_document_keeps_the_whole_push_back(studio, plan, pushed):
    faulty = visit("bad").model_copy(update={"text": "قصير"})
    with pytest.raises(DataError, match="after the text"):
        pushed([visit(), faulty])
    assert find_campaign(studio, plan.project) is None


def test_a_document_that_is_there_with_another_text_is_refused(pushed):
    pushed([visit()])
    with pytest.raises(DataError, match=r"visit: project .* another text"):
        pushed([visit(text=TEXT + " انتهى")])


def test_a_page_that_was_edited_by_hand_is_told_and_can_be_put_back(
    studio, plan, pushed, tmp_path
):
    pushed([visit()])
    campaign = find_campaign(studio, plan.project)
    first = next(iter(SCHEMA.entities))
    edited = "\n".join(
        line for line in campaign.config.splitlines() if f'alias="{first}"' not in line
    )
    answer = raw(studio).patch(
        f"/api/projects/{campaign.id}", json={"label_config": edited}
    )
    assert answer.status_code == 200
    with pytest.raises(UsageError, match="--reset-page"):
        pushed([visit()])
    with pytest.raises(DataError, match="--reset-page"):
        pull(studio, plan.project, schema=SCHEMA, out=tmp_path / "out")
    pushed([visit()], reset_page=True)
    assert find_campaign(studio, plan.project).config == render_config(SCHEMA)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"project": "ab"}, "3 to 50"),
        ({"project": "x" * 51}, "3 to 50"),
        ({"overlap": 3}, "Name more"),
        ({"overlap": 0}, "1 or more"),
        ({"annotators": ("a@x", "b@x")}, "like name@example.org"),
        ({"annotators": ("a@x.org", "a@x.org")}, "twice"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_with_the_option_to_mend(
    pushed, changes, said
):
    with pytest.raises(UsageError, match=said) as error:
        pushed([visit()], **changes)
    assert "--" in str(error.value)


def test_annotators_get_logins_once_and_can_log_in(studio, studio_settings):
    email = f"{uuid.uuid4().hex[:8]}@miyar.test"
    (login,) = ensure_users(studio, studio_settings, [email])
    assert ensure_users(studio, studio_settings, [email]) == ()
    assert login_of(studio_settings, email) == login
    with connect(studio_settings, login=login) as own:
        assert own.get("/api/current-user/whoami")["email"] == email
    with httpx.Client(base_url=studio.url) as browser:
        browser.get("/user/login")
        answer = browser.post(
            "/user/login",
            data={
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
                "email": login.email,
                "password": login.password,
            },
        )
    assert answer.status_code == 302


def test_what_two_users_submit_is_pulled_as_theirs(
    studio, plan, pushed, readers, tmp_path
):
    pushed([visit()])
    task = task_of(studio, plan)
    first, second = readers
    assert submit(visit(), studio=first, task=task, schema=SCHEMA, seconds=61.0)
    assert submit(other_opinion(), studio=second, task=task, schema=SCHEMA)
    done = pull(studio, plan.project, schema=SCHEMA, out=tmp_path)
    assert [path.name for path in done.files] == [f"{r}.jsonl" for r in READERS]
    (one,), (two,) = (list(read_documents(path)) for path in done.files)
    assert bare(one) == bare(visit())
    assert bare(two) == bare(other_opinion())
    made_by = [doc.meta["studio"]["annotator"] for doc in (one, two)]
    assert made_by == list(READERS)
    assert one.meta["studio"]["seconds"] == 61.0
    assert one.meta["outlet"] == "test"
    assert one.text == TEXT
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        path.name for path in done.files
    ]


def test_submitting_again_changes_the_annotation_and_adds_none(
    studio, plan, pushed, readers, tmp_path
):
    pushed([visit()])
    task = task_of(studio, plan)
    assert submit(visit(), studio=readers[0], task=task, schema=SCHEMA)
    assert not submit(visit(), studio=readers[0], task=task, schema=SCHEMA)
    assert submit(other_opinion(), studio=readers[0], task=task, schema=SCHEMA)
    done = pull(studio, plan.project, schema=SCHEMA, out=tmp_path)
    (doc,) = read_documents(done.files[0])
    assert bare(doc) == bare(other_opinion())


def test_skipped_documents_are_counted_and_never_pulled(
    studio, plan, pushed, readers, tmp_path
):
    pushed([visit("a"), visit("b")])
    whole = visit("a")
    submit(whole, studio=readers[0], task=task_of(studio, plan, "a"), schema=SCHEMA)
    answer = raw(readers[0]).post(
        f"/api/tasks/{task_of(studio, plan, 'b')}/annotations/",
        json={"result": [], "was_cancelled": True},
    )
    assert answer.status_code == 201
    done = pull(studio, plan.project, schema=SCHEMA, out=tmp_path)
    assert done.documents == {READERS[0]: 1}
    assert done.skipped == {READERS[0]: 1}


def test_a_project_without_annotations_pulls_nothing(studio, plan, pushed, tmp_path):
    pushed([visit()])
    out = tmp_path / "out"
    done = pull(studio, plan.project, schema=SCHEMA, out=out)
    assert (done.files, done.unannotated) == ((), 1)
    assert not out.exists()


def test_a_text_changed_in_label_studio_is_told_and_nothing_is_written(
    studio, plan, pushed, readers, tmp_path
):
    pushed([visit()])
    task = task_of(studio, plan)
    submit(visit(), studio=readers[0], task=task, schema=SCHEMA)
    data = studio.get(f"/api/tasks/{task}")["data"]
    answer = raw(studio).patch(
        f"/api/tasks/{task}", json={"data": data | {"text": f"ثم {TEXT}"}}
    )
    assert answer.status_code == 200
    out = tmp_path / "out"
    for lenient in (False, True):
        if lenient:
            done = pull(studio, plan.project, schema=SCHEMA, out=out, lenient=True)
            assert not done.files
            assert f"task {task} (visit): its text was changed" in done.problems[0]
        else:
            with pytest.raises(DataError, match=f"task {task} .visit.: its text was"):
                pull(studio, plan.project, schema=SCHEMA, out=out)
    assert not out.exists()


def test_a_relation_without_a_role_is_told_and_left_out_only_when_asked(
    studio, plan, pushed, readers, tmp_path
):
    pushed([visit()])
    task = task_of(studio, plan)
    submit(visit(), studio=readers[0], task=task, schema=SCHEMA)
    (annotation,) = studio.get(f"/api/tasks/{task}/annotations/")
    result = json.loads(json.dumps(annotation["result"]))
    del next(r for r in result if r["type"] == "relation")["labels"]
    raw(studio).patch(f"/api/annotations/{annotation['id']}", json={"result": result})
    with pytest.raises(DataError, match=r"has no role.*\n.*--lenient") as error:
        pull(studio, plan.project, schema=SCHEMA, out=tmp_path / "out")
    assert READERS[0] in str(error.value)
    assert not list(tmp_path.iterdir())
    done = pull(studio, plan.project, schema=SCHEMA, out=tmp_path, lenient=True)
    (doc,) = read_documents(done.files[0])
    assert [a.role for a in doc.events[0].arguments] == ["DESTINATION"]
    assert len(done.problems) == 1


def test_a_project_that_is_not_there_is_told(studio, tmp_path):
    with pytest.raises(UsageError, match="no project 'nowhere'"):
        pull(studio, "nowhere", schema=SCHEMA, out=tmp_path)


def test_two_projects_of_one_name_are_told(studio, plan, pushed):
    pushed([visit()])
    page = render_config(SCHEMA)
    raw(studio).post(
        "/api/projects", json={"title": plan.project, "label_config": page}
    )
    with pytest.raises(ServiceError, match="2 projects named"):
        pushed([visit()])


def test_what_the_server_refuses_is_told_without_cookies(studio):
    with (
        pytest.raises(ServiceError, match=r"refused to submit.*404") as error,
        studio.telling("submit"),
    ):
        studio.sdk.annotations.create(10**9, result=[])
    assert "sessionid" not in str(error.value)
