"""Exports are whole or not there, and no loss goes unsaid."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from exports.conversion import (
    FORMATS,
    Format,
    RoundTripError,
    export,
    read_layout,
)
from exports.losses import Dropped
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import DataError, UsageError
from schemas.labels import Schema
from tests.exports.formats.builders import SCHEMA, TEXT, span_of, visit

# What visit() loses, counted by hand from its definition.
VISIT_LOSES: dict[str, dict[str, int]] = {
    "jsonl": {},
    "spacy": {},
    "xmi": {},
    "cas-json": {},
    "csv": {},
    "brat": {
        "document meta": 2,
        "tokens": 18,
        "sentences": 3,
        "scores": 3,
        "rules": 2,
        "annotators": 1,
        "mention meta": 1,
        "arguments with a span of their own": 1,
    },
    "parquet": {
        "document meta": 2,
        "tokens": 18,
        "sentences": 3,
        "levels": 1,
        "subtypes": 2,
        "scores": 3,
        "rules": 2,
        "annotators": 1,
        "mention meta": 1,
        "polarity": 1,
        "realis": 1,
        "modes": 1,
        "arguments with a span of their own": 1,
    },
    "conll": {
        "document meta": 2,
        "subtypes": 2,
        "kb": 1,
        "scores": 2,
        "rules": 1,
        "annotators": 1,
        "mention meta": 1,
        "polarity": 1,
        "realis": 1,
        "modes": 1,
        "arguments": 6,
    },
    "textee": {
        "document meta": 2,
        # ببغداد is two tokens there: one is gone, two are new.
        "tokens": 3,
        "kb": 1,
        "scores": 3,
        "rules": 2,
        "annotators": 1,
        "mention meta": 1,
        "polarity": 1,
        "realis": 1,
        "modes": 1,
        "arguments with a span of their own": 1,
        "arguments across sentences": 1,
    },
    "omnievent": {
        "document meta": 2,
        "tokens": 18,
        "sentences": 3,
        "levels": 1,
        "subtypes": 2,
        "kb": 1,
        "scores": 3,
        "rules": 2,
        "annotators": 1,
        "mention meta": 1,
        "polarity": 1,
        "realis": 1,
        "modes": 1,
        "arguments across sentences": 1,
    },
}


def write(folder: Path, name: str, *docs: AnnotatedDocument, **rest: object) -> object:
    return export(docs, schema=SCHEMA, format_name=name, folder=folder, **rest)


@pytest.mark.parametrize("name", FORMATS)
def test_every_loss_of_a_small_document_is_counted_by_kind(
    name: str, tmp_path: Path
) -> None:
    assert write(tmp_path / "o", name, visit(), lossy=True) == VISIT_LOSES[name]


def test_losses_are_refused_with_their_counts_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    with pytest.raises(UsageError, match=r"subtypes 2, kb 1, .*arguments 6.*--lossy"):
        write(tmp_path / "o", "conll", visit())
    assert list(tmp_path.iterdir()) == []


def test_the_losses_are_listed_beside_the_files(tmp_path: Path) -> None:
    write(tmp_path / "o", "brat", visit(), lossy=True)
    report = json.loads((tmp_path / "o" / "LOSSES.json").read_text("utf-8"))
    counts = {kind: entry["count"] for kind, entry in report["losses"].items()}
    assert report["format"] == "brat"
    assert counts == VISIT_LOSES["brat"]


def test_a_format_that_holds_everything_needs_no_leave(tmp_path: Path) -> None:
    write(tmp_path / "o", "csv", visit())
    assert not (tmp_path / "o" / "LOSSES.json").exists()


def test_an_unknown_format_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'excel'.*jsonl, parquet, conll"):
        write(tmp_path / "o", "excel", visit())


def test_documents_that_break_the_contract_are_refused_with_every_problem(
    tmp_path: Path,
) -> None:
    past = EntityMention(label="PER", start=0, end=999)
    unknown = EntityMention(label="NOPE", start=0, end=3)
    doc = AnnotatedDocument(id="a", text=TEXT, entities=(past, unknown))
    with pytest.raises(DataError, match=r"(?s)2 problems.*M001.*M003"):
        write(tmp_path / "o", "jsonl", doc)
    with pytest.raises(DataError, match="no documents"):
        write(tmp_path / "o", "jsonl")
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_does_what_it_may_not_is_found_out(tmp_path: Path) -> None:
    def read(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
        for doc in FORMATS["jsonl"].read(place, dropped):
            moved = doc.entities[0].model_copy(update={"end": doc.entities[0].end - 1})
            yield doc.model_copy(
                update={"entities": (moved, *doc.entities[1:]), "meta": {}}
            )

    wrong = Format("wrong", FORMATS["jsonl"].write, read)
    with pytest.raises(RoundTripError) as told:
        write(tmp_path / "o", "wrong", visit(), lossy=True, formats={"wrong": wrong})
    assert "TITLE [4, 25) was lost" in str(told.value)
    assert "TITLE [4, 24) came from nowhere" in str(told.value)
    assert "meta" in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_the_same_export_again_is_fine_and_another_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "o", "csv", visit())
    write(tmp_path / "o", "csv", visit())
    before = {p.name: p.read_bytes() for p in (tmp_path / "o").iterdir()}
    with pytest.raises(DataError, match="holds something else"):
        write(tmp_path / "o", "csv", visit("another"))
    assert before == {p.name: p.read_bytes() for p in (tmp_path / "o").iterdir()}
    assert [p.name for p in tmp_path.iterdir()] == ["o"]


def test_a_disk_that_fills_leaves_nothing(tmp_path: Path) -> None:
    def write_much(
        docs: Sequence[AnnotatedDocument], folder: Path, _schema: Schema
    ) -> None:
        (folder / "half").write_text("x")
        raise OSError(28, "No space left on device")

    full = Format("full", write_much, FORMATS["jsonl"].read)
    with pytest.raises(DataError, match="No space left on device"):
        write(tmp_path / "o", "full", visit(), formats={"full": full})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("parquet", "pyarrow", "parquet"),
        ("spacy", "spacy", "spacy"),
        ("xmi", "cassis", "cas"),
    ],
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    name: str,
    module: str,
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = [m for m in sys.modules if m.partition(".")[0] == module]
    for each in loaded:
        monkeypatch.delitem(sys.modules, each)

    class Absent:
        def find_spec(self, wanted: str, *_rest: object) -> None:
            if wanted.partition(".")[0] == module:
                raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(UsageError, match=rf"needs {module}.*'miyar\[{extra}\]'"):
        write(tmp_path / "o", name, visit(), lossy=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["conll", "textee"])
def test_formats_of_tokens_ask_for_tokens(name: str, tmp_path: Path) -> None:
    bare = visit().model_copy(update={"tokens": None})
    with pytest.raises(DataError, match=r"visit: has no tokens.*miyar ingest"):
        write(tmp_path / "o", name, bare, lossy=True)


def test_characters_that_a_format_cannot_hold_are_named(tmp_path: Path) -> None:
    def doc(char: str) -> AnnotatedDocument:
        return AnnotatedDocument(id="a", text=f"بغداد{char}", tokens=((0, 5),))

    with pytest.raises(DataError, match=r"character 5 .*U\+0001.*XML"):
        write(tmp_path / "o", "xmi", doc("\x01"), lossy=True)
    with pytest.raises(DataError, match="carriage returns"):
        write(tmp_path / "o", "brat", doc("\r"), lossy=True)
    long = doc("").model_copy(update={"id": "م" * 200})
    with pytest.raises(DataError, match="too long for a file name"):
        write(tmp_path / "o", "brat", long, lossy=True)
    assert list(tmp_path.iterdir()) == []


def test_a_mention_that_no_sentence_holds_is_a_named_loss(tmp_path: Path) -> None:
    crossing = EntityMention(label="ORG", start=span_of("أمس")["start"], end=45)
    doc = visit().model_copy(update={"entities": (crossing,), "events": ()})
    for name in ("conll", "textee", "omnievent"):
        losses = write(tmp_path / name, name, doc, lossy=True)
        assert losses["mentions across sentences"] == 1
    assert "mentions across sentences" not in write(
        tmp_path / "brat", "brat", doc, lossy=True
    )


def test_an_unknown_layout_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'ace'.*brat, conll.*wojood"):
        read_layout(tmp_path, layout="ace")
    with pytest.raises(DataError, match="is not there"):
        read_layout(tmp_path / "none", layout="brat")
