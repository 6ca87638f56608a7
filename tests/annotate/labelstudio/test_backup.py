from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Iterator

import httpx
import pytest

from annotate.labelstudio.backup import backup, read_backup
from annotate.labelstudio.campaign import (
    Campaign,
    Plan,
    find_campaign,
    push,
    tasks_by_document,
)
from annotate.labelstudio.client import Studio, connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.history import read_history
from annotate.labelstudio.restore import Restored, compare, restore
from annotate.labelstudio.review import ensure_tab
from annotate.labelstudio.server import start_server, stop_server
from annotate.labelstudio.snapshot import snapshot
from annotate.labelstudio.tasks import to_results
from annotate.labelstudio.users import ensure_users
from annotate.settings import Settings
from schemas.errors import DataError, UsageError
from schemas.jsonl import read_documents
from tests.annotate.labelstudio.builders import SCHEMA, visit

pytestmark = pytest.mark.studio

READERS = ("keeper.a@miyar.test", "keeper.b@miyar.test")
# What the API of a server that is not ours does not take.
LOST = {
    *("project.created_at", "created_at", "updated_at", "updated_by", "drafts"),
    *("annotations.created_at", "annotations.updated_at", "annotations.updated_by"),
    *("annotations.unique_id", "annotations.prediction", "annotations.result_count"),
    *("predictions.created_at", "predictions.updated_at"),
}


def quiet(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def other(settings_at, tmp_path_factory) -> Iterator[Settings]:
    """A second server with an empty database."""
    settings = settings_at(tmp_path_factory.mktemp("other"))
    start_server(settings, say=quiet)
    yield settings
    stop_server(settings)


@pytest.fixture(scope="module")
def other_studio(other) -> Iterator[Studio]:
    with connect(other) as connection:
        yield connection


@pytest.fixture(scope="module")
def campaign(studio, studio_settings) -> Campaign:
    """A project with all there may be: accepted, changed, skipped, half done."""
    docs = [visit(f"v{n}") for n in range(1, 5)]
    plan = Plan(
        project=f"kept {uuid.uuid4().hex[:12]}",
        schema=SCHEMA,
        annotators=READERS,
        overlap=2,
        guideline="<p>دليل</p>",
    )
    push(docs, plan, studio=studio, settings=studio_settings, say=quiet)
    campaign = find_campaign(studio, plan.project)
    tasks = tasks_by_document(studio, campaign)
    # As the labelling page opens a project: its own first tab.
    ensure_tab(studio, campaign.id)
    mine, theirs = (login_of(studio_settings, reader) for reader in READERS)
    with (
        connect(studio_settings, login=mine) as a,
        connect(studio_settings, login=theirs) as b,
    ):
        shown = a.get(f"/api/tasks/{tasks['v1']}")["predictions"][0]
        kept = {
            "result": shown["result"],
            "lead_time": 31.25,
            "parent_prediction": shown["id"],
        }
        a.post(f"/api/tasks/{tasks['v1']}/annotations/", kept, doing="x")
        less = [r for r in shown["result"] if "T1" not in map(str, r.values())]
        changed = kept | {"result": less, "lead_time": 12.5}
        b.post(f"/api/tasks/{tasks['v1']}/annotations/", changed, doing="x")
        skipped = {"result": shown["result"], "was_cancelled": True}
        a.post(f"/api/tasks/{tasks['v2']}/annotations/", skipped, doing="x")
        draft = {"result": to_results(visit(), SCHEMA)[:2], "lead_time": 3.5}
        b.post(f"/api/tasks/{tasks['v3']}/drafts", draft, doing="x")
    return campaign


@pytest.fixture(scope="module")
def saved(studio, studio_settings, campaign, tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "kept.jsonl.gz"
    done = backup(studio, campaign.title, settings=studio_settings, out=path)
    assert (done.tasks, done.annotations, done.drafts) == (4, 3, 1)
    return path


def entries(path) -> list[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_a_backup_holds_no_password_no_token_and_no_number_of_the_server(
    studio_settings, saved
):
    with gzip.open(saved, "rt", encoding="utf-8") as lines:
        content = lines.read()
    for secret in json.loads(studio_settings.credentials_file.read_text()):
        assert secret["password"] not in content
        assert secret["token"] not in content
    (task, *_) = [e["task"] for e in entries(saved) if e["kind"] == "task"]
    assert {a["completed_by"] for a in task["annotations"]} == set(READERS)
    assert "id" not in task
    assert saved.stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def restored(other, other_studio, saved) -> Restored:
    return restore(saved, studio=other_studio, settings=other, say=quiet)


def test_a_project_comes_back_field_by_field_on_an_empty_server(
    other, other_studio, saved, restored, tmp_path
):
    assert restored.created
    assert dict(restored.differing) == {}
    assert {login.email for login in restored.logins} == set(READERS)
    # The comparison of `restore` is not taken at its word: a backup of the restored
    # project says the same, line by line.
    again = tmp_path / "again.jsonl.gz"
    backup(other_studio, restored.project, settings=other, out=again)
    first, second = (lasting(path, other.admin) for path in (saved, again))
    assert first == second
    assert [entry["kind"] for entry in first] == [
        *("project", "view", "view"),
        *["task"] * 4,
        *["user"] * 2,
    ]


def lasting(path, admin: str) -> list[dict]:
    """All but the hour of the backup, and the user whom each server has already."""
    header, *rest, _ = entries(path)
    del header["made"]
    return [header, *(e for e in rest if e.get("user", {}).get("email") != admin)]


def test_pull_says_the_same_of_the_restored_project(
    studio, campaign, other_studio, restored, tmp_path
):
    def opinions(connection, place):
        done = pull(connection, campaign.title, schema=SCHEMA, out=tmp_path / place)
        return {
            path.name: [
                (doc.id, doc.entities, doc.events, doc.meta["studio"]["annotator"])
                for doc in read_documents(path)
            ]
            for path in done.files
        }

    before = opinions(studio, "before")
    assert before == opinions(other_studio, "after")
    assert set(before) == {f"{reader}.jsonl" for reader in READERS}


def test_the_ledger_says_the_same_of_the_restored_project(
    both_campaigns, studio_settings, other
):
    (studio, campaign), (other_studio, back) = both_campaigns
    before = list(read_history(studio, campaign, SCHEMA, settings=studio_settings))
    assert before == list(read_history(other_studio, back, SCHEMA, settings=other))
    assert len(before) == 2


@pytest.fixture
def both_campaigns(studio, campaign, other_studio, restored):
    back = find_campaign(other_studio, restored.project)
    return (studio, campaign), (other_studio, back)


def test_restoring_twice_doubles_nothing(other, other_studio, saved, restored):
    again = restore(saved, studio=other_studio, settings=other, say=quiet)
    assert not again.created
    assert again.logins == ()
    back = find_campaign(other_studio, again.project)
    assert len(list(snapshot(other_studio, back, settings=other))) == 4


def test_a_restore_that_was_cut_is_finished_by_another(
    other, other_studio, saved, restored, monkeypatch
):
    monkeypatch.setattr("annotate.labelstudio.restore.BATCH", 1)
    imported = []

    def cut(line: str) -> None:
        imported.append(line)
        if len(imported) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(saved, studio=other_studio, settings=other, say=cut, title="cut short")
    done = restore(
        saved, studio=other_studio, settings=other, say=quiet, title="cut short"
    )
    assert done.created
    # The first restore still holds the identifiers that are unique on a server.
    assert dict(done.differing) == {"annotations.unique_id": 2}

    # Work that went on there is found, field by field, and left alone.
    back = find_campaign(other_studio, "cut short")
    tasks = tasks_by_document(other_studio, back)
    data = other_studio.get(f"/api/tasks/{tasks['v1']}")["data"]
    other_studio.sdk.tasks.update(str(tasks["v1"]), data=data | {"note": "x"})
    found = compare(other_studio, back, read_backup(saved), other)
    assert found.keys() - done.differing.keys() == {"data.note", "updated_at"}
    content = {"result": [], "lead_time": 1.0}
    other_studio.post(f"/api/tasks/{tasks['v4']}/annotations/", content, doing="x")
    with pytest.raises(UsageError, match="with other content"):
        restore(
            saved, studio=other_studio, settings=other, say=quiet, title="cut short"
        )


class LosesReplies(httpx.HTTPTransport):
    """Lets the server store an import, and drops its reply, the first time."""

    lost = 0

    def handle_request(self, request):
        answer = super().handle_request(request)
        if request.url.path.endswith("/import") and not self.lost:
            self.lost += 1
            answer.read()
            answer.close()
            raise httpx.RemoteProtocolError("gone")
        return answer


def test_a_lost_reply_doubles_nothing(other, other_studio, saved, restored):
    losing = LosesReplies()
    login = login_of(other, other.admin)
    foreign = Settings(home=other.home, url=other_studio.url, token=login.token)
    with Studio(other_studio.url, login.token, transport=losing) as far:
        done = restore(saved, studio=far, settings=foreign, say=quiet, title="lost one")
    assert losing.lost == 1
    assert "tasks" not in done.differing
    back = find_campaign(other_studio, "lost one")
    assert len(list(snapshot(other_studio, back, settings=other))) == 4


def test_what_another_server_does_not_take_is_named(
    other, other_studio, saved, restored
):
    """Its database is out of reach: only what the API takes is kept."""
    admin = login_of(other, other.admin)
    foreign = Settings(home=other.home, url=other_studio.url, token=admin.token)
    with connect(foreign) as far:
        done = restore(saved, studio=far, settings=foreign, say=quiet, title="far away")
        back = find_campaign(far, "far away")
        kept = {e.annotator: len(e.said.marks) for e in _history(far, back, foreign)}
        again = restore(
            saved, studio=far, settings=foreign, say=quiet, title="far away"
        )
    assert set(done.differing) == LOST
    assert kept == {READERS[0]: 3, READERS[1]: 2}
    assert not again.created


def _history(far, back, foreign):
    episodes = list(read_history(far, back, SCHEMA, settings=foreign))
    # What each annotation began from is told by name where the copy is lost.
    assert all(len(e.suggestions.marks) == 3 for e in episodes)
    return episodes


def test_a_backup_that_was_cut_or_changed_is_refused_before_anything_is_done(
    other, other_studio, saved, tmp_path
):
    lines = entries(saved)
    for wrong in (lines[:-1], [*lines[:2], *lines[3:]], [*lines, lines[-1]]):
        path = tmp_path / "wrong.jsonl.gz"
        with gzip.open(path, "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(line) + "\n" for line in wrong)
        with pytest.raises(DataError, match=r"not whole|after its end"):
            restore(
                path, studio=other_studio, settings=other, say=quiet, title="wrong one"
            )
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(saved.read_bytes()[:-30])
    with pytest.raises(DataError, match="cannot be unpacked"):
        read_backup(cut)
    cut.write_text("article")
    with pytest.raises(DataError, match="cannot be unpacked"):
        read_backup(cut)
    with gzip.open(cut, "wt", encoding="utf-8") as out:
        out.write("[]\n")
    with pytest.raises(DataError, match="no backup of a project"):
        read_backup(cut)
    assert find_campaign(other_studio, "wrong one") is None


def test_a_snapshot_leaves_nothing_on_the_server(studio, studio_settings, campaign):
    folder = studio_settings.data_folder / "media" / "export" / str(campaign.id)
    assert len(list(snapshot(studio, campaign, settings=studio_settings))) == 4
    assert list(folder.glob("*.json")) == []
    assert studio.get(f"/api/projects/{campaign.id}/exports/") == []


def test_a_backup_of_no_project_writes_nothing(studio, studio_settings, tmp_path):
    ensure_users(studio, studio_settings, [])
    path = tmp_path / "none.jsonl.gz"
    with pytest.raises(UsageError, match="no project"):
        backup(studio, "no such project", settings=studio_settings, out=path)
    assert list(tmp_path.iterdir()) == []
