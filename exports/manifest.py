"""The manifest of a release: what is in it, who made it, and its checksums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from exports.statistics import Statistics
from schemas.labels import Schema

__all__ = [
    "About",
    "Annotator",
    "FileSum",
    "Guideline",
    "Manifest",
    "file_sum",
    "guideline_of",
    "sums",
]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Annotator(_Value):
    """Who annotated, under a pseudonym; only people make a human ceiling."""

    name: str = Field(min_length=1)
    kind: Literal["person", "machine"]
    documents: int | None = None


class About(_Value):
    """What cannot be measured and must be said by those who make the release.

    `platform` is what was annotated in, such as Label Studio. `notes` maps headings of
    the data card to text; a heading that is not there is printed as not stated.
    """

    made_by: str | None = None
    authors: tuple[str, ...] = ()
    annotators: tuple[Annotator, ...] = ()
    platform: str | None = None
    adjudication: dict[str, int] = Field(default_factory=dict)
    licence: str | None = None
    released: str | None = None
    notes: dict[str, str] = Field(default_factory=dict)


class Guideline(_Value):
    """Which guideline was annotated by: version, and checksum of its clauses."""

    version: str
    clauses: int
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class FileSum(_Value):
    """Size and checksum of one file."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int


class Manifest(_Value):
    """Everything about a release but its files' contents.

    `release` is the release's id: the SHA-256 of the rest of the manifest, which holds
    the checksum of every file. `tool` does not count, so that a newer version of the
    tool finds the same content to be the same release.
    """

    release: str = ""
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")
    contract: str
    schema_name: str
    guideline: Guideline | None = None
    tool: str
    about: About
    statistics: Statistics
    agreement: dict[str, Any] | None
    files: dict[str, FileSum]

    def identity(self) -> str:
        """Return the id that this content must have."""
        content = self.model_dump(mode="json", exclude={"release", "tool"})
        # Releases from before these were said keep their id.
        for place, name in ((content, "guideline"), (content["about"], "platform")):
            if place[name] is None:
                del place[name]
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def identified(self) -> Manifest:
        """Return the manifest with its id filled in."""
        return self.model_copy(update={"release": self.identity()})

    def render(self) -> str:
        """Render as JSON, keys in a fixed order."""
        return (
            json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2)
            + "\n"
        )

    @property
    def title(self) -> str:
        """Name and version, as signatures show them."""
        return f"{self.name}-{self.version}"


def guideline_of(schema: Schema) -> Guideline:
    """Return version and checksum of the schema's clauses, examples and all."""
    content = {n: c.model_dump(mode="json") for n, c in schema.guideline.items()}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return Guideline(
        version=schema.name,
        clauses=len(content),
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
    )


def file_sum(content: bytes) -> FileSum:
    """Return size and checksum of a file's bytes."""
    return FileSum(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def sums(files: Mapping[str, bytes]) -> dict[str, FileSum]:
    """Return size and checksum of all files, by name in order."""
    return {name: file_sum(files[name]) for name in sorted(files)}
