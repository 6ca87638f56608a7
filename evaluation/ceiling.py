"""How a system compares with one more annotator: the human ceiling, tested.

Each annotator in turn stands for the gold; the others and the system are scored against
them. A system that cannot be told from a second annotator has reached the ceiling that
this annotation can show. Two machines' passes show none: the caller must know who
annotated and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.criteria import Criterion
from evaluation.documents import DocumentLike
from evaluation.intervals import Bootstrap
from evaluation.items import Tally
from evaluation.report import Report
from evaluation.scoring import score
from evaluation.significance import (
    LEAST_DOCUMENTS,
    Comparison,
    Difference,
    compare_tallies,
)
from schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = [
    "ANNOTATORS",
    "CEILING_CRITERIA",
    "SYSTEM",
    "Stated",
    "ceiling",
    "kinds_of",
    "state_agreement",
    "statements",
]

ANNOTATORS, SYSTEM = "a second annotator", "predictions"

CEILING_CRITERIA = ("entities", "nominals", "triggers", "triggers:found", "arguments")
"""The layers compared with the annotators', unless others are asked for."""

PERSON, MACHINE, UNKNOWN = "person", "machine", "unknown"


@dataclass(frozen=True, slots=True)
class Stated:
    """What gold says of how far its annotators agreed, and what these are.

    `layers` has the F1 of each row (a label, `micro` ...) of each layer.
    """

    kinds: tuple[str, ...]
    layers: Mapping[str, Mapping[str, float | None]]

    @property
    def human(self) -> bool:
        """Whether it is a human ceiling: whether all annotators are people."""
        return self.kinds == (PERSON,)

    @property
    def who(self) -> str:
        """Who agreed, in the words of a table's head."""
        if self.human:
            return "human ceiling"
        return "machines agree" if MACHINE in self.kinds else "annotators agree"


def kinds_of(names: Iterable[str], stated: Mapping[str, str]) -> tuple[str, ...]:
    """Return the kinds of these annotators, each once, sorted."""
    return tuple(sorted({stated.get(name, UNKNOWN) for name in names}))


def state_agreement(
    agreement: Mapping[str, Any] | None, annotators: Mapping[str, str]
) -> Stated | None:
    """Read the agreement that a manifest states; None where it states none.

    `annotators` maps those who annotated to `person` or `machine`.
    """
    if agreement is None:
        return None
    averages = ("micro", "macro", "weighted")
    return Stated(
        kinds_of(agreement["annotators"], annotators),
        {
            name: {
                **{row: layer[row]["f1"] for row in averages if row in layer},
                **{label: row["f1"] for label, row in layer["labels"].items()},
            }
            for name, layer in agreement["layers"].items()
        },
    )


def statements(
    comparison: Comparison, kinds: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """Return what a test against annotators of these kinds shows, layer by layer.

    Each has the sentence (`statement`) and whether the difference is `distinguishable`;
    None where nothing could be tested.
    """
    other = "a second annotator"
    if kinds != (PERSON,):
        other = f"a second {'machine' if MACHINE in kinds else 'annotator'}'s pass"
    found = {}
    for layer, differences in comparison.layers.items():
        micro = differences[0]
        testable = comparison.documents >= LEAST_DOCUMENTS and micro.p is not None
        found[layer] = {
            "statement": _statement(micro, other, comparison.documents),
            "distinguishable": micro.distinguishable if testable else None,
        }
    return found


def _statement(micro: Difference, other: str, documents: int) -> str:
    if micro.difference is None or micro.corrected is None:
        return "there is nothing to compare"
    numbers = f"F1 {micro.second_f1:.3f} against {micro.first_f1:.3f}"
    if documents < LEAST_DOCUMENTS:
        return (
            f"cannot be told: {numbers}, but {documents} documents are too few for "
            f"any test at the 5 % level ({LEAST_DOCUMENTS} are the least)"
        )
    numbers += f", p {micro.corrected:.4f}"
    if micro.distinguishable:
        how = "worse" if micro.difference < 0 else "better"
        return f"distinguishable from {other}, and {how} ({numbers})"
    least = (
        f"; a difference of {micro.smallest:.3f} would show" if micro.smallest else ""
    )
    return f"not distinguishable from {other} ({numbers}{least})"


def ceiling(  # noqa: PLR0913 - keyword-only options
    annotations: Mapping[str, Iterable[DocumentLike]],
    predicted: Iterable[DocumentLike],
    *,
    schema: Schema | None = None,
    criteria: Iterable[Criterion | str] = CEILING_CRITERIA,
    trials: int = 10_000,
    bootstrap: Bootstrap | None = None,
) -> Comparison:
    """Test whether the system agrees with annotators less than they with each other.

    Only documents that every annotator has are used. With more than two annotators the
    system's counts weigh as much as those of all the others together, so that both
    sides stand for equally many comparisons.

    Raises UsageError for fewer than two annotators, DataError without a common
    document.
    """
    if len(annotations) < 2:
        raise UsageError("a ceiling needs the work of at least two annotators.")
    sets = {name: {d.id: d for d in docs} for name, docs in annotations.items()}
    shared = sorted(set.intersection(*(set(docs) for docs in sets.values())))
    if not shared:
        raise DataError(
            f"{', '.join(sets)} have no document in common. Do the files use the same "
            "document ids?"
        )
    bootstrap = bootstrap or Bootstrap()
    mine = {doc.id: doc for doc in predicted}
    answers = [mine[doc_id] for doc_id in shared if doc_id in mine]
    chosen = tuple(criteria)

    def against(gold: str, docs: Iterable[DocumentLike], name: str) -> Report:
        return score(
            [sets[gold][doc_id] for doc_id in shared],
            docs,
            schema=schema,
            criteria=chosen,
            bootstrap=Bootstrap(resamples=0),
            names=(gold, name),
        )

    people = [
        against(gold, [sets[other][doc_id] for doc_id in shared], other)
        for gold, other in permutations(sets, 2)
    ]
    system = [against(gold, answers, SYSTEM) for gold in sets]
    layers = {}
    for layer in people[0].layers:
        theirs = _sum(report.layers[layer].tally for report in people)
        its = _sum(report.layers[layer].tally for report in system)
        its = replace(its, counts=its.counts * (len(sets) - 1))
        layers[layer] = compare_tallies(
            {ANNOTATORS: theirs, SYSTEM: its}, trials=trials, bootstrap=bootstrap
        )
    base = replace(people[0].signature, gold="~".join(sets), bootstrap=str(bootstrap))
    signature = f"{base}|test:paired-randomisation,{trials}"
    return Comparison((ANNOTATORS, SYSTEM), len(shared), signature, layers)


def _sum(tallies: Iterable[Tally]) -> Tally:
    tallies = tuple(tallies)
    rows = tuple(dict.fromkeys(row for tally in tallies for row in tally.rows))
    counts = np.sum([tally.with_rows(rows).counts for tally in tallies], axis=0)
    return Tally(tallies[0].criterion, rows, counts)
