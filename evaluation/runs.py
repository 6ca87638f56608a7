"""What a run of an extractor may use, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evaluation.extractors import Child, ChildError, FaultKind

__all__ = ["Fault", "Limits", "Options", "Question", "Run"]

Question = dict[str, Any]
"""A document as extractors get it: `id`, `text`, and perhaps tokens and sentences."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an extractor may use: seconds to start and a document, bytes, deaths.

    After so many `deaths` of its process the documents that are left are not run.
    """

    start_seconds: float = 300.0
    seconds: float = 60.0
    memory: int | None = 4 * 2**30
    deaths: int = 5


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: limits, variables to pass on, the interpreter, kinds' own options.

    `progress` is told how many documents are done.
    """

    limits: Limits = field(default_factory=Limits)
    variables: tuple[str, ...] = ()
    python: str = sys.executable
    own: Mapping[str, Any] = field(default_factory=dict)
    progress: Callable[[int], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong; `document` is None where it was no document's."""

    document: str | None
    kind: FaultKind
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the fault with its names."""
        return {"document": self.document, "kind": self.kind, "message": self.message}


@dataclass(slots=True)
class Run:
    """What came of a run: raw answers by document id, faults and measurements.

    `seconds` is the time in which the answers were made, `latencies` that of each
    document where they were asked one by one.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seconds: float = 0.0
    start_seconds: float | None = None
    latencies: list[float] = field(default_factory=list)
    peak: int | None = None
    deaths: int = 0

    def add(self, other: Run) -> None:
        """Take over what came of another part of the documents."""
        self.answers |= other.answers
        self.faults += other.faults
        self.seconds += other.seconds
        if other.start_seconds is not None:
            self.start_seconds = (self.start_seconds or 0) + other.start_seconds
        self.latencies += other.latencies
        self._saw(other.peak)

    def _saw(self, peak: int | None) -> None:
        if peak is not None:
            self.peak = max(peak, self.peak or 0)

    def blame(self, doc_id: str | None, kind: FaultKind, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(doc_id, kind, message))

    def died(self, child: Child, doc_id: str | None, error: ChildError) -> None:
        """Note that the process is to be ended for a fault of this document."""
        self.deaths += 1
        self.blame(doc_id, error.kind, str(error))
        self.closed(child)

    def closed(self, child: Child) -> None:
        """End the process and note its memory."""
        child.end()
        self._saw(child.peak)
