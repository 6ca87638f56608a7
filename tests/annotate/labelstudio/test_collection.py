"""What comes home, what stays, and how far a campaign is."""

from __future__ import annotations

import tracemalloc
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from annotate.labelstudio import exporting
from annotate.labelstudio.campaign import (
    Plan,
    find_campaign,
    iter_tasks,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.projects import find_parts, known_parts, part_title
from annotate.labelstudio.standing import render_standing, standing_of
from annotate.labelstudio.tasks import to_task
from annotate.labelstudio.users import ensure_users
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from schemas.jsonl import read_documents
from tests.annotate.labelstudio.builders import SCHEMA, bare, visit

pytestmark = pytest.mark.studio

READERS = tuple(f"reader.{n}@collected.test" for n in "abc")
DOCS = [
    visit(f"d{n}").model_copy(update={"meta": {"outlet": "xyz"[n % 3]}})
    for n in range(6)
]


class Team:
    """A campaign with three annotators, each with a connection of their own."""

    def __init__(self, studio, settings, plan):
        self.studio, self.settings, self.plan = studio, settings, plan

    def push(self, docs=DOCS, **changes):
        return push(
            docs,
            replace(self.plan, **changes),
            studio=self.studio,
            settings=self.settings,
            say=lambda _: None,
        )

    def pull(self, out, **options):
        return pull(
            self.studio,
            self.plan.project,
            schema=SCHEMA,
            out=out,
            settings=self.settings,
            **options,
        )

    def parts(self):
        return find_parts(self.studio, self.plan.project)

    def held(self):
        return {
            part.annotator: sorted(tasks_by_document(self.studio, part.campaign))
            for part in self.parts()
        }

    def as_reader(self, n):
        return connect(self.settings, login=login_of(self.settings, READERS[n]))

    def task(self, doc):
        (part,) = self.parts()
        return tasks_by_document(self.studio, part.campaign)[doc]

    def standing(self, out):
        collected = self.pull(out, lenient=True)
        parts = known_parts(self.studio, self.plan.project)
        return standing_of(self.plan.project, parts, collected)


@pytest.fixture
def team(studio, studio_settings) -> Team:
    ensure_users(studio, studio_settings, READERS)
    plan = Plan(
        project=f"team {uuid.uuid4().hex[:12]}",
        schema=SCHEMA,
        annotators=READERS,
        overlap=2,
    )
    return Team(studio, studio_settings, plan)


def test_strict_blindness_gives_each_annotator_a_project_and_one_campaign(
    team, tmp_path
):
    done = team.push(strict=True)
    assert [part.annotator for part in done.parts] == list(READERS)
    pushed = sorted(doc for docs in team.held().values() for doc in docs)
    assert pushed == sorted([doc.id for doc in DOCS] * 2)
    assert [len(docs) for docs in team.held().values()] == [4, 4, 4]
    assert team.push(strict=True).added == ()
    for n, part in enumerate(team.parts()):
        assert part.campaign.overlap == 1
        with team.as_reader(n) as own:
            for doc, task in tasks_by_document(own, part.campaign).items():
                submit(visit(doc), studio=own, task=task, schema=SCHEMA, seconds=30)
    home = team.pull(tmp_path)
    assert home.documents == dict.fromkeys(READERS, 4)
    assert set(home.opinions.values()) == {2}
    standing = team.standing(tmp_path)
    assert (standing.strict, standing.finished, standing.left) == (True, 6, 0)
    assert [pace.left for pace in standing.paces] == [0, 0, 0]


def test_a_strict_push_that_was_cut_is_finished_as_planned(team):
    whole = team.push(strict=True, seed=3, dry_run=True)
    team.push(strict=True, seed=3)
    held = team.held()
    assert [part.added for part in whole.parts] == [len(d) for d in held.values()]
    first = team.parts()[0]
    for doc, task in tasks_by_document(team.studio, first.campaign).items():
        if doc < "d3":
            team.studio.delete(f"/api/tasks/{task}", doing="delete")
    team.studio.delete(f"/api/projects/{team.parts()[2].campaign.id}", doing="delete")
    again = team.push(strict=True, seed=3)
    assert team.held() == held
    assert set(again.again) == {doc for doc in held[READERS[0]] if doc < "d3"}


@pytest.mark.parametrize("strict", [True, False])
def test_a_campaign_of_the_other_form_is_refused_with_the_remedy(team, strict):
    team.push(DOCS[:2], strict=strict)
    with pytest.raises(UsageError, match="--blind strict"):
        team.push(DOCS[:2], strict=not strict)


def test_long_names_and_addresses_give_titles_that_fit_and_differ():
    name = "أخبار السياسة العربية في عشر سنوات من 2010"
    emails = [f"annotator.number.{n}@long.domain.example.org" for n in range(50)]
    titles = {part_title(name, email) for email in emails}
    assert len(titles) == 50
    assert all(len(title) <= 50 and title.startswith(name[:20]) for title in titles)


def test_the_control_arm_has_no_suggestions_and_is_known_after_the_pull(team, tmp_path):
    done = team.push(control=0.5, seed=4)
    assert 2 <= len(done.control) <= 4
    (part,) = team.parts()
    for task in iter_tasks(team.studio, part.campaign, fields="all"):
        bare_arm = task["data"]["doc_id"] in done.control
        assert task["meta"]["arm"] == ("control" if bare_arm else "suggested")
        assert len(task["predictions"]) == (0 if bare_arm else 1)
        with team.as_reader(0) as own:
            submit(visit(), studio=own, task=task["id"], schema=SCHEMA)
    home = team.pull(tmp_path)
    arms = {doc.id: doc.meta["arm"] for doc in read_documents(home.files[0])}
    assert {doc for doc in arms if arms[doc] == "control"} == set(done.control)
    # The arms stand, whatever a later push asks for.
    later = team.push([*DOCS, visit("late")], control=0.0)
    assert (later.added, later.control) == (("late",), ())


def test_skips_drafts_and_relations_without_a_role_are_counted_and_left(team, tmp_path):
    team.push()
    with team.as_reader(0) as one, team.as_reader(1) as two:
        submit(visit(), studio=one, task=team.task("d0"), schema=SCHEMA, seconds=60)
        whole = one.get(f"/api/tasks/{team.task('d0')}/annotations/")[0]
        relation = next(r for r in whole["result"] if r["type"] == "relation")
        cut = [r for r in whole["result"] if r != relation]
        del relation["labels"]
        for doc, body in (
            ("d1", {"result": [*cut, relation], "lead_time": 20.0}),
            ("d2", {"result": whole["result"], "was_cancelled": True}),
        ):
            one.post(f"/api/tasks/{team.task(doc)}/annotations/", body, doing="mark")
        one.post(
            f"/api/tasks/{team.task('d0')}/annotations/{whole['id']}/drafts",
            {"result": []},
            doing="open again",
        )
        draft = {"result": whole["result"]}
        two.post(f"/api/tasks/{team.task('d0')}/drafts", draft, doing="begin")
    with pytest.raises(DataError, match="has no role"):
        team.pull(tmp_path / "out")
    home = team.pull(tmp_path / "out", lenient=True)
    one, two = (home.work[reader] for reader in READERS[:2])
    assert (one.submitted, one.skipped, one.drafts, one.changing) == (2, 1, 0, 1)
    assert (two.submitted, two.drafts, one.unlabelled) == (0, 1, 1)
    assert home.unannotated == 3
    (path,) = home.files
    found = {doc.id: doc for doc in read_documents(path)}
    assert sorted(found) == ["d0", "d1"]
    assert bare(found["d0"]) == bare(visit())
    assert len(found["d1"].events[0].arguments) == 1
    standing = team.standing(tmp_path)
    assert standing.coverage == {0: 4, 1: 2}
    assert (standing.wanted, standing.submitted, standing.left) == (12, 2, 10)
    assert standing.hours_left == pytest.approx(10 * 40 / 3600, abs=0.01)
    assert standing.paces[0].per_hour == 90
    shown = render_standing(standing, {"entities": 0.5})
    assert "left: 10 of 12 opinions" in shown
    assert "entities 0.500" in shown


def test_since_takes_what_was_submitted_later_into_a_folder_of_its_own(
    team, tmp_path, monkeypatch
):
    monkeypatch.setattr(exporting, "PIECE", 2)
    team.push()
    with team.as_reader(0) as own:
        for doc in ("d0", "d1", "d2"):
            submit(visit(doc), studio=own, task=team.task(doc), schema=SCHEMA)
        whole = team.pull(tmp_path / "whole")
        assert list(whole.documents.values()) == [3]
        latest = max(work.last for work in whole.work.values())
        later = whole.began.fromisoformat(latest) + timedelta(microseconds=1)
        submit(visit("d4"), studio=own, task=team.task("d4"), schema=SCHEMA)
        empty = visit("d1").model_copy(update={"entities": (), "events": ()})
        submit(empty, studio=own, task=team.task("d1"), schema=SCHEMA)
    new = team.pull(tmp_path / "new", since=later)
    assert [doc.id for doc in read_documents(new.files[0])] == ["d1", "d4"]
    assert new.unannotated == 0
    with pytest.raises(UsageError, match="another folder"):
        team.pull(tmp_path / "whole", since=later)
    assert not team.pull(tmp_path / "x", since=later + timedelta(days=1)).files


def test_a_pull_reads_piece_by_piece_and_leaves_no_copy_on_the_server(
    team, tmp_path, monkeypatch
):
    monkeypatch.setattr(exporting, "PIECE", 2)
    team.push(DOCS[:3])
    other = replace(team.plan, project=f"{team.plan.project} 2")
    Team(team.studio, team.settings, other).push()
    team.push(DOCS)
    with team.as_reader(0) as own:
        for doc in DOCS:
            submit(doc, studio=own, task=team.task(doc.id), schema=SCHEMA)
    # Where ids lie far apart, they are looked up.
    for widest in (400, 1):
        monkeypatch.setattr(exporting, "WIDEST", widest)
        home = team.pull(tmp_path / str(widest))
        assert [d.id for d in read_documents(home.files[0])] == [d.id for d in DOCS]
    number = find_campaign(team.studio, team.plan.project).id
    copies = (team.settings.data_folder / "export").glob(f"project-{number}-at-*")
    assert not list(copies)


def test_a_deleted_task_is_told_by_pull_and_brought_back_by_push(team, tmp_path):
    team.push()
    with team.as_reader(0) as own:
        submit(visit("d1"), studio=own, task=team.task("d1"), schema=SCHEMA)
    team.studio.delete(f"/api/tasks/{team.task('d0')}", doing="delete")
    assert team.pull(tmp_path).gone == ("d0",)
    standing = team.standing(tmp_path)
    assert "Push again" in render_standing(standing, {})
    done = team.push()
    assert (done.added, done.again, done.present) == (("d0",), ("d0",), 5)
    assert team.pull(tmp_path).gone == ()


def test_a_text_edited_by_hand_keeps_a_push_back_with_what_to_do(team):
    team.push()
    task = team.task("d0")
    data = team.studio.get(f"/api/tasks/{task}")["data"]
    edited = data | {"text": f"{data['text']} ثم"}
    team.studio.patch(f"/api/tasks/{task}/", doing="edit", data=edited)
    with pytest.raises(DataError, match=r"d0: .*edited there.*\nNothing was changed"):
        team.push([*DOCS, visit("new")])
    assert "new" not in team.held()[None]


def test_files_of_an_earlier_pull_are_told(team, tmp_path):
    team.push()
    with team.as_reader(0) as own:
        submit(visit("d1"), studio=own, task=team.task("d1"), schema=SCHEMA)
    old = tmp_path / "former@x.org.jsonl"
    old.write_text("", encoding="utf-8")
    assert team.pull(tmp_path).stale == (old,)


def test_the_memory_of_a_pull_does_not_grow_with_the_project(
    team, tmp_path, monkeypatch
):
    monkeypatch.setattr(exporting, "PIECE", 20)
    text = "زار الوزير بغداد. " * 500
    (part,) = team.push([]) and team.parts()
    peaks = []
    for start, end in ((0, 40), (40, 200)):
        body = []
        for n in range(start, end):
            task = to_task(
                AnnotatedDocument(id=f"m{n}", text=text), SCHEMA, model_version=None
            )
            body.append(task | {"annotations": [{"result": []}]})
        team.studio.post(
            f"/api/projects/{part.campaign.id}/import", body, doing="import"
        )
        tracemalloc.start()
        home = team.pull(tmp_path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert sum(home.documents.values()) == end
    assert peaks[1] < 1.3 * peaks[0]
