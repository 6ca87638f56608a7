"""`miyar export` and `miyar import`, run as a user runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer
from hypothesis import assume, given
from typer.testing import CliRunner, Result

from annotate.cli.conversion import register
from annotate.labelstudio.files import LOSES, read_tasks, write_tasks
from exports.losses import Dropped, compare
from exports.numbering import number_mentions
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from schemas.jsonl import read_documents, write_documents
from tests.exports.formats.builders import SCHEMA, TEXT, documents, visit
from tests.strategies import examples

GOLDEN = Path(__file__).parents[2] / "golden"
SEEDS = Path(__file__).parents[3] / "seeds" / "gold"


def run(*words: object) -> Result:
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    write_documents(path, [visit()])
    return path


def test_losses_go_to_stderr_and_into_a_file(gold: Path, tmp_path: Path) -> None:
    result = run("export", gold, "--format", "conll", "--lossy", "-o", tmp_path / "o")
    assert "1 documents as conll, read back" in result.stderr
    assert "lost: arguments 6" in result.stderr
    assert result.stdout == ""
    assert (tmp_path / "o" / "LOSSES.json").exists()


def test_without_leave_nothing_is_written(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"arguments 6.*--lossy"):
        run("export", gold, "--format", "conll", "-o", tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_an_unknown_format_lists_all_with_label_studio(
    gold: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"'xls'.*jsonl,.*labelstudio"):
        run("export", gold, "--format", "xls", "-o", tmp_path / "o")
    with pytest.raises(UsageError, match=r"'xls'.*brat,.*labelstudio"):
        run("import", gold, "--format", "xls", "-o", tmp_path / "o")


def test_documents_without_tokens_get_them_for_formats_of_tokens(
    tmp_path: Path,
) -> None:
    path = tmp_path / "gold.jsonl"
    write_documents(path, [visit().model_copy(update={"tokens": None})])
    run("export", path, "--format", "textee", "--lossy", "-o", tmp_path / "o")
    lines = (tmp_path / "o" / "documents.json").read_text("utf-8").splitlines()
    assert json.loads(lines[0])["tokens"][:2] == ["زار", "وزير"]


def test_a_release_goes_to_label_studio_and_back(tmp_path: Path) -> None:
    folder, path = tmp_path / "o", tmp_path / "back.jsonl"
    result = run("export", SEEDS, "--format", "labelstudio", "--lossy", "-o", folder)
    assert "lost: tokens 3086" in result.stderr
    run("import", folder / "tasks.json", "--format", "labelstudio", "-o", path)
    before = {doc.id: doc for doc in read_documents(SEEDS / "gold.jsonl")}
    after = {doc.id: doc for doc in read_documents(path)}
    assert before.keys() == after.keys()
    for name, doc in before.items():
        found = compare(doc, after[name], schema=SCHEMA, loses=("ids",))
        assert found.faults == ()


def test_gold_of_others_comes_in_with_tokens_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    with pytest.raises(DataError, match=r"1 relations.*--lossy"):
        run("import", GOLDEN / "layouts" / "brat", "--format", "brat", "-o", path)
    assert not path.exists()
    result = run(
        "import", GOLDEN / "layouts" / "brat", "--format", "brat", "--lossy", "-o", path
    )
    assert "left out: relations 1" in result.stderr
    _, doc = read_documents(path)
    assert doc.sha256
    assert doc.tokens
    assert [event.label for event in doc.events] == ["VISIT", "MEET"]


def test_an_annotator_is_chosen_only_for_label_studio(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="labelstudio only"):
        run(
            *("import", tmp_path, "--format", "brat", "--annotator", "1"),
            *("-o", tmp_path / "o"),
        )


def tasks(folder: Path) -> list[dict]:
    folder.mkdir(exist_ok=True)
    write_tasks([visit()], folder, SCHEMA)
    return json.loads((folder / "tasks.json").read_text("utf-8"))


def read(
    folder: Path, content: object, **rest: object
) -> tuple[list[AnnotatedDocument], Dropped]:
    (folder / "tasks.json").write_text(json.dumps(content), encoding="utf-8")
    dropped = Dropped()
    docs = read_tasks(folder, schema=SCHEMA, drop=dropped.add, **rest)
    return list(docs), dropped


def test_one_annotation_of_several_is_chosen_by_name(tmp_path: Path) -> None:
    (task,) = tasks(tmp_path)
    (mine,) = task["annotations"]
    task["annotations"] = [
        mine | {"completed_by": {"id": 1, "email": "a@b.c"}},
        {"result": [], "completed_by": 2},
        {"result": [], "completed_by": 3, "was_cancelled": True},
    ]
    with pytest.raises(DataError, match=r"2 annotations \(by 2, a@b.c\).*--annotator"):
        read(tmp_path, [task])
    docs, dropped = read(tmp_path, [task], annotator="a@b.c")
    assert len(docs[0].entities) == len(visit().entities)
    assert dropped.counts == {"skipped annotations": 1, "annotations of others": 1}
    docs, dropped = read(tmp_path, [task], annotator="9")
    assert docs == []
    assert dropped.counts["tasks without an annotation"] == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda task: task["data"].pop("text"), "has no data.text"),
        (lambda task: task["data"].update(text=TEXT + "x"), "its text was changed"),
        (lambda task: task["data"].pop("doc_id"), "neither data.doc_id nor an id"),
        (
            lambda task: task["annotations"][0]["result"][0]["value"].update(
                labels=["NOPE"]
            ),
            "NOPE",
        ),
    ],
)
def test_a_task_that_does_not_fit_is_named(change, says: str, tmp_path: Path) -> None:
    (task,) = tasks(tmp_path)
    change(task)
    with pytest.raises(DataError, match=says) as told:
        read(tmp_path, [task])
    assert str(told.value).startswith(str(tmp_path / "tasks.json"))


def test_what_is_no_export_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    for content, says in (("{", "1: is no JSON"), ("{}", "no list of tasks")):
        path.write_text(content)
        with pytest.raises(DataError, match=says):
            list(read_tasks(tmp_path, schema=SCHEMA, drop=Dropped().add))


@given(documents())
@examples(40)
def test_any_document_comes_back_from_tasks(doc: AnnotatedDocument) -> None:
    # Label Studio shows a carriage return as a second line break: refused elsewhere.
    assume("\r" not in (doc.text or ""))
    with TemporaryDirectory() as folder:
        write_tasks([number_mentions(doc)], Path(folder), SCHEMA)
        dropped = Dropped()
        (back,) = read_tasks(Path(folder), schema=SCHEMA, drop=dropped.add)
    assert compare(doc, back, schema=SCHEMA, loses=LOSES).faults == ()
    assert not dropped.counts


def test_the_seeds_are_not_changed_by_an_export(tmp_path: Path) -> None:
    copy = tmp_path / "gold"
    shutil.copytree(SEEDS, copy)
    run("export", copy, "--format", "csv", "-o", tmp_path / "o")
    assert {p.name: p.read_bytes() for p in copy.iterdir()} == {
        p.name: p.read_bytes() for p in SEEDS.iterdir()
    }
