"""Adjudicate in Label Studio: a project that holds just the documents in dispute.

One call brings everything forward and may be repeated at any time: it takes home what
the adjudicator submitted since, as decisions; settles what a policy settles; pushes the
documents that still have a conflict and are not there yet; and says what is open. So
interrupted work resumes, and a correction to released gold goes the same way.

In the project, what all agree on is filled in. Each conflict stands there once, with
who said what in the mark's information (`rule`), and a lower score, by which marks can
be sorted. The adjudicator deletes, changes or adds marks; what is submitted is what was
ruled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.adjudicate import Conflict, adjudicate
from annotate.decisions import Decision, Key
from annotate.labelstudio.campaign import Plan, push
from annotate.labelstudio.client import Studio
from annotate.labelstudio.opinions import collect
from annotate.labelstudio.projects import find_parts
from annotate.rulings import rulings_by_policy, rulings_from
from annotate.settings import Settings
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError
from schemas.labels import Schema

__all__ = ["Brought", "Dispute", "bring_forward", "build_dispute", "settle"]

AGREED = 1.0
DISPUTED = 0.5
_FSI, _PDI = "\u2068", "\u2069"

Passes = Mapping[str, Mapping[str, AnnotatedDocument]]
"""Documents by annotator, then by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """What is adjudicated, by whom, and where.

    `policy` settles what is trivial before a person is asked.
    """

    project: str
    adjudicator: str
    schema: Schema
    policy: str = "strict"
    guideline: str = ""


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
    url: str | None


def bring_forward(  # noqa: PLR0913 - keyword-only; each is a part of the order
    passes: Passes,
    decisions: Sequence[Decision],
    dispute: Dispute,
    *,
    studio: Studio,
    settings: Settings,
    say: Callable[[str], None],
) -> Brought:
    """Take rulings home, settle by policy, push what is in dispute.

    Raises DataError if the adjudicator's marks have problems, or the project holds a
    document that the passes do not.
    """
    by_doc = _by_document(passes)
    kept = list(decisions)
    taken = _take_home(by_doc, kept, dispute, studio, settings)
    before = len(kept)
    kept = settle(passes, kept, policy=dispute.policy)
    disputes = [
        found
        for docs in by_doc.values()
        if (found := build_dispute(docs, kept)) is not None
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
    return Brought(
        tuple(kept),
        taken,
        len(kept) - before,
        pushed.added if pushed else (),
        tuple(
            conflict
            for docs in by_doc.values()
            for conflict in adjudicate(list(docs.values()), kept).conflicts
        ),
        pushed.url if pushed else None,
    )


def settle(
    passes: Passes, decisions: Sequence[Decision], *, policy: str
) -> list[Decision]:
    """Return the decisions with those that the policy adds, document by document."""
    kept = list(decisions)
    for docs in _by_document(passes).values():
        kept += rulings_by_policy(docs, kept, policy=policy)
    return kept


def _by_document(passes: Passes) -> dict[str, dict[str, AnnotatedDocument]]:
    ids = sorted(set().union(*passes.values()))
    for name, docs in passes.items():
        missing = [doc_id for doc_id in ids if doc_id not in docs]
        if missing:
            raise DataError(
                f"{name}: has no {', '.join(missing)}, which another annotator has. "
                "Adjudicate documents that all of them finished."
            )
    return {i: {name: docs[i] for name, docs in passes.items()} for i in ids}


def _take_home(
    by_doc: Mapping[str, dict[str, AnnotatedDocument]],
    kept: list[Decision],
    dispute: Dispute,
    studio: Studio,
    settings: Settings,
) -> int:
    """Replace the decisions on each document that was ruled on by those rulings."""
    taken = 0
    parts = find_parts(studio, dispute.project)
    for opinion in collect(studio, parts, dispute.schema, settings=settings):
        if opinion.problems:
            raise DataError(
                "\n".join(opinion.problems)
                + f"\nMend these in the project {dispute.project!r}; nothing was taken."
            )
        final = opinion.doc
        if final is None:
            continue
        if final.id not in by_doc:
            raise DataError(
                f"{final.id}: is in the project {dispute.project!r} and not in the "
                "annotations given. Give the same files as when it was opened."
            )
        rulings = rulings_from(
            by_doc[final.id],
            final,
            by=opinion.annotator,
            at=opinion.at or None,
        )
        before = [d for d in kept if d.doc == final.id]
        if [_said(d) for d in before] != [_said(d) for d in rulings]:
            kept[:] = [d for d in kept if d.doc != final.id] + rulings
            taken += 1
    return taken


def _said(decision: Decision) -> Decision:
    return decision.model_copy(update={"at": None, "clause": None, "why": None})


def build_dispute(
    passes: Mapping[str, AnnotatedDocument], decisions: Sequence[Decision]
) -> AnnotatedDocument | None:
    """Return the document with what stands and each conflict once, or None.

    Conflicts about mentions, attributes and arguments say in `rule` who holds what.
    """
    docs = list(passes.values())
    settled, conflicts = adjudicate(docs, decisions)
    if not conflicts:
        return None
    names = list(passes)
    notes: dict[Key, list[str]] = {}
    for conflict in conflicts:
        notes.setdefault(conflict.target, []).append(_note(conflict, names, docs))
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
                _marked(m, ids[_key(m)], notes.get(_key(m)))
                for m in sorted(entities, key=_order)
            ),
            "events": tuple(
                _marked(
                    _with_arguments(
                        event, _arguments(event, settled, conflicts, docs), ids
                    ),
                    f"E{number}",
                    notes.get(_key(event)),
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


def _marked(mention: Any, number: str, notes: Sequence[str] | None) -> Any:
    return mention.model_copy(
        update={
            "id": number,
            "rule": "\n".join(notes) if notes else "agreed",
            "score": DISPUTED if notes else AGREED,
            "annotator": None,
            "meta": None,
        }
    )


def _note(
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


def _key(mention: EntityMention | EventMention) -> Key:
    return (mention.start, mention.end, mention.label)


def _order(mention: EntityMention | EventMention) -> tuple[int, int, str]:
    return (mention.start, -mention.end, mention.label)
