from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.bench import Bench, measure
from evaluation.extractors import parse_spec
from evaluation.runs import Limits, Options
from schemas.annotations import AnnotatedDocument, EntityMention
from tests.evaluation.builders import schema
from tests.evaluation.extractors import programs

TEXT = "وصل إلى بغداد"
PLACE = EntityMention(label="GPE", start=8, end=13)
GOLD = tuple(AnnotatedDocument(id=i, text=TEXT, entities=(PLACE,)) for i in "abc")
QUICK = Options(limits=Limits(seconds=2, start_seconds=30, memory=300 * 2**20))
BENCH = Bench(gold=GOLD, schema=schema(), options=QUICK)


def faults(measured) -> list[tuple[str | None, str]]:
    return [(fault.document, fault.kind) for fault in measured.faults]


@pytest.mark.parametrize("kind", ["cmd", "lines"])
def test_a_command_reads_documents_and_writes_answers_as_json_lines(tmp_path, kind):
    spec = parse_spec(programs.command(tmp_path, programs.GOOD, kind=kind))
    measured = measure(spec, BENCH)
    assert measured.report.layers["entities"].micro.f1 == 1
    assert measured.faults == ()
    assert len(measured.run.latencies) == (3 if kind == "lines" else 0)
    assert measured.run.peak is not None
    assert 2**20 < measured.run.peak < 300 * 2**20


def test_a_command_may_be_written_in_any_language_and_answer_in_any_order(tmp_path):
    path = tmp_path / "extract.awk"
    path.write_text(
        '{ match($0, /"id": "[a-z]+"/); id = substr($0, RSTART + 7, RLENGTH - 8);'
        ' lines[NR] = "{\\"id\\": \\"" id "\\", \\"entities\\": '
        '[{\\"label\\": \\"GPE\\", \\"start\\": 8, \\"end\\": 13}]}" }'
        " END { for (i = NR; i > 0; i--) print lines[i] }"
    )
    measured = measure(parse_spec(f"cmd:awk -f {path}"), BENCH)
    assert measured.faults == ()
    assert measured.report.layers["entities"].micro.f1 == 1


@pytest.mark.parametrize("kind", ["cmd", "lines"])
@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (programs.CRASHES_ON, "crash"),
        (programs.HANGS_ON, "hang"),
        (programs.GROWS_ON, "memory"),
        (programs.BABBLES_ON, "json"),
    ],
)
def test_a_fault_is_told_with_its_document_and_the_others_are_answered(
    tmp_path, kind, source, fault
):
    limits = replace(QUICK.limits, seconds=15 if fault == "memory" else 1)
    if fault == "hang":
        limits = replace(limits, start_seconds=2)
    bench = replace(BENCH, options=replace(QUICK, limits=limits))
    spec = parse_spec(programs.command(tmp_path, source, kind=kind))
    measured = measure(spec, bench)
    found = faults(measured)
    assert [document for document, _ in found] == ["b"]
    # The kernel may refuse the memory before we see it held: then it is a crash.
    assert found[0][1] in ((fault, "crash") if fault == "memory" else (fault,))
    assert measured.answered == 2
    assert measured.report.layers["entities"].micro.counts.fn == 3


@pytest.mark.parametrize("kind", ["cmd", "lines"])
def test_one_is_told_how_far_a_run_is(tmp_path, kind):
    told = []
    spec = parse_spec(programs.command(tmp_path, programs.GOOD, kind=kind))
    measure(spec, replace(BENCH, progress=lambda *it: told.append(it)))
    assert told == sorted(told)
    assert told[-1] == (3, 3)
    assert len(told) >= 3


def test_what_a_crashed_command_said_last_is_in_the_message(tmp_path):
    spec = parse_spec(programs.command(tmp_path, programs.CRASHES_ON, kind="lines"))
    (fault,) = measure(spec, BENCH).faults
    assert fault.message == "it ended with status 3: cannot read this"


def test_an_extractor_that_always_dies_is_given_up_and_each_document_is_counted(
    tmp_path,
):
    gold = tuple(AnnotatedDocument(id=f"d{i}", text=TEXT) for i in range(9))
    bench = replace(BENCH, gold=gold)
    spec = parse_spec("lines:false")
    found = faults(measure(spec, bench))
    assert [kind for _, kind in found] == ["crash"] * 5 + ["not run"] * 4
    assert [document for document, _ in found] == [doc.id for doc in gold]


@pytest.mark.parametrize(
    "spec", ["cmd:/nowhere/extract", "lines:/nowhere/extract", "no_such.module:run"]
)
def test_an_extractor_that_cannot_start_is_told_once_and_nothing_is_answered(spec):
    measured = measure(parse_spec(spec), BENCH)
    assert faults(measured)[0] == (None, "start")
    assert {kind for _, kind in faults(measured)[1:]} == {"not run"}
    assert measured.answered == 0


def test_a_command_that_leaves_documents_out_has_not_answered_them(tmp_path):
    spec = parse_spec("cmd:head -n 1")
    assert faults(measure(spec, BENCH)) == [("b", "absent"), ("c", "absent")]


ONE = "def run(doc): return {'entities': [dict(label='%s', start=8, end=%d)]}"
MODULE = {
    "answers": ONE % ("GPE", 13),
    "past the end": ONE % ("GPE", 99),
    "unknown label": ONE % ("PLANET", 13),
    "wrong slice": (
        "def run(doc): return {'entities': "
        "[dict(label='GPE', start=8, end=13, text='دمشق')]}"
    ),
    "no object": "def run(doc): return ['GPE']",
    "not JSON": "def run(doc): return {'entities': {1, 2}}",
    "unknown key": "def run(doc): return {'entities': [], 'score': 1}",
    "another document": "def run(doc): return {'id': 'z', 'entities': []}",
    "raises": "def run(doc): raise RuntimeError('no model')",
    "exits": "def run(doc): import os; os._exit(7)",
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module of the user's and stand in its folder."""
    monkeypatch.chdir(tmp_path)

    def write(source: str, name: str = "extractor") -> str:
        (tmp_path / f"{name}.py").write_text(source)
        return f"{name}:run"

    return write


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("past the end", "span"),
        ("unknown label", "label"),
        ("wrong slice", "slice"),
        ("no object", "contract"),
        ("not JSON", "crash"),
        ("unknown key", "contract"),
        ("another document", "contract"),
        ("raises", "crash"),
        ("exits", "crash"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_worth_nothing(module, what, kind):
    measured = measure(parse_spec(module(MODULE[what])), BENCH)
    assert faults(measured) == [(doc.id, kind) for doc in GOLD]
    assert measured.answered == 0
    assert measured.report.layers["entities"].micro.counts.fn == 3


def test_faulty_mentions_alone_are_left_out_where_that_was_asked_for(module):
    source = (
        "def run(doc): return {'entities': [dict(label='GPE', start=8, end=13), "
        "dict(label='PLANET', start=0, end=3)]}"
    )
    measured = measure(parse_spec(module(source)), replace(BENCH, drop_faulty=True))
    assert measured.report.layers["entities"].micro.f1 == 1
    assert measured.repairs == {"faulty mentions and arguments left out": 3}
    assert len(measured.faults) == 3


def test_a_function_that_prints_does_not_disturb_its_answers(module):
    source = "print('loading')\n" + MODULE["answers"].replace("):", "): print(doc);")
    measured = measure(parse_spec(module(source)), BENCH)
    assert measured.faults == ()
    assert len(measured.run.latencies) == 3
    assert measured.run.start_seconds is not None


def test_a_class_is_made_once_and_called_for_each_document(module):
    source = (
        "class run:\n"
        "    def __init__(self): self.calls = 0\n"
        "    def __call__(self, doc):\n"
        "        self.calls += 1\n"
        "        return {'entities': [dict(label='GPE', start=8, end=13)] "
        "* (self.calls == 3)}\n"
    )
    counts = measure(parse_spec(module(source)), BENCH).report.layers["entities"].micro
    assert (counts.counts.tp, counts.counts.fn) == (1, 2)


def test_our_package_names_do_not_shadow_the_extractors(module):
    module("WORD = 'بغداد'", name="schemas")
    module("LABEL = 'GPE'", name="evaluation")
    source = (
        "import schemas, evaluation\n"
        "def run(doc):\n"
        "    at = doc['text'].find(schemas.WORD)\n"
        "    return {'entities': [dict(label=evaluation.LABEL, start=at, end=at + 5)]}"
    )
    measured = measure(parse_spec(module(source)), BENCH)
    assert measured.faults == ()
    assert measured.report.layers["entities"].micro.f1 == 1


def test_secrets_of_our_environment_are_not_passed_on(module, monkeypatch):
    monkeypatch.setenv("MIYAR_TEST_SECRET", "hidden")
    monkeypatch.setenv("MIYAR_TEST_NAMED", "shown")
    source = (
        "import os\n"
        "def run(doc):\n"
        "    assert 'MIYAR_TEST_SECRET' not in os.environ\n"
        "    assert os.environ['MIYAR_TEST_NAMED'] == 'shown'\n"
        "    return {}"
    )
    options = replace(QUICK, variables=("MIYAR_TEST_NAMED",))
    measured = measure(parse_spec(module(source)), replace(BENCH, options=options))
    assert measured.faults == ()


def test_an_extractor_sees_the_text_but_nothing_that_was_annotated(module):
    source = "def run(doc): assert set(doc) == {'id', 'text'}, sorted(doc); return {}"
    assert measure(parse_spec(module(source)), BENCH).faults == ()


def test_what_an_extractor_started_ends_with_it(module, tmp_path):
    source = (
        "import subprocess, pathlib\n"
        "child = subprocess.Popen(['sleep', '300'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
        "def run(doc): return {}"
    )
    measure(parse_spec(module(source)), BENCH)
    pid = int((tmp_path / "pid").read_text())
    state = Path(f"/proc/{pid}/stat")
    assert not state.exists() or state.read_text().split(")")[1].split()[0] == "Z"


def test_a_lone_surrogate_in_a_text_reaches_the_extractor(module):
    text = "وصل \ud83d إلى"
    gold = (
        AnnotatedDocument.model_construct(id="a", text=text, entities=(), events=()),
    )
    source = f"def run(doc): assert doc['text'] == {text!r}; return {{}}"
    options = replace(QUICK, python=sys.executable)
    bench = replace(BENCH, gold=gold, options=options)
    assert faults(measure(parse_spec(module(source)), bench)) in (
        [],
        [("a", "contract")],
    )


def test_predictions_made_before_are_read_and_each_bad_line_is_told(tmp_path):
    path = tmp_path / "predictions.jsonl"
    path.write_text(
        '{"id": "a", "entities": [{"label": "GPE", "start": 8, "end": 13}]}\n'
        "{broken\n"
        '{"id": "a", "entities": []}\n'
        '{"id": "z", "entities": []}\n'
        '{"id": "b", "entities": []}\n'
    )
    measured = measure(parse_spec(f"file:{path}"), BENCH)
    assert sorted(faults(measured), key=str) == [
        ("a", "contract"),
        ("c", "absent"),
        ("z", "unknown"),
        (None, "json"),
    ]
    assert measured.report.layers["entities"].micro.counts.tp == 1
    assert "predictions.jsonl:2" in measured.faults[0].message


def test_no_process_is_left_behind(tmp_path):
    before = set(Path("/proc").iterdir())
    options = Options(limits=Limits(seconds=1, start_seconds=1))
    spec = parse_spec(programs.command(tmp_path, programs.HANGS_ON))
    measure(spec, replace(BENCH, options=options))
    script = str(tmp_path / "extract.py").encode()
    for process in set(Path("/proc").iterdir()) - before:
        line = process / "cmdline"
        assert not line.exists() or script not in line.read_bytes()
