"""`spacy:PATH`: a spaCy pipeline, by folder or by the name of its package."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def load(target: str, _options: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Load the pipeline; its entities and span groups become entity mentions."""
    spacy: Any = importlib.import_module("spacy")
    nlp = spacy.load(target)

    def extract(document: dict[str, Any]) -> Any:
        nlp.max_length = max(nlp.max_length, len(document["text"]))
        doc = nlp(document["text"])
        found = dict.fromkeys(
            (span.start_char, span.end_char, span.label_)
            for group in (doc.ents, *doc.spans.values())
            for span in group
        )
        return {
            "entities": [
                {"start": start, "end": end, "label": label}
                for start, end, label in found
            ]
        }

    return extract
