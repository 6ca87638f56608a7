"""Whether Label Studio's copy of what was released was changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from annotate.labelstudio.client import Studio
from annotate.labelstudio.doctor import Ailment
from annotate.labelstudio.projects import Campaign, iter_tasks
from annotate.labelstudio.results import read_results
from annotate.labelstudio.users import users_by_id
from schemas.annotations import AnnotatedDocument
from schemas.errors import UsageError
from schemas.labels import Schema

__all__ = [
    "Release",
    "author_of",
    "check_copies",
    "check_present",
    "check_task",
    "origin_of",
    "submitted",
]

Json = dict[str, Any]
PAGE = 100


@dataclass(frozen=True, slots=True)
class Release:
    """Gold that was released; `made` is when.

    `passes` holds what the gold was made from, where it is known: by annotation, the
    document that was pulled. `annotator` is whose annotations are the gold itself, as
    an adjudicator's are.
    """

    name: str
    made: datetime
    documents: Mapping[str, AnnotatedDocument]
    passes: Mapping[int, AnnotatedDocument] = field(default_factory=dict)
    annotator: str | None = None


def origin_of(doc: AnnotatedDocument) -> int | None:
    """Return the id of the annotation that a document was pulled from."""
    return (doc.meta.get("studio") or {}).get("annotation")


def check_copies(
    studio: Studio, campaigns: Sequence[Campaign], schema: Schema, release: Release
) -> list[Ailment]:
    """Return what changed of a release's annotations in the projects of a campaign.

    Nothing there is touched. Raises UsageError if the release names an annotator who
    submitted none of its documents there.
    """
    users = users_by_id(studio)
    found: list[Ailment] = []
    present: dict[str, str] = {}
    heard: set[str] = set()
    seen: set[int] = set()
    for campaign in campaigns:
        for task in iter_tasks(studio, campaign, fields="all", page_size=PAGE):
            name = str(task["data"].get("doc_id"))
            if name in release.documents:
                present[name] = str(task["data"].get("text"))
                heard |= {author_of(a, users) for a in submitted(task)}
                seen |= {int(a["id"]) for a in submitted(task)}
                found += check_task(task, release, schema, users)
    if release.annotator is None:
        found += check_present(present, release)
    elif release.annotator not in heard:
        raise UsageError(
            f"{release.annotator} submitted no document of {release.name} in "
            f"{campaigns[0].title!r}. Is the address right, and the project?"
        )
    for number, doc in release.passes.items():
        if number not in seen and release.annotator is None:
            found.append(_gone(f"{doc.id}, annotation {number}", release))
    return found


def check_present(present: Mapping[str, str], release: Release) -> Iterator[Ailment]:
    """Yield the released documents that are not among the given texts by id."""
    for name, doc in release.documents.items():
        text = present.get(name)
        if text is None or (doc.text is not None and text != doc.text):
            yield Ailment(
                "LS403",
                name,
                f"{release.name} holds this document, and the project "
                f"{'has no task of it' if text is None else 'another text'}.",
                "Is this the project that the release was made from? Push the missing "
                "document, or release what is there under a new version.",
            )


def check_task(
    task: Json, release: Release, schema: Schema, users: Mapping[int, str]
) -> Iterator[Ailment]:
    """Hold a task's annotations against the release: by content where that is known.

    Gold that was adjudicated is nobody's annotation; where neither a pass nor the
    adjudicator's name is given, the time of the last change is all that can be told.
    """
    gold = release.documents[task["data"]["doc_id"]]
    authors = set()
    for annotation in submitted(task):
        who = author_of(annotation, users)
        authors.add(who)
        where = f"task {task['id']} ({gold.id}), {who}"
        known = _known(annotation, who, gold, release)
        if known is not None:
            if not _is_same(annotation, known, task["data"]["text"], schema):
                yield Ailment(
                    "LS401",
                    where,
                    f"The annotation is not what {release.name} was made from.",
                    "If the change is meant, release it under a new version; else put "
                    "the annotation back as the release has it.",
                )
        elif release.annotator is None and _is_later(annotation, release):
            yield Ailment(
                "LS402",
                where,
                f"The annotation was changed on {annotation['updated_at'][:16]}, after "
                f"{release.name} was made.",
                "Pull and adjudicate again; if the gold changes, make a new version.",
            )
    if release.annotator is not None and release.annotator not in authors:
        yield _gone(f"task {task['id']} ({gold.id}), {release.annotator}", release)


def submitted(task: Json) -> list[Json]:
    """Return the annotations of a task that were not skipped."""
    listed = task.get("annotations") or ()
    return [entry for entry in listed if not entry.get("was_cancelled")]


def author_of(annotation: Json, users: Mapping[int, str]) -> str:
    """Return the address of who made an annotation."""
    author = annotation.get("completed_by")
    number = author["id"] if isinstance(author, dict) else author
    return users.get(int(number or 0), f"user-{number}")


def _known(
    annotation: Json, who: str, gold: AnnotatedDocument, release: Release
) -> AnnotatedDocument | None:
    """Return what the annotation must say, where that is known."""
    number = int(annotation["id"])
    if who == release.annotator or origin_of(gold) == number:
        return gold
    return release.passes.get(number)


def _is_same(
    annotation: Json, known: AnnotatedDocument, text: str, schema: Schema
) -> bool:
    reading = read_results(annotation["result"], text=text, schema=schema, where="")
    now = known.model_copy(
        update={"entities": reading.entities, "events": reading.events}
    )
    return not reading.problems and _said(now) == _said(known)


def _is_later(annotation: Json, release: Release) -> bool:
    return datetime.fromisoformat(annotation["updated_at"]) > release.made


def _gone(where: str, release: Release) -> Ailment:
    return Ailment(
        "LS404",
        where,
        f"The annotation that {release.name} was made from is not there.",
        "Was it deleted? Restore it from a backup, or pull and adjudicate again.",
    )


def _said(doc: AnnotatedDocument) -> list[tuple[Any, ...]]:
    """Return what a document says, whatever its ids and provenance."""
    entities = [(*m.key, m.subtype or "") for m in doc.entities]
    events = [
        (
            *(*e.key, e.polarity, e.realis, e.mode or ""),
            *sorted((a.role, doc.filler_span(a) or ()) for a in e.arguments),
        )
        for e in doc.events
    ]
    return [*sorted(entities), *sorted(events)]
