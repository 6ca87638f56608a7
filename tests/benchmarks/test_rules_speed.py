"""Speed of the suggester; not part of the test run.

    pytest tests/benchmarks/test_rules_speed.py -s

The articles are read from `../shared/dev`, and the comparison with spaCy is made where
spaCy is installed; each is skipped with its reason where it is not there. Where an aim
is missed the run says by how much and marks it as an expected failure.
"""

from __future__ import annotations

import gc
import gzip
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from annotate.arabic.sentences import find_sentences
from annotate.rules.arguments import ArgumentFinder
from annotate.rules.compiled import Ruleset, compile_ruleset
from annotate.rules.engine import build_entities, build_events, find_mentions, suggest
from annotate.rules.events import find_triggers
from annotate.rules.load import load_ruleset
from annotate.rules.model import Entry
from annotate.rules.reading import read_units
from annotate.rules.resolve import resolve
from schemas.annotations import AnnotatedDocument
from schemas.load import load_schema
from tests.annotate.rules.test_odd_articles import ODD, stretched

ARTICLES = Path("../shared/dev/raw_political.jsonl.gz")
ENTRIES = 50_000
AIM = 3
"""So many times the pace of spaCy's EntityRuler, which finds names alone."""
ROUNDS = 3


@pytest.fixture(scope="module")
def docs() -> list[AnnotatedDocument]:
    if not ARTICLES.exists():
        pytest.skip(f"{ARTICLES} is not there")
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [AnnotatedDocument(id=row["id"], text=row["text"]) for row in rows]


@pytest.fixture(scope="module")
def large(docs: list[AnnotatedDocument]) -> Ruleset:
    """The rules with their lexicon filled up to 50,000 names that occur nowhere."""
    small = load_ruleset(load_schema())
    first = small.files.entries[0]
    fill = ENTRIES - len(small.files.entries)
    letters = "بتثجحخدذرز"
    made = (
        replace(first, form="غظ" + "".join(letters[int(d)] for d in f"{n:05d}"))
        for n in range(max(fill, 0))
    )
    entries: tuple[Entry, ...] = (*small.files.entries, *made)
    return compile_ruleset(replace(small.files, entries=entries), small.schema)


def tell(line: str) -> None:
    sys.stderr.write(f"\n{line}\n")


def rate(
    docs: list[AnnotatedDocument], work: Callable[[AnnotatedDocument], object]
) -> float:
    """Return articles per CPU second, the better of two passes."""
    best = 0.0
    for _ in range(2):
        start = time.process_time()
        for doc in docs:
            work(doc)
        best = max(best, len(docs) / (time.process_time() - start))
    return best


def test_suggesting_keeps_its_pace(
    docs: list[AnnotatedDocument], large: Ruleset
) -> None:
    start = time.process_time()
    for doc in docs:
        suggest(doc, large)
    first = len(docs) / (time.process_time() - start)
    everything = rate(docs, lambda doc: suggest(doc, large))
    keys = {doc.id: read_units(doc.text or "", None, large).keys for doc in docs}
    names = rate(docs, lambda doc: large.automaton.find(keys[doc.id]))
    size = sum(len(doc.text or "") for doc in docs) / len(docs)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(
        f"everything, {len(large.entries):,} names: {everything:.0f} articles/s of "
        f"{size:.0f} characters ({everything * size / 1e6:.2f} M characters/s), "
        f"{first:.0f} while the memo of words fills; the automaton alone is "
        f"{names / everything:.0f} times faster; at most {megabytes:.0f} MB with the "
        "articles"
    )
    assert everything > 0


def steps(doc: AnnotatedDocument, ruleset: Ruleset, spent: Counter[str]) -> object:
    """Do what `suggest` does, and note what each step takes."""
    last = time.process_time()

    def done(step: str) -> None:
        nonlocal last
        now = time.process_time()
        spent[step] += now - last
        last = now

    spans = find_sentences(doc.text or "")
    done("sentences")
    reading = read_units(doc.text or "", spans, ruleset)
    done("words")
    find_mentions(reading)
    mentions = resolve(reading.mentions, ruleset.files.nesting)
    done("entities")
    triggers = find_triggers(reading, mentions)
    done("triggers")
    finder = ArgumentFinder(reading, mentions)
    arguments = [finder.fill(trigger) for trigger in triggers]
    done("arguments")
    used = set().union(*arguments)
    entities, names = build_entities(reading, mentions, used)
    events = build_events(reading, finder, triggers, arguments, names)
    done("attributes and records")
    return entities, events


def test_where_the_time_goes(docs: list[AnnotatedDocument], large: Ruleset) -> None:
    for doc in docs:
        suggest(doc, large)
    spent: Counter[str] = Counter()
    for doc in docs:
        found = suggest(doc, large)
        assert steps(doc, large, spent) == (found.entities, found.events)
    whole = sum(spent.values())
    tell(", ".join(f"{step} {s / whole:.0%}" for step, s in spent.most_common()))


def test_kept_rules_start_sooner_than_read_ones(tmp_path: Path) -> None:
    schema = load_schema()
    seconds = []
    for _ in range(3):
        start = time.process_time()
        load_ruleset(schema, cache=tmp_path)
        seconds.append(time.process_time() - start)
    fresh, kept = seconds[0], min(seconds[1:])
    tell(f"rules read and compiled in {fresh:.2f} s, from the cache in {kept:.2f} s")
    assert kept < fresh


@pytest.mark.parametrize("name", ODD)
def test_time_grows_with_the_length(name: str, large: Ruleset) -> None:
    """Ten times the text, about ten times the seconds, whatever the text."""

    def seconds(doc: AnnotatedDocument) -> float:
        took = []
        for _ in range(ROUNDS):
            start = time.process_time()
            suggest(doc, large)
            took.append(time.process_time() - start)
        return min(took)

    gc.collect()
    gc.freeze()
    ratio = seconds(stretched(ODD[name], 200_000)) / seconds(
        stretched(ODD[name], 20_000)
    )
    tell(f"{name}: ten times the text takes {ratio:.1f} times the seconds")
    assert ratio < 20


def test_suggesting_everything_outruns_an_entity_ruler(
    benchmark: BenchmarkFixture, docs: list[AnnotatedDocument], large: Ruleset
) -> None:
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("ar")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(
        [{"label": e.label, "pattern": e.form} for e in large.files.entries]
    )
    some = docs[:200]
    for doc in some:
        suggest(doc, large)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(rate(some, lambda doc: suggest(doc, large)))
        theirs.append(rate(some, lambda doc: nlp(doc.text)))
    benchmark.pedantic(lambda: [suggest(doc, large) for doc in some], rounds=1)
    ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
    said = f"{ratio:.1f} times as fast as spaCy's EntityRuler; the aim is {AIM} times"
    benchmark.extra_info.update(
        articles_per_second=median(ours),
        entity_ruler_articles_per_second=median(theirs),
        ratio=ratio,
        aim=AIM,
        aim_met=ratio >= AIM,
    )
    tell(said if ratio >= AIM else f"{said}: missed by a factor of {AIM / ratio:.2f}")
    assert ratio > 1
    if ratio < AIM:
        pytest.xfail(said)
