"""Articles nobody would write: no crash, and linear work.

Work is the lines of our code that run, which a busy machine does not change: ten times
the text takes about ten times the lines, and a hundred times where something is
quadratic. Expressions work within a line; that none of them repeats without bound is
tested here too, and `tests/benchmarks/test_rules_speed.py` compares the seconds.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from annotate.ingest import read_sources
from annotate.rules.compiled import Ruleset
from annotate.rules.engine import suggest
from annotate.rules.load import DEFAULT_FOLDER
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError

SEEDS = DEFAULT_FOLDER / "articles"


def article() -> str:
    return "\n".join(p.read_text("utf-8") for p in sorted(SEEDS.glob("*.txt")))


def one_line() -> str:
    return re.sub(r"[\n.؟!?]+", " ", article())


ODD = {
    "a long article": article(),
    "one line": one_line(),
    "one clause": "وقال الرئيس العراقي برهم صالح إن وزير الخارجية الإيراني وصل ",
    "only Latin": "Hello world, said no one. ",
    "controls": "\x01\x02 \x03\x7f",
    "lone surrogates": "\ud800 \udfff",
    "one word": "ا",
    "one Latin word": "a",
    "diacritics": "\u064e",
    "bidi marks": "\u200f\u202b ",
    "quotes": '"« ',
    "a speech without an end": 'قال الوزير "',
    "full stops": ".",
    "questions": "؟ ",
    "proclitics": "وبلك ",
    "ligatures": "ﷲ",
    "digits": "1.",
    "one given name": "محمد ",
    "full names": "قال محمد أحمد علي إن خالد بن سلمان زار بغداد ",
}


def stretched(piece: str, size: int) -> AnnotatedDocument:
    return AnnotatedDocument(id="d", text=(piece * (size // len(piece) + 1))[:size])


def lines_run(work: Callable[[], object]) -> int:
    """Count the lines of Python that run."""
    count = 0

    def listen(_frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return listen

    before = sys.gettrace()
    sys.settrace(listen)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", ODD)
def test_work_grows_with_the_length(name: str, ruleset: Ruleset) -> None:
    short, long = stretched(ODD[name], 4_000), stretched(ODD[name], 40_000)
    # New words are analysed once; what is compared is what every occurrence costs.
    assert suggest(long, ruleset).text == long.text
    suggest(short, ruleset)
    once = lines_run(lambda: suggest(short, ruleset))
    assert lines_run(lambda: suggest(long, ruleset)) < 15 * once


def test_five_megabytes_are_one_article_like_any_other(ruleset: Ruleset) -> None:
    text = article()
    times = 5_000_000 // len(text.encode()) + 1
    found = suggest(AnnotatedDocument(id="d", text=text * times), ruleset)
    once = suggest(AnnotatedDocument(id="d", text=text), ruleset)
    assert len(found.events) >= 0.95 * times * len(once.events)
    assert all(a.start <= b.start for a, b in pairwise(found.events))


def test_a_lone_surrogate_in_json_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    text = "زار \ud83d بغداد"
    path.write_text(json.dumps({"id": "a", "text": text}) + "\n", encoding="ascii")
    with pytest.raises(DataError, match=r"a\.jsonl:1: character 4 is half of a surr"):
        list(read_sources([path]))


def test_a_lone_surrogate_in_a_text_hides_nothing_else(ruleset: Ruleset) -> None:
    text = "زار \ud83d بغداد"
    found = suggest(AnnotatedDocument(id="d", text=text), ruleset)
    assert [text[m.start : m.end] for m in found.entities] == ["بغداد"]


def test_no_pattern_has_a_repeat_without_bound(ruleset: Ruleset) -> None:
    """The parser bounds `*` and `+`; what it made holds neither, but possessively.

    So a match looks at a bounded number of units: time is at most linear in the text.
    """
    checked = 0
    for stage in (*ruleset.stages, *ruleset.late):
        for regex, _ in stage.choices.values():
            bare = re.sub(r"\\.|\[[^\]]*\]", "", regex.pattern)
            assert "*" not in bare
            # {0,40}+ is possessive: it gives nothing back.
            assert "+" not in bare.replace("}+", "}")
            bounds = re.findall(r"\{(\d*)(,?)(\d*)\}", bare)
            assert all(high or not comma for _, comma, high in bounds)
            assert all(int(high or low) <= 40 for low, _, high in bounds)
            checked += 1
    assert checked
