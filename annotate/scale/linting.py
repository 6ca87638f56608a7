"""The job of `miyar lint`: contract lines in, what is wrong with them out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from annotate.lint import Speller, lint_document
from annotate.scale.identities import digest_ids
from annotate.scale.job import Job, Lines, Outcome, Work, code_digest, hash_of
from schemas.annotations import AnnotatedDocument
from schemas.checks import Problem, check_document, required_roles_empty
from schemas.jsonl import parse_document
from schemas.labels import Schema

__all__ = ["Judge", "linting", "read_problems"]


class Judge(NamedTuple):
    """What documents are held against: `roles` also lists required ones left empty."""

    schema: Schema
    speller: Speller | None
    roles: bool

    def problems(self, doc: AnnotatedDocument) -> Iterator[Problem]:
        """Yield what is wrong with a document."""
        yield from check_document(doc, self.schema)
        yield from lint_document(doc, self.schema, speller=self.speller)
        if self.roles:
            yield from required_roles_empty(doc, self.schema)


def linting(judge: Judge, rules: str) -> Job:
    """Build the job; `rules` is the hash of what the judge was read from.

    The counts are documents and problems.
    """
    identity = hash_of("lint", rules, code_digest(), str(judge.roles))
    return Job(identity, _make, judge, _make(judge))


def read_problems(outcome: Outcome) -> Iterator[Problem]:
    """Yield the problems of an outcome in the order of the documents."""
    for line in outcome.body.splitlines():
        yield Problem(*msgspec.json.decode(line, type=tuple[str, str, str]))


def _make(judge: Judge) -> Work:
    def work(lines: Lines) -> Outcome:
        docs = [parse_document(line, where) for where, line in lines]
        found = [problem for doc in docs for problem in judge.problems(doc)]
        return Outcome(
            b"".join(msgspec.json.encode(problem) + b"\n" for problem in found),
            (len(docs), len(found)),
            digest_ids(doc.id for doc in docs),
        )

    return work
