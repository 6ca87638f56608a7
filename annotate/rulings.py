"""Make decisions: by a policy for what is trivial, or from what an adjudicator left.

Both give decisions that, applied to the passes, lead where the policy or the
adjudicator wants: `adjudicate(passes, rulings_from(passes, final, by=who))` is `final`.
Nothing that was ever decided is deleted: `renew` closes what a new ruling replaces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from annotate.adjudicate import Conflict, adjudicate
from annotate.decisions import (
    POLICY,
    ArgumentKey,
    Decision,
    Key,
    Layer,
    Target,
    standing,
)
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.errors import UsageError

__all__ = ["renew", "rulings_by_policy", "rulings_from"]

MentionLayer = Literal["entities", "events"]
_ATTRIBUTES: dict[MentionLayer, tuple[str, ...]] = {
    "entities": ("level", "subtype", "kb"),
    "events": ("polarity", "realis", "mode"),
}


def rulings_by_policy(
    passes: Mapping[str, AnnotatedDocument],
    decisions: Sequence[Decision],
    *,
    policy: str,
    at: str | None = None,
) -> list[Decision]:
    """Return decisions on the conflicts of one document that `policy` settles.

    `majority` follows more than half of the annotators and leaves ties open; `strict`
    settles nothing; the name of an annotator follows that one throughout. `at` is when
    they are made. Raises UsageError for another word.
    """
    if policy not in ("majority", "strict", *passes):
        known = ", ".join(("majority", "strict", *passes))
        raise UsageError(f"--policy {policy}: choose one of {known}.")
    made: list[Decision] = []
    docs = list(passes.values())
    while True:
        # Settling mentions opens and closes conflicts about their arguments.
        conflicts = adjudicate(docs, [*decisions, *made]).conflicts
        new = [
            ruling
            for conflict in conflicts
            if (ruling := _settled(conflict, policy, passes, at))
        ]
        if not new:
            return made
        made += new


def _settled(
    conflict: Conflict,
    policy: str,
    passes: Mapping[str, AnnotatedDocument],
    at: str | None,
) -> Decision | None:
    if policy == "strict":
        return None
    names = list(passes)
    votes = dict(zip(conflict.voters, conflict.votes, strict=True))
    if policy in passes:
        # One who did not mark the mention leaves its attributes to the first who did.
        choice = votes.get(names.index(policy), conflict.votes[0])
    else:
        choice, count = Counter(conflict.votes).most_common(1)[0]
        if count * 2 <= len(votes):
            return None
    start, end, _ = conflict.target
    name = conflict.attribute
    told = {names[v]: {name: vote} if name else vote for v, vote in votes.items()}
    common: dict[str, Any] = {
        "doc": conflict.doc,
        "layer": conflict.layer,
        "target": _target(conflict.target),
        "text": (passes[names[0]].text or "")[start:end],
        "votes": told,
        "by": f"{POLICY}{policy}",
        "at": at,
    }
    if name:
        return Decision(verdict="set", attributes={name: choice}, **common)
    if conflict.argument:
        role, filler = conflict.argument
        common |= {"role": role, "filler": _target(filler)}
    return Decision(verdict="keep" if choice else "drop", **common)


def renew(  # noqa: PLR0913 - keyword-only; who, when and by what
    passes: Mapping[str, AnnotatedDocument],
    decisions: Sequence[Decision],
    final: AnnotatedDocument,
    *,
    by: str,
    at: str | None = None,
    clauses: Collection[str] = (),
) -> list[Decision]:
    """Return the decisions with those added that make `final` of its passes.

    One that rules as it did stays, with its author, time and clause. One that `final`
    goes against stays too, closed at that time. Where the decisions lead to `final`
    already, they are returned as they are.
    """
    own = [d for d in standing(decisions) if d.doc == final.id]
    docs = list(passes.values())
    now, conflicts = adjudicate(docs, own)
    if not conflicts and _said(now) == _said(adjudicate([final], []).doc):
        return list(decisions)
    before = {_ruling(decision): decision for decision in own}
    rulings = rulings_from(passes, final, by=by, at=at, clauses=clauses)
    wanted = {_ruling(ruling) for ruling in rulings}
    closed = [d for d in own if _ruling(d) not in wanted]
    return [
        decision.model_copy(update={"until": at or "unknown"})
        if any(decision is one for one in closed)
        else decision
        for decision in decisions
    ] + [ruling for ruling in rulings if _ruling(ruling) not in before]


def _said(doc: AnnotatedDocument) -> tuple[object, ...]:
    return (doc.entities, doc.events)


def _ruling(decision: Decision) -> str:
    """Return what is ruled and on what, whoever did it, when and why."""
    content = {"doc", "layer", "verdict", "target", "role", "filler", "attributes"}
    return decision.model_dump_json(include={*content, "replacement"})


def rulings_from(
    passes: Mapping[str, AnnotatedDocument],
    final: AnnotatedDocument,
    *,
    by: str,
    at: str | None = None,
    clauses: Collection[str] = (),
) -> list[Decision]:
    """Return the decisions that lead from the passes to `final`, in a fixed order.

    `at` is when they were made. What all agree on and `final` has needs no decision.
    What the adjudicator wrote to a mark (`note` in its meta) is why; the first word of
    it that is one of `clauses` is the clause.
    """
    writer = _Writer(passes, final, by, at, clauses)
    return [
        *writer.mentions("entities"),
        *writer.mentions("events"),
        *writer.arguments(),
    ]


class _Writer:
    def __init__(
        self,
        passes: Mapping[str, AnnotatedDocument],
        final: AnnotatedDocument,
        by: str,
        at: str | None,
        clauses: Collection[str],
    ) -> None:
        self.clauses = clauses
        self.notes = {
            (layer, _key(mention)): str(mention.meta["note"])
            for layer in _ATTRIBUTES
            for mention in getattr(final, layer)
            if mention.meta and mention.meta.get("note")
        }
        self.passes = passes
        self.final = final
        self.by = by
        self.at = at
        self.text = final.text or ""

    def mentions(self, layer: MentionLayer) -> Iterable[Decision]:
        """Yield the decisions on the mentions of a layer and their attributes."""
        votes = {n: _by_key(getattr(doc, layer)) for n, doc in self.passes.items()}
        final = _by_key(getattr(self.final, layer))
        for key in sorted(set(final).union(*votes.values())):
            present = {name: key in vote for name, vote in votes.items()}
            if key not in final:
                yield self._decision(layer, "drop", key, votes=present)
                continue
            values = {n: getattr(final[key], n) for n in _ATTRIBUTES[layer]}
            if not any(present.values()):
                yield self._decision(
                    layer, "add", key, votes=present, attributes=values
                )
                continue
            if not all(present.values()):
                yield self._decision(layer, "keep", key, votes=present)
            marked = {name: vote[key] for name, vote in votes.items() if key in vote}
            ruled = {
                attribute: value
                for attribute, value in values.items()
                if {getattr(m, attribute) for m in marked.values()} != {value}
            }
            if ruled:
                had = {
                    name: {
                        attribute: getattr(mention, attribute) for attribute in ruled
                    }
                    for name, mention in marked.items()
                }
                yield self._decision(layer, "set", key, votes=had, attributes=ruled)

    def arguments(self) -> Iterable[Decision]:
        """Yield the decisions on the arguments of the events that stand."""
        standing = {_key(mention) for mention in self.final.entities}
        final = _arguments(self.final, standing)
        votes = {n: _arguments(doc, standing) for n, doc in self.passes.items()}
        for event in sorted(_by_key(self.final.events)):
            heard = {n: vote[event] for n, vote in votes.items() if event in vote}
            wanted = final.get(event, set())
            for role, filler in sorted(wanted.union(*heard.values())):
                item = (event, role, filler)
                present = {n: (role, filler) in vote for n, vote in heard.items()}
                if (role, filler) not in wanted:
                    yield self._argument("drop", item, present)
                elif not any(present.values()):
                    yield self._argument("add", item, present)
                elif not all(present.values()):
                    yield self._argument("keep", item, present)

    def _argument(
        self,
        verdict: Literal["keep", "drop", "add"],
        item: ArgumentKey,
        votes: Mapping[str, bool],
    ) -> Decision:
        event, role, filler = item
        more = {"role": role, "filler": _target(filler), "votes": votes}
        return self._decision("arguments", verdict, event, **more)

    def _decision(self, layer: Layer, verdict: Any, key: Key, **more: Any) -> Decision:
        about: MentionLayer = "events" if layer == "arguments" else layer
        why = self.notes.get((about, key))
        words = re.findall(r"\w+", why or "")
        return Decision(
            clause=next((word for word in words if word in self.clauses), None),
            why=why,
            doc=self.final.id,
            layer=layer,
            verdict=verdict,
            target=_target(key),
            text=self.text[key[0] : key[1]],
            by=self.by,
            at=self.at,
            **more,
        )


def _target(key: Key) -> Target:
    return Target(start=key[0], end=key[1], label=key[2])


def _key(mention: EntityMention | EventMention) -> Key:
    return (mention.start, mention.end, mention.label)


def _by_key(mentions: Iterable[Any]) -> dict[Key, Any]:
    return {_key(mention): mention for mention in mentions}


def _arguments(
    doc: AnnotatedDocument, standing: set[Key]
) -> dict[Key, set[tuple[str, Key]]]:
    """Map each event to its (role, filler) pairs, of the fillers that stand."""
    by_id = doc.entity_by_id()
    return {
        _key(event): {
            (argument.role, _key(by_id[argument.entity]))
            for argument in event.arguments
            if argument.entity in by_id and _key(by_id[argument.entity]) in standing
        }
        for event in doc.events
    }
