"""Documents with some of their mentions, with other labels, or with edges moved.

For scoring one band of mentions at a time, label sets that differ from the gold's, and
whatever is looked at under another convention of edges than that of the corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluation.columns import Snap
from evaluation.documents import ArgumentLike, DocumentLike, EntityLike, EventLike
from schemas.errors import DataError
from schemas.spans import Span
from schemas.text_files import unreadable

__all__ = ["Moved", "Relabelled", "keep_entities", "read_label_map"]


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


@dataclass(frozen=True, slots=True)
class _Renamed:
    """A document with other mentions; its text is read where it is asked for.

    So whoever asks can say where a text stands that cannot be read.
    """

    doc: DocumentLike
    entities: tuple[EntityLike, ...]
    events: tuple[EventLike, ...]

    @property
    def id(self) -> str:
        return self.doc.id

    @property
    def text(self) -> str | None:
        return self.doc.text

    @property
    def sha256(self) -> str | None:
        return self.doc.sha256


def read_label_map(path: Path) -> dict[str, dict[str, str | None]]:
    """Read a YAML file that maps labels of `gold` and `predicted` to others.

    Raises DataError for anything else in the file.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise DataError(unreadable(path, error)) from None
    except (UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        fault = " ".join(str(error).split())
        raise DataError(f"{path}: cannot be read as YAML: {fault}") from None
    sides: dict[str, dict[str, str | None]]
    sides = content if isinstance(content, dict) else {"": {}}
    for side, labels in sides.items():
        well_formed = isinstance(labels, dict) and all(
            isinstance(old, str) and isinstance(new, str | None) and _writable(new)
            for old, new in labels.items()
        )
        if side not in ("gold", "predicted") or not well_formed:
            raise DataError(
                f"{path}: {side or 'the file'} is not a label map. Write 'gold:' or "
                "'predicted:', and under it 'OLD: NEW' or 'OLD: null' for each label."
            )
    return sides


def _writable(label: str | None) -> bool:
    """Tell whether UTF-8 can hold a label: YAML may escape half a surrogate pair."""
    return label is None or not any("\ud800" <= char <= "\udfff" for char in label)


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
        self.docs = docs
        self.labels = labels

    def __iter__(self) -> Iterator[DocumentLike]:
        """Yield the documents with their new labels."""
        return map(self._relabelled, self.docs)

    def _relabelled(self, doc: DocumentLike) -> DocumentLike:
        new = self.labels.get
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
                arguments=self._arguments(e, known),
                polarity=e.polarity,
                realis=e.realis,
                mode=e.mode,
            )
            for e in doc.events
            if (label := new(e.label, e.label)) is not None
        )
        return _Renamed(doc, entities, events)

    def _arguments(
        self, event: EventLike, known: Mapping[str, EntityLike]
    ) -> tuple[_Argument, ...]:
        return tuple(
            _placed(argument, known, role)
            for argument in event.arguments
            if (role := self.labels.get(argument.role, argument.role)) is not None
        )


class Moved:
    """Documents whose mentions have had their edges moved, anew on each reading.

    `text_of` gives the text of a document that comes without. Arguments get spans of
    their own.
    """

    def __init__(
        self,
        docs: Iterable[DocumentLike],
        snap: Snap,
        text_of: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """Wrap documents; nothing is read until they are iterated."""
        self._docs = docs
        self._snap = snap
        self._text_of = text_of

    def __iter__(self) -> Iterator[DocumentLike]:
        """Yield the documents with their edges moved."""
        return map(self._moved, self._docs)

    def _moved(self, doc: DocumentLike) -> DocumentLike:
        text = doc.text if doc.text is not None else self._text_of(doc.id)

        def move(start: int | None, end: int | None) -> tuple[int, int]:
            span = Span(start or 0, end or 0)
            moved = span if text is None else self._snap(text, span)
            return moved if moved.start < moved.end else span

        known = {m.id: m for m in doc.entities if m.id is not None}
        entities = tuple(
            _Entity(m.id, m.label, *move(m.start, m.end), m.level, m.kb, None)
            for m in doc.entities
        )
        events = []
        for e in doc.events:
            start, end = move(e.start, e.end)
            placed = [_placed(a, known, a.role) for a in e.arguments]
            arguments = tuple(_Argument(a.role, *move(a.start, a.end)) for a in placed)
            parts = (e.id, None, e.label, start, end, arguments)
            events.append(_Event(*parts, e.polarity, e.realis, e.mode))
        return _Document(doc.id, text, doc.sha256, entities, tuple(events))


def _placed(
    argument: ArgumentLike, known: Mapping[str, EntityLike], role: str
) -> _Argument:
    """Return the argument with a span of its own, if it names an entity that is there.

    One that does not is left as it is, for the scorer to complain about.
    """
    filler = known.get(argument.entity) if argument.entity is not None else argument
    if filler is None:
        return _Argument(role, None, None, argument.entity)
    return _Argument(role, filler.start, filler.end)
