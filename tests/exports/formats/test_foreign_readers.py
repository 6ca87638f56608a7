"""The readers that people use find what was written, where it was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exports.conversion import export
from schemas.annotations import AnnotatedDocument
from tests.exports.formats.builders import SCHEMA, TEXT, visit


@pytest.fixture
def written(tmp_path: Path):
    def write(name: str, *docs: AnnotatedDocument) -> Path:
        folder = tmp_path / name
        docs = docs or (visit(), visit("second"))
        export(docs, schema=SCHEMA, format_name=name, folder=folder, lossy=True)
        return folder

    return write


def entity_words() -> list[tuple[str, str]]:
    return [(m.label, TEXT[m.start : m.end]) for m in visit().entities]


@pytest.mark.filterwarnings("ignore")
def test_datasets_loads_the_parquet_in_the_bigbio_schema(
    written, tmp_path, monkeypatch
):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    import datasets

    value, sequence = datasets.Value, datasets.Sequence
    # As the schema is written in utils/schemas/kb.py of BigBio.
    texts, offsets = sequence(value("string")), sequence([value("int32")])
    normalized = [{"db_name": value("string"), "db_id": value("string")}]
    place = {"text": texts, "offsets": offsets}
    typed = {"id": value("string"), "type": value("string")}
    expected = datasets.Features(
        {
            "id": value("string"),
            "document_id": value("string"),
            "passages": [{**typed, **place}],
            "entities": [{**typed, **place, "normalized": normalized}],
            "events": [
                {
                    **typed,
                    "trigger": place,
                    "arguments": [{"role": value("string"), "ref_id": value("string")}],
                }
            ],
            "coreferences": [
                {"id": value("string"), "entity_ids": sequence(value("string"))}
            ],
            "relations": [
                {
                    **typed,
                    "arg1_id": value("string"),
                    "arg2_id": value("string"),
                    "normalized": normalized,
                }
            ],
        }
    )
    loaded = datasets.load_dataset(
        str(written("parquet")), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded.features == expected
    rows = list(loaded)
    assert [row["document_id"] for row in rows] == ["second", "visit"]
    ids = [
        e["id"]
        for row in rows
        for k in ("passages", "entities", "events")
        for e in row[k]
    ]
    assert len(ids) == len(set(ids))
    text = rows[1]["passages"][0]["text"][0]
    assert [
        (e["type"], text[e["offsets"][0][0] : e["offsets"][0][1]])
        for e in rows[1]["entities"]
    ] == entity_words()
    assert rows[1]["events"][0]["arguments"][1] == {
        "role": "DESTINATION",
        "ref_id": "visit:T4",
    }


@pytest.mark.filterwarnings("ignore")
def test_spacy_trains_on_the_docbin(written):
    import spacy
    from spacy.training import Corpus

    nlp = spacy.blank("ar")
    _, example = Corpus(written("spacy"))(nlp)
    doc = example.reference
    assert doc.text == TEXT
    assert [(ent.label_, ent.text) for ent in doc.ents] == [
        ("TITLE", "وزير الخارجية العراقي"),
        ("GPE", "بغداد"),
        ("GPE", "بغداد"),
        ("PER", "الكاظمي"),
    ]
    group = doc.spans["entities"]
    assert [(span.label_, span.text) for span in group] == entity_words()
    assert group.attrs["level"][4] == "nominal"
    assert [span.kb_id_ for span in group][3] == "Q1530"
    assert [span.text for span in doc.spans["events"]] == ["زار", "يلتق"]
    assert [len(list(sent)) for sent in doc.sents] == [9, 8, 4]
    assert "".join(span.text for span in doc.spans["tokens"]) == "".join(TEXT.split())


@pytest.mark.parametrize("name", ["xmi", "cas-json"])
def test_cassis_reads_the_layers_of_inception(name, written):
    import cassis

    folder = written(name)
    if name == "xmi":
        types = cassis.load_typesystem(folder / "TypeSystem.xml")
        cas = cassis.load_cas_from_xmi(folder / "visit.xmi", typesystem=types)
    else:
        with (folder / "visit.json").open("rb") as content:
            cas = cassis.load_cas_from_json(content)
    dkpro = "de.tudarmstadt.ukp.dkpro.core.api"
    names = cas.select(f"{dkpro}.ner.type.NamedEntity")
    assert sorted((n.value, n.get_covered_text()) for n in names) == sorted(
        entity_words()
    )
    tokens = cas.select(f"{dkpro}.segmentation.type.Token")
    assert [t.get_covered_text() for t in tokens][6:8] == ["😀", "."]
    _, meeting = cas.select("webanno.custom.Event")
    assert meeting.get_covered_text() == "يلتق"
    assert sorted(
        (link.role, link.target.get_covered_text())
        for link in meeting.arguments.elements
    ) == [
        ("ACTOR", "الكاظمي"),
        ("ACTOR", "الوفد"),
        ("ACTOR", "وزير الخارجية العراقي"),
        ("LOCATION", "ببغداد"),
    ]


def test_the_xmi_counts_in_utf_16_as_uima_does(written):
    content = (written("xmi") / "visit.xmi").read_text("utf-8")
    after_emoji = TEXT.index("يلتق") + 1
    assert f'begin="{after_emoji}" end="{after_emoji + 4}" value="MEET"' in content


@pytest.mark.filterwarnings("ignore")
def test_bioc_reads_the_brat_files(written):
    from bioc import brat

    folder = written("brat")
    with (
        (folder / "visit.txt").open(encoding="utf-8", newline="") as text,
        (folder / "visit.ann").open(encoding="utf-8") as notes,
    ):
        doc = brat.load(text, notes)
    assert doc.text == TEXT
    assert [(e.type, e.text) for e in doc.entities][:7] == entity_words()
    for entity in doc.entities:
        (span,) = entity.locations
        assert doc.text[span.begin : span.end] == entity.text
    meeting = {event.id: event for event in doc.events}["E2"]
    assert meeting.type == "MEET"
    assert dict(meeting.arguments) == {"ACTOR": "T1", "ACTOR2": "T5", "ACTOR3": "T7"}


def test_seqscore_finds_the_outermost_names_valid(written, tmp_path):
    from seqscore.conll import LineSpec, ingest_conll_file

    (docs,) = ingest_conll_file(
        written("conll", visit()) / "documents.conll",
        "BIO",
        "utf-8",
        LineSpec(0, 2),
        ignore_document_boundaries=True,
        allow_comment_lines=True,
        quiet=True,
    )
    found = [
        (mention.type, " ".join(sentence.tokens[mention.span.start : mention.span.end]))
        for sentence in docs
        for mention in sentence.mentions
    ]
    assert found == [
        ("TITLE", "وزير الخارجية العراقي"),
        ("GPE", "بغداد"),
        ("GPE", "بغداد"),
        ("PER", "الكاظمي"),
    ]


def test_pandas_reads_the_tables_and_joins_them(written):
    import pandas as pd

    folder = written("csv")
    tables = {path.stem: pd.read_csv(path) for path in folder.glob("*.csv")}
    texts = tables["documents"].set_index("document")["text"]
    entities = tables["entities"]
    for row in entities.itertuples():
        assert texts[row.document][row.start : row.end] == row.words
    joined = tables["arguments"].merge(
        entities, left_on=["document", "entity"], right_on=["document", "id"]
    )
    assert list(joined[joined.document == "visit"].label) == [
        *("TITLE", "GPE", "TITLE", "ORG", "PER"),
    ]


def test_textee_finds_each_span_in_its_tokens(written):
    lines = (written("textee") / "documents.json").read_text("utf-8").splitlines()
    instances = [json.loads(line) for line in lines]
    required = {"doc_id", "wnd_id", "text", "lang", "tokens"}
    assert all(required <= instance.keys() for instance in instances)
    assert len({instance["wnd_id"] for instance in instances}) == len(instances) == 6
    for instance in instances:
        ids = {mention["id"] for mention in instance["entity_mentions"]}
        triggers = [event["trigger"] for event in instance["event_mentions"]]
        arguments = [a for e in instance["event_mentions"] for a in e["arguments"]]
        assert {argument["entity_id"] for argument in arguments} <= ids
        for place in (*instance["entity_mentions"], *triggers, *arguments):
            tokens = instance["tokens"][place["start"] : place["end"]]
            assert "".join(tokens) == "".join(place["text"].split())


def test_omnievent_finds_each_position_in_its_text(written):
    path = written("omnievent") / "documents.unified.jsonl"
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(records) == 6
    for record in records:
        places = [
            (mention["position"], mention["mention"])
            for entity in record["entities"]
            for mention in entity["mentions"]
        ]
        triggers = [t for event in record["events"] for t in event["triggers"]]
        for trigger in (*triggers, *record["negative_triggers"]):
            places.append((trigger["position"], trigger["trigger_word"]))
        for (start, end), words in places:
            assert record["text"][start:end] == words
    assert [a["role"] for a in records[4]["events"][0]["triggers"][0]["arguments"]] == [
        *("ACTOR", "ACTOR", "LOCATION"),
    ]
