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
        docs = [
            mute(suggest(parse_article(line, where), ruleset), muted)
            for where, line in lines
        ]
        return Outcome(
            "".join(render_document(doc) + "\n" for doc in docs).encode(),
            (
                len(docs),
                sum(len(doc.entities) for doc in docs),
                sum(len(doc.events) for doc in docs),
                sum(len(event.arguments) for doc in docs for event in doc.events),
            ),
            digest_ids(doc.id for doc in docs),
        )

    return work
