"""Decide who gets a document, and which documents go out without suggestions.

Both are drawn from the documents' ids and a seed, and both keep what stands already. A
document is placed in the order of its hash, after all that stand before it there, so a
run that finds a part of an earlier one's work finishes it as that one would have.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

__all__ = ["Arm", "assign_annotators", "choose_arms"]

Arm = Literal["control", "suggested"]


def choose_arms(
    strata: Mapping[str, str],
    held: Mapping[str, Arm],
    *,
    share: float,
    seed: int,
) -> dict[str, Arm]:
    """Return the arm of each document: `control` for the share of each stratum.

    `strata` maps the ids of all documents to what they are stratified by, `held` those
    that have an arm already. In each stratum the control arm is off the share by less
    than one document; which way is drawn, so that many small strata come out right.
    """
    arms: dict[str, Arm] = dict(held)
    seen: Counter[str] = Counter()
    controls: Counter[str] = Counter()
    for doc in sorted(strata, key=lambda doc: _draw(seed, "arm", doc)):
        stratum = strata[doc]
        seen[stratum] += 1
        if doc not in arms:
            due = seen[stratum] * share + _draw(seed, "stratum", stratum)
            arms[doc] = (
                "control" if controls[stratum] < math.floor(due) else "suggested"
            )
        controls[stratum] += arms[doc] == "control"
    return arms


def assign_annotators(
    docs: Iterable[str],
    held: Mapping[str, frozenset[str]],
    annotators: Iterable[str],
    *,
    overlap: int,
    seed: int,
) -> dict[str, frozenset[str]]:
    """Return who annotates each of `docs`: `overlap` people, work shared evenly.

    `held` maps documents to those who have them already; nobody loses one, and one
    that has more than `overlap` keeps them.
    """
    wanted = frozenset(docs)
    people = frozenset(annotators)
    loads = Counter(who for doc in held if doc not in wanted for who in held[doc])
    chosen: dict[str, frozenset[str]] = {}
    for doc in sorted(wanted, key=lambda doc: _draw(seed, "turn", doc)):
        has = held.get(doc, frozenset())
        others = sorted(
            people - has, key=lambda who: (loads[who], _draw(seed, doc, who))
        )
        chosen[doc] = has | frozenset(others[: max(0, overlap - len(has))])
        loads.update(chosen[doc])
    return chosen


def _draw(seed: int, *words: str) -> float:
    """Return a number in [0, 1) that depends on nothing but its arguments."""
    digest = hashlib.sha256("\n".join([str(seed), *words]).encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56
