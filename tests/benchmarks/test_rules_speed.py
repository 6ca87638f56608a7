"""Speed of the suggester; not part of the test run.

    pytest tests/benchmarks/test_rules_speed.py -s

The articles are read from `../shared/dev`, and the comparison with spaCy is made where
spaCy is installed; each is skipped with its reason where it is not there.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from annotate.rules.compiled import Ruleset, compile_ruleset
from annotate.rules.engine import suggest
from annotate.rules.load import load_ruleset
from annotate.rules.model import Entry
from annotate.rules.reading import read_units
from schemas.annotations import AnnotatedDocument
from schemas.load import load_schema

ARTICLES = Path("../shared/dev/raw_political.jsonl.gz")
ENTRIES = 50_000


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
    """Return characters per CPU second, the better of two passes."""
    best = 0.0
    for _ in range(2):
        start = time.process_time()
        for doc in docs:
            work(doc)
        seconds = time.process_time() - start
        best = max(best, sum(len(doc.text or "") for doc in docs) / seconds)
    return best


def test_suggesting_keeps_its_pace(
    docs: list[AnnotatedDocument], large: Ruleset
) -> None:
    everything = rate(docs, lambda doc: suggest(doc, large))
    keys = {doc.id: read_units(doc.text or "", None, large).keys for doc in docs}
    names = rate(docs, lambda doc: large.automaton.find(keys[doc.id]))
    tell(
        f"everything {everything / 1e6:.2f} M characters/s, "
        f"{everything / 2500:.0f} articles/s of 2,500 characters; the automaton alone "
        f"is {names / everything:.0f} times faster"
    )
    assert everything > 0


def test_suggesting_everything_outruns_an_entity_ruler(
    docs: list[AnnotatedDocument], large: Ruleset
) -> None:
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("ar")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(
        [{"label": e.label, "pattern": e.form} for e in large.files.entries]
    )
    some = docs[:200]
    ours = rate(some, lambda doc: suggest(doc, large))
    theirs = rate(some, lambda doc: nlp(doc.text))
    tell(f"{ours / theirs:.1f} times spaCy's EntityRuler")
    assert ours > 3 * theirs
