"""Leave out what muted rules suggest."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.text_files import read_json

__all__ = ["mute", "read_mute_list"]


def mute(doc: AnnotatedDocument, rules: Collection[str]) -> AnnotatedDocument:
    """Return the document without the marks of these rules.

    An argument goes with its event, with the entity that fills it, and where it names a
    muted rule itself.
    """
    entities = tuple(m for m in doc.entities if m.rule not in rules)
    gone = {m.id for m in doc.entities if m.rule in rules and m.id is not None}
    events = tuple(
        event.model_copy(
            update={
                "arguments": tuple(
                    argument
                    for argument in event.arguments
                    if argument.entity not in gone and argument.rule not in rules
                )
            }
        )
        for event in doc.events
        if event.rule not in rules
    )
    return doc.model_copy(update={"entities": entities, "events": events})


def read_mute_list(path: Path) -> frozenset[str]:
    """Read the ids of muted rules as `miyar ledger --mute-below` writes them.

    Raises DataError for a file that is no such list.
    """
    content = read_json(path)
    try:
        listed = [entry["rule"] for entry in content["rules"]]
    except (TypeError, KeyError):
        listed = [None]
    if not all(isinstance(rule, str) for rule in listed):
        raise DataError(
            f'{path}: is no list of muted rules: {{"rules": [{{"rule": "ID"}}, ...]}}. '
            "'miyar ledger --mute-below 0.5 -o FILE' writes one."
        )
    return frozenset(listed)
