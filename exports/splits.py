"""Divide documents into splits that do not leak, as lists of ids to be checked in.

Copies of one wire story stay together: documents whose word shingles overlap (estimated
by MinHash, then counted) form a group, and a group is never divided. Groups are dealt
out by iterative stratification (Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011) over
outlet, month and labels, so that rare strata are dealt out first.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from schemas.extras import load_extra
from schemas.text_files import read_utf8

__all__ = ["Splits", "build_splits", "group_copies", "read_splits", "split_faults"]

SHINGLE = 5
"""Words in a shingle."""
_PERMUTATIONS = 128


class Splits(BaseModel):
    """Which document is in which split, and what the division was made with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    threshold: float = Field(gt=0, le=1)
    """Share of shingles in common (Jaccard) from which documents are copies."""
    ratios: dict[str, float]
    splits: dict[str, tuple[str, ...]]
    copies: tuple[tuple[str, ...], ...] = ()
    """Groups of two and more; a document without copies is not listed."""

    def render(self) -> str:
        """Render as JSON, keys in a fixed order."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)


def build_splits(
    docs: Iterable[AnnotatedDocument],
    *,
    ratios: Mapping[str, float],
    seed: int = 1,
    threshold: float = 0.5,
) -> Splits:
    """Divide documents by `ratios`, which add up to 1.

    The same documents, ratios and seed give the same splits, in any order. Raises
    UsageError for ratios that do not add up or more splits than groups.
    """
    if abs(sum(ratios.values()) - 1) > 1e-9 or min(ratios.values(), default=0) <= 0:
        raise UsageError(
            f"the shares of the splits must be above 0 and add up to 1, not "
            f"{sum(ratios.values()):g}."
        )
    docs = sorted(docs, key=lambda doc: doc.id)
    groups = group_copies(docs, threshold=threshold, seed=seed)
    if len(groups) < len(ratios):
        raise UsageError(
            f"{len(groups)} groups of documents cannot fill {len(ratios)} splits."
        )
    by_id = {doc.id: doc for doc in docs}
    strata = [Counter(s for i in group for s in _strata(by_id[i])) for group in groups]
    dealt = _deal(groups, strata, ratios, seed)
    return Splits(
        seed=seed,
        threshold=threshold,
        ratios=dict(ratios),
        splits={name: tuple(sorted(ids)) for name, ids in dealt.items()},
        copies=tuple(group for group in groups if len(group) > 1),
    )


def split_faults(splits: Splits, docs: Iterable[AnnotatedDocument]) -> list[str]:
    """Return each document that is in no split or two, and copies that straddle."""
    docs = tuple(docs)
    places = Counter(i for ids in splits.splits.values() for i in ids)
    ids = {doc.id for doc in docs}
    faults = [f"{i} is in no split" for i in sorted(ids - places.keys())]
    faults += [f"{i} is not in the gold" for i in sorted(places.keys() - ids)]
    faults += [f"{i} is in {n} splits" for i, n in sorted(places.items()) if n > 1]
    home = {i: name for name, found in splits.splits.items() for i in found}
    for group in group_copies(docs, threshold=splits.threshold, seed=splits.seed):
        if len({home.get(i) for i in group}) > 1:
            faults.append(f"copies of one story straddle splits: {', '.join(group)}")
    return [f"{fault}. Make them anew with 'miyar split'." for fault in faults]


def read_splits(path: Path) -> Splits:
    """Read a splits file; raises DataError if it is not one."""
    try:
        return Splits.model_validate_json(read_utf8(path))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise DataError(
            f"{path}: {place}: {fault['msg']}. Was it made by 'miyar split'?"
        ) from None


def group_copies(
    docs: Sequence[AnnotatedDocument], *, threshold: float, seed: int = 1
) -> list[tuple[str, ...]]:
    """Return the groups of copies, and each other document as a group of its own.

    Pairs are proposed by MinHash (Broder 1997) and kept if the share of shingles in
    common reaches `threshold`; groups are what pairs connect.
    """
    datasketch = load_extra("datasketch", extra="splits")
    shingles = {doc.id: _shingles(doc.text or "") for doc in docs}
    index = datasketch.MinHashLSH(
        threshold=max(0.1, threshold - 0.1), num_perm=_PERMUTATIONS
    )
    leader = {doc.id: doc.id for doc in docs}

    def find(doc_id: str) -> str:
        while leader[doc_id] != doc_id:
            doc_id = leader[doc_id]
        return doc_id

    for doc_id in sorted(shingles):
        sketch = datasketch.MinHash(num_perm=_PERMUTATIONS, seed=seed)
        sketch.update_batch([shingle.encode() for shingle in shingles[doc_id]])
        for other in index.query(sketch):
            if _jaccard(shingles[doc_id], shingles[str(other)]) >= threshold:
                first, second = sorted((find(doc_id), find(str(other))))
                leader[second] = first
        index.insert(doc_id, sketch)
    groups: dict[str, list[str]] = {}
    for doc_id in sorted(leader):
        groups.setdefault(find(doc_id), []).append(doc_id)
    return [tuple(group) for group in groups.values()]


def _shingles(text: str) -> frozenset[str]:
    # Spellings of one word: without diacritics, hamza seats and letter case.
    plain = unicodedata.normalize("NFKD", text).casefold()
    words = re.findall(
        r"\w+", "".join(c for c in plain if not unicodedata.combining(c))
    )
    last = max(1, len(words) - SHINGLE + 1)
    return frozenset(" ".join(words[at : at + SHINGLE]) for at in range(last))


def _jaccard(one: frozenset[str], two: frozenset[str]) -> float:
    return len(one & two) / len(one | two)


def _strata(doc: AnnotatedDocument) -> list[str]:
    labels = {m.label for m in doc.entities} | {e.label for e in doc.events}
    return [
        f"outlet:{doc.meta.get('outlet')}",
        f"month:{str(doc.meta.get('published'))[:7]}",
        "document",
        *(f"label:{label}" for label in sorted(labels)),
    ]


def _deal(
    groups: Sequence[tuple[str, ...]],
    strata: Sequence[Counter[str]],
    ratios: Mapping[str, float],
    seed: int,
) -> dict[str, list[str]]:
    """Give the groups of the rarest stratum out first, each to whom it lacks most."""
    total = Counter[str]()
    for counts in strata:
        total += counts
    lacking = {
        name: {stratum: ratio * n for stratum, n in total.items()}
        for name, ratio in ratios.items()
    }
    dealt: dict[str, list[str]] = {name: [] for name in ratios}
    order = sorted(range(len(groups)), key=lambda at: _shuffled(groups[at][0], seed))
    queues: dict[str, list[int]] = {}
    for at in reversed(order):
        for stratum in strata[at]:
            queues.setdefault(stratum, []).append(at)
    left = set(order)
    while left:
        rarest = min(total, key=lambda stratum: (total[stratum], stratum))
        at = queues[rarest].pop()
        if at not in left:
            continue
        left.remove(at)
        empty = [name for name in ratios if not dealt[name]]
        # Every split gets something, however small.
        choice = empty if len(left) < len(empty) else list(ratios)
        name = max(
            choice,
            key=lambda n: (lacking[n][rarest], lacking[n]["document"], ratios[n]),
        )
        dealt[name] += groups[at]
        for stratum, count in strata[at].items():
            lacking[name][stratum] -= count
            total[stratum] -= count
            if not total[stratum]:
                del total[stratum]
    return dealt


def _shuffled(doc_id: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{doc_id}".encode()).hexdigest()
