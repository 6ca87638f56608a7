from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from evaluation import JsonlSource, score
from evaluation.selection import Relabelled, read_label_map
from schemas.annotations import AnnotatedDocument, Argument, EventMention
from schemas.errors import DataError, UsageError
from tests.evaluation.builders import doc, event, schema

TEXT = "في بغداد"


def files(tmp_path: Path, gold: str, predicted: str) -> tuple[JsonlSource, JsonlSource]:
    sources = []
    for name, content in (("gold", gold), ("predicted", predicted)):
        path = tmp_path / f"{name}.jsonl"
        path.write_text(content, encoding="utf-8")
        sources.append(JsonlSource(path))
    return sources[0], sources[1]


GOLD = '{"id": "a", "text": "في بغداد"}\n'


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            '{"id": "b"}',
            r"predicted.jsonl:2: document 'b' is not among the documents of gold",
        ),
        (
            '{"id": "a"}\n{"id": "a"}',
            r"predicted.jsonl:3: document 'a' was given before",
        ),
        (
            '{"id": "a", "text": "في  بغداد"}',
            r"predicted.jsonl:2: .* at character 3 it has ' بغداد' instead of 'بغداد'",
        ),
        (
            '{"id": "a", "text": "في"}',
            r"it ends at character 2, before ' بغداد'",
        ),
        (
            '{"id": "a", "text": "في بغداد أمس"}',
            r"at character 8 it goes on with ' أمس'",
        ),
        (
            '{"id": "a", "sha256": "00"}',
            r"was made from another text .* sha256 differ",
        ),
        (
            '{"id": "a", "entities": [{"label": "GPE", "start": 3, "end": 9}]}',
            r"predicted.jsonl:2: .*\[3, 9\) ends after the text \(8 characters\)",
        ),
        (
            '{"id": "a", "entities": [{"label": "GPE", "start": 3, "end": 3}]}',
            r"\[3, 3\) is empty",
        ),
        (
            '{"id": "a", "entities": [{"label": "GPE", "start": -1, "end": 3}]}',
            r"predicted.jsonl:2: .*start",
        ),
        (
            '{"id": "a", "entities": [{"label": "GPE", "start": 1, "end": 9876543210}'
            "]}",
            r"no text reaches",
        ),
        (
            '{"id": "a", "entities": [{"label": "X", "start": 3, "end": 8}]}',
            r"predicted.jsonl:2: .*'X' is no entity label of the schema small-1.0",
        ),
        (
            '{"id": "a", "events": [{"label": "MEET", "start": 0, "end": 2, '
            '"arguments": [{"role": "ACTOR", "entity": "T9"}]}]}',
            r"predicted.jsonl:2: .*names the entity 'T9', which the document does not",
        ),
        (
            '{"id": "a", "events": [{"label": "MEET", "start": 0, "end": 2, '
            '"arguments": [{"role": "ACTOR", "start": 3}]}]}',
            r"neither an entity nor a whole span",
        ),
        (
            '{"id": "a", "events": [{"label": "MEET", "start": 0, "end": 2, '
            '"arguments": [{"role": "OWNER", "start": 3, "end": 8}]}]}',
            r"'OWNER' is no role",
        ),
        (
            '{"id": "a", "entities": [{"label": "GPE", "start": 3, "end": 8, '
            '"text": "دمشق"}]}',
            r"says its text is 'دمشق', but covers 'بغداد'",
        ),
        (
            '{"id": "a", "entities": [{"id": "T1", "label": "GPE", "start": 3, '
            '"end": 8}, {"id": "T1", "label": "PER", "start": 0, "end": 2}]}',
            r"predicted.jsonl:2: .*two mentions have the id 'T1'",
        ),
        ('{"id": "a", ', r"predicted.jsonl:2: this is not a line of JSON"),
        ('{"id": "a", "spans": []}', r"predicted.jsonl:2: unknown key 'spans'"),
        ("[1]", r"predicted.jsonl:2: "),
    ],
)
def test_a_bad_prediction_is_told_with_its_line(
    tmp_path: Path, line: str, fault: str
) -> None:
    gold, predicted = files(tmp_path, GOLD, f"\n{line}\n")
    with pytest.raises(DataError, match=fault):
        score(gold, predicted, schema=schema())


@pytest.mark.parametrize("entity", ['"entity": "T9"', '"start": 3'])
def test_the_line_is_told_through_a_label_map(tmp_path: Path, entity: str) -> None:
    line = '{"id": "a", "events": [{"label": "M", "start": 0, "end": 2, "arguments": '
    line += f'[{{"role": "ACTOR", {entity}}}]}}]}}'
    gold, predicted = files(tmp_path, GOLD, f"\n{line}\n")
    with pytest.raises(DataError, match=r"predicted.jsonl:2: document 'a': ACTOR of"):
        score(gold, Relabelled(predicted, {"M": "MEET"}), schema=schema())


def test_a_bad_document_in_memory_is_named() -> None:
    gold = [doc(text=TEXT)]
    with pytest.raises(DataError, match="predicted document 'a': span"):
        score(gold, [doc(entities=[(3, 9, "GPE")])])
    dangling = EventMention(
        label="MEET", start=0, end=2, arguments=(Argument(role="ACTOR", entity="T1"),)
    )
    with pytest.raises(DataError, match="gold document 'a': ACTOR of MEET"):
        score([AnnotatedDocument(id="a", text=TEXT, events=(dangling,))], [])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl: cannot be read"):
        score(JsonlSource(tmp_path / "none.jsonl"), [])


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(b'{"id": "a", "text": "\xff"}\n')
    with pytest.raises(DataError, match=r"p.jsonl:1: "):
        score(JsonlSource(path), [])


def test_a_prediction_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(b'\n{"id": "a", "text": "\xff"}\n')
    with pytest.raises(DataError, match=r"p.jsonl:2: "):
        score([doc(text=TEXT)], JsonlSource(path))


def test_escaped_text_is_the_same_text(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({"id": "a", "text": TEXT}), encoding="ascii")
    assert score([doc(text=TEXT)], JsonlSource(path)).documents == ("a",)
    assert score(JsonlSource(path), [doc(text=TEXT)]).documents == ("a",)


def test_a_text_that_is_no_string_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "a", "text": 5}')
    with pytest.raises(DataError, match=r"p.jsonl:1: text"):
        score([doc(text=TEXT)], JsonlSource(path))


def test_a_cut_gzip_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl.gz"
    path.write_bytes(gzip.compress(GOLD.encode() * 1000)[:-20])
    with pytest.raises(DataError, match=r"p.jsonl.gz: cannot be read"):
        score(JsonlSource(path), [])


def test_an_unknown_layer_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no layer 'entity'.*entities:overlap"):
        score([doc()], [doc()], criteria=["entity"])


def test_the_clitic_layers_want_the_span_rule() -> None:
    with pytest.raises(UsageError, match="span rule"):
        score([doc()], [doc()], criteria=["entities:clitic"])


def test_a_file_and_its_documents_score_the_same(tmp_path: Path) -> None:
    from schemas.jsonl import read_documents, write_documents

    docs = [
        doc(
            "a",
            text=TEXT,
            entities=[(3, 8, "GPE")],
            events=[event(0, 2, "MEET", ("ACTOR", 3, 8))],
        ),
        doc("b", text=TEXT, entities=[(0, 2, "PER")], level="nominal"),
    ]
    path, other = tmp_path / "gold.jsonl", tmp_path / "gold.jsonl.gz"
    write_documents(path, docs)
    other.write_bytes(gzip.compress(path.read_bytes()))
    predicted = [docs[0].model_copy(update={"text": None})]
    expected = score(docs, predicted).to_json()
    assert score(JsonlSource(path), predicted).to_json() == expected
    assert score(JsonlSource(other), predicted).to_json() == expected
    assert score(tuple(read_documents(path)), predicted).to_json() == expected


def test_a_label_that_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text('gold: {PER: "\\ud800"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="gold is not a label map"):
        read_label_map(path)
