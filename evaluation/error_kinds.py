"""What each kind of error means, for those who read about it."""

from __future__ import annotations

__all__ = ["MEANINGS"]

MEANINGS: dict[str, str] = {
    "type": "the right span with the wrong label",
    "role": "the right span of the right event in the wrong role",
    "split": "one mention found in pieces",
    "merge": "several mentions found as one",
    "clitic": "the right label; the edges differ by clitics or marks only",
    "nesting level": "another level of the same nest",
    "coreferent mention": "another mention of the same entity",
    "edge": "the right label with wrong edges",
    "edge and type": "a shared stretch, but edges and label are wrong",
    "wrong event": "the right span and role on the wrong event",
    "missed with its trigger": "the event itself was not found",
    "missed": "nothing was found",
    "spurious with its trigger": "the event itself is not in the gold",
    "spurious": "nothing is there in the gold",
}
"""Every kind of error, in the order in which reports show them."""
