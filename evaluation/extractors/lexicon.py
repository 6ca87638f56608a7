"""`lexicon`: remember what the training gold marked, and mark it wherever it returns.

The simplest extractor there is: what a newcomer must beat. A surface is remembered with
its commonest label if at least half of its places in the training texts were marked.
Letters that stood before mentions inside a word there (proclitics) may stand so again.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Mark = tuple[str, str, str]
"""Layer, label and level."""

_WORD = re.compile(r"\w+")
_LONGEST_PREFIX = 3
_LEAST_SHARE = 0.5


def load(_target: str, options: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Learn from the JSONL file of the option `train`."""
    with Path(options["train"]).open(encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines if line.strip()]
    prefixes = frozenset(_prefixes(documents))
    longest, marks = _learn(documents, prefixes)

    def extract(document: dict[str, Any]) -> Any:
        text = document["text"]
        found: dict[str, list[dict[str, Any]]] = {"entities": [], "events": []}
        for start, end in _stretches(text, longest, prefixes):
            mark = marks.get(text[start:end])
            if mark is not None:
                layer, label, level = mark
                mention = {"start": start, "end": end, "label": label}
                found[layer].append(mention | ({"level": level} if level else {}))
        return found

    return extract


def _marked(document: dict[str, Any]) -> Iterator[tuple[int, int, Mark]]:
    for layer in ("entities", "events"):
        for mention in document.get(layer, ()):
            level = mention.get("level", "name") if layer == "entities" else ""
            yield mention["start"], mention["end"], (layer, mention["label"], level)


def _prefixes(documents: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the letters that stood before a mention in its first word."""
    yield ""
    for document in documents:
        text = document["text"]
        starts = {m.start() for m in _WORD.finditer(text)}
        for start, _, _ in _marked(document):
            for length in range(1, _LONGEST_PREFIX + 1):
                if start - length in starts and text[start - length : start].isalpha():
                    yield text[start - length : start]


def _learn(
    documents: list[dict[str, Any]], prefixes: frozenset[str]
) -> tuple[int, dict[str, Mark]]:
    """Return the most words a mention has, and the mark of each surface."""
    seen: dict[str, Counter[Mark]] = defaultdict(Counter)
    longest = 1
    for document in documents:
        text = document["text"]
        for start, end, mark in _marked(document):
            seen[text[start:end]][mark] += 1
            longest = max(longest, len(_WORD.findall(text[start:end])))
    places: Counter[str] = Counter()
    for document in documents:
        text = document["text"]
        for start, end in _stretches(text, longest, prefixes):
            if text[start:end] in seen:
                places[text[start:end]] += 1
    marks = {}
    for surface, counts in seen.items():
        mark, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= _LEAST_SHARE * max(places[surface], 1):
            marks[surface] = mark
    return longest, marks


def _stretches(
    text: str, longest: int, prefixes: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Yield the spans of up to `longest` words, with and without a known prefix."""
    words = [match.span() for match in _WORD.finditer(text)]
    for i, (begin, stop) in enumerate(words):
        starts = [
            begin + length
            for length in range(min(_LONGEST_PREFIX, stop - begin - 1) + 1)
            if text[begin : begin + length] in prefixes
        ]
        for _, end in words[i : i + longest]:
            for start in starts:
                yield start, end
