"""Files and releases are migrated whole, and what a person must decide is queued."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotate.migrate import migrate_places
from exports import About, build_release, read_release, verify_release
from schemas.annotations import AnnotatedDocument
from schemas.checks import check_document
from schemas.errors import DataError, UsageError
from schemas.jsonl import read_documents, write_documents
from schemas.load import BUILT_IN, load_schema, parse_schema
from schemas.migration_steps import load_migration

OLD = load_schema()
NEW = parse_schema(
    BUILT_IN.read_text("utf-8")
    .replace('version: "1.0"', 'version: "2.0"')
    .replace("TITLE", "OFFICE")
    .replace("LAW", "PARTY")
)
STEPS = """
from: political-news-1.0
to: political-news-2.0
steps:
  - {rename: TITLE, to: OFFICE}
  - {rename: LAW, to: PARTY}
  - {split: ORG, by: subtype, into: {party: PARTY, media: ORG}, ask: [ORG, PARTY]}
"""


def document(doc_id: str, label: str, subtype: str | None) -> AnnotatedDocument:
    mention = {"id": "T1", "label": label, "start": 0, "end": 3, "subtype": subtype}
    return AnnotatedDocument.model_validate(
        {"id": doc_id, "text": "حزب الأمة", "entities": [mention]}
    )


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    path = tmp_path / "steps.yaml"
    path.write_text(STEPS, encoding="utf-8")
    return path


def test_a_file_is_rewritten_and_the_doubtful_is_queued(
    tmp_path: Path, steps: Path
) -> None:
    place = tmp_path / "in.jsonl"
    docs = [document("a", "TITLE", None), document("b", "ORG", "militia")]
    write_documents(place, docs)
    migration = load_migration(steps, old=OLD, new=NEW)
    (moved,) = migrate_places([place], migration, NEW, out=tmp_path / "out")
    assert dict(moved.counts) == {"renamed": 1, "asked": 1}
    written = list(read_documents(tmp_path / "out" / "in.jsonl"))
    assert [doc.entities[0].label for doc in written] == ["OFFICE", "ORG"]
    (queued,) = read_documents(tmp_path / "out" / "undecided.jsonl")
    assert queued.id == "b"
    (asked,) = queued.entities
    assert (asked.label, asked.rule) == ("ORG", "undecided: ORG or PARTY?")
    assert check_document(queued, NEW) == []


def test_a_dry_run_writes_nothing(tmp_path: Path, steps: Path) -> None:
    place = tmp_path / "in.jsonl"
    write_documents(place, [document("a", "TITLE", None)])
    before = sorted(tmp_path.rglob("*"))
    migration = load_migration(steps, old=OLD, new=NEW)
    (moved,) = migrate_places([place], migration, NEW, out=None)
    assert (moved.written, dict(moved.counts)) == (None, {"renamed": 1})
    assert sorted(tmp_path.rglob("*")) == before


def released(tmp_path: Path, doc: AnnotatedDocument) -> Path:
    folder = tmp_path / "old-release"
    build_release(
        [doc], schema=OLD, name="seeds", version="1", folder=folder, about=About()
    )
    return folder


def test_a_release_becomes_a_new_release(tmp_path: Path, steps: Path) -> None:
    folder = released(tmp_path, document("a", "ORG", "party"))
    migration = load_migration(steps, old=OLD, new=NEW)
    (moved,) = migrate_places(
        [folder], migration, NEW, out=tmp_path / "out", release_version="2"
    )
    assert moved.written is not None
    assert verify_release(moved.written) == []
    release = read_release(moved.written)
    assert release.documents[0].entities[0].label == "PARTY"
    assert release.manifest.schema_name == "political-news-2.0"
    assert verify_release(folder) == []


def test_a_release_with_an_open_decision_is_refused(
    tmp_path: Path, steps: Path
) -> None:
    folder = released(tmp_path, document("a", "ORG", "militia"))
    migration = load_migration(steps, old=OLD, new=NEW)
    with pytest.raises(DataError, match="M008"):
        migrate_places(
            [folder], migration, NEW, out=tmp_path / "out", release_version="2"
        )


def test_a_release_needs_a_version_to_become(tmp_path: Path, steps: Path) -> None:
    folder = released(tmp_path, document("a", "ORG", "party"))
    migration = load_migration(steps, old=OLD, new=NEW)
    with pytest.raises(UsageError, match="--release-version"):
        migrate_places([folder], migration, NEW, out=tmp_path / "out")
