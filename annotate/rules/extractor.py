"""The rules as an extractor, for benchmarks: a document in, mentions and events out."""

from __future__ import annotations

import json
from typing import Any

from annotate.rules.engine import suggest
from annotate.rules.load import load_ruleset
from schemas.annotations import AnnotatedDocument
from schemas.load import load_schema

__all__ = ["RuleExtractor"]


class RuleExtractor:
    """Loads rules and lexicons once, then answers documents of the contract."""

    def __init__(self) -> None:
        """Load the rules that come with the tool."""
        self._ruleset = load_ruleset(load_schema())

    def __call__(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return what the rules suggest."""
        doc = AnnotatedDocument.model_validate_json(json.dumps(document))
        found = suggest(doc, self._ruleset)
        return found.model_dump(mode="json", include={"entities", "events"})
