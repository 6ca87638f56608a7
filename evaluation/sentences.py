"""The sentences that errors are shown in, with the marks of both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from schemas.annotations import AnnotatedDocument
from schemas.spans import Span

__all__ = ["Sentences"]

_SENTENCE = re.compile(r"[^\n.!?؟…]+[.!?؟…]*")


class Sentences:
    """Numbers the stretches of text that were asked for, each once.

    A document's own sentences are used; where it has none, lines are cut after full
    stops and the like.
    """

    def __init__(
        self,
        gold: Iterable[AnnotatedDocument],
        predicted: Iterable[AnnotatedDocument],
    ) -> None:
        """Take both sides, which have the same ids."""
        self._gold = {doc.id: doc for doc in gold}
        self._predicted = {doc.id: doc for doc in predicted}
        self._spans: dict[str, Sequence[tuple[int, int]]] = {}
        self._numbers: dict[tuple[str, Span], int] = {}

    def around(self, doc_id: str, start: int, end: int) -> tuple[int, int]:
        """Return the number of the stretch that holds `[start, end)`, and its start.

        It is one sentence, or as many as are needed.
        """
        doc = self._gold[doc_id]
        if doc_id not in self._spans:
            text = doc.text or ""
            self._spans[doc_id] = doc.sentences or [
                match.span() for match in _SENTENCE.finditer(text)
            ]
        touched = [s for s in self._spans[doc_id] if s[0] < end and start < s[1]]
        low = min([start, *(s[0] for s in touched)])
        high = max([end, *(s[1] for s in touched)])
        key = doc_id, Span(low, high)
        return self._numbers.setdefault(key, len(self._numbers)), low

    def to_json(self) -> list[dict[str, Any]]:
        """Return document, text and the marks of both sides, by number."""
        return [
            {
                "document": doc_id,
                "start": span.start,
                "text": (self._gold[doc_id].text or "")[span.start : span.end],
                "gold": list(_marks(self._gold[doc_id], span)),
                "predicted": list(_marks(self._predicted[doc_id], span)),
            }
            for doc_id, span in self._numbers
        ]


def _marks(doc: AnnotatedDocument, span: Span) -> Iterable[list[Any]]:
    """Yield (start, end, label) of what lies in the stretch, from its start."""
    for mention in (*doc.entities, *doc.events):
        if span.start <= mention.start and mention.end <= span.end:
            yield [mention.start - span.start, mention.end - span.start, mention.label]
