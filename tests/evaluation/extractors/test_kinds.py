"""Each kind of SPEC against the real thing, made or started here."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.bench import Bench, measure
from evaluation.extractors import KINDS, parse_spec
from evaluation.runs import Limits, Options
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import UsageError
from schemas.jsonl import read_documents
from tests.evaluation.builders import event, schema
from tests.evaluation.extractors import servers

HERE = Path(__file__).parent
SEEDS = HERE.parents[2] / "seeds" / "gold" / "gold.jsonl"
OPTIONS = Options(limits=Limits(seconds=60, start_seconds=300))


def missing(*packages: str) -> bool:
    return any(importlib.util.find_spec(name) is None for name in packages)


def marked(doc_id: str, text: str, **labels: list[str]) -> AnnotatedDocument:
    """A document with these surfaces marked at their first places, left to right."""
    mentions = []
    for label, surfaces in labels.items():
        after = 0
        for surface in surfaces:
            start = text.index(surface, after)
            after = start + len(surface)
            mentions.append(EntityMention(label=label, start=start, end=after))
    return AnnotatedDocument(id=doc_id, text=text, entities=tuple(mentions))


def bench(*gold: AnnotatedDocument, **options) -> Bench:
    return Bench(gold=gold, schema=schema(), options=OPTIONS, **options)


def perfect(measured) -> bool:
    return (
        measured.faults == ()
        and measured.report.layers["entities"].micro.f1 == 1
        and not measured.errors
    )


def test_a_spec_that_is_none_is_told_the_kinds():
    with pytest.raises(UsageError, match="openai:MODEL@URL"):
        parse_spec("something")
    with pytest.raises(UsageError, match="names nothing"):
        parse_spec("spacy:")


def test_every_kind_has_its_file():
    files = {kind.file for kind in KINDS.values() if kind.file}
    folder = Path(str(importlib.util.find_spec("evaluation.extractors").origin)).parent
    assert all((folder / file).is_file() for file in files)


EMOJI = marked("a", "😀🇮🇶 وصل الوزير إلى بغداد ودمشق", GPE=["بغداد", "دمشق"])


def test_an_http_endpoint_is_sent_documents_and_its_utf16_offsets_are_repaired():
    with servers.serving(servers.places_in_utf16) as url:
        spec = parse_spec(f"there={url}/extract")
        wrong = measure(spec, bench(EMOJI))
        right = measure(spec, bench(EMOJI, unit="utf16"))
    assert wrong.report.layers["entities"].micro.counts.tp == 0
    assert perfect(right)
    assert right.repairs == {"utf16 to code points": 2}
    assert len(right.run.latencies) == 1


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(500, b"no model", "status 500: no model"), (200, b"<html>", "JSONDecodeError")],
)
def test_what_an_http_endpoint_refuses_is_its_fault(status, body, said):
    with servers.serving(lambda *_: (status, body)) as url:
        measured = measure(parse_spec(url), bench(EMOJI))
    (fault,) = measured.faults
    assert fault.document == "a"
    assert said in fault.message


def test_a_language_model_is_told_the_labels_and_its_strings_are_found():
    text = "في بغداد التقى محمد الحلبوسي قادة بغداد\nثم زار دمشق"
    gold = marked("a", text, PER=["محمد الحلبوسي"], GPE=["بغداد", "بغداد", "دمشق"])
    actor = gold.entities[0].span
    meeting = event(9, 14, "MEET", ("ACTOR", actor.start, actor.end))
    gold = gold.model_copy(update={"events": (meeting,)})
    model = servers.LanguageModel()
    with servers.serving(model) as url:
        measured = measure(parse_spec(f"openai:tiny@{url}/v1"), bench(gold))
    assert perfect(measured)
    assert measured.report.layers["arguments"].micro.f1 == 1
    assert measured.repairs == {"strings to code points": 6}
    assert len(model.requests) == 2  # it was busy once
    request = model.requests[1]
    assert request["model"] == "tiny"
    assert request["response_format"]["json_schema"]["strict"] is True
    assert "PER" in request["messages"][0]["content"]
    assert all("Authorization" not in headers for headers in model.headers)


def test_a_key_goes_to_the_endpoint_only_where_it_was_named(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-the-test")
    model = servers.LanguageModel()
    with servers.serving(model) as url:
        named = replace(
            bench(EMOJI), options=replace(OPTIONS, variables=("OPENAI_API_KEY",))
        )
        assert perfect(measure(parse_spec(f"openai:tiny@{url}"), named))
    assert model.headers[-1]["Authorization"] == "Bearer key-of-the-test"


def test_a_language_model_without_a_schema_cannot_be_told_labels():
    spec = parse_spec("openai:tiny@http://127.0.0.1:1")
    with pytest.raises(UsageError, match="give a schema"):
        measure(spec, replace(bench(EMOJI), schema=None))


@pytest.fixture(scope="module")
def spacy_pipeline(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("spacy") / "pipeline"
    subprocess.run([sys.executable, HERE / "tiny_spacy.py", folder], check=True)
    return folder


@pytest.mark.skipif(missing("spacy"), reason="spaCy is not installed")
def test_a_spacy_pipeline_answers_in_code_points(spacy_pipeline):
    gold = bench(
        marked("a", "😀 وصل الوزير إلى بغداد اليوم", GPE=["بغداد"]),
        marked("b", "قال محمد الحلبوسي في دمشق", PER=["محمد الحلبوسي"], GPE=["دمشق"]),
    )
    assert perfect(measure(parse_spec(f"spacy:{spacy_pipeline}"), gold))


@pytest.fixture(scope="module")
def torch_python() -> str:
    """An interpreter with torch and transformers: their environment's, or this one."""
    chosen = os.environ.get("MIYAR_HF_ENV", HERE.parents[2] / ".miyar" / "hf")
    python = Path(chosen) / "bin" / "python"
    if python.is_file():
        return str(python)
    if missing("torch", "transformers"):
        pytest.skip("torch and transformers are not installed: 'make hf' does so")
    return sys.executable


@pytest.fixture(scope="module")
def transformer(tmp_path_factory, torch_python) -> Path:
    folder = tmp_path_factory.mktemp("transformer") / "model"
    program = [torch_python, HERE / "tiny_transformer.py", folder]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_a_transformer_reads_long_texts_in_windows_and_answers_in_code_points(
    transformer, torch_python
):
    # 120 sub-words against a window of 24; mentions lie across all the edges.
    text = " ".join(["😀 قال محمد الحلبوسي في بغداد ثم"] * 12)
    gold = marked("a", text, PER=["محمد الحلبوسي"] * 12, GPE=["بغداد"] * 12)
    short = marked("b", "في بغداد", GPE=["بغداد"])
    empty = marked("c", "")
    wanted = bench(gold, short, empty)
    wanted = replace(wanted, options=replace(OPTIONS, python=torch_python))
    assert perfect(measure(parse_spec(f"hf:{transformer}"), wanted))


def test_an_extractor_whose_packages_are_missing_is_told_what_to_install(
    tmp_path, torch_python
):
    if torch_python == sys.executable:
        pytest.skip("there is no environment without spaCy here")
    wanted = replace(bench(EMOJI), options=replace(OPTIONS, python=torch_python))
    start, _ = measure(parse_spec(f"spacy:{tmp_path}"), wanted).faults
    assert start.kind == "start"
    assert "Install spacy for spacy: extractors" in start.message


def test_a_model_that_is_not_there_says_so():
    measured = measure(parse_spec("spacy:/nowhere/model"), bench(EMOJI))
    assert measured.faults[0].kind == "start"
    assert "/nowhere/model" in measured.faults[0].message or missing("spacy")


LEARN = (
    marked("l1", "وصل محمد الحلبوسي إلى بغداد", PER=["محمد الحلبوسي"], GPE=["بغداد"]),
    marked("l2", "عاد ببغداد إلى محمد الحلبوسي", PER=["محمد الحلبوسي"], GPE=["بغداد"]),
    marked("l3", "زار عادل بغداد", GPE=["بغداد"]),
)


def test_the_lexicon_marks_what_it_learned_also_behind_a_proclitic():
    gold = marked("a", "قال محمد الحلبوسي ببغداد", PER=["محمد الحلبوسي"], GPE=["بغداد"])
    measured = measure(parse_spec("lexicon"), bench(gold, training=LEARN))
    assert perfect(measured)
    assert measured.training == "3 other documents"


def test_the_lexicon_leaves_what_was_mostly_not_marked():
    training = (marked("l", "علي علي علي", PER=["علي"]),)
    gold = marked("a", "علي")
    measured = measure(parse_spec("lexicon"), bench(gold, training=training))
    assert measured.report.layers["entities"].micro.counts is not None
    assert measured.report.layers["entities"].micro.counts.fp == 0


@pytest.mark.skipif(missing("pycrfsuite"), reason="python-crfsuite is not installed")
def test_the_crf_learns_names_and_where_they_begin_inside_a_word():
    learn = tuple(
        doc.model_copy(update={"id": f"{doc.id}-{n}"})
        for n in range(5)
        for doc in LEARN
    )
    gold = marked("a", "زار محمد الحلبوسي بغداد", PER=["محمد الحلبوسي"], GPE=["بغداد"])
    clitic = marked("b", "عاد ببغداد إلى عادل", GPE=["بغداد"])
    assert perfect(measure(parse_spec("crf"), bench(gold, clitic, training=learn)))


def test_nothing_is_read_by_what_was_trained_on_it():
    gold = tuple(read_documents(SEEDS))
    own = measure(parse_spec("lexicon"), Bench(gold=gold, options=OPTIONS))
    assert own.training == "the gold in 5 folds"
    assert own.answered == 5
    # Had it seen its own documents, it would hardly err.
    recall = own.report.layers["entities"].micro.recall
    assert recall is not None
    assert 0.2 < recall < 0.9
    with pytest.raises(UsageError, match="holds the text of"):
        measure(parse_spec("lexicon"), Bench(gold=gold, training=gold))


def test_counts_of_errors_add_up_to_the_score():
    gold = tuple(read_documents(SEEDS))
    measured = measure(parse_spec("lexicon"), Bench(gold=gold, options=OPTIONS))
    for layer in ("entities", "nominals", "triggers", "arguments"):
        counts = measured.report.layers[layer].micro.counts
        errors = [error for error in measured.errors if error.layer == layer]
        assert counts.fp == sum(len(error.predicted) for error in errors)
        assert counts.fn == sum(len(error.gold) for error in errors)
