"""Tell what became of each suggestion in what an annotator submitted.

A suggestion is accepted (left as it was), amended (another attribute), moved (another
edge, or another filler of a role), relabelled (another label or role, moved or not) or
deleted. What an annotator marked and nothing had suggested is missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from annotate.labelstudio.marks import Link, Mark, Marks

__all__ = ["ARGUMENTS", "MISSED", "OUTCOMES", "Decision", "decide"]

OUTCOMES = ("accepted", "amended", "moved", "relabelled", "deleted")
MISSED = "missed"
ARGUMENTS = "arguments"


class Decision(NamedTuple):
    """What became of one suggestion, or one mark that nothing had suggested."""

    layer: str
    label: str
    rule: str | None
    outcome: str


def decide(suggestions: Marks | None, said: Marks) -> Iterator[Decision]:
    """Yield what became of each suggestion, then what was missed.

    Without suggestions (None: nobody asked the rules) all that was said is missed.
    """
    suggestions = suggestions or Marks()
    pairs = _pair(suggestions.marks, said.marks)
    taken = {mark.id for mark in pairs.values()}
    for mark in suggestions.marks:
        outcome = _outcome(mark, pairs.get(mark.id))
        yield Decision(mark.layer, mark.label, mark.rule, outcome)
    for mark in said.marks:
        if mark.id not in taken:
            yield Decision(mark.layer, mark.label, None, MISSED)
    yield from _decide_links(suggestions.links, said.links, pairs)


def _outcome(mark: Mark, found: Mark | None) -> str:
    if found is None:
        return "deleted"
    if found.label != mark.label:
        return "relabelled"
    if (found.start, found.end) != (mark.start, mark.end):
        return "moved"
    if found.attributes != mark.attributes:
        return "amended"
    return "accepted"


def _pair(suggested: Iterable[Mark], said: Iterable[Mark]) -> dict[str, Mark]:
    """Map the id of a suggestion to what became of it; each mark serves once.

    Label Studio keeps the id of a region that was changed. One that was deleted and
    drawn anew is known by its place: the same span, or one that overlaps and has the
    same label.
    """
    by_id = {mark.id: mark for mark in said if mark.suggested}
    pairs = {
        mark.id: by_id[mark.id]
        for mark in suggested
        if mark.id in by_id and by_id[mark.id].layer == mark.layer
    }
    used = {mark.id for mark in pairs.values()}
    free = {mark.id: mark for mark in said if mark.id not in used}
    open_ = [mark for mark in suggested if mark.id not in pairs]
    for fits in (_is_same, _is_relabelled, _is_moved):
        for mark in open_:
            if mark.id in pairs:
                continue
            found = [other for other in free.values() if fits(mark, other)]
            if found:
                best = max(found, key=partial(_likeness, mark))
                pairs[mark.id] = free.pop(best.id)
    return pairs


def _likeness(one: Mark, other: Mark) -> tuple[int, bool, int, str]:
    same = one.attributes == other.attributes
    return _overlap(one, other), same, -other.start, other.id


def _overlap(one: Mark, other: Mark) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _is_same(one: Mark, other: Mark) -> bool:
    return _is_relabelled(one, other) and one.label == other.label


def _is_relabelled(one: Mark, other: Mark) -> bool:
    return (one.layer, one.start, one.end) == (other.layer, other.start, other.end)


def _is_moved(one: Mark, other: Mark) -> bool:
    same = (one.layer, one.label) == (other.layer, other.label)
    return same and _overlap(one, other) > 0


def _decide_links(
    suggested: Iterable[Link], said: Iterable[Link], pairs: Mapping[str, Mark]
) -> Iterator[Decision]:
    free = [link for link in said if link.role is not None]
    outcomes: dict[int, str] = {}
    suggested = list(suggested)
    ends = [(pairs.get(link.event), pairs.get(link.filler)) for link in suggested]
    for outcome in ("accepted", "relabelled", "moved"):
        for place, (link, (event, filler)) in enumerate(
            zip(suggested, ends, strict=True)
        ):
            if place in outcomes or event is None:
                continue
            for other in free:
                same_filler = filler is not None and other.filler == filler.id
                same_role = other.role == link.role
                wanted = {
                    "accepted": same_filler and same_role,
                    "relabelled": same_filler,
                    "moved": same_role,
                }
                if other.event == event.id and wanted[outcome]:
                    outcomes[place] = outcome
                    free.remove(other)
                    break
    for place, link in enumerate(suggested):
        outcome = outcomes.get(place, "deleted")
        yield Decision(ARGUMENTS, str(link.role), link.rule, outcome)
    for link in free:
        yield Decision(ARGUMENTS, str(link.role), None, MISSED)
