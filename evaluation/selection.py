"""Documents with some of their mentions, or with other labels.

For scoring one band of mentions at a time, and label sets that differ from the gold's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluation.documents import DocumentLike, EntityLike, EventLike
from schemas.errors import DataError

__all__ = ["Relabelled", "keep_entities", "read_label_map"]


@dataclass(frozen=True, slots=True)
class _Entity:
    id: str | None
    label: str
    start: int
    end: int
    level: str
    kb: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class _Argument:
    role: str
    start: int | None
    end: int | None
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class _Event:
    id: str | None
    text: str | None
    label: str
    start: int
    end: int
    arguments: tuple[_Argument, ...]
    polarity: str
    realis: str
    mode: str | None


@dataclass(frozen=True, slots=True)
class _Document:
    id: str
    text: str | None
    sha256: str | None
    entities: tuple[EntityLike, ...]
    events: tuple[EventLike, ...] = ()


def read_label_map(path: Path) -> dict[str, dict[str, str | None]]:
    """Read a YAML file that maps labels of `gold` and `predicted` to others.

    Raises DataError for anything else in the file.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        fault = " ".join(str(error).split())
        raise DataError(f"{path}: cannot be read as YAML: {fault}") from None
    sides: dict[str, dict[str, str | None]]
    sides = content if isinstance(content, dict) else {"": {}}
    for side, labels in sides.items():
        well_formed = isinstance(labels, dict) and all(
            isinstance(old, str) and isinstance(new, str | None)
            for old, new in labels.items()
        )
        if side not in ("gold", "predicted") or not well_formed:
            raise DataError(
                f"{path}: {side or 'the file'} is not a label map. Write 'gold:' or "
                "'predicted:', and under it 'OLD: NEW' or 'OLD: null' for each label."
            )
    return sides


def keep_entities(
    doc: DocumentLike, wanted: Callable[[EntityLike], bool]
) -> DocumentLike:
    """Return the document with the entity mentions that are wanted, and no events."""
    return _Document(doc.id, doc.text, doc.sha256, tuple(filter(wanted, doc.entities)))


class Relabelled:
    """Documents whose entity, event and role labels are renamed or dropped.

    `labels` maps a label to another, or to None to drop what carries it; a label it
    does not name stays. An argument keeps its span though its entity was dropped.
    """

    def __init__(
        self, docs: Iterable[DocumentLike], labels: Mapping[str, str | None]
    ) -> None:
        """Wrap documents; nothing is read until they are iterated."""
        self._docs = docs
        self._labels = labels

    def __iter__(self) -> Iterator[DocumentLike]:
        """Yield the documents with their new labels."""
        return map(self._relabelled, self._docs)

    def _relabelled(self, doc: DocumentLike) -> DocumentLike:
        new = self._labels.get
        entities = tuple(
            _Entity(m.id, label, m.start, m.end, m.level, m.kb, m.text)
            for m in doc.entities
            if (label := new(m.label, m.label)) is not None
        )
        known = {m.id: m for m in doc.entities if m.id is not None}
        events = tuple(
            _Event(
                id=e.id,
                text=e.text,
                label=label,
                start=e.start,
                end=e.end,
                arguments=self._arguments(doc, e, known),
                polarity=e.polarity,
                realis=e.realis,
                mode=e.mode,
            )
            for e in doc.events
            if (label := new(e.label, e.label)) is not None
        )
        return _Document(doc.id, doc.text, doc.sha256, entities, events)

    def _arguments(
        self, doc: DocumentLike, event: EventLike, known: Mapping[str, EntityLike]
    ) -> tuple[_Argument, ...]:
        arguments = []
        for argument in event.arguments:
            role = self._labels.get(argument.role, argument.role)
            if role is None:
                continue
            start, end = argument.start, argument.end
            if argument.entity is not None:
                filler = known.get(argument.entity)
                if filler is None:
                    raise DataError(
                        f"document {doc.id!r}: {argument.role} of {event.label} names "
                        f"the entity {argument.entity!r}, which the document does not "
                        "have. Add the entity, or give the argument a span."
                    )
                start, end = filler.start, filler.end
            arguments.append(_Argument(role, start, end))
        return tuple(arguments)
