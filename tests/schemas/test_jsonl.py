"""JSONL is read with the line of each fault and written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import DataError
from schemas.jsonl import (
    parse_document,
    read_documents,
    render_document,
    write_documents,
)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.integers(0, 5),
    st.sampled_from(["name", "nominal"]),
)
def test_a_document_survives_the_round_trip(text: str, start: int, level: str) -> None:
    mention = EntityMention.model_validate(
        {"id": "T1", "label": "PER", "start": start, "end": start + 1, "level": level}
    )
    doc = AnnotatedDocument(id="x", text=text, entities=(mention,))
    assert parse_document(render_document(doc), "here") == doc


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "x:1: this is not a line of JSON"),
        ('{"text": "t"}', "x:1: the key 'id' is missing"),
        ('{"id": "a", "body": "t"}', "x:1: unknown key 'body'"),
        ('{"id": "a", "entities": [{"label": "PER", "start": -1, "end": 2}]}', "x:1: "),
        ('{"id": "a", "entities": [{"label": "P", "start": 0.5, "end": 2}]}', "x:1: "),
        ('{"id": "a", "entities": [{"label": "P", "start": "1", "end": 2}]}', "x:1: "),
    ],
)
def test_a_line_that_breaks_the_contract_is_refused(line: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_document(line, "x:1")
    assert str(caught.value).startswith(message)


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a", "text": "t"}\n{"id": "b", "text": "\xe1"}\n')
    with pytest.raises(DataError, match=r"a\.jsonl:2: .*UTF-8"):
        list(read_documents(path))


def test_a_doubled_id_is_refused_with_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a"}\n\n{"id": "a"}\n')
    with pytest.raises(DataError, match=r"a\.jsonl:3: .* line 1 already"):
        list(read_documents(path))


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("old")

    def docs() -> Iterator[AnnotatedDocument]:
        yield AnnotatedDocument(id="a")
        raise DataError("the second document is broken")

    with pytest.raises(DataError):
        write_documents(path, docs())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
