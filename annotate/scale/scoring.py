"""The job of `miyar score`: gold and predictions in pairs in, counts out.

Both sides are read once, side by side, and paired by id. Where they come in such
different orders that pairing would hold much of them in memory, or where anything is
wrong with them, nothing is returned: then one process scores, or says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from annotate.scale.identities import digest_ids
from annotate.scale.job import Job, Lines, Outcome, Work, code_digest, hash_of
from annotate.scale.packing import pack_share, unpack_share
from evaluation.columns import Snap
from evaluation.criteria import Criterion
from evaluation.documents import DocumentLike, decode_lines, identity_of
from evaluation.scoring import edges_of
from evaluation.selection import Relabelled
from evaluation.shares import Share, score_share
from schemas.errors import DataError
from schemas.labels import Schema, SpanRule
from schemas.sources import read_collection

__all__ = ["Contested", "UnpairedError", "pair_lines", "read_share", "scoring"]

HELD = 64 * 2**20
"""So many bytes of predictions are held while their gold is looked for."""


class UnpairedError(DataError):
    """The two sides cannot be paired on the way; they may be right all the same."""


Labels = Mapping[str, str | None]
"""Old label to new, or to None (`evaluation.selection.Relabelled`)."""


class Contested(NamedTuple):
    """By what is scored; `rule` moves edges where a criterion asks for it.

    `labels` are new ones for gold and predictions, where they are to have some.
    """

    schema: Schema | None
    criteria: tuple[Criterion, ...]
    rule: SpanRule | None
    labels: tuple[Labels | None, Labels | None] = (None, None)

    def snap(self) -> Snap | None:
        """Return the span rule at work."""
        if self.rule is None:
            return None
        from annotate.snapping import make_snap

        return make_snap(self.rule)


def scoring(contested: Contested) -> Job:
    """Build the job; its counts are documents."""
    identity = hash_of(
        "score",
        code_digest(),
        contested.schema.model_dump_json() if contested.schema else "none",
        contested.rule.model_dump_json() if contested.rule else "none",
        *map(str, contested.criteria),
        *(criterion.convention for criterion in contested.criteria),
        *(repr(labels and sorted(labels.items())) for labels in contested.labels),
    )
    return Job(identity, _make, contested, _make(contested))


def read_share(outcome: Outcome, contested: Contested) -> Share:
    """Return what was counted in a partition; DataError for what is no such share."""
    return unpack_share(outcome.body, contested.criteria)


def pair_lines(
    gold: Sequence[Path],
    predicted: Sequence[Path],
    told: Callable[[float], None] | None = None,
    *,
    held: int = HELD,
) -> Iterator[tuple[str, bytes]]:
    """Yield each gold line with the prediction on it, joined to one.

    Raises UnpairedError where that cannot be done with little memory.
    """
    waiting: dict[str, bytes] = {}
    size = 0
    others = read_collection(predicted)
    for where, line in read_collection(gold, told):
        doc_id = _id_of(line, where)
        while doc_id not in waiting and size < held:
            place, other = next(others, ("", b""))
            if not other:
                break
            other_id = _id_of(other, place)
            if other_id in waiting:
                raise UnpairedError(f"{place}: {other_id!r} was given before.")
            waiting[other_id] = other
            size += len(other)
        answer = waiting.pop(doc_id, b"")
        size -= len(answer)
        yield where, b"%d\n" % len(line) + line + answer
    if waiting or next(others, None) is not None:
        raise UnpairedError("there are predictions whose gold did not follow.")


def _id_of(line: bytes, where: str) -> str:
    try:
        return identity_of(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnpairedError(f"{where}: has no id that can be read.") from None


def _make(contested: Contested) -> Work:
    edges = edges_of(contested.criteria, contested.snap())

    def work(lines: Lines) -> Outcome:
        gold: list[bytes] = []
        predicted: list[bytes] = []
        for _, pair in lines:
            length, _, both = pair.partition(b"\n")
            gold.append(both[: int(length)])
            predicted.append(both[int(length) :])
        share = score_share(
            _documents("gold", gold, contested.labels[0]),
            _documents("predicted", predicted, contested.labels[1]),
            schema=contested.schema,
            criteria=contested.criteria,
            edges=edges,
        )
        return Outcome(pack_share(share), (len(lines),), digest_ids(share.corpus.ids))

    return work


def _documents(
    name: str, lines: Sequence[bytes], labels: Labels | None
) -> Iterable[DocumentLike]:
    numbered = enumerate(filter(None, lines), start=1)
    docs = tuple(decode_lines(Path(name), numbered))
    return docs if labels is None else Relabelled(docs, labels)
