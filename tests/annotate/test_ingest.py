"""Articles become documents: once normalised, hashed, cut into tokens and sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.ingest import build_document, read_articles, read_sources
from schemas.errors import DataError
from schemas.jsonl import text_sha256

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"


def test_the_five_seed_articles_are_read() -> None:
    docs = list(read_sources([SEEDS]))
    assert len(docs) == 5
    for doc in docs:
        assert doc.text == (SEEDS / f"{doc.id}.txt").read_text("utf-8").rstrip("\n")
        assert doc.sha256 == text_sha256(doc.text)
        assert doc.meta["outlet"] is None or doc.meta["outlet"] in doc.text


def test_line_breaks_are_normalised_before_offsets_are_counted() -> None:
    doc = build_document(doc_id="a", text="\ufeffسطر\r\nآخر\rثالث", where="a")
    assert doc.text == "سطر\nآخر\nثالث"
    assert doc.sentences == ((0, 3), (4, 7), (8, 12))


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip))
def test_tokens_and_sentences_cover_the_text_in_order(text: str) -> None:
    doc = build_document(doc_id="a", text=text, where="a")
    assert doc.text is not None
    assert doc.tokens is not None
    assert doc.sentences is not None
    for spans in (doc.tokens, doc.sentences):
        covered: set[int] = set()
        last = 0
        for start, end in spans:
            assert last <= start < end <= len(doc.text)
            last = end
            covered |= set(range(start, end))
        missed = set(range(len(doc.text))) - covered
        assert all(doc.text[place].isspace() for place in missed)


def test_jsonl_articles_keep_their_other_keys_as_meta(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(
        json.dumps({"id": 7, "content": "خبر.", "source": "قناة"}), encoding="utf-8"
    )
    (doc,) = read_sources([path])
    assert (doc.id, doc.text, doc.meta) == ("7", "خبر.", {"source": "قناة"})


def test_annotated_lines_are_taken_as_they_stand(tmp_path: Path) -> None:
    line = {
        "id": "a",
        "text": "في\r\nبغداد",
        "entities": [{"label": "GPE", "start": 4, "end": 9}],
    }
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    (doc,) = read_sources([path])
    assert doc.text == line["text"]
    assert doc.entities[0].span == (4, 9)


def test_csv_articles_are_read_with_quoted_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text('id,text,outlet\n1,"سطر\r\nآخر، نعم",x\n', encoding="utf-8")
    (doc,) = read_sources([path])
    assert (doc.text, doc.meta) == ("سطر\nآخر، نعم", {"outlet": "x"})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"  \n", "a.txt: the article is empty"),
        ("a.txt", "خبر".encode("cp1256"), "a.txt: is not UTF-8"),
        ("a.jsonl", b'{"id": "a", "text": ""}', "a.jsonl:1: the article is empty"),
        ("a.jsonl", b'{"text": "x"}', "a.jsonl:1: the article has no 'id'"),
        ("a.jsonl", b"[1]", "a.jsonl:1: a line must be a JSON object"),
        (
            "a.jsonl",
            b'{"id": "a", "text": "\\ud800"}',
            "a.jsonl:1: character 0 is half",
        ),
        ("a.jsonl", b'{"id":1,"text":"x"}\n{"id":1,"text":"y"}', "a.jsonl:2: document"),
        ("a.csv", b'id,text\n1,"x', "a.csv:2: not valid CSV"),
        ("a.csv", b"id,text\n1,x,y", "a.csv:2: the row has more cells"),
        ("a.doc", b"x", "a.doc: of a kind that is not read"),
    ],
)
def test_bad_input_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        list(read_sources([path]))
    assert message in str(caught.value)


def test_a_place_without_articles_is_told(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "*.txt", tmp_path / "none.txt"):
        with pytest.raises(DataError, match="no document is there"):
            list(read_sources([place]))


def test_a_glob_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.md"):
        (tmp_path / name).write_text("خبر", encoding="utf-8")
    assert [doc.id for doc in read_sources([tmp_path / "*.txt"])] == ["a", "b"]


def test_parquet_of_others_is_read_by_its_columns(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"url": "u/1", "body": "خبر.", "source": "قناة", "score": None}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "news.parquet")
    (doc,) = read_sources([tmp_path / "news.parquet"])
    assert (doc.id, doc.text, doc.meta) == ("u/1", "خبر.", {"source": "قناة"})


def test_what_is_read_so_far_is_told_as_a_share(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text("خبر", encoding="utf-8")
    told: list[float] = []
    list(read_articles([tmp_path], told.append))
    assert told == sorted(told)
    assert told[-1] == 1
