"""Ask annotators what a migration left undecided, in a project of its own.

A question is about one span under the new guideline, and is best answered by somebody
who sees nothing but such questions: each task is an article with just the spans to
decide, a label's key answers one, and no finished annotation has to be opened again.
Every span is asked once, however many annotators had marked it, so one answer serves
all. Whoever wants each annotator's own answer raises the overlap of the project: then
everybody's goes into their own annotation, and where somebody gave none, it takes what
all the others agree on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.campaign import Campaign, find_campaign, iter_tasks
from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import ENTITY, TRIGGER
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.labels import Schema
from schemas.undecided import Place, place_of

__all__ = ["Answers", "new_questions", "queue_title", "read_answers"]

Json = Mapping[str, Any]
_SUFFIX = ": undecided"
_LONGEST = 50


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked, and what each user answered.

    `asked` maps a document to its places; `given` a document and user to the labels.
    `taken` are the ids of the queue's tasks.
    """

    asked: Mapping[str, frozenset[Place]]
    given: Mapping[tuple[str, int], Mapping[Place, str]]
    taken: frozenset[str]

    def of(self, doc: str, user: int) -> dict[Place, str]:
        """Return the answers that hold for a user's annotation of a document."""
        own = self.given.get((doc, user), {})
        found: dict[Place, str] = {}
        for place in self.asked.get(doc, ()):
            votes = {
                labels[place]
                for (about, _), labels in self.given.items()
                if about == doc and place in labels
            }
            if place in own:
                found[place] = own[place]
            elif len(votes) == 1:
                found[place] = votes.pop()
        return found


def queue_title(project: str) -> str:
    """Return the name of the project that asks the questions of another."""
    return project[: _LONGEST - len(_SUFFIX)] + _SUFFIX


def read_answers(studio: Studio, campaign: Campaign, new: Schema) -> Answers:
    """Read what has been asked of a project so far, and what was answered.

    An answer is the label that a question's region carries in a submitted annotation;
    a region drawn anew on the same span counts too, a deleted one answers nothing.
    """
    asked: dict[str, frozenset[Place]] = {}
    given: dict[tuple[str, int], dict[Place, str]] = {}
    taken: set[str] = set()
    queue = find_campaign(studio, queue_title(campaign.title))
    tasks = iter_tasks(studio, queue, fields="all", page_size=100) if queue else ()
    for task in tasks:
        taken.add(str(task["data"].get("doc_id")))
        about = task.get("meta") or {}
        if about.get("project") != campaign.id or not task.get("predictions"):
            continue
        doc = str(about["document"])
        regions = dict(_regions(task["predictions"][0]["result"], new))
        asked[doc] = asked.get(doc, frozenset()) | frozenset(regions.values())
        for annotation in task.get("annotations") or ():
            if not annotation.get("was_cancelled"):
                said = _said(annotation["result"], regions, new)
                given.setdefault((doc, author_of(annotation)), {}).update(said)
    return Answers(asked, given, frozenset(taken))


def author_of(annotation: Json) -> int:
    """Return the id of the user whose annotation it is."""
    author = annotation.get("completed_by")
    return int(author["id"]) if isinstance(author, Mapping) else int(author or 0)


def _regions(result: Iterable[Json], new: Schema) -> Iterator[tuple[str, Place]]:
    for entry in result:
        value = entry.get("value") or {}
        for label in value.get("labels") or ():
            if entry.get("from_name") == ENTITY and label in new.entities:
                place = Place("entities", value["start"], value["end"], label)
                yield str(entry["id"]), place
            elif entry.get("from_name") == TRIGGER and label in new.events:
                place = Place("events", value["start"], value["end"], label)
                yield str(entry["id"]), place


def _said(
    result: Iterable[Json], asked: Mapping[str, Place], new: Schema
) -> dict[Place, str]:
    found = dict(_regions(result, new))
    redrawn = {place[:3]: place.label for place in found.values()}
    said: dict[Place, str] = {}
    for region, place in asked.items():
        kept = found.get(region)
        if kept is not None and kept.layer == place.layer:
            said[place] = kept.label
        elif place[:3] in redrawn:
            said[place] = redrawn[place[:3]]
    return said


def new_questions(
    open_questions: Iterable[AnnotatedDocument], answers: Answers, campaign: Campaign
) -> tuple[AnnotatedDocument, ...]:
    """Return what is to be asked and was not yet, one document for each article."""
    found: dict[str, dict[Place, Any]] = {}
    texts: dict[str, AnnotatedDocument] = {}
    for doc in open_questions:
        texts.setdefault(doc.id, doc)
        mentions: list[EntityMention | EventMention] = [*doc.entities, *doc.events]
        for mention in mentions:
            if place_of(mention) not in answers.asked.get(doc.id, ()):
                places = found.setdefault(doc.id, {})
                places.setdefault(place_of(mention), mention)
    return tuple(
        _asking(texts[doc], places, answers.taken, campaign)
        for doc, places in found.items()
    )


def _asking(
    doc: AnnotatedDocument,
    places: Mapping[Place, Any],
    taken: frozenset[str],
    campaign: Campaign,
) -> AnnotatedDocument:
    name, number = doc.id, 1
    while name in taken:
        number += 1
        name = f"{doc.id} ({number})"
    ordered = sorted(places)
    mentions = [
        places[place].model_copy(update={"id": f"Q{n}"})
        for n, place in enumerate(ordered, start=1)
    ]
    layers = [place.layer for place in ordered]
    return AnnotatedDocument(
        id=name,
        text=doc.text,
        meta={"document": doc.id, "project": campaign.id},
        entities=tuple(
            m for m, at in zip(mentions, layers, strict=True) if at == "entities"
        ),
        events=tuple(
            m for m, at in zip(mentions, layers, strict=True) if at == "events"
        ),
    )
