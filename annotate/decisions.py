"""What adjudicators decided, one decision a line of JSONL."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import DataError
from schemas.text_files import read_utf8

__all__ = [
    "CONTEXT",
    "POLICY",
    "ArgumentKey",
    "Decision",
    "Key",
    "Layer",
    "Target",
    "check_decisions",
    "count_verdicts",
    "read_decisions",
    "standing",
]

POLICY = "policy:"
"""How the author of a decision begins that a policy made."""

Layer = Literal["entities", "events", "arguments"]
Key = tuple[int, int, str]
"""A mention's start, end and label."""
ArgumentKey = tuple[Key, str, Key]
"""An event, a role, and the entity that fills it."""


class Target(BaseModel):
    """A mention by what identifies it: half-open span in code points, and label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int
    end: int
    label: str

    @property
    def key(self) -> Key:
        """The target as a tuple."""
        return (self.start, self.end, self.label)


class Decision(BaseModel):
    """What the adjudicator ruled on one item, by which clause of the guideline.

    `text` repeats the slice of the target, so that a decision can be read and checked.
    An argument is its event (`target`), its `role` and its `filler`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    doc: str
    layer: Layer
    verdict: Literal["keep", "drop", "replace", "add", "set"]
    target: Target
    text: str
    role: str | None = None
    filler: Target | None = None
    replacement: Target | None = None
    attributes: dict[str, str | None] = {}
    votes: dict[str, Any] = {}
    """What each annotator had: present or not, or the attributes that differed."""
    clause: str | None = None
    why: str | None = None
    by: str
    at: str | None = None
    """When it was made, ISO 8601."""
    until: str | None = None
    """When a later decision took its place, ISO 8601; since then it decides nothing."""

    @property
    def argument(self) -> ArgumentKey:
        """What a decision on an argument is about, as a tuple."""
        if self.role is None or self.filler is None:
            raise DataError(
                f"{self.doc}: the decision on an argument of {self.text!r} needs "
                "'role' and 'filler'."
            )
        return (self.target.key, self.role, self.filler.key)


CONTEXT = ("filler_text", "sentence")
"""What a draft of `annotate.worksheet` shows its reader; a decision does without."""


def read_decisions(path: Path) -> list[Decision]:
    """Read decisions from JSONL; raises DataError with file and line.

    Drafts of a worksheet are decisions once their verdict is filled in; those without
    one are passed over, so their conflicts stay open.
    """
    decisions = []
    for number, line in enumerate(read_utf8(path).split("\n"), start=1):
        # Not splitlines: a note may hold a line separator (U+2028).
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"{path}:{number}: this is not a line of JSON ({error}). Each line "
                "must hold one decision."
            ) from None
        if isinstance(content, dict):
            if content.get("verdict", "") is None:
                continue
            content = {key: content[key] for key in content if key not in CONTEXT}
        try:
            decisions.append(Decision.model_validate(content))
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(map(str, fault["loc"])) or "the line"
            raise DataError(f"{path}:{number}: {place}: {fault['msg']}.") from None
    return decisions


def render_decision(decision: Decision) -> str:
    """Render one line of JSONL (no newline), without what equals its default."""
    content = decision.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return json.dumps(content, ensure_ascii=False)


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the decisions that no later one took the place of."""
    return [decision for decision in decisions if decision.until is None]


def check_decisions(decisions: Iterable[Decision], text: str) -> None:
    """Raise DataError where decisions on one text do not fit it, or each other."""
    seen: set[tuple[object, ...]] = set()
    for decision in decisions:
        start, end, _ = decision.target.key
        if text[start:end] != decision.text:
            raise DataError(
                f"{decision.doc}: a decision is about {decision.text!r}, but the text "
                f"has {text[start:end]!r} at [{start}, {end}). Was the article changed "
                "since?"
            )
        about = (decision.layer, decision.target.key, decision.role, decision.filler)
        ruled = decision.attributes if decision.verdict in ("set", "add") else ()
        keys: set[tuple[object, ...]] = {(*about, name) for name in ruled}
        if decision.verdict != "set":
            keys.add(about)
        if keys & seen:
            raise DataError(
                f"{decision.doc}: two decisions stand on {decision.text!r} at "
                f"[{start}, {end}). Remove one, or close it with 'until'."
            )
        seen |= keys


def count_verdicts(decisions: Iterable[Decision]) -> dict[str, int]:
    """Count the decisions by layer and verdict, for a release's manifest.

    Beside them stands how many a policy settled, and how many a later one replaced.
    """
    decisions = tuple(decisions)
    stand = standing(decisions)
    counts = Counter(f"{decision.layer}: {decision.verdict}" for decision in stand)
    counts.update(f"by {d.by}" for d in stand if d.by.startswith(POLICY))
    listed = dict(sorted(counts.items()))
    if len(stand) < len(decisions):
        listed["replaced since"] = len(decisions) - len(stand)
    return listed
