"""`hf:PATH`: a transformers model for token classification, by folder or hub name.

Texts longer than the model's window are read in windows that overlap; where two windows
saw a token, the one that saw more on both sides of it decides. A word has the tag of
its first sub-word. Tags may be BIO, BILOU (BIOES) or bare labels.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

Tagged = tuple[int, int, str]
"""Start, end and tag of a word."""

_LONGEST_WINDOW = 512
_OPENING, _CONTINUING, _CLOSING = "BUS", "IMEL", "ELUS"


def load(target: str, _options: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Load model and tokenizer; only fast tokenizers know offsets."""
    torch: Any = importlib.import_module("torch")
    transformers: Any = importlib.import_module("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(target)
    if not tokenizer.is_fast:
        raise ValueError(f"{target} has no fast tokenizer, so it gives no offsets")
    make = transformers.AutoModelForTokenClassification.from_pretrained
    model = make(target).eval()
    names = model.config.id2label
    positions = getattr(model.config, "max_position_embeddings", _LONGEST_WINDOW)
    window = min(tokenizer.model_max_length, positions, _LONGEST_WINDOW)

    def extract(document: dict[str, Any]) -> Any:
        text = document["text"]
        read = tokenizer(
            text,
            truncation=True,
            max_length=window,
            stride=window // 4,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        best: dict[int, tuple[int, Tagged]] = {}
        for n, ids in enumerate(read["input_ids"]):
            with torch.inference_mode():
                mask = torch.tensor([read["attention_mask"][n]])
                logits = model(torch.tensor([ids]), attention_mask=mask).logits[0]
            tags = [names[i] for i in logits.argmax(-1).tolist()]
            for word, room, tagged in _words(read, n, tags):
                if word not in best or room > best[word][0]:
                    best[word] = room, tagged
        inside = [tagged for _, (_, tagged) in sorted(best.items())]
        return {"entities": list(_mentions(text, inside))}

    return extract


def _words(
    read: Any, window: int, tags: list[str]
) -> Iterator[tuple[int, int, Tagged]]:
    """Yield number, distance to the window's edge and tag of each word in a window.

    A word that the window cuts is as near to the edge as can be, so that the window
    that holds it whole decides: windows overlap by a quarter.
    """
    offsets, words = read["offset_mapping"][window], read.word_ids(window)
    places: dict[int, list[int]] = {}
    for place, word in enumerate(words):
        if word is not None and offsets[place][0] < offsets[place][1]:
            places.setdefault(word, []).append(place)
    for word, own in places.items():
        room = min(own[0], len(words) - 1 - own[-1])
        yield word, room, (offsets[own[0]][0], offsets[own[-1]][1], tags[own[0]])


def _mentions(text: str, tagged: list[Tagged]) -> Iterator[dict[str, Any]]:
    """Join the words that belong together; a stray continuation opens a mention."""
    current: tuple[int, int, str] | None = None
    ended = True
    for start, end, tag in tagged:
        head, dash, rest = tag.partition("-")
        known = bool(dash) and head in {*_OPENING, *_CONTINUING}
        position, label = (head, rest) if known else ("I", tag)
        outside = tag in ("O", "o", "")
        joins = (
            current is not None
            and not (outside or ended)
            and position in _CONTINUING
            and current[2] == label
        )
        if current is not None and joins:
            current = (current[0], end, label)
        else:
            if current is not None:
                yield _trimmed(text, *current)
            current = None if outside else (start, end, label)
        ended = position in _CLOSING
    if current is not None:
        yield _trimmed(text, *current)


def _trimmed(text: str, start: int, end: int, label: str) -> dict[str, Any]:
    """Return the mention without the white space some tokenizers count in."""
    covered = text[start:end]
    start += len(covered) - len(covered.lstrip())
    end -= len(covered) - len(covered.rstrip())
    return {"start": start, "end": end, "label": label}
