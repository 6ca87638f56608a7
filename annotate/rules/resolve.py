"""Settle which of overlapping mentions stay: one function, one stated order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

__all__ = ["Found", "resolve"]


class Found(NamedTuple):
    """A mention in units, `[first, last]` inclusive; `provisional` needs a role."""

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


def resolve(
    mentions: Iterable[Found], nesting: Mapping[str, frozenset[str]]
) -> list[Found]:
    """Keep mentions that do not cross and nest only as `nesting` (outer: inner) allows.

    Order of preference: the longer mention, then the later stage (`rank`), then the
    earlier place. A mention is dropped when it crosses a kept one, has the same units
    as a kept one, or lies in one whose label may not hold its own.
    """
    order = sorted(mentions, key=lambda m: (m.first - m.last, -m.rank, m.first))
    kept: list[Found] = []
    owner: dict[int, list[Found]] = {}
    for mention in order:
        around = owner.get(mention.first, ())
        if owner.get(mention.last, ()) != around:
            continue
        # The kept mentions around a unit are nested, the outermost first.
        if around:
            inner = around[-1]
            if (inner.first, inner.last) == (mention.first, mention.last):
                continue
            if any(
                outer.solid or mention.label not in nesting.get(outer.label, ())
                for outer in around
            ):
                continue
        kept.append(mention)
        for unit in range(mention.first, mention.last + 1):
            owner.setdefault(unit, []).append(mention)
    kept.sort(key=lambda m: (m.first, -m.last))
    return kept
