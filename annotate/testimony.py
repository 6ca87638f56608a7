"""Who said what about a conflict, in the words that an adjudicator reads."""

from __future__ import annotations

from collections.abc import Sequence

from annotate.adjudicate import Conflict
from schemas.annotations import AnnotatedDocument

__all__ = ["tell_votes"]

_FSI, _PDI = "\u2068", "\u2069"


def tell_votes(
    conflict: Conflict, names: Sequence[str], docs: Sequence[AnnotatedDocument]
) -> str:
    """Say who holds what, a line for each: the box it stands in is narrow."""
    lines = []
    if conflict.attribute:
        lines.append(f"{conflict.attribute}?")
    elif conflict.argument:
        role, (start, end, _) = conflict.argument
        lines.append(f"{role} {_quoted(docs[0].text or '', start, end)}?")
    for place, vote in zip(conflict.voters, conflict.votes, strict=True):
        if conflict.attribute:
            said = vote or "none"
        elif conflict.argument:
            said = "yes" if vote else "no"
        else:
            said = "this mark" if vote else _instead(docs[place], conflict)
        lines.append(f"{names[place]}: {said}")
    return "\n".join(lines)


def _instead(doc: AnnotatedDocument, conflict: Conflict) -> str:
    """Say what an annotator has in the place of a mention: type, edge, or nothing."""
    start, end, label = conflict.target
    said = []
    for other in doc.events if conflict.layer == "events" else doc.entities:
        if other.start < end and start < other.end:
            words = _quoted(doc.text or "", other.start, other.end)
            if other.span == (start, end):
                said.append(other.label)
            else:
                said.append(words if other.label == label else f"{other.label} {words}")
    return ", ".join(said) or "nothing here"


def _quoted(text: str, start: int, end: int) -> str:
    """Quote the article in an isolate, so that it turns no word around it."""
    return f"{_FSI}«{text[start:end]}»{_PDI}"
