from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from exports import (
    About,
    Annotator,
    Manifest,
    build_release,
    find_gold,
    read_gold,
    read_release,
    verify_release,
)
from exports.card import HEADINGS
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError, UsageError
from schemas.load import load_schema

SCHEMA = load_schema()
PERSON, ROLE, EVENT = "PER", "ACTOR", "STATEMENT"
TEXT = "أعلن الكاظمي في بغداد"


def gold(doc_id: str = "a", **changes: object) -> AnnotatedDocument:
    doc = AnnotatedDocument(
        id=doc_id,
        text=TEXT,
        meta={"outlet": "x", "published": "2020-12-28"},
        entities=(
            EntityMention(id="T2", label="GPE", start=16, end=21),
            EntityMention(id="T1", label=PERSON, start=5, end=12),
        ),
        events=(
            EventMention(
                id="E1",
                label=EVENT,
                start=0,
                end=4,
                arguments=(Argument(role=ROLE, entity="T1"),),
            ),
        ),
    )
    return doc.model_copy(update=changes)


def release(folder: Path, docs: list[AnnotatedDocument], **rest: object) -> Manifest:
    options = {"schema": SCHEMA, "name": "tiny", "version": "1.0", **rest}
    return build_release(docs, folder=folder, **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_the_same_content_gives_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    turned = gold(
        entities=tuple(reversed(gold().entities)),
        meta=dict(reversed(gold().meta.items())),
    )
    release(tmp_path / "one", [gold(), gold("b")])
    release(tmp_path / "two", [gold("b"), turned])
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_release_reads_back_as_what_was_released(tmp_path: Path) -> None:
    manifest = release(tmp_path / "r", [gold("b"), gold()])
    back = read_release(tmp_path / "r")
    assert back.manifest == manifest
    assert back.schema == SCHEMA
    assert [doc.id for doc in back.documents] == ["a", "b"]
    first = back.documents[0]
    assert set(first.entities) == set(gold().entities)
    assert (first.events, first.text, first.meta) == (
        gold().events,
        gold().text,
        gold().meta,
    )
    assert first.sha256 is not None


def test_the_manifest_counts_every_label_and_names_who_annotated(
    tmp_path: Path,
) -> None:
    about = About(
        annotators=(Annotator(name="first", kind="machine", documents=1),),
        adjudication={"accepted": 3},
    )
    manifest = release(tmp_path / "r", [gold()], about=about)
    written = json.loads((tmp_path / "r" / "manifest.json").read_text("utf-8"))
    assert written["release"] == manifest.release
    assert written["schema_name"] == SCHEMA.name
    assert written["statistics"]["names"].keys() == SCHEMA.entities.keys()
    assert written["statistics"]["names"][PERSON] == 1
    assert written["statistics"]["events"][EVENT] == 1
    assert written["statistics"]["arguments"][ROLE] == 1
    assert written["about"]["annotators"][0]["kind"] == "machine"
    assert written["about"]["adjudication"] == {"accepted": 3}


def test_any_change_of_content_or_statement_is_another_release(tmp_path: Path) -> None:
    variants = [
        release(tmp_path / "0", [gold()]),
        release(tmp_path / "1", [gold(), gold("b")]),
        release(tmp_path / "2", [gold()], version="1.1"),
        release(tmp_path / "3", [gold()], about=About(made_by="x")),
        release(tmp_path / "4", [gold()], agreement={"layers": {}}),
    ]
    assert len({m.release for m in variants}) == len(variants)


def test_problems_are_all_listed_and_nothing_is_written(tmp_path: Path) -> None:
    past_end = EntityMention(label=PERSON, start=5, end=99)
    unknown = EntityMention(label="NOPE", start=0, end=4)
    with pytest.raises(DataError) as told:
        release(tmp_path / "r", [gold(entities=(past_end, unknown), events=())])
    assert "M001" in str(told.value)
    assert "M003" in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_no_documents_are_no_release(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no documents"):
        release(tmp_path / "r", [])


def test_the_same_release_again_is_fine_and_another_is_refused(tmp_path: Path) -> None:
    release(tmp_path / "r", [gold()])
    before = contents(tmp_path / "r")
    release(tmp_path / "r", [gold()])
    with pytest.raises(DataError, match=r"holds the release tiny-1.0 .* never changes"):
        release(tmp_path / "r", [gold("b")])
    assert contents(tmp_path / "r") == before


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="is no release"):
        release(tmp_path, [gold()])
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        release(tmp_path / "r", [gold()])
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name 'a/b' cannot be used"):
        release(tmp_path / "r", [gold()], name="a/b")


def test_every_kind_of_tampering_is_found(tmp_path: Path) -> None:
    def codes(change: str) -> set[str]:
        folder = tmp_path / change
        release(folder, [gold()])
        if change == "edited":
            (folder / "gold.jsonl").write_text("{}")
        elif change == "missing":
            (folder / "schema.yaml").unlink()
        elif change == "added":
            (folder / "more.jsonl").write_text("{}")
        elif change == "manifest":
            path = folder / "manifest.json"
            path.write_text(path.read_text("utf-8").replace('"tiny"', '"huge"'))
        return {problem.code for problem in verify_release(folder)}

    assert codes("untouched") == set()
    assert codes("edited") == {"V002"}
    assert codes("missing") == {"V001"}
    assert codes("added") == {"V003"}
    assert codes("manifest") == {"V004"}


def test_a_changed_release_is_neither_read_nor_scored(tmp_path: Path) -> None:
    release(tmp_path / "r", [gold()])
    (tmp_path / "r" / "gold.jsonl").write_text("{}")
    with pytest.raises(DataError, match="V002"):
        read_release(tmp_path / "r")
    with pytest.raises(DataError, match="was changed"):
        find_gold(tmp_path / "r")


def test_gold_is_a_release_folder_or_a_file(tmp_path: Path) -> None:
    release(tmp_path / "r", [gold()])
    shutil.copy(tmp_path / "r" / "gold.jsonl", tmp_path / "mine.jsonl")
    assert read_gold(tmp_path / "r") == read_gold(tmp_path / "mine.jsonl")
    assert find_gold(tmp_path / "r").name == "tiny-1.0"
    assert find_gold(tmp_path / "mine.jsonl").name == "mine"
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "none", tmp_path / "empty"):
        with pytest.raises(DataError, match="release"):
            find_gold(place)


def test_the_card_has_every_heading_and_guesses_nothing(tmp_path: Path) -> None:
    about = About(
        notes={"limitations": "Five articles only."},
        annotators=(Annotator(name="first", kind="machine"),),
    )
    release(tmp_path / "r", [gold()], about=about)
    card = (tmp_path / "r" / "README.md").read_text("utf-8")
    for heading in HEADINGS.values():
        assert f"## {heading}\n" in card
    assert "Five articles only." in card
    assert "no human ceiling" in card
    licence = card.partition("## Licence and terms of use\n\n")[2].splitlines()[0]
    assert licence == "Not stated by the makers of this release."
    assert f"| {PERSON} | 1 | 0 |" in card


def test_a_note_under_an_unknown_heading_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no heading 'limits'"):
        release(tmp_path / "r", [gold()], about=About(notes={"limits": "x"}))
    assert list(tmp_path.iterdir()) == []
