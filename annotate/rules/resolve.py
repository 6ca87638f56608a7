"""Settle which of overlapping mentions stay: one function, one stated order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

__all__ = ["Facts", "Found", "Nesting", "make_found", "resolve", "why_dropped"]

Facts = tuple[str, str, str | None, str | None, str, float, bool, int, bool]
"""What a mention has beyond its units, in the order of `Found`."""


class Found(NamedTuple):
    """A mention in units, `[first, last]` inclusive.

    `provisional` mentions need a role to stay, `solid` ones hold no other. `rank` is
    the number of the stage that found it.
    """

    first: int
    last: int
    label: str
    level: str
    subtype: str | None
    kb: str | None
    rule: str
    score: float
    provisional: bool
    rank: int
    solid: bool = False


make_found: Callable[[tuple[Any, ...]], Found] = partial(tuple.__new__, Found)
"""Make a mention of all its values at once, at half the price of naming them."""

Nesting = Mapping[str, frozenset[str]]


def resolve(mentions: Iterable[Found], nesting: Nesting) -> list[Found]:
    """Keep mentions that do not cross and nest only as `nesting` (outer: inner) allows.

    Order of preference: the longer mention, then the later stage (`rank`), then the
    earlier place. A mention is dropped when it crosses a kept one, has the same units
    as a kept one, opens one of its own label (it is a part of that name), or lies in
    one that may not hold it; a provisional mention holds any name, since it may not
    stay itself. Returned in order of the text, the outer before the inner.
    """
    order = sorted(mentions, key=_from_left)
    kept: list[Found] = []
    around: list[Found] = []
    reach = -1
    for mention in order:
        first, last = mention[:2]
        if first > reach:
            # Most mentions lie in no other.
            kept.append(mention)
            around, reach = [mention], last
            continue
        while around[-1].last < first:
            around.pop()
        inner = around[-1]
        if last > inner.last:
            return _resolve_crossing(order, nesting)
        same = first == inner.first and last == inner.last
        if same or not all(_may_hold(outer, mention, nesting) for outer in around):
            continue
        kept.append(mention)
        around.append(mention)
    return kept


def _from_left(mention: Found) -> tuple[int, int, int]:
    return mention[0], -mention[1], -mention[9]


def _may_hold(outer: Found, inner: Found, nesting: Nesting) -> bool:
    if outer.provisional and not inner.provisional:
        return True
    if outer.first == inner.first and outer.label == inner.label:
        return False
    return not outer.solid and inner.label in nesting.get(outer.label, ())


def _resolve_crossing(mentions: Iterable[Found], nesting: Nesting) -> list[Found]:
    """Do the same where mentions cross: the longer ones claim their units first."""
    owners: dict[int, list[Found]] = {}
    kept = []
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, -m.rank, m.first)):
        around = owners.get(mention.first, [])
        if owners.get(mention.last, []) != around:
            continue
        if around:
            inner = around[-1]
            same = mention.first == inner.first and mention.last == inner.last
            if same or not all(_may_hold(outer, mention, nesting) for outer in around):
                continue
        kept.append(mention)
        for unit in range(mention.first, mention.last + 1):
            owners.setdefault(unit, []).append(mention)
    kept.sort(key=_from_left)
    return kept


def why_dropped(
    mention: Found, kept: Iterable[Found], nesting: Nesting
) -> tuple[Found, str] | None:
    """Return the kept mention that a dropped one gave way to, and how; None if none.

    How: `same` units, `cross`, `opens` one of its own label, or `inside` one that may
    not hold it.
    """
    for other in kept:
        if other.last < mention.first or mention.last < other.first:
            continue
        same = other.first == mention.first and other.last == mention.last
        if same:
            return other, "same"
        if other.first <= mention.first and mention.last <= other.last:
            if not _may_hold(other, mention, nesting):
                opens = other.first == mention.first and other.label == mention.label
                return other, "opens" if opens else "inside"
        elif not (mention.first <= other.first and other.last <= mention.last):
            return other, "cross"
    return None
