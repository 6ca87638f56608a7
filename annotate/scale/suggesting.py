"""The job of `miyar suggest`: articles in, contract lines with suggestions out."""

from __future__ import annotations

from annotate.ingest import parse_article
from annotate.rules.compiled import Ruleset, compile_ruleset
from annotate.rules.engine import suggest
from annotate.rules.model import RuleFiles
from annotate.rules.mute import mute
from annotate.scale.identities import digest_ids
from annotate.scale.job import (
    Job,
    Lines,
    Outcome,
    Work,
    code_digest,
    hash_of,
)
from annotate.scale.rules import Rules
from schemas.jsonl import render_document
from schemas.labels import Schema

__all__ = ["suggesting"]


def suggesting(rules: Rules, muted: frozenset[str] = frozenset()) -> Job:
    """Build the job; its counts are documents, entities, triggers and arguments.

    The other side is sent the rules as they were read, and compiles them itself.
    """
    return Job(
        hash_of("suggest", rules.identity, code_digest(), *sorted(muted)),
        _make,
        (rules.ruleset.files, rules.ruleset.schema, muted),
        _work(rules.ruleset, muted),
    )


def _make(argument: tuple[RuleFiles, Schema, frozenset[str]]) -> Work:
    files, schema, muted = argument
    return _work(compile_ruleset(files, schema), muted)


def _work(ruleset: Ruleset, muted: frozenset[str]) -> Work:
    def work(lines: Lines) -> Outcome:
        # One document at a time: many alive at once cost a third more, because the
        # collector walks over all of them again and again.
        rendered: list[str] = []
        ids: list[str] = []
        entities = events = arguments = 0
        for where, line in lines:
            doc = suggest(parse_article(line, where), ruleset)
            if muted:
                doc = mute(doc, muted)
            rendered.append(render_document(doc))
            ids.append(doc.id)
            entities += len(doc.entities)
            events += len(doc.events)
            arguments += sum(len(event.arguments) for event in doc.events)
        return Outcome(
            "".join(f"{line}\n" for line in rendered).encode(),
            (len(ids), entities, events, arguments),
            digest_ids(ids),
        )

    return work
