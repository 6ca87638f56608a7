"""Leave out of a release who annotated and adjudicated, and keep them apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from annotate.decisions import POLICY, Decision
from exports import About
from schemas.annotations import AnnotatedDocument

__all__ = ["choose_pseudonyms", "veil_about", "veil_decision", "veil_document"]

_WORDS = frozenset({"majority", "strict"})


def choose_pseudonyms(
    annotators: Sequence[str],
    decisions: Iterable[Decision],
    docs: Iterable[AnnotatedDocument] = (),
) -> dict[str, str]:
    """Return annotator-1, annotator-2 ... and adjudicator-1 ... by name.

    The annotators come first, in the order given, then whoever else is named as one, by
    name; an adjudicator who annotated as well keeps that pseudonym.
    """
    decisions = tuple(decisions)
    named = {name for decision in decisions for name in decision.votes}
    named |= {name for doc in docs for name in _annotators(doc)}
    known = dict.fromkeys((*annotators, *sorted(named)))
    names = {name: f"annotator-{n}" for n, name in enumerate(known, start=1)}
    judges = {d.by for d in decisions if not d.by.startswith(POLICY)} - names.keys()
    judged = {name: f"adjudicator-{n}" for n, name in enumerate(sorted(judges), 1)}
    return names | judged


def veil_about(about: About, names: Mapping[str, str]) -> About:
    """Return the statement with pseudonyms for annotators; its prose stays."""
    veiled = tuple(
        annotator.model_copy(update={"name": names[annotator.name]})
        for annotator in about.annotators
    )
    return about.model_copy(update={"annotators": veiled})


def veil_decision(decision: Decision, names: Mapping[str, str]) -> Decision:
    """Return the decision under pseudonyms; what it says in words stays."""
    by = decision.by
    if by.startswith(POLICY):
        policy = by.removeprefix(POLICY)
        if policy not in _WORDS:
            by = POLICY + names.get(policy, "annotator")
    else:
        by = names[by]
    votes = {names[name]: vote for name, vote in decision.votes.items()}
    return decision.model_copy(update={"by": by, "votes": votes})


def veil_document(
    doc: AnnotatedDocument, names: Mapping[str, str]
) -> AnnotatedDocument:
    """Return the document with pseudonyms in its meta and at its mentions."""
    meta = dict(doc.meta)
    studio = meta.get("studio")
    if isinstance(studio, dict) and studio.get("annotator") in names:
        meta["studio"] = {**studio, "annotator": names[studio["annotator"]]}

    def veil(mention: Any) -> Any:
        veiled = names.get(mention.annotator) if mention.annotator else None
        return mention.model_copy(update={"annotator": veiled})

    return doc.model_copy(
        update={
            "meta": meta,
            "entities": tuple(map(veil, doc.entities)),
            "events": tuple(map(veil, doc.events)),
        }
    )


def _annotators(doc: AnnotatedDocument) -> Iterable[str]:
    studio = doc.meta.get("studio")
    if isinstance(studio, dict) and isinstance(studio.get("annotator"), str):
        yield studio["annotator"]
    for mention in (*doc.entities, *doc.events):
        if mention.annotator:
            yield mention.annotator
