"""The job of `miyar lint`: contract lines in, what is wrong with them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from annotate.lint import Speller, lint_document
from annotate.personal import find_personal_data
from annotate.scale.identities import WIDTH, Identities, digest_ids
from annotate.scale.job import Job, Lines, Outcome, Work, code_digest, hash_of
from schemas.annotations import AnnotatedDocument
from schemas.checks import (
    Problem,
    check_document,
    doubled_document,
    required_roles_empty,
)
from schemas.jsonl import parse_document
from schemas.labels import Schema
from schemas.sources import Told, read_collection, read_placed

__all__ = ["Judge", "PlaceReader", "linting", "read_problems"]


class Judge(NamedTuple):
    """What documents are held against: `roles` also lists required ones left empty."""

    schema: Schema
    speller: Speller | None
    roles: bool

    def problems(self, doc: AnnotatedDocument) -> Iterator[Problem]:
        """Yield what is wrong with a document."""
        yield from check_document(doc, self.schema)
        yield from lint_document(doc, self.schema, speller=self.speller)
        yield from find_personal_data(doc)
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


class PlaceReader:
    """Reads the files of places one after another, and knows what one has twice.

    Places that are named apart may share documents, as the files of two annotators do.
    """

    def __init__(self, places: Sequence[Sequence[Path]]) -> None:
        """Name the files of each place; nothing is read yet."""
        self._places = places
        self.paths = list(chain.from_iterable(places))
        self._sizes: list[int] = []
        self._ids = bytearray()

    def read(self, told: Callable[[float], None]) -> Iterator[tuple[str, bytes]]:
        """Yield the lines of all files, once (`annotate.scale.pipeline.Collection`)."""
        return read_collection(self.paths, told, reader=self._read)

    def _read(self, path: Path, told: Told) -> Iterator[tuple[str, bytes]]:
        self._sizes.append(0)
        for placed in read_placed(path, told):
            self._sizes[-1] += 1
            yield placed

    def add(self, ids: bytes) -> None:
        """Take in the ids of the next documents (`digest_ids`)."""
        self._ids += ids

    def doubled(self) -> Iterator[Problem]:
        """Yield D003 for each document whose id was there before in its place."""
        sizes = iter(self._sizes)
        start = 0
        for paths in self._places:
            end = start + WIDTH * sum(islice(sizes, len(paths)))
            known = Identities()
            known.add(bytes(self._ids[start:end]))
            twice = known.doubled()
            if twice:
                yield from _doubled(paths, twice)
            start = end


def _doubled(paths: Sequence[Path], twice: frozenset[bytes]) -> Iterator[Problem]:
    """Look at the lines again: two ids may have one hash and differ."""
    seen: set[str] = set()
    for where, line in read_collection(paths):
        doc_id = parse_document(line, where).id
        if doc_id in seen:
            yield doubled_document(doc_id)
        elif digest_ids([doc_id]) in twice:
            seen.add(doc_id)


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
