"""Adjudicate in Label Studio: a project that holds just the documents in dispute.

One call brings everything forward and may be repeated at any time: it takes home what
the adjudicator submitted since, as decisions; settles what a policy settles; pushes the
documents that still have a conflict and are not there yet; and says what is open. So
interrupted work resumes, and a correction to released gold goes the same way.

In the project, what all agree on is filled in. Each conflict stands there once, with
who said what in the mark's information (`rule`), and a lower score, by which marks can
be sorted. The adjudicator deletes, changes or adds marks; what is submitted is what was
ruled. A document that is to be corrected, though nothing of it is in dispute, is
reopened: it goes there as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from annotate.adjudicate import Conflict, adjudicate
from annotate.decisions import Decision, Key
from annotate.labelstudio.campaign import Plan, push
from annotate.labelstudio.client import Studio
from annotate.labelstudio.credentials import Login
from annotate.labelstudio.opinions import collect
from annotate.labelstudio.projects import find_parts
from annotate.passes import Passes, side_by_side
from annotate.rulings import renew, rulings_by_policy
from annotate.settings import Settings
from annotate.testimony import tell_agreed, tell_votes
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError, UsageError
from schemas.labels import Schema

__all__ = ["Brought", "Dispute", "bring_forward", "build_dispute", "settle"]

AGREED = 1.0
DISPUTED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """What is adjudicated, by whom, and where.

    `policy` settles what is trivial before a person is asked. `overlap` is how many
    annotators each document needs, all of them if None; `reopen` names documents to be
    ruled on though nothing of them is in dispute.
    """

    project: str
    adjudicator: str
    schema: Schema
    policy: str = "strict"
    guideline: str = ""
    overlap: int | None = None
    reopen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """What a call brought forward."""

    decisions: tuple[Decision, ...]
    """All decisions there are now, the given ones first."""
    taken: int
    """Documents whose rulings came home in this call."""
    settled: int
    """Conflicts that the policy settled in this call."""
    pushed: tuple[str, ...]
    open: tuple[Conflict, ...]
    waiting: tuple[str, ...]
    """Documents of the project that the adjudicator did not submit, in dispute or
    not."""
    url: str | None
    logins: tuple[Login, ...] = ()
    """Of an adjudicator who was made in this call."""


def bring_forward(  # noqa: PLR0913 - keyword-only; each is a part of the order
    passes: Passes,
    decisions: Sequence[Decision],
    dispute: Dispute,
    *,
    studio: Studio,
    settings: Settings,
    say: Callable[[str], None],
    at: str | None = None,
) -> Brought:
    """Take rulings home, settle by policy, push what is in dispute.

    `at` is the time of what a policy settles. Raises DataError if the adjudicator's
    marks have problems, or the project holds a document that the passes do not;
    UsageError for a document to reopen that is not there.
    """
    by_doc = side_by_side(passes, overlap=dispute.overlap)
    _check_reopened(dispute.reopen, by_doc)
    brought = _take_home(by_doc, decisions, dispute, studio, settings)
    before = len(brought.decisions)
    kept = settle(passes, brought.decisions, policy=dispute.policy, at=at)
    disputes = [
        found
        for doc_id, docs in by_doc.items()
        if (
            found := build_dispute(
                docs, kept, schema=dispute.schema, anyway=doc_id in dispute.reopen
            )
        )
    ]
    pushed = None
    if disputes:
        plan = Plan(
            project=dispute.project,
            schema=dispute.schema,
            annotators=(dispute.adjudicator,),
            overlap=1,
            guideline=dispute.guideline,
        )
        pushed = push(disputes, plan, studio=studio, settings=settings, say=say)
    added = pushed.added if pushed else ()
    return Brought(
        tuple(kept),
        brought.taken,
        len(kept) - before,
        added,
        tuple(
            conflict
            for docs in by_doc.values()
            for conflict in adjudicate(list(docs.values()), kept).conflicts
        ),
        tuple(sorted({*brought.waiting, *added})),
        pushed.url if pushed else None,
        pushed.logins if pushed else (),
    )


def settle(
    passes: Passes,
    decisions: Sequence[Decision],
    *,
    policy: str,
    at: str | None = None,
) -> list[Decision]:
    """Return the decisions with those that the policy adds, document by document.

    A document that the annotator of a policy did not annotate is left to people.
    """
    kept = list(decisions)
    for docs in side_by_side(passes, overlap=1).values():
        absent = policy in passes and policy not in docs
        chosen = "strict" if absent else policy
        kept += rulings_by_policy(docs, kept, policy=chosen, at=at)
    return kept


def _check_reopened(reopen: Sequence[str], known: Mapping[str, object]) -> None:
    strange = [doc_id for doc_id in reopen if doc_id not in known]
    if strange:
        raise UsageError(
            f"--reopen {strange[0]}: is not among the documents. They are "
            f"{', '.join(known)}."
        )


class _TakenHome(NamedTuple):
    decisions: list[Decision]
    taken: int
    waiting: set[str]


def _take_home(
    by_doc: Mapping[str, dict[str, AnnotatedDocument]],
    decisions: Sequence[Decision],
    dispute: Dispute,
    studio: Studio,
    settings: Settings,
) -> _TakenHome:
    """Renew the decisions on each document that was ruled on."""
    kept = list(decisions)
    taken = 0
    waiting: set[str] = set()
    parts = find_parts(studio, dispute.project)
    for opinion in collect(studio, parts, dispute.schema, settings=settings):
        if opinion.problems:
            raise DataError(
                "\n".join(opinion.problems)
                + f"\nMend these in the project {dispute.project!r}; nothing was taken."
            )
        if opinion.kind in ("none", "draft", "skipped"):
            waiting.add(opinion.document)
        final = opinion.doc
        if final is None:
            continue
        if final.id not in by_doc:
            raise DataError(
                f"{final.id}: is in the project {dispute.project!r} and not in the "
                "annotations given. Give the same files as when it was opened."
            )
        renewed = renew(
            by_doc[final.id],
            kept,
            final,
            by=opinion.annotator,
            at=opinion.at or None,
            clauses=dispute.schema.guideline,
        )
        taken += renewed != kept
        kept = renewed
    return _TakenHome(kept, taken, waiting)


def build_dispute(
    passes: Mapping[str, AnnotatedDocument],
    decisions: Sequence[Decision],
    *,
    schema: Schema,
    anyway: bool = False,
) -> AnnotatedDocument | None:
    """Return the document with what stands and each conflict once.

    Conflicts about mentions, attributes and arguments say in `rule` who holds what, in
    the language of the schema.
    Without any conflict there is nothing to ask, and None is returned but for `anyway`.
    """
    docs = list(passes.values())
    settled, conflicts = adjudicate(docs, decisions)
    if not conflicts and not anyway:
        return None
    names, agreed = list(passes), tell_agreed(schema)
    notes: dict[Key, list[str]] = {}
    for conflict in conflicts:
        notes.setdefault(conflict.target, []).append(
            tell_votes(conflict, names, docs, schema)
        )
    doubtful = {c.target for c in conflicts if not c.attribute and not c.argument}
    entities = [
        *settled.entities,
        *_first_of(docs, "entities", doubtful),
    ]
    ids = {
        (m.start, m.end, m.label): f"T{number}"
        for number, m in enumerate(sorted(entities, key=_order), start=1)
    }
    events = [*settled.events, *_first_of(docs, "events", doubtful)]
    return settled.model_copy(
        update={
            "entities": tuple(
                _marked(m, ids[_key(m)], notes.get(_key(m), agreed))
                for m in sorted(entities, key=_order)
            ),
            "events": tuple(
                _marked(
                    _with_arguments(
                        event, _arguments(event, settled, conflicts, docs), ids
                    ),
                    f"E{number}",
                    notes.get(_key(event), agreed),
                )
                for number, event in enumerate(sorted(events, key=_order), start=1)
            ),
        }
    )


def _first_of(
    docs: Sequence[AnnotatedDocument], layer: str, keys: set[Key]
) -> list[Any]:
    found: dict[Key, Any] = {}
    for doc in docs:
        for mention in getattr(doc, layer):
            if _key(mention) in keys:
                found.setdefault(_key(mention), mention)
    return list(found.values())


def _arguments(
    event: EventMention,
    settled: AnnotatedDocument,
    conflicts: Sequence[Conflict],
    docs: Sequence[AnnotatedDocument],
) -> set[tuple[str, Key]]:
    """Return the roles of an event that stand or are in dispute, with their fillers."""
    key = _key(event)
    doubtful = {c.target for c in conflicts if not c.attribute and not c.argument}
    wanted = _filled(settled, key)
    wanted |= {c.argument for c in conflicts if c.target == key and c.argument}
    for doc in docs:
        # What hangs on a mention in dispute is in dispute with it.
        for role, filler in _filled(doc, key):
            if key in doubtful or filler in doubtful:
                wanted.add((role, filler))
    return wanted


def _filled(doc: AnnotatedDocument, event: Key) -> set[tuple[str, Key]]:
    by_id = doc.entity_by_id()
    return {
        (argument.role, _key(by_id[argument.entity]))
        for other in doc.events
        if _key(other) == event
        for argument in other.arguments
        if argument.entity in by_id
    }


def _with_arguments(
    event: EventMention, wanted: set[tuple[str, Key]], ids: Mapping[Key, str]
) -> EventMention:
    arguments = tuple(
        Argument(role=role, entity=ids[filler])
        for role, filler in sorted(wanted)
        if filler in ids
    )
    return event.model_copy(update={"arguments": arguments})


def _marked(mention: Any, number: str, told: str | list[str]) -> Any:
    disputed = isinstance(told, list)
    return mention.model_copy(
        update={
            "id": number,
            "rule": "\n".join(told) if disputed else told,
            "score": DISPUTED if disputed else AGREED,
            "annotator": None,
            "meta": None,
        }
    )


def _key(mention: EntityMention | EventMention) -> Key:
    return (mention.start, mention.end, mention.label)


def _order(mention: EntityMention | EventMention) -> tuple[int, int, str]:
    return (mention.start, -mention.end, mention.label)
