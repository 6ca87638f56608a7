"""Croissant metadata, the citation and the card's header say what was stated."""

from __future__ import annotations

import logging
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from exports import About, build_release
from exports.manifest import Annotator
from exports.pictures import Bar, render_bars
from schemas.annotations import AnnotatedDocument
from schemas.load import load_schema

SCHEMA = load_schema()
DOC = AnnotatedDocument(id="a", text="زار بغداد أمس", meta={"outlet": "قناة"})
ABOUT = About(
    made_by="A lab",
    authors=("Layla: Haddad", "عمر #1"),
    annotators=(
        Annotator(name="a1", kind="person"),
        Annotator(name="m1", kind="machine"),
    ),
    platform="Label Studio",
    licence="CC-BY-4.0",
    released="2026-11-22",
    notes={"limitations": "Small.", "curation_rationale": 'Chosen "by hand".'},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build_release(
        [DOC],
        schema=SCHEMA,
        name="news",
        version="1.2",
        folder=tmp_path / "r",
        about=ABOUT,
    )
    return tmp_path / "r"


# rdflib, below mlcroissant, warns of a class of its own.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_croissant_is_valid_and_its_records_are_the_documents(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    croissant = pytest.importorskip("mlcroissant", reason="needs mlcroissant")
    with caplog.at_level(logging.WARNING):
        dataset = croissant.Dataset(str(folder / "croissant.json"))
    assert dataset.metadata.issues.errors == set()
    assert "not standard" not in caplog.text
    (record,) = dataset.records("documents")
    assert record["documents/id"] == b"a"
    assert record["documents/text"].decode() == DOC.text


def test_croissant_tells_how_responsibly_it_was_made(folder: Path) -> None:
    content = yaml.safe_load((folder / "croissant.json").read_text("utf-8"))
    assert content["license"] == "CC-BY-4.0"
    assert content["version"] == "1.2.0"
    assert content["rai:dataLimitations"] == ["Small."]
    assert content["rai:dataAnnotationAnalysis"][0].startswith(
        "2 annotators (machine, "
    )
    assert content["rai:dataAnnotationPlatform"] == ["Label Studio"]
    assert content["rai:machineAnnotationTools"] == ["m1"]
    listed = {file["name"] for file in content["distribution"]}
    pictures = {"labels.svg", "lengths.svg"}
    assert listed == {"gold.jsonl", "schema.yaml", "CITATION.cff"} | pictures


def test_the_citation_names_the_authors_whatever_their_letters(folder: Path) -> None:
    citation = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["authors"] == [{"name": "Layla: Haddad"}, {"name": "عمر #1"}]
    assert citation["license"] == "CC-BY-4.0"


def test_nobody_is_cited_and_nothing_licensed_unless_stated(tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    build_release([DOC], schema=SCHEMA, name="n", version="1", folder=folder)
    assert not (folder / "CITATION.cff").exists()
    content = yaml.safe_load((folder / "croissant.json").read_text("utf-8"))
    assert "license" not in content
    assert "rai:dataAnnotationPlatform" not in content
    assert "license" not in header(folder)


def header(folder: Path) -> dict[str, object]:
    card = (folder / "README.md").read_text("utf-8")
    _, front, _ = card.split("---\n", 2)
    found: dict[str, object] = yaml.safe_load(front)
    return found


def test_the_card_begins_with_the_header_hugging_face_reads(folder: Path) -> None:
    assert header(folder) == {
        "pretty_name": "news 1.2",
        "language": ["ar"],
        "license": "cc-by-4.0",
        "task_categories": ["token-classification"],
        "task_ids": ["named-entity-recognition"],
        "size_categories": ["n<1K"],
        "configs": [{"config_name": "default", "data_files": "gold.jsonl"}],
    }


@pytest.mark.filterwarnings("ignore")
def test_hugging_face_reads_the_card_and_loads_the_gold(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets
    from huggingface_hub import DatasetCard

    card = DatasetCard.load(folder / "README.md")
    assert card.data.license == "cc-by-4.0"
    assert card.data.pretty_name == "news 1.2"
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    (row,) = loaded["train"]
    assert (row["id"], row["text"]) == (DOC.id, DOC.text)


def test_a_licence_in_other_words_is_other_for_those_who_keep_a_list(
    tmp_path: Path,
) -> None:
    about = ABOUT.model_copy(update={"licence": "ask the: publishers"})
    folder = tmp_path / "r"
    build_release(
        [DOC], schema=SCHEMA, name="n", version="1", folder=folder, about=about
    )
    assert header(folder)["license"] == "other"
    assert header(folder)["license_name"] == "ask the: publishers"
    citation = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert "license" not in citation


def test_pictures_are_sound_and_as_long_as_their_values(folder: Path) -> None:
    card = (folder / "README.md").read_text("utf-8")
    for name in ("labels.svg", "lengths.svg"):
        root = ElementTree.fromstring((folder / name).read_text("utf-8"))
        assert root.tag.endswith("svg")
        assert f"]({name})" in card
    assert not (folder / "agreement.svg").exists()
    assert "agreement.svg" not in card


def test_a_picture_escapes_what_it_shows_and_draws_to_scale() -> None:
    bars = [Bar("<b>", 1, "half"), Bar("y", 2, "whole", (1, 2))]
    svg = render_bars('a "title" & more', bars, longest=2)
    root = ElementTree.fromstring(svg)
    half, whole = (
        float(node.attrib["width"]) for node in root.iter() if node.tag.endswith("rect")
    )
    assert whole == pytest.approx(2 * half)
    assert "&lt;b&gt;" in svg
