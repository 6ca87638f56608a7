"""Collections of documents are found and read a line at a time, whatever packs them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError
from schemas.jsonl import parse_document, read_documents, render_document
from schemas.parquet import ROWS, write_rows
from schemas.sources import find_files, read_lines, zstd

LINES = b'{"id": "a", "text": "x"}\n\n{"id": "b", "text": "y"}\n'


def pack(path: Path, content: bytes) -> Path:
    if path.suffix == ".gz":
        content = gzip.compress(content)
    elif path.suffix == ".zst":
        content = zstd().compress(content)
    elif path.suffix == ".parquet":
        with path.open("wb") as out:
            write_rows(out, [line for line in content.split(b"\n") if line])
        return path
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_every_packing_holds_the_same_documents(tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / name, LINES)
    assert [(doc.id, doc.text) for doc in read_documents(path)] == [
        ("a", "x"),
        ("b", "y"),
    ]


def test_a_folder_and_a_glob_are_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("2.jsonl.zst", "1.jsonl", "3.jsonl.gz"):
        line = f'{{"id": "{name}"}}\n'
        pack(tmp_path / name, line.encode())
    (tmp_path / "README.md").write_text("not a document")
    (tmp_path / ".1.jsonl.parts").mkdir()
    names = ["1.jsonl", "2.jsonl.zst", "3.jsonl.gz"]
    assert [doc.id for doc in read_documents(tmp_path)] == names
    assert [path.name for path in find_files([tmp_path / "*.jsonl*"])] == names


def test_a_folder_that_mixes_kinds_is_refused_with_a_way_out(tmp_path: Path) -> None:
    pack(tmp_path / "a.jsonl", LINES)
    pack(tmp_path / "a.parquet", LINES)
    with pytest.raises(DataError, match=r"several kinds \(.jsonl, .parquet\).*glob"):
        find_files([tmp_path])


def test_one_id_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    pack(tmp_path / "1.jsonl", LINES)
    pack(tmp_path / "2.jsonl", LINES)
    with pytest.raises(DataError, match=r"2.jsonl:1: .*'a' was used on .*1.jsonl:1 "):
        list(read_documents(tmp_path))


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_a_file_that_breaks_off_is_one_clear_error(tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / name, LINES * 100)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=rf"{name}: cannot be read"):
        list(read_lines(path))


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_a_file_that_is_not_what_its_name_says_is_refused(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(LINES)
    with pytest.raises(DataError, match=rf"{name}: cannot be read"):
        list(read_lines(path))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MAYBE = st.none() | TEXT
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2)
    ),
    max_leaves=4,
)
META = st.dictionaries(TEXT, JSON, max_size=2)
OFFSET = st.integers(0, 2**40)
SCORE = st.none() | st.floats(allow_nan=False, allow_infinity=False)
MENTION = {
    "id": MAYBE,
    "label": TEXT,
    "start": OFFSET,
    "end": OFFSET,
    "text": MAYBE,
    "score": SCORE,
    "rule": MAYBE,
    "annotator": MAYBE,
    "meta": st.none() | META,
}
ARGUMENTS = st.builds(
    Argument,
    role=TEXT,
    entity=MAYBE,
    start=st.none() | OFFSET,
    end=st.none() | OFFSET,
    score=SCORE,
    rule=MAYBE,
)
SPANS = st.none() | st.lists(st.tuples(OFFSET, OFFSET), max_size=3).map(tuple)
DOCUMENTS = st.builds(
    AnnotatedDocument,
    id=TEXT.filter(bool),
    text=MAYBE,
    sha256=MAYBE,
    meta=META,
    tokens=SPANS,
    sentences=SPANS,
    entities=st.lists(
        st.builds(
            EntityMention,
            **MENTION,
            level=st.sampled_from(["name", "nominal"]),
            subtype=MAYBE,
            kb=MAYBE,
        ),
        max_size=2,
    ).map(tuple),
    events=st.lists(
        st.builds(
            EventMention,
            **MENTION,
            arguments=st.lists(ARGUMENTS, max_size=2).map(tuple),
            polarity=st.sampled_from(["positive", "negative"]),
            realis=st.sampled_from(["actual", "future", "hypothetical"]),
            mode=MAYBE,
        ),
        max_size=2,
    ).map(tuple),
)


@settings(deadline=None)
@given(docs=st.lists(DOCUMENTS, max_size=3))
def test_parquet_holds_every_key_of_the_contract(
    tmp_path_factory: pytest.TempPathFactory, docs: list[AnnotatedDocument]
) -> None:
    path = tmp_path_factory.mktemp("parquet") / "docs.parquet"
    lines = [render_document(doc) for doc in docs]
    with path.open("wb") as out:
        write_rows(out, [line.encode() for line in lines])
    back = [parse_document(line, str(n)) for n, line in read_lines(path)]
    assert back == docs
    assert [render_document(doc) for doc in back] == lines


def test_the_same_lines_give_the_same_parquet_in_groups(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    lines = [f'{{"id": "{n}", "text": "x"}}'.encode() for n in range(ROWS * 2 + 1)]
    for name in ("a", "b"):
        with (tmp_path / name).open("wb") as out:
            write_rows(out, iter(lines))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert pq.ParquetFile(tmp_path / "a").num_row_groups == 3


def test_an_offset_that_no_column_holds_is_refused(tmp_path: Path) -> None:
    line = b'{"id": "a", "tokens": [[0, 9223372036854775808]]}'
    with (tmp_path / "a").open("wb") as out, pytest.raises(DataError, match="'a'"):
        write_rows(out, [line])
