"""How fast predictions are scored, beside other scorers and a bare floor.

Not part of the test run: `pytest tests/benchmarks/test_scoring.py -s`. The corpus has
10,000 documents, about 400,000 gold spans of 12 labels, 15 % of them predicted
otherwise, all flat and on tokens, so that every scorer can read it. It is made by
`../shared/bench/make_scoring_corpus.py` where that is there, else here and like it.
Times are to be compared within one run; memory is held to its limits.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from evaluation import Bootstrap, Counts, JsonlSource, score
from schemas.annotations import AnnotatedDocument, Argument, EventMention

DOCUMENTS = 10_000
LABELS = ("PER", "ORG", "GPE", "LOC", "FAC", "NUM")
LABELS += ("DATE", "NORP", "TITLE", "LAW", "VEH", "WEA")

Spans = list[tuple[int, int, str]]


def tokens_and_spans(chance: random.Random) -> tuple[int, Spans, Spans]:
    """Return the number of tokens, and gold and predicted spans of tokens."""
    gold: Spans = []
    predicted: Spans = []
    at = 0
    for _ in range(40):
        start = at + chance.randint(1, 10)
        end = start + chance.randint(1, 4)
        at = end + 1  # one token of room, for a prediction that takes in too much
        span = (start, end, chance.choice(LABELS))
        gold.append(span)
        fate = chance.random()
        if fate < 0.05:
            predicted.append((start, end + 1, span[2]))
        elif fate < 0.10:
            predicted.append((start, end, chance.choice(LABELS)))
        elif fate < 0.85 + 0.10:
            predicted.append(span)
    return at + 2, gold, predicted


NAMES = ("gold.jsonl", "predicted.jsonl", "gold.bio", "predicted.bio")
MAKER = Path(__file__).parents[3] / "shared" / "bench" / "make_scoring_corpus.py"


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the corpus as JSONL and as IOB2, gold and predicted."""
    folder = tmp_path_factory.mktemp("corpus")
    if MAKER.is_file():
        subprocess.run(
            [sys.executable, MAKER, str(DOCUMENTS), folder],
            check=True,
            capture_output=True,
        )
        for name in ("jsonl", "bio"):
            (folder / f"pred.{name}").rename(folder / f"predicted.{name}")
    else:
        write_corpus(folder)
    return {name: folder / name for name in NAMES}


def write_corpus(folder: Path) -> None:
    files = {name: (folder / name).open("w", encoding="utf-8") for name in NAMES}
    chance = random.Random(20240607)
    for number in range(DOCUMENTS):
        count, *sides = tokens_and_spans(chance)
        words = [chance.choice(("وزير", "بغداد", "اجتماع", "في")) for _ in range(count)]
        starts = np.cumsum([0, *(len(word) + 1 for word in words)]).tolist()
        for name, spans in zip(("gold", "predicted"), sides, strict=True):
            line = {
                "id": f"d{number:05}",
                "text": " ".join(words),
                "entities": [
                    {"start": starts[a], "end": starts[b] - 1, "label": label}
                    for a, b, label in spans
                ],
            }
            files[f"{name}.jsonl"].write(json.dumps(line, ensure_ascii=False) + "\n")
            tags = ["O"] * count
            for a, b, label in spans:
                tags[a:b] = [f"B-{label}"] + [f"I-{label}"] * (b - a - 1)
            rows = (f"{word} {tag}\n" for word, tag in zip(words, tags, strict=True))
            files[f"{name}.bio"].writelines((*rows, "\n"))
    for file in files.values():
        file.close()


def few(benchmark: Any, run: Callable[[], Any], rounds: int = 3) -> Any:
    return benchmark.pedantic(run, rounds=rounds, iterations=1)


class Mention(msgspec.Struct, gc=False):
    """A span as the floor decodes it."""

    start: int
    end: int
    label: str


class Line(msgspec.Struct, gc=False):
    """A document as the floor decodes it."""

    id: str
    entities: list[Mention]


def floor(corpus: dict[str, Path]) -> Counts:
    """Score with a decoder, sorted codes and a bare bootstrap; nothing is checked."""

    decode = msgspec.json.Decoder(Line).decode
    numbers: dict[str, int] = {}
    labels: dict[str, int] = {}

    def read(path: Path) -> np.typing.NDArray[np.int64]:
        found: list[int] = []
        with path.open("rb") as lines:
            for line in lines:
                doc = decode(line)
                base = numbers.setdefault(doc.id, len(numbers)) << 36
                for m in doc.entities:
                    label = labels.setdefault(m.label, len(labels))
                    found.append(base | m.start << 20 | m.end << 4 | label)
        return np.unique(np.array(found, dtype=np.int64))

    gold, predicted = read(corpus["gold.jsonl"]), read(corpus["predicted.jsonl"])
    right = np.intersect1d(gold, predicted, assume_unique=True)
    cells = len(numbers) << 4
    counts = np.stack(
        [
            np.bincount((codes >> 36 << 4) | (codes & 15), minlength=cells)
            for codes in (right, predicted, gold)
        ],
        axis=1,
    ).reshape(len(numbers), -1)
    chance = np.random.default_rng(1)
    for _ in range(10):
        drawn = chance.integers(len(numbers), size=(100, len(numbers)), dtype=np.int32)
        drawn += np.arange(100, dtype=np.int32)[:, None] * len(numbers)
        times = np.bincount(drawn.ravel(), minlength=100 * len(numbers))
        times.reshape(100, -1).astype(np.float32) @ counts.astype(np.float32)
    both = len(right)
    return Counts(both, len(predicted) - both, len(gold) - both)


@pytest.fixture(scope="session")
def right(corpus: dict[str, Path]) -> Counts:
    return floor(corpus)


@pytest.mark.benchmark(group="entities, from files")
def test_floor_of_decoder_and_numpy(benchmark: Any, corpus: dict[str, Path]) -> None:
    few(benchmark, lambda: floor(corpus))


@pytest.mark.benchmark(group="entities, from files")
def test_score_with_1000_resamples(
    benchmark: Any, corpus: dict[str, Path], right: Counts
) -> None:
    sides = [JsonlSource(corpus[f"{name}.jsonl"]) for name in ("gold", "predicted")]
    report = few(benchmark, lambda: score(*sides, criteria=["entities"]))
    assert report.layers["entities"].micro.counts == right


@pytest.mark.benchmark(group="entities, from files")
def test_score_all_layers(benchmark: Any, corpus: dict[str, Path]) -> None:
    sides = [JsonlSource(corpus[f"{name}.jsonl"]) for name in ("gold", "predicted")]
    few(benchmark, lambda: score(*sides))


WATCHED = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
took = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def watched(benchmark: Any, *words: object) -> tuple[float, float]:
    """Run the command in a process of its own; return processor seconds and MiB.

    A small process starts it: one that pytest starts itself would inherit the peak of
    this one.
    """
    command = [sys.executable, "-c", WATCHED, sys.executable, "-c"]
    command += ["from annotate.cli import main; main()", *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took, cpu, peak = json.loads(done.stdout)
    benchmark.extra_info.update(seconds=took, cpu_seconds=cpu, peak_mebibytes=peak)
    print(
        f"\nwhole process: {took:.2f} s, of the processor {cpu:.2f} s, {peak:.0f} MiB"
    )
    return cpu, peak


def score_command(folder: Path) -> list[object]:
    sides = ("--gold", folder / "gold.jsonl", "--predicted", folder / "predicted.jsonl")
    return ["score", *sides, "--schema", "none", "--layer", "entities"]


@pytest.mark.benchmark(group="entities, whole process")
def test_the_whole_process_with_1000_resamples_keeps_within_250_mib(
    benchmark: Any, corpus: dict[str, Path]
) -> None:
    command = score_command(corpus["gold.jsonl"].parent)
    _, peak = few(benchmark, lambda: watched(benchmark, *command))
    assert peak < 250


@pytest.mark.benchmark(group="entities, whole process")
def test_the_whole_process_with_all_layers(
    benchmark: Any, corpus: dict[str, Path]
) -> None:
    command = score_command(corpus["gold.jsonl"].parent)[:-2]
    few(benchmark, lambda: watched(benchmark, *command))


@pytest.mark.benchmark(group="entities, whole process, ten times as many documents")
def test_ten_times_as_many_documents_keep_within_600_mib(
    benchmark: Any, corpus: dict[str, Path], tmp_path: Path
) -> None:
    for name in NAMES[:2]:
        with (tmp_path / name).open("wb") as out:
            for copy in range(10):
                with corpus[name].open("rb") as lines:
                    renamed = f'{{"id": "{copy}'.encode()
                    out.writelines(renamed + line[8:] for line in lines)
    small = score_command(corpus["gold.jsonl"].parent)
    before, _ = watched(benchmark, *small)
    large = score_command(tmp_path)
    took, peak = few(benchmark, lambda: watched(benchmark, *large), rounds=1)
    for name in NAMES[:2]:
        (tmp_path / name).unlink()
    benchmark.extra_info["times_as_long"] = took / before
    print(f"ten times as many documents take {took / before:.1f} times as long")
    assert peak < 600


# The peers are used as their documents say. Rounds of them take long: one is enough.


@pytest.mark.benchmark(group="entities, from files")
def test_seqscore(benchmark: Any, corpus: dict[str, Path], right: Counts) -> None:
    conll = pytest.importorskip("seqscore.conll")
    scoring = pytest.importorskip("seqscore.scoring")

    def run() -> Any:
        sides = [
            conll.ingest_conll_file(
                corpus[f"{name}.bio"],
                "BIO",
                "utf-8",
                conll.LineSpec(token_index=0, ner_label_index=1),
                ignore_document_boundaries=True,
                allow_comment_lines=False,
                quiet=True,
            )
            for name in ("predicted", "gold")
        ]
        return scoring.compute_scores(*sides)

    found, _ = few(benchmark, run, rounds=1)
    assert Counts(found.true_pos, found.false_pos, found.false_neg) == right


@pytest.mark.benchmark(group="entities, from files")
def test_nervaluate(benchmark: Any, corpus: dict[str, Path]) -> None:
    nervaluate = pytest.importorskip("nervaluate")

    def read(name: str) -> Iterator[list[dict[str, Any]]]:
        with corpus[f"{name}.jsonl"].open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["entities"]

    def run() -> Any:
        sides = [list(read(name)) for name in ("gold", "predicted")]
        return nervaluate.Evaluator(*sides, tags=list(LABELS), loader="dict").evaluate()

    few(benchmark, run, rounds=1)


@pytest.mark.benchmark(group="entities, from files")
def test_seqeval(benchmark: Any, corpus: dict[str, Path], right: Counts) -> None:
    metrics = pytest.importorskip("seqeval.metrics")
    scheme = pytest.importorskip("seqeval.scheme")

    def read(name: str) -> list[list[str]]:
        text = corpus[f"{name}.bio"].read_text(encoding="utf-8")
        return [
            [line.rpartition(" ")[2] for line in sentence.splitlines()]
            for sentence in text.strip().split("\n\n")
        ]

    def run() -> Any:
        return metrics.classification_report(
            *(read(name) for name in ("gold", "predicted")),
            mode="strict",
            scheme=scheme.IOB2,
            output_dict=True,
            zero_division=0,
        )

    found = few(benchmark, run, rounds=1)["micro avg"]
    assert found["f1-score"] == pytest.approx(right.f1)
    assert found["support"] == right.gold


EVENTS = 80_000


@pytest.fixture(scope="session")
def event_corpus() -> tuple[list[AnnotatedDocument], list[AnnotatedDocument]]:
    """Make 8 events a document with 2 to 3 arguments each, a fifth of them changed."""
    chance = random.Random(1)

    def argument(at: int, changed: bool) -> Argument:
        start = at + chance.randint(5, 60) + changed
        return Argument(role=chance.choice("RST"), start=start, end=start + 6)

    gold, predicted = [], []
    for number in range(EVENTS // 8):
        events = [
            EventMention(
                label=chance.choice("VWXYZ"),
                start=at,
                end=at + 4,
                arguments=tuple(
                    argument(at, False) for _ in range(chance.randint(2, 3))
                ),
            )
            for at in range(0, 800, 100)
        ]
        guesses = [
            event
            if chance.random() > 0.2
            else event.model_copy(update={"arguments": (argument(event.start, True),)})
            for event in events
        ]
        doc_id = f"d{number:05}"
        gold.append(AnnotatedDocument(id=doc_id, events=tuple(events)))
        predicted.append(AnnotatedDocument(id=doc_id, events=tuple(guesses)))
    return gold, predicted


def tuples(docs: list[AnnotatedDocument]) -> list[set[tuple[object, ...]]]:
    """Build TextEE's six kinds of tuples in plain sets."""
    kinds: list[set[tuple[object, ...]]] = [set() for _ in range(6)]
    for doc in docs:
        for e in doc.events:
            kinds[0].add((doc.id, e.start, e.end))
            kinds[1].add((doc.id, e.start, e.end, e.label))
            for a in e.arguments:
                kinds[2].add((doc.id, e.label, a.start, a.end))
                kinds[3].add((doc.id, e.label, a.start, a.end, a.role))
                kinds[4].add((doc.id, e.start, e.end, e.label, a.start, a.end))
                kinds[5].add((doc.id, e.start, e.end, e.label, a.start, a.end, a.role))
    return kinds


LAYERS = (
    "triggers:found",
    "triggers",
    "arguments:unattached-found",
    "arguments:unattached",
    "arguments:found",
    "arguments",
)


@pytest.mark.benchmark(group="events, in memory")
def test_textee_definitions_in_plain_sets(benchmark: Any, event_corpus: Any) -> None:
    def run() -> list[int]:
        gold, predicted = map(tuples, event_corpus)
        return [len(g & p) for g, p in zip(gold, predicted, strict=True)]

    few(benchmark, run)


@pytest.mark.benchmark(group="events, in memory")
def test_the_same_rungs_scored(benchmark: Any, event_corpus: Any) -> None:
    none = Bootstrap(resamples=0)
    report = few(
        benchmark, lambda: score(*event_corpus, criteria=LAYERS, bootstrap=none)
    )
    gold, predicted = map(tuples, event_corpus)
    for layer, g, p in zip(LAYERS, gold, predicted, strict=True):
        assert report.layers[layer].micro.counts == Counts(
            len(g & p), len(p - g), len(g - p)
        )


@pytest.mark.benchmark(group="events, in memory")
def test_every_rung_of_the_ladder_scored(benchmark: Any, event_corpus: Any) -> None:
    rungs = (*LAYERS, "arguments:overlap", "arguments:same-entity")
    none = Bootstrap(resamples=0)
    few(benchmark, lambda: score(*event_corpus, criteria=rungs, bootstrap=none))


@pytest.mark.benchmark(group="events, in memory")
def test_every_rung_of_the_ladder_with_1000_resamples(
    benchmark: Any, event_corpus: Any
) -> None:
    rungs = (*LAYERS, "arguments:overlap", "arguments:same-entity")
    few(benchmark, lambda: score(*event_corpus, criteria=rungs))


@pytest.mark.benchmark(group="events, in memory")
def test_all_layers_with_1000_resamples(benchmark: Any, event_corpus: Any) -> None:
    few(benchmark, lambda: score(*event_corpus))
