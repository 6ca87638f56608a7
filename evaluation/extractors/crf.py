"""`crf`: conditional random fields over words, trained on a split by python-crfsuite.

Two flat sequences, one of entity mentions and one of triggers: of nested mentions the
outermost is learned. A tag says how many letters of the word stand before the mention,
so that a mention behind a proclitic keeps its edge.
"""

from __future__ import annotations

import importlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_TOKEN = re.compile(r"\w+|[^\w\s]")
_SENTENCE_END = frozenset(".!?؟…")
_LAYERS = ("entities", "events")
_SETTINGS = {"c2": 0.1, "max_iterations": 60}

Tokens = list[tuple[int, int]]
Tagger = Callable[[list[list[str]]], list[str]]


def load(_target: str, options: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Train on the JSONL file of the option `train`."""
    with Path(options["train"]).open(encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines if line.strip()]
    taggers = {layer: _train(documents, layer) for layer in _LAYERS}

    def extract(document: dict[str, Any]) -> Any:
        text = document["text"]
        found: dict[str, list[dict[str, Any]]] = {layer: [] for layer in _LAYERS}
        for tokens in _sentences(text):
            features = _features(text, tokens)
            for layer, tag in taggers.items():
                found[layer] += _mentions(tokens, tag(features))
        return found

    return extract


def _train(documents: list[dict[str, Any]], layer: str) -> Tagger:
    pycrfsuite: Any = importlib.import_module("pycrfsuite")
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=_SETTINGS, verbose=False)
    for document in documents:
        spans = _outermost(document, layer)
        for tokens in _sentences(document["text"]):
            features = _features(document["text"], tokens)
            trainer.append(features, _tags(tokens, spans))
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder, "model"))
        trainer.train(model)
        tagger = pycrfsuite.Tagger()
        tagger.open(model)
    tag: Tagger = tagger.tag
    return tag


def _outermost(document: dict[str, Any], layer: str) -> list[tuple[int, int, str]]:
    """Return the spans that no other contains, with label and level in one string."""
    spans = []
    for mention in document.get(layer, ()):
        level = mention.get("level", "name") if layer == "entities" else ""
        spans.append((mention["start"], mention["end"], f"{mention['label']}/{level}"))
    kept: list[tuple[int, int, str]] = []
    for start, end, label in sorted(spans, key=lambda s: (s[0] - s[1], s)):
        if all(end <= low or high <= start for low, high, _ in kept):
            kept.append((start, end, label))
    return sorted(kept)


def _sentences(text: str) -> Iterator[Tokens]:
    """Yield the tokens of each sentence: lines, cut after a full stop and the like."""
    tokens: Tokens = []
    last = 0
    for match in _TOKEN.finditer(text):
        if tokens and "\n" in text[last : match.start()]:
            yield tokens
            tokens = []
        last = match.end()
        tokens.append(match.span())
        if match.group() in _SENTENCE_END:
            yield tokens
            tokens = []
    if tokens:
        yield tokens


def _tags(tokens: Tokens, spans: list[tuple[int, int, str]]) -> list[str]:
    tags = ["O"] * len(tokens)
    for start, end, label in spans:
        first = True
        for i, (low, high) in enumerate(tokens):
            if low < end and start < high:
                cut, rest = max(start - low, 0), max(high - end, 0)
                tags[i] = f"{'B' if first else 'I'}{cut},{rest}-{label}"
                first = False
    return tags


def _mentions(tokens: Tokens, tags: list[str]) -> list[dict[str, Any]]:
    mentions: list[dict[str, Any]] = []
    open_label = ""
    for (low, high), tag in zip(tokens, tags, strict=True):
        head, _, label = tag.partition("-")
        if head == "O":
            open_label = ""
            continue
        cut, rest = map(int, head[1:].split(","))
        start, end = low + cut, high - rest
        if start >= end:  # the word is shorter than the one the tag was learned from
            start, end = low, high
        if head[0] == "I" and label == open_label:
            mentions[-1]["end"] = end
        else:
            name, _, level = label.partition("/")
            mention = {"start": start, "end": end, "label": name}
            mentions.append(mention | ({"level": level} if level else {}))
        open_label = label
    return mentions


def _features(text: str, tokens: Tokens) -> list[list[str]]:
    words = [text[start:end] for start, end in tokens]
    padded = ["<<", "<", *words, ">", ">>"]
    rows = []
    for i, word in enumerate(words, start=2):
        row = [
            "bias",
            f"w={word}",
            f"shape={'d' if word.isdigit() else 'w' if word.isalpha() else 'p'}",
            f"w-1={padded[i - 1]}",
            f"w+1={padded[i + 1]}",
            f"w-2={padded[i - 2]}",
            f"w+2={padded[i + 2]}",
            f"w-1|w={padded[i - 1]}|{word}",
            f"w|w+1={word}|{padded[i + 1]}",
        ]
        row += [f"p{n}={word[:n]}" for n in (1, 2, 3, 4) if len(word) > n]
        row += [f"s{n}={word[-n:]}" for n in (1, 2, 3, 4) if len(word) > n]
        # The word behind one or two letters: ببغداد has what بغداد taught.
        row += [f"in{n}={word[n:]}" for n in (0, 1, 2) if len(word) > n + 2]
        rows.append(row)
    return rows
