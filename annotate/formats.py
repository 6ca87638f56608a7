"""All formats gold is written in and read from, Label Studio's own JSON among them.

That one is written by the room that knows its page; here, where rooms meet, it stands
beside the formats of `exports`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotate.labelstudio import files
from exports.conversion import FORMATS, LAYOUTS, Format, Layout
from exports.losses import Dropped
from schemas.annotations import AnnotatedDocument
from schemas.labels import Schema

__all__ = ["LABEL_STUDIO", "all_formats", "all_layouts"]

LABEL_STUDIO = "labelstudio"


def all_formats(schema: Schema) -> dict[str, Format]:
    """Return the formats by name; Label Studio's regions are those of `schema`."""

    def read(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
        return files.read_tasks(place, schema=schema, drop=dropped.add)

    own = Format(
        "JSON of Label Studio, tasks with annotations",
        files.write_tasks,
        read,
        files.LOSES,
    )
    return {**FORMATS, LABEL_STUDIO: own}


def all_layouts(schema: Schema, *, annotator: str | None = None) -> dict[str, Layout]:
    """Return the layouts by name; of several annotators `annotator` is taken."""

    def read(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
        return files.read_tasks(
            place, schema=schema, drop=dropped.add, annotator=annotator
        )

    own = Layout("an export of Label Studio in the format JSON", read)
    return {**LAYOUTS, LABEL_STUDIO: own}
