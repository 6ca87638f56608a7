"""Label Studio on PostgreSQL: a real one, thrown away at the end."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from annotate.labelstudio.backup import backup
from annotate.labelstudio.campaign import (
    Plan,
    find_campaign,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.database import (
    Database,
    chosen_database,
    parse_database,
    remember,
)
from annotate.labelstudio.restore import restore
from annotate.labelstudio.server import find_server, start_server, stop_server
from annotate.labelstudio.status import read_status, render_status
from annotate.settings import Settings, load_settings
from schemas.errors import DataError, ServiceError, UsageError
from schemas.jsonl import read_documents
from tests.annotate.labelstudio.builders import SCHEMA, bare, visit

READER = "reader.p@miyar.test"
ADDRESS = "postgresql://team@db.example.org/labels"


def quiet(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def started(cluster, installed, tmp_path_factory):
    """`miyar up` on an empty database, the password in the environment alone."""
    home = tmp_path_factory.mktemp("postgres")
    url = cluster.new_database()
    up = subprocess.run(
        [Path(sys.executable).with_name("miyar"), "up", "--database", url],
        env={
            **os.environ,
            "MIYAR_HOME": str(home),
            "MIYAR_STUDIO_ENV": str(installed),
            "MIYAR_DATABASE_PASSWORD": cluster.password,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    # The next command needs neither option nor password: both are remembered.
    settings = Settings(home=home, studio_env=installed)
    yield up, url, settings
    stop_server(settings)


@pytest.fixture(scope="module")
def on_postgres(started):
    """Settings of the server that keeps its data in PostgreSQL."""
    up, _, settings = started
    assert up.returncode == 0, up.stderr
    return settings


@pytest.mark.studio
def test_up_says_where_the_data_is_and_not_the_password(started, cluster):
    up, url, _ = started
    assert up.returncode == 0, up.stderr
    assert f"keeps its data in {url}" in up.stderr
    assert "tables are made first" in up.stderr
    assert cluster.password not in up.stdout + up.stderr


@pytest.mark.studio
def test_work_goes_out_comes_home_and_is_restored_on_postgresql(
    on_postgres, cluster, tmp_path
):
    docs = [visit(f"p{n}") for n in range(1, 4)]
    plan = Plan(project="on postgres", schema=SCHEMA, annotators=(READER,))
    with connect(on_postgres) as studio:
        pushed = push(docs, plan, studio=studio, settings=on_postgres, say=quiet)
        assert pushed.added == ("p1", "p2", "p3")
        again = push(docs, plan, studio=studio, settings=on_postgres, say=quiet)
        assert (again.added, again.present) == ((), 3)
        tasks = tasks_by_document(studio, find_campaign(studio, plan.project))
        login = login_of(on_postgres, READER)
        with connect(on_postgres, login=login) as own:
            for doc in docs:
                submit(doc, studio=own, task=tasks[doc.id], schema=SCHEMA, seconds=9)
        done = pull(studio, plan.project, schema=SCHEMA, out=tmp_path / "home")
        assert [bare(d) for d in read_documents(done.files[0])] == list(map(bare, docs))
        kept = tmp_path / "kept.jsonl.gz"
        saved = backup(studio, plan.project, settings=on_postgres, out=kept)
        assert (saved.tasks, saved.annotations) == (3, 3)
        # Times and authors are set in the database itself: the script finds it too.
        back = restore(
            kept, studio=studio, settings=on_postgres, say=quiet, title="again"
        )
        assert dict(back.differing) == {"annotations.unique_id": 3}
    name = chosen_database(on_postgres).name
    rows = cluster.sql("select count(*) from task_completion", database=name)
    assert rows.strip() == "6"
    assert not list(on_postgres.data_folder.glob("*.sqlite3*"))


@pytest.mark.studio
def test_what_was_kept_on_sqlite_is_restored_on_postgresql_field_by_field(
    on_postgres, installed, tmp_path
):
    """The way of a team that has outgrown its first server."""
    before = Settings(home=tmp_path / "before", studio_env=installed)
    start_server(before, say=quiet)
    kept = tmp_path / "kept.jsonl.gz"
    plan = Plan(project="outgrown", schema=SCHEMA, annotators=("mover@miyar.test",))
    try:
        with connect(before) as studio:
            push([visit("m1")], plan, studio=studio, settings=before, say=quiet)
            tasks = tasks_by_document(studio, find_campaign(studio, plan.project))
            login = login_of(before, "mover@miyar.test")
            with connect(before, login=login) as own:
                submit(visit("m1"), studio=own, task=tasks["m1"], schema=SCHEMA)
            backup(studio, plan.project, settings=before, out=kept)
    finally:
        stop_server(before)
    with connect(on_postgres) as studio:
        done = restore(kept, studio=studio, settings=on_postgres, say=quiet)
    assert done.created
    assert dict(done.differing) == {}


@pytest.mark.studio
def test_the_database_is_remembered_with_mode_600_and_its_password_shown_nowhere(
    on_postgres, cluster
):
    assert stat.S_IMODE(on_postgres.database_file.stat().st_mode) == 0o600
    again = start_server(on_postgres, say=quiet)
    assert again.pid == find_server(on_postgres).pid
    shown = render_status(read_status(on_postgres))
    assert str(chosen_database(on_postgres)) in shown
    arguments = [
        path.read_bytes()
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.parent.stat().st_uid == os.getuid()
    ]
    assert any(b"label-studio" in line for line in arguments)
    secret = cluster.password
    assert not any(secret.encode() in line for line in arguments)
    for said in (shown, repr(on_postgres), repr(chosen_database(on_postgres))):
        assert secret not in said
    assert secret not in on_postgres.log_file.read_text(encoding="utf-8")


@pytest.mark.studio
def test_a_database_that_cannot_be_used_is_told_before_anything_is_started(
    cluster, installed, tmp_path
):
    def refusal(url: str, password: str | None = None) -> str:
        settings = Settings(
            home=tmp_path,
            studio_env=installed,
            database=url,
            database_password=password or cluster.password,
        )
        with pytest.raises(ServiceError) as error:
            start_server(settings, say=quiet)
        assert cluster.password not in str(error.value)
        assert not settings.data_folder.exists()
        assert not settings.database_file.exists()
        return str(error.value)

    url = cluster.new_database()
    wrong = refusal(url, "not-this-one")
    assert "MIYAR_DATABASE_PASSWORD" in wrong
    assert "not-this-one" not in wrong
    assert "createdb" in refusal(url.rpartition("/")[0] + "/nowhere")
    assert "pg_isready" in refusal("postgresql://a:b@127.0.0.1:9/x", "b")
    latin = cluster.new_database(extra="ENCODING 'LATIN1' TEMPLATE template0")
    assert "no Arabic" in refusal(latin)
    theirs = cluster.new_database()
    cluster.sql("CREATE TABLE shop (id int)", database=theirs.rpartition("/")[2])
    assert "not Label Studio's" in refusal(theirs)
    cluster.sql("CREATE ROLE guest LOGIN PASSWORD 'g'")
    asked = url.replace("//miyar@", "//guest@")
    cluster.sql("REVOKE ALL ON SCHEMA public FROM PUBLIC", database=asked[-8:])
    assert "GRANT ALL ON SCHEMA public" in refusal(asked, "g")


def test_an_address_is_read_and_shown_without_its_password():
    found = parse_database("postgresql://team:p%40ss@[::1]:6543/labels?sslmode=require")
    assert found.environ().items() >= {
        ("POSTGRE_HOST", "::1"),
        ("POSTGRE_PORT", "6543"),
        ("POSTGRE_USER", "team"),
        ("POSTGRE_PASSWORD", "p@ss"),
        ("PGSSLMODE", "require"),
    }
    assert str(found) == "postgresql://team@[::1]:6543/labels"
    assert "p@ss" not in repr(found)
    assert parse_database(ADDRESS, password="x").password == "x"


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://a:hush@b/c",
        "postgresql://a:hush@b",
        "postgresql://b/c",
        "postgresql://a:hush@b:port/c",
        "postgresql://a:hush@b/c/d",
        "postgresql://a:hush@b/c?passfile=x",
        "postgresql://a:hush@[b/c",
        "",
    ],
)
def test_a_wrong_address_is_refused_without_being_repeated(wrong):
    with pytest.raises(UsageError, match="--database") as error:
        parse_database(wrong)
    assert "hush" not in str(error.value)


def test_a_state_folder_has_its_data_in_one_place_and_the_way_to_move_is_told(
    tmp_path,
):
    settings = Settings(home=tmp_path, database=ADDRESS)
    settings.data_folder.mkdir()
    with pytest.raises(UsageError, match=r"SQLite.*miyar backup.*MIYAR_HOME"):
        chosen_database(settings)
    remember(settings, Database("db.example.org", 5432, "labels", "team", "hush"))
    assert chosen_database(settings).password == "hush"
    assert chosen_database(Settings(home=tmp_path)).password == "hush"
    newer = replace(settings, database_password="newer")
    assert chosen_database(newer).password == "newer"
    with pytest.raises(UsageError, match="one place only") as error:
        chosen_database(replace(settings, database=ADDRESS + "2"))
    assert "hush" not in str(error.value)
    settings.database_file.write_text(json.dumps(["hush"]))
    with pytest.raises(DataError, match="name the database again") as error:
        chosen_database(settings)
    assert "hush" not in str(error.value)


def test_a_password_in_the_settings_file_is_refused(tmp_path):
    file = tmp_path / "miyar.toml"
    file.write_text('database = "postgresql://a:hush@b/c"\n')
    with pytest.raises(UsageError, match="MIYAR_DATABASE_PASSWORD") as error:
        load_settings(folder=tmp_path, environment={})
    assert "hush" not in str(error.value)
    file.write_text('database = "postgresql://a@b:1/c"\n')
    known = load_settings(folder=tmp_path, environment={"MIYAR_DATABASE_PASSWORD": "p"})
    assert chosen_database(known).environ()["POSTGRE_PASSWORD"] == "p"
    file.write_text('database_password = "hush"\n')
    with pytest.raises(UsageError, match="is a secret"):
        load_settings(folder=tmp_path, environment={})
