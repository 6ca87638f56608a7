"""The whole way on the five seed articles, each step on the real thing.

Only the annotators are not there: their two kept passes are replayed as two real users
of the server, and the kept decisions on the differences are applied.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import seeds
from annotate.adjudicate import adjudicate_all
from annotate.decisions import count_verdicts, read_decisions
from annotate.figures import measure_agreement
from annotate.formats import all_formats
from annotate.guideline import render_instructions
from annotate.ingest import complete_document, read_sources
from annotate.labelstudio.campaign import (
    Plan,
    find_campaign,
    push,
    submit,
    tasks_by_document,
)
from annotate.labelstudio.client import connect, login_of
from annotate.labelstudio.collection import pull
from annotate.labelstudio.server import Server, admin_login, start_server
from annotate.linking import link_document, read_links
from annotate.rules.engine import suggest
from annotate.rules.load import load_ruleset
from annotate.settings import Settings
from evaluation import Agreement, JsonlSource, Report, agree, score
from exports import build_release, find_gold, read_about, read_gold, read_manifest
from exports.conversion import export
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, ServiceError, UsageError
from schemas.jsonl import read_documents, write_atomically, write_documents
from schemas.load import load_schema

__all__ = ["Demo", "Stage"]

PROJECT = "miyar demo: five articles"
SEEDS = Path(seeds.__file__).parent


@dataclass(frozen=True, slots=True)
class Stage:
    """One finished step: what was done, and what there is to look at."""

    title: str
    done: str
    report: Report | Agreement | None = None
    layers: tuple[str, ...] = ()
    """The layers of the report to show label by label."""


class Demo:
    """Run the stages one after the other; each leaves its files in the work folder."""

    def __init__(self, settings: Settings, *, say: Callable[[str], None]) -> None:
        """Prepare; nothing runs before `stages` is iterated."""
        self.settings = settings
        self.say = say
        self.folder = settings.home / "demo"
        self.schema = load_schema()
        self.passes = sorted((SEEDS / "annotations").glob("annotator-*.jsonl"))
        self.emails = tuple(f"{place.stem}@miyar.local" for place in self.passes)
        self.server: Server | None = None

    def stages(self) -> Iterator[Stage]:
        """Yield each stage when it is done; raises MiyarError where one cannot be."""
        yield self._up()
        docs, stage = self._suggest()
        yield stage
        yield self._push(docs)
        yield self._replay()
        yield self._pull()
        agreement = self._agree()
        yield Stage("agree", "how far the two passes agree", agreement)
        yield self._adjudicate()
        yield self._release()
        yield self._export()
        yield self._score()

    def _up(self) -> Stage:
        self.server = start_server(self.settings, say=self.say)
        return Stage("up", f"Label Studio runs at {self.server.url}")

    def _suggest(self) -> tuple[list[AnnotatedDocument], Stage]:
        ruleset = load_ruleset(self.schema)
        articles = read_sources([SEEDS / "articles"])
        docs = [suggest(doc, ruleset) for doc in articles]
        out = self.folder / "suggestions.jsonl"
        write_documents(out, docs)
        entities = sum(len(doc.entities) for doc in docs)
        events = sum(len(doc.events) for doc in docs)
        filled = sum(len(event.arguments) for doc in docs for event in doc.events)
        return docs, Stage(
            "suggest",
            f"{len(docs)} articles: {entities} entity mentions, {events} triggers and "
            f"{filled} arguments suggested by rules ({out})",
        )

    def _push(self, docs: Sequence[AnnotatedDocument]) -> Stage:
        plan = Plan(
            project=PROJECT,
            schema=self.schema,
            annotators=self.emails,
            overlap=len(self.emails),
            guideline=render_instructions(self.schema),
        )
        with connect(self.settings) as studio:
            pushed = push(
                docs, plan, studio=studio, settings=self.settings, say=self.say
            )
        return Stage(
            "push",
            f"{len(pushed.added)} tasks added, {pushed.present} were there already; "
            f"overlap {plan.overlap}, {len(self.emails)} annotators: {pushed.url}",
        )

    def _replay(self) -> Stage:
        with connect(self.settings) as admin:
            campaign = find_campaign(admin, PROJECT)
            if campaign is None:
                raise ServiceError(
                    f"Label Studio lost the project {PROJECT!r}. Run it again."
                )
            tasks = tasks_by_document(admin, campaign)
        fresh = 0
        for email, place in zip(self.emails, self.passes, strict=True):
            login = login_of(self.settings, email)
            with connect(self.settings, login=login) as studio:
                for doc in read_documents(place):
                    fresh += submit(
                        doc, studio=studio, task=tasks[doc.id], schema=self.schema
                    )
        count = len(tasks) * len(self.emails)
        return Stage(
            "replay",
            f"the two kept passes were submitted by {' and '.join(self.emails)} "
            f"through the API: {fresh} annotations new, {count - fresh} there already. "
            "These are replayed, not annotated now",
        )

    def _pull(self) -> Stage:
        with connect(self.settings) as studio:
            collected = pull(studio, PROJECT, schema=self.schema, out=self._pulled())
        counts = ", ".join(f"{name}: {n}" for name, n in collected.documents.items())
        self._compare_passes()
        return Stage(
            "pull",
            f"{counts} documents in {self._pulled()}; every offset and slice checked, "
            "and each mention is as it was submitted",
        )

    def _pulled(self) -> Path:
        return self.folder / "annotations"

    def _compare_passes(self) -> None:
        """Raise DataError if what came back is not what was submitted."""
        for email, place in zip(self.emails, self.passes, strict=True):
            sent = {doc.id: _content(doc) for doc in read_documents(place)}
            back = read_documents(self._pulled() / f"{email}.jsonl")
            for doc in back:
                if _content(doc) != sent[doc.id]:
                    raise DataError(
                        f"{doc.id}: what {email} has in Label Studio is not the kept "
                        "pass. Was it edited there? Delete the project and run again."
                    )

    def _sources(self) -> dict[str, JsonlSource]:
        return {
            place.stem: JsonlSource(self._pulled() / f"{email}.jsonl")
            for email, place in zip(self.emails, self.passes, strict=True)
        }

    def _agree(self) -> Agreement:
        return agree(self._sources(), schema=self.schema)

    def _adjudicate(self) -> Stage:
        decisions = read_decisions(SEEDS / "annotations" / "decisions.jsonl")
        passes = {
            place.stem: list(read_documents(self._pulled() / f"{email}.jsonl"))
            for email, place in zip(self.emails, self.passes, strict=True)
        }
        gold, conflicts = adjudicate_all(passes, decisions)
        if conflicts:
            raise DataError(
                f"{len(conflicts)} differences have no decision in "
                f"{SEEDS / 'annotations' / 'decisions.jsonl'}. List them with 'miyar "
                "adjudicate'."
            )
        links = read_links(SEEDS / "annotations" / "links.tsv")
        linked = [complete_document(link_document(doc, links)) for doc in gold]
        write_documents(self.folder / "gold.jsonl", linked)
        return Stage(
            "adjudicate",
            f"{len(decisions)} kept decisions applied, no conflict open; "
            f"{len(links)} surfaces linked to knowledge-base ids",
        )

    def _release(self) -> Stage:
        kept = read_manifest(SEEDS / "gold")
        about = read_about(SEEDS / "annotations" / "about.yaml")
        decisions = read_decisions(SEEDS / "annotations" / "decisions.jsonl")
        passes = {
            name: tuple(read_documents(self._pulled() / f"{email}.jsonl"))
            for email, name in zip(
                self.emails, (place.stem for place in self.passes), strict=True
            )
        }
        folder = self.folder / f"{kept.title}"
        # What an earlier demonstration left may be of an earlier gold.
        shutil.rmtree(folder, ignore_errors=True)
        made = build_release(
            read_documents(self.folder / "gold.jsonl"),
            schema=self.schema,
            name=kept.name,
            version=kept.version,
            folder=folder,
            about=about.model_copy(update={"adjudication": count_verdicts(decisions)}),
            agreement=measure_agreement(passes, self.schema),
        )
        if made.release != kept.release:
            differing = [
                name for name in made.files if kept.files.get(name) != made.files[name]
            ]
            raise DataError(
                f"{folder}: the release made here differs from {SEEDS / 'gold'} in "
                f"{', '.join(differing) or 'its manifest'}. Compare the files."
            )
        return Stage(
            "release",
            f"{folder} is byte for byte seeds/gold (release {made.release[:12]})",
        )

    def _export(self) -> Stage:
        docs = [complete_document(doc) for doc in read_gold(SEEDS / "gold")]
        told = []
        shutil.rmtree(self.folder / "formats", ignore_errors=True)
        for name in all_formats(self.schema):
            folder = self.folder / "formats" / name
            try:
                losses = export(
                    docs,
                    schema=self.schema,
                    format_name=name,
                    folder=folder,
                    lossy=True,
                    formats=all_formats(self.schema),
                )
            except UsageError as error:
                # A format whose library is not installed; the message names the extra.
                self.say(f"  {name}: {error}")
                continue
            told.append(f"{name} ({sum(losses.values())} lost)" if losses else name)
        return Stage(
            "export",
            f"the five articles in {len(told)} formats, each read back and compared, "
            f"every loss counted in its LOSSES.json: {', '.join(told)}",
        )

    def _score(self) -> Stage:
        gold = find_gold(SEEDS / "gold")
        report = score(
            JsonlSource(gold.path),
            JsonlSource(self.folder / "suggestions.jsonl"),
            schema=self.schema,
            names=(gold.name, "rules"),
        )
        out = self.folder / "score.json"
        content = json.dumps(report.to_json(), ensure_ascii=False, indent=2)
        write_atomically(out, [content, "\n"])
        layers = (
            "entities",
            "triggers",
            "triggers:found",
            "arguments",
            "arguments:found",
        )
        return Stage(
            "score",
            "the rules against the gold, whose annotators did not see these "
            f"suggestions ({out})",
            report,
            layers,
        )

    def invitation(self) -> str:
        """Return where to look now, and how to log in."""
        admin = admin_login(self.settings)
        kept = [login_of(self.settings, email) for email in self.emails]
        logins = [f"  {login.email}  {login.password}" for login in (admin, *kept)]
        url = self.server.url if self.server else ""
        return "\n".join([f"Open {url} and log in as one of:", *logins])


def _content(doc: AnnotatedDocument) -> dict[str, Any]:
    """Return what an annotator said of a document, without ids and provenance."""
    names = {mention.id: mention.key[:3] for mention in doc.entities}
    return {
        "entities": sorted((m.key, m.subtype or "", m.kb or "") for m in doc.entities),
        "events": sorted(
            (
                event.key,
                event.polarity,
                event.realis,
                event.mode or "",
                sorted((a.role, names[a.entity]) for a in event.arguments),
            )
            for event in doc.events
        ),
    }
