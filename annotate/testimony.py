"""Who said what about a conflict, in the words that an adjudicator reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from annotate.adjudicate import Conflict
from schemas.annotations import AnnotatedDocument
from schemas.labels import Bilingual, Schema

__all__ = ["tell_agreed", "tell_votes"]

_FSI, _PDI = "\u2068", "\u2069"


class _Words(NamedTuple):
    """What is said in one language."""

    agreed: str
    this: str
    nothing: str
    yes: str
    no: str
    none: str
    question: str
    attributes: Mapping[str, str]


_ARABIC = _Words(
    agreed="متفق عليه",
    this="هذه العلامة",
    nothing="لا شيء هنا",
    yes="نعم",
    no="لا",
    none="بلا قيمة",
    question="؟",
    attributes={
        "level": "المستوى",
        "subtype": "النوع الفرعي",
        "kb": "المعرّف",
        "polarity": "الإثبات والنفي",
        "realis": "الوقوع",
        "mode": "الهيئة",
    },
)
_ENGLISH = _Words(
    agreed="agreed",
    this="this mark",
    nothing="nothing here",
    yes="yes",
    no="no",
    none="none",
    question="?",
    attributes={},
)


def tell_agreed(schema: Schema) -> str:
    """Say that nobody differs on a mark, in the language of the schema."""
    return _words(schema).agreed


def tell_votes(
    conflict: Conflict,
    names: Sequence[str],
    docs: Sequence[AnnotatedDocument],
    schema: Schema,
) -> str:
    """Say who holds what, a line for each: the box it stands in is narrow.

    Everything is called what the labelling page calls it.
    """
    words, known = _words(schema), _Names(schema)
    lines = []
    if conflict.attribute:
        asked = words.attributes.get(conflict.attribute, conflict.attribute)
        lines.append(f"{asked}{words.question}")
    elif conflict.argument:
        role, (start, end, _) = conflict.argument
        filler = _quoted(docs[0].text or "", start, end)
        lines.append(f"{known.role(role)} {filler}{words.question}")
    for place, vote in zip(conflict.voters, conflict.votes, strict=True):
        if conflict.attribute:
            event = conflict.target[2]
            said = known.value(event, vote) if vote else words.none
        elif conflict.argument:
            said = words.yes if vote else words.no
        else:
            said = words.this if vote else _instead(docs[place], conflict, known, words)
        lines.append(f"{names[place]}: {said}")
    return "\n".join(lines)


def _words(schema: Schema) -> _Words:
    return _ARABIC if schema.language == "ar" else _ENGLISH


class _Names:
    """What labels and values are called, in the language of the schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._arabic = schema.language == "ar"

    def label(self, label: str) -> str:
        """Return the name of an entity or event type."""
        found = self._schema.entities.get(label) or self._schema.events.get(label)
        return self._of(found.name) if found else label

    def role(self, role: str) -> str:
        """Return the name of a role."""
        found = self._schema.roles.get(role)
        return self._of(found.name) if found else role

    def value(self, label: str, value: str) -> str:
        """Return the name of an attribute's value, of a mention with this label."""
        schema = self._schema
        for values in (schema.levels, schema.polarity, schema.realis):
            if value in values:
                return self._of(values[value].name)
        event, entity = schema.events.get(label), schema.entities.get(label)
        named = event.modes if event else entity.subtypes if entity else {}
        return self._of(named[value]) if value in named else value

    def _of(self, name: Bilingual) -> str:
        return name.ar if self._arabic else name.en


def _instead(
    doc: AnnotatedDocument, conflict: Conflict, known: _Names, words: _Words
) -> str:
    """Say what an annotator has in the place of a mention: type, edge, or nothing."""
    start, end, label = conflict.target
    said = []
    for other in doc.events if conflict.layer == "events" else doc.entities:
        if other.start < end and start < other.end:
            quoted = _quoted(doc.text or "", other.start, other.end)
            name = known.label(other.label)
            if other.span == (start, end):
                said.append(name)
            else:
                said.append(quoted if other.label == label else f"{name} {quoted}")
    return ("، " if words is _ARABIC else ", ").join(said) or words.nothing


def _quoted(text: str, start: int, end: int) -> str:
    """Quote the article in an isolate, so that it turns no word around it."""
    return f"{_FSI}«{text[start:end]}»{_PDI}"
