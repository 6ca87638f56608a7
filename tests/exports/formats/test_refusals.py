"""A file that its reader cannot read is named, with its line where it has lines."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

import pytest

from exports.conversion import FORMATS
from exports.formats.bigbio import FEATURES
from exports.losses import Dropped
from schemas.errors import DataError
from tests.golden.write import FORMATS_FOLDER

SPOILT = {
    "textee: no JSON": ("textee", "documents.json", b"{", b"", ":1: is no instance"),
    "textee: not UTF-8": ("textee", "documents.json", b"{", b"\xff", "is not UTF-8"),
    "textee: a list": ("textee", "documents.json", b'"doc_id"', b'"id"', ":1: is no"),
    "textee: no tokens": ("textee", "documents.json", b'"tokens"', b'"t"', ":1: is no"),
    "textee: infinite": (
        *("textee", "documents.json", b'"start": 0', b'"start": Infinity'),
        ":1: is no instance of TextEE",
    ),
    "omnievent: no JSON": (
        *("omnievent", "documents.unified.jsonl", b"{", b""),
        ":1: is no record of OmniEvent",
    ),
    "omnievent: no text": (
        *("omnievent", "documents.unified.jsonl", b'"text"', b'"t"'),
        ":1: is no record of OmniEvent",
    ),
    "omnievent: one edge": (
        *("omnievent", "documents.unified.jsonl", b'position": [0, ', b'position": ['),
        ":1: is no record of OmniEvent",
    ),
    "csv: empty": ("csv", "events.csv", None, b"", "events.csv: is no table of CSV"),
    "csv: a number": (
        *("csv", "tokens.csv", b'"visit",0,', b'"visit",x,'),
        "tokens.csv: row 1: is no row of tokens",
    ),
    "csv: no event": (
        *("csv", "arguments.csv", b'"visit","E1"', b'"visit",""'),
        "arguments.csv: row 1: is no row of arguments",
    ),
    "csv: a negative edge": (
        *("csv", "entities.csv", b'"GPE",', b'"GPE",-'),
        "the document 'visit': is no document in tables",
    ),
    "xmi: other types": (
        *("xmi", "TypeSystem.xml", b"typeDescription", b"typedescription"),
        "visit.xmi: is no CAS with our layers",
    ),
    "xmi: an encoding that nobody knows": (
        *("xmi", "visit.xmi", b"UTF-8", b"UTF-9"),
        "visit.xmi: is no XML (unknown encoding: UTF-9)",
    ),
    "xmi: an encoding that expat cannot take": (
        *("xmi", "visit.xmi", b"UTF-8", b"UTF-7"),
        "visit.xmi: is no XML",
    ),
    "xmi: no number": (
        *("xmi", "visit.xmi", b'begin="0"', b'begin="x"'),
        "visit.xmi: is no CAS with our layers",
    ),
    "cas-json: no JSON": ("cas-json", "visit.json", b"{", b"", "visit.json: is no CAS"),
    "cas-json: no text": (
        *("cas-json", "visit.json", b'"sofaString"', b'"s"'),
        "visit.json: is no CAS with our layers",
    ),
    "spacy: not packed": ("spacy", "documents.spacy", None, b"x", "is no DocBin"),
    "spacy: no lengths": (
        *("spacy", "documents.spacy", b"\xa7lengths", b"\xa7length_"),
        "documents.spacy: is no DocBin",
    ),
}


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "told"), SPOILT.values(), ids=SPOILT
)
def test_a_file_that_is_spoilt_is_named(
    name: str, file: str, old: bytes | None, new: bytes, told: str, tmp_path: Path
) -> None:
    place = tmp_path / name
    shutil.copytree(FORMATS_FOLDER / name, place)
    content = (place / file).read_bytes()
    packed = name == "spacy" and old is not None
    if packed:
        content = zlib.decompress(content)
    assert old is None or old in content
    spoilt = new if old is None else content.replace(old, new)
    (place / file).write_bytes(zlib.compress(spoilt) if packed else spoilt)
    with pytest.raises(DataError) as refusal:
        list(FORMATS[name].read(place, Dropped()))
    assert told in str(refusal.value)
    assert str(place) in str(refusal.value)


def test_a_row_of_parquet_that_lacks_what_the_schema_has_is_named(
    tmp_path: Path,
) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    row: dict[str, str | None] = {**dict.fromkeys(FEATURES), "id": "a"}
    parquet.write_table(pa.Table.from_pylist([row]), tmp_path / "train.parquet")
    with pytest.raises(DataError, match=r"train\.parquet: row 1: is no row of the"):
        list(FORMATS["parquet"].read(tmp_path, Dropped()))
