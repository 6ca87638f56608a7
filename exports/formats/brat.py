"""brat stand-off: NAME.txt, NAME.ann and the annotation.conf of the label schema.

Stenetorp et al., "brat: a web-based tool for NLP-assisted text annotation" (EACL 2012).
Offsets count code points. A mention over a line break is written in pieces, as brat
asks, and read as one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exports.file_names import document_id, file_name
from exports.losses import Dropped
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError
from schemas.labels import Schema
from schemas.text_files import read_utf8

__all__ = ["LOSES", "read_brat", "render_annotation_conf", "write_brat"]

LOSES = (
    "document meta",
    "tokens",
    "sentences",
    "ids",
    "mentions with an edge in white space",
    "scores",
    "rules",
    "annotators",
    "mention meta",
    "arguments with a span of their own",
    "arguments of lost mentions",
)

CONFIG = "annotation.conf"
WIKIDATA = "Wikidata"
_ENTITY_ATTRIBUTES = {"Level": "level", "Subtype": "subtype"}
_EVENT_ATTRIBUTES = {"Polarity": "polarity", "Realis": "realis", "Mode": "mode"}
_LINE = re.compile(r"[^\n]+")
_TEXT_BOUND = re.compile(r"(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)", re.DOTALL)
_EVENT = re.compile(r"(E\S+)\t([^\s:]+):(\S+)((?: [^\s:]+:\S+)*) ?")
_ATTRIBUTE = re.compile(r"([AM]\S+)\t(\S+) (\S+)(?: (\S+))?")
_NORMALIZATION = re.compile(r"(N\S+)\tReference (\S+) ([^\s:]+):(\S+)(?:\t.*)?")
_NUMBERED = re.compile(r"(.*?\D)(\d+)")
_NOT_HELD = {"R": "relations", "*": "equivalences", "#": "notes"}


def write_brat(docs: Sequence[AnnotatedDocument], folder: Path, schema: Schema) -> None:
    """Write two files a document, and the configuration that brat needs to show them.

    Raises DataError for a text with carriage returns, which brat would count away.
    """
    for doc in docs:
        if "\r" in (doc.text or ""):
            raise DataError(
                f"{doc.id}: the text holds carriage returns, which brat drops, and all "
                "offsets behind them with it. Annotate what 'miyar ingest' makes of it."
            )
        name = file_name(doc.id)
        _write(folder / f"{name}.txt", doc.text or "")
        _write(folder / f"{name}.ann", "".join(f"{line}\n" for line in _lines(doc)))
    _write(folder / CONFIG, render_annotation_conf(schema))


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="")


def render_annotation_conf(schema: Schema) -> str:
    """Render the labels, roles and attributes of a schema as brat's configuration."""
    lines = ["[entities]", *schema.entities, "", "[relations]", "", "[events]"]
    for label, event in schema.events.items():
        roles = (f"{r}*:{'|'.join(use.fillers)}" for r, use in event.roles.items())
        lines.append(f"{label}\t{', '.join(roles)}")
    subtypes = [name for e in schema.entities.values() for name in e.subtypes]
    modes = [name for e in schema.events.values() for name in e.modes]
    values: dict[str, tuple[str, Sequence[str]]] = {
        "Level": ("<ENTITY>", list(schema.levels)),
        "Subtype": ("<ENTITY>", list(dict.fromkeys(subtypes))),
        "Polarity": ("<EVENT>", list(schema.polarity)),
        "Realis": ("<EVENT>", list(schema.realis)),
        "Mode": ("<EVENT>", list(dict.fromkeys(modes))),
    }
    lines += ["", "[attributes]"]
    lines += [
        f"{name}\tArg:{target}, Value:{'|'.join(known)}"
        for name, (target, known) in values.items()
        if known
    ]
    return "\n".join(lines) + "\n"


def _lines(doc: AnnotatedDocument) -> Iterator[str]:
    text = doc.text or ""
    kept = [m for m in doc.entities if not _blank_edge(m, text)]
    events = [m for m in doc.events if not _blank_edge(m, text)]
    names = _brat_ids([m.id for m in kept], "T")
    numbers = _brat_ids([event.id for event in events], "E")
    triggers = _further(set(names.values()), len(events))
    for mention in kept:
        yield _text_bound(names[mention.id], mention, text)
    for event, trigger in zip(events, triggers, strict=True):
        yield _text_bound(trigger, event, text)
        filled = "".join(f" {role}:{filler}" for role, filler in _roles(event, names))
        yield f"{numbers[event.id]}\t{event.label}:{trigger}{filled}"
    yield from _attribute_lines(kept, _ENTITY_ATTRIBUTES, names, 1)
    used = sum(1 for _ in _attribute_lines(kept, _ENTITY_ATTRIBUTES, names, 1))
    yield from _attribute_lines(events, _EVENT_ATTRIBUTES, numbers, used + 1)
    linked = [m for m in kept if m.kb]
    for number, mention in enumerate(linked, start=1):
        words = _one_line(text[mention.start : mention.end])
        yield (
            f"N{number}\tReference {names[mention.id]} {WIKIDATA}:{mention.kb}\t{words}"
        )


def _blank_edge(mention: EntityMention | EventMention, text: str) -> bool:
    return text[mention.start].isspace() or text[mention.end - 1].isspace()


def _brat_ids(ids: Sequence[str | None], letter: str) -> dict[str | None, str]:
    """Keep the ids that brat allows, and number the others behind them."""
    fit = {name for name in ids if name and re.fullmatch(rf"{letter}[0-9]+", name)}
    others = [name for name in ids if name not in fit]
    fresh = zip(others, _further(fit, len(others), letter), strict=True)
    return {**{name: name for name in fit}, **dict(fresh)}


def _further(used: set[str], count: int, letter: str = "T") -> list[str]:
    last = max((int(name[1:]) for name in used), default=0)
    return [f"{letter}{last + number}" for number in range(1, count + 1)]


def _text_bound(name: str, mention: EntityMention | EventMention, text: str) -> str:
    # White space but line breaks may stay in a piece; a piece ends at a line break.
    words = text[mention.start : mention.end]
    pieces = [(m.start(), m.end()) for m in _LINE.finditer(words)]
    spans = ";".join(f"{mention.start + s} {mention.start + e}" for s, e in pieces)
    shown = " ".join(words[s:e] for s, e in pieces)
    return f"{name}\t{mention.label} {spans}\t{_one_line(shown)}"


def _one_line(words: str) -> str:
    return re.sub(r"[\t\n\r]", " ", words)


def _roles(
    event: EventMention, names: dict[str | None, str]
) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for argument in event.arguments:
        if argument.entity in names:
            seen[argument.role] += 1
            again = seen[argument.role]
            role = f"{argument.role}{again}" if again > 1 else argument.role
            yield role, names[argument.entity]


def _attribute_lines(
    mentions: Sequence[EntityMention | EventMention],
    attributes: dict[str, str],
    names: dict[str | None, str],
    number: int,
) -> Iterator[str]:
    for mention in mentions:
        for attribute, name in attributes.items():
            value = getattr(mention, name)
            if value != type(mention).model_fields[name].default:
                yield f"A{number}\t{attribute} {names[mention.id]} {value}"
                number += 1


def read_brat(place: Path, dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a folder and the folders in it, by name.

    A document without .ann has no annotations. Raises DataError with file and line at
    what is not brat's format, and at offsets that do not fit the text.
    """
    texts = sorted(place.rglob("*.txt")) if place.is_dir() else [place]
    if not texts:
        raise DataError(f"{place}: no .txt file is there. Name a folder of brat files.")
    for path in texts:
        name = str(path.relative_to(place).with_suffix("")) if place.is_dir() else ""
        text = _read(path)
        notes = path.with_suffix(".ann")
        reader = _Reader(text, notes, dropped)
        for number, line in enumerate(_annotation_lines(notes), start=1):
            reader.take(line, f"{notes}:{number}")
        yield reader.document(document_id(name or path.stem))


def _annotation_lines(path: Path) -> list[str]:
    return _read(path).split("\n") if path.exists() else []


def _read(path: Path) -> str:
    return read_utf8(path).replace("\r\n", "\n")


@dataclass(slots=True)
class _Reader:
    text: str
    path: Path
    dropped: Dropped
    bound: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, tuple[str, str, list[tuple[str, str]]]] = field(
        default_factory=dict
    )
    later: list[tuple[str, str]] = field(default_factory=list)

    def take(self, line: str, where: str) -> None:
        """Read a line: spans and events at once, what refers to them at the end."""
        if not line.strip():
            return
        if line[0] == "T":
            self.take_text_bound(_match(_TEXT_BOUND, line, where), where)
        elif line[0] == "E":
            name, _, trigger, roles = _match(_EVENT, line.rstrip(), where)
            pairs = [tuple(role.split(":", 1)) for role in roles.split()]
            self.events[name] = (trigger, where, _plain_roles(pairs))
        elif line[0] in "AMN":
            self.later.append((line, where))
        elif line[0] in _NOT_HELD:
            self.dropped.add(_NOT_HELD[line[0]], where)
        else:
            raise DataError(f"{where}: is no line of brat's: {line[:40]!r}.")

    def take_text_bound(self, parts: tuple[str, ...], where: str) -> None:
        name, label, spans, words = parts
        pieces = [tuple(map(int, piece.split())) for piece in spans.split(";")]
        start, end = pieces[0][0], pieces[-1][1]
        found = " ".join(self.text[low:high] for low, high in pieces)
        if not 0 <= start < end <= len(self.text) or _one_line(found) != words:
            raise DataError(
                f"{where}: {name} says {words[:60]!r}, and the text has "
                f"{found[:60]!r} there. Was the text changed, or was it counted in "
                "another unit than code points?"
            )
        if name in self.bound:
            raise DataError(f"{where}: {name} is there twice. Rename one.")
        if any(self.text[a[1] : b[0]].strip("\n") for a, b in pairwise(pieces)):
            self.dropped.add("mentions in pieces", where)
            label = ""
        self.bound[name] = {"id": name, "label": label, "start": start, "end": end}

    def document(self, doc_id: str) -> AnnotatedDocument:
        triggers = {trigger for trigger, _, _ in self.events.values()}
        entities = {
            name: dict(values)
            for name, values in self.bound.items()
            if name not in triggers and values["label"]
        }
        events = dict(self.built_events(entities))
        for line, where in self.later:
            self.take_later(line, where, entities, events)
        try:
            return AnnotatedDocument(
                id=doc_id,
                text=self.text,
                entities=tuple(EntityMention(**e) for e in entities.values()),
                events=tuple(EventMention(**e) for e in events.values()),
            )
        except ValidationError as error:
            fault = error.errors()[0]
            raise DataError(f"{self.path}: {fault['loc']}: {fault['msg']}.") from None

    def built_events(
        self, entities: dict[str, dict[str, Any]]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, (trigger, where, roles) in self.events.items():
            if trigger not in self.bound:
                raise DataError(f"{where}: the trigger {trigger} is not there.")
            if not self.bound[trigger]["label"]:
                continue
            arguments = []
            for role, filler in roles:
                if filler in entities:
                    arguments.append(Argument(role=role, entity=filler))
                elif filler in self.bound or filler in self.events:
                    self.dropped.add("arguments filled by no entity", where)
                else:
                    raise DataError(f"{where}: the argument {filler} is not there.")
            values = self.bound[trigger] | {"id": name, "arguments": tuple(arguments)}
            yield name, values

    def take_later(
        self,
        line: str,
        where: str,
        entities: dict[str, dict[str, Any]],
        events: dict[str, dict[str, Any]],
    ) -> None:
        if line[0] == "N":
            _, target, base, link = _match(_NORMALIZATION, line, where)
            held = base == WIKIDATA and target in entities
            owner, name, value = entities.get(target), "kb", link
            kind = "links to other knowledge bases"
        else:
            _, attribute, target, value = _match(_ATTRIBUTE, line.rstrip(), where)
            known = _ENTITY_ATTRIBUTES if target in entities else _EVENT_ATTRIBUTES
            owner = entities.get(target) or events.get(target)
            held = attribute in known and bool(value)
            name, kind = known.get(attribute, ""), "attributes of other kinds"
        if owner is None or not held:
            self.dropped.add(kind, where)
        else:
            owner[name] = value


def _match(pattern: re.Pattern[str], line: str, where: str) -> tuple[str, ...]:
    match = pattern.fullmatch(line)
    if match is None:
        raise DataError(
            f"{where}: is no line of brat's: {line[:60]!r}. Fields are separated by "
            "tabs, and types hold no space."
        )
    return match.groups()


def _plain_roles(pairs: Sequence[tuple[str, ...]]) -> list[tuple[str, str]]:
    """Take the number off a role that repeats: ACTOR, ACTOR2 are both ACTOR."""
    seen: Counter[str] = Counter()
    plain = []
    for role, filler in pairs:
        match = _NUMBERED.fullmatch(role)
        if match and seen[match[1]] == int(match[2]) - 1 > 0:
            role = match[1]
        seen[role] += 1
        plain.append((role, filler))
    return plain
