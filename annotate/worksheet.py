"""Draft a decision for each open conflict, for an adjudicator to fill in.

A draft whose verdict is filled in is a decision: `read_decisions` takes it as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotate.adjudicate import Conflict

__all__ = ["describe_conflict"]


def describe_conflict(
    conflict: Conflict, text: str, annotators: Sequence[str], *, by: str
) -> dict[str, Any]:
    """Return a conflict as a draft decision: what it is about, and who said what.

    `verdict` is to be filled in, and may be backed by `clause` and `why`; `by` is who
    does. Where an attribute differs the verdict is `set`, with its value in
    `attributes`.
    """
    start, end, label = conflict.target
    draft: dict[str, Any] = {
        "doc": conflict.doc,
        "layer": conflict.layer,
        "verdict": None,
        "target": {"start": start, "end": end, "label": label},
        "text": text[start:end],
    }
    if conflict.argument:
        role, (first, last, filler) = conflict.argument
        draft["role"] = role
        draft["filler"] = {"start": first, "end": last, "label": filler}
        draft["filler_text"] = text[first:last]
    if conflict.attribute:
        draft["attributes"] = {conflict.attribute: None}
    names = [annotators[place] for place in conflict.voters]
    draft["votes"] = dict(zip(names, conflict.votes, strict=True))
    draft |= {"clause": None, "why": None, "by": by}
    draft["sentence"] = text[max(0, start - 80) : end + 80]
    return draft
