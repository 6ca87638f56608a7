"""Link names to a knowledge base by a table, so that all spellings of one are one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.errors import DataError
from schemas.text_files import read_utf8

__all__ = ["Links", "link_document", "read_links"]

Links = Mapping[tuple[str, str, str], str]
"""(document id or `*`, label, surface) to a knowledge-base id."""

_COLUMNS = ("doc", "label", "surface", "kb", "name")


def read_links(path: Path) -> Links:
    """Read a tab-separated table with the columns doc, label, surface, kb, name.

    `kb` is a Wikidata id, or `local:` and a name of one's own where none is certain.
    Raises DataError with file and line for a row that is short or contradicts another.
    """
    links: dict[tuple[str, str, str], str] = {}
    lines = read_utf8(path).splitlines()
    if not lines or tuple(lines[0].split("\t")) != _COLUMNS:
        raise DataError(f"{path}:1: the columns must be {', '.join(_COLUMNS)}.")
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(_COLUMNS) or not all(cells[:4]):
            raise DataError(
                f"{path}:{number}: a row has {len(_COLUMNS)} cells, none of the first "
                "four empty."
            )
        doc, label, surface, kb, _ = cells
        if links.setdefault((doc, label, surface), kb) != kb:
            raise DataError(
                f"{path}:{number}: {surface!r} is linked to another id above. Give the "
                "document in the first column to tell them apart."
            )
    return links


def link_document(doc: AnnotatedDocument, links: Links) -> AnnotatedDocument:
    """Give each name without a `kb` the id of its surface; a row for the document wins.

    Nominals are left alone: what they refer to changes from sentence to sentence.
    """
    return doc.model_copy(
        update={"entities": tuple(_linked(doc, m, links) for m in doc.entities)}
    )


def _linked(
    doc: AnnotatedDocument, mention: EntityMention, links: Links
) -> EntityMention:
    if mention.kb is not None or mention.level != "name" or doc.text is None:
        return mention
    surface = doc.text[mention.start : mention.end]
    for scope in (doc.id, "*"):
        kb = links.get((scope, mention.label, surface))
        if kb is not None:
            return mention.model_copy(update={"kb": kb})
    return mention
