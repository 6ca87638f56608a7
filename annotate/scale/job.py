"""What is done with a partition, in a form that can be sent to another process."""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import annotate
import evaluation
import schemas
from schemas.errors import ServiceError

__all__ = [
    "Job",
    "Lines",
    "Outcome",
    "Parcel",
    "Work",
    "code_digest",
    "digest_files",
    "hash_of",
    "unpack",
]

Lines = tuple[tuple[str, bytes], ...]
"""A partition: lines in order, each with where it stands."""


class Outcome(NamedTuple):
    """What became of a partition.

    `body` is what it adds to the output, `counts` are added up over partitions, `ids`
    holds eight bytes for each document (`annotate.scale.identities`).
    """

    body: bytes
    counts: tuple[int, ...]
    ids: bytes = b""


Work = Callable[[Lines], Outcome]
"""A pure function: the same lines give the same outcome, in any process."""


class Parcel(NamedTuple):
    """A job on its way: what to unpack, and who may."""

    identity: str
    code: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be done on every partition.

    `identity` is the hash of all that decides the outcome besides the lines: rules,
    lexicons, schema, options and our own code. `make(argument)` makes the work anew in
    another process, so both must be picklable; `here` is the work for this process.
    """

    identity: str
    make: Callable[[Any], Work]
    argument: Any
    here: Work

    def parcel(self) -> Parcel:
        """Pack the job; the bytes of one identity may differ, what they do does not."""
        content = zlib.compress(pickle.dumps((self.make, self.argument), 5), 1)
        return Parcel(self.identity, code_digest(), content)

    def key_of(self, lines: Lines) -> str:
        """Return the hex SHA-256 of the job and of the partition's content."""
        total = hashlib.sha256(self.identity.encode())
        for _, line in lines:
            total.update(b"%d\n" % len(line))
            total.update(line)
        return total.hexdigest()


_LOCK = Lock()
_unpacked: tuple[str, Work] | None = None


def unpack(parcel: Parcel) -> Work:
    """Return the work of a parcel, made once in a process however often it is asked.

    Raises ServiceError where this process runs other code than the sender's, which
    might do otherwise.
    """
    global _unpacked
    with _LOCK:
        if _unpacked is None or _unpacked[0] != parcel.identity:
            if parcel.code != code_digest():
                raise ServiceError(
                    "a worker runs another version of miyar than this command. Install "
                    "the same on all machines."
                )
            make, argument = pickle.loads(zlib.decompress(parcel.content))
            _unpacked = parcel.identity, _one_at_a_time(make(argument))
        return _unpacked[1]


def _one_at_a_time(work: Work) -> Work:
    """Let the threads of a process take turns: rules keep a memo of words."""
    turn = Lock()

    def taken(lines: Lines) -> Outcome:
        with turn:
            return work(lines)

    return taken


@cache
def code_digest() -> str:
    """Return the hex SHA-256 of our own source, as far as it decides outcomes."""
    roots = [
        Path(str(room.__file__)).parent for room in (annotate, evaluation, schemas)
    ]
    return digest_files(
        path for root in roots for path in sorted(root.rglob("*.py")) if _decides(path)
    )


def _decides(path: Path) -> bool:
    return not {"cli", "labelstudio"} & set(path.parts)


def hash_of(*parts: str) -> str:
    """Return the hex SHA-256 of strings that together name something."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def digest_files(paths: Iterable[Path]) -> str:
    """Return the hex SHA-256 of files' names and contents, in the order given."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        total.update(f"{path.name} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()
