"""Bring annotations home: a file for each annotator, all of them or none."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import render_config
from annotate.labelstudio.opinions import Opinion, collect
from annotate.labelstudio.projects import Part, known_parts
from annotate.labelstudio.roster import Roster, read_roster
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.atomic import hold_draft, sync_folder, told
from schemas.errors import DataError, UsageError
from schemas.jsonl import render_document
from schemas.labels import Schema

__all__ = ["Collected", "Work", "pull"]

Progress = Callable[[int, int], None]
"""Called with how many tasks were read, and about how many there are."""


@dataclass(slots=True)
class Work:
    """What one annotator did: documents by kind, and the seconds of each submitted one.

    `drafts` were begun and not submitted, `changing` submitted and opened again;
    `unlabelled` counts relations without a role. None of these is in what is pulled.
    `last` is when something was last submitted or skipped.
    """

    submitted: int = 0
    skipped: int = 0
    drafts: int = 0
    changing: int = 0
    unlabelled: int = 0
    seconds: list[float] = field(default_factory=list)
    last: str = ""

    def add(self, opinion: Opinion) -> None:
        """Count one opinion of this annotator."""
        self.submitted += opinion.kind == "submitted"
        self.skipped += opinion.kind == "skipped"
        self.drafts += opinion.kind == "draft"
        self.changing += opinion.kind == "changing"
        self.unlabelled += opinion.unlabelled
        self.last = max(self.last, opinion.at)
        if opinion.seconds is not None:
            self.seconds.append(opinion.seconds)


@dataclass(frozen=True, slots=True)
class Collected:
    """What a pull wrote, and what it left where it is.

    `documents` counts what was written for each annotator, `work` all that they did.
    `tasks` counts the tasks of each document of the campaign, `opinions` what was
    submitted of it. `gone` are documents that were pushed and whose tasks somebody
    deleted, `annotators` those whom a push named. `stale` are files of earlier pulls in
    the same folder, `began` is the server's time at the start.
    """

    documents: Mapping[str, int]
    work: Mapping[str, Work]
    tasks: Mapping[str, int]
    opinions: Mapping[str, int]
    unannotated: int
    files: tuple[Path, ...]
    problems: tuple[str, ...]
    gone: tuple[str, ...]
    annotators: tuple[str, ...]
    stale: tuple[Path, ...]
    began: datetime

    @property
    def skipped(self) -> dict[str, int]:
        """How many documents each annotator skipped, where there are any."""
        return {who: work.skipped for who, work in self.work.items() if work.skipped}


def pull(  # noqa: PLR0913 - keyword-only; each is a part of the order
    studio: Studio,
    project: str,
    *,
    schema: Schema,
    out: Path,
    lenient: bool = False,
    since: datetime | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Collected:
    """Write OUT/ANNOTATOR.jsonl for everybody who submitted anything.

    With `since` only what was submitted at or after that time, into a folder that holds
    no annotations yet. Raises DataError that lists every problem, and writes nothing,
    unless `lenient`: then faulty marks and documents are left out.
    """
    if since and any(out.glob("*.jsonl")):
        raise UsageError(
            f"{out} holds annotations already, and --since fetches a part, which would "
            "take the place of the whole. Name another folder."
        )
    parts = known_parts(studio, project)
    gathered = _Gathered(list(_page_problems(parts, schema)))
    total = sum(part.campaign.size for part in parts)
    began = studio.clock()
    with _Spool(out) as spool:
        for opinion in collect(studio, parts, schema, since=since, settings=settings):
            gathered.add(opinion)
            if progress:
                progress(min(gathered.seen, total), total)
            if opinion.doc is not None:
                spool.write(opinion.annotator, opinion.doc)
        if gathered.problems and not lenient:
            raise DataError(
                "\n".join(gathered.problems)
                + "\nNothing was written. Mend these in Label Studio, or add --lenient "
                "to leave the faulty marks out."
            )
        files = spool.commit()
    known = _remembered(settings, parts)
    return Collected(
        documents=spool.written,
        work=dict(sorted(gathered.work.items())),
        tasks=gathered.tasks,
        opinions=gathered.opinions,
        unannotated=gathered.unannotated,
        files=files,
        problems=tuple(gathered.problems),
        gone=() if since else tuple(sorted(known.documents - gathered.tasks.keys())),
        annotators=tuple(sorted(known.annotators)),
        stale=tuple(sorted(set(out.glob("*.jsonl")) - set(files))),
        began=began,
    )


@dataclass(slots=True)
class _Gathered:
    """What is counted while opinions go by; no document is kept."""

    problems: list[str]
    work: dict[str, Work] = field(default_factory=dict)
    tasks: Counter[str] = field(default_factory=Counter)
    opinions: Counter[str] = field(default_factory=Counter)
    unannotated: int = 0
    task: int = 0
    seen: int = 0

    def add(self, opinion: Opinion) -> None:
        self.problems += opinion.problems
        self.unannotated += opinion.kind == "none"
        self.seen += opinion.task != self.task
        if opinion.document:
            # The opinions on one task come one after the other.
            self.tasks[opinion.document] += opinion.task != self.task
            self.opinions[opinion.document] += opinion.doc is not None
        self.task = opinion.task
        if opinion.annotator:
            self.work.setdefault(opinion.annotator, Work()).add(opinion)


def _page_problems(parts: tuple[Part, ...], schema: Schema) -> Iterator[str]:
    page = render_config(schema)
    for part in parts:
        if part.campaign.config != page:
            yield (
                f"project {part.campaign.title!r}: its labelling page is not that of "
                f"{schema.name}; labels may be missing. 'miyar push --reset-page' puts "
                "it back."
            )


def _remembered(settings: Settings | None, parts: tuple[Part, ...]) -> Roster:
    if settings is None:
        return Roster()
    rosters = [read_roster(settings, part.campaign) for part in parts]
    return Roster(
        frozenset(doc for roster in rosters for doc in roster.documents),
        frozenset(who for roster in rosters for who in roster.annotators),
    )


class _Spool:
    """Files that grow beside their place and take it together, or vanish."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.drafts = ExitStack()
        self.open: dict[str, tuple[Path, IO[str]]] = {}
        self.written: Counter[str] = Counter()
        self.made = False
        self.done = False

    def __enter__(self) -> _Spool:
        return self

    def write(self, annotator: str, doc: AnnotatedDocument) -> None:
        path = self.out / f"{annotator}.jsonl"
        try:
            if annotator not in self.open:
                self.made = self.made or not self.out.is_dir()
                draft = self.drafts.enter_context(hold_draft(path))
                self.open[annotator] = (draft, draft.open("w", encoding="utf-8"))
            self.open[annotator][1].write(render_document(doc) + "\n")
        except OSError as error:
            raise DataError(told(path, error)) from None
        self.written[annotator] += 1

    def commit(self) -> tuple[Path, ...]:
        files: list[Path] = []
        try:
            for written, handle in self.open.values():
                handle.flush()
                written.chmod(0o644)
                os.fsync(handle.fileno())
            # All are on the disk before the first takes its place.
            for annotator in sorted(self.open):
                path = self.out / f"{annotator}.jsonl"
                files.append(self.open[annotator][0].replace(path))
            if files:
                sync_folder(self.out)
        except OSError as error:
            raise DataError(told(self.out, error)) from None
        self.done = True
        return tuple(files)

    def __exit__(self, *_: object) -> None:
        for _draft, handle in self.open.values():
            # What a full disk did not take is not wanted either.
            with suppress(OSError):
                handle.close()
        self.drafts.close()
        if self.made and not self.done:
            with suppress(OSError):
                self.out.rmdir()
