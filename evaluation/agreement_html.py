"""Agreement as one HTML page: texts side by side, what differs stands out.

The page needs no network, and its policy lets nothing run but its own script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.agreement_tables import agreement_notes
from evaluation.agreement_words import DETAILS, KINDS, LAYERS
from evaluation.coefficients import COEFFICIENTS
from evaluation.disagreements import (
    Disagreement,
    Marked,
    summarise_kinds,
    summarise_patterns,
)
from evaluation.documents import DocumentLike
from evaluation.marked_text import TextMark, mark_up, paragraphs
from evaluation.ratings import SPAN_LAYERS, Reading
from evaluation.reliability import AgreementStudy
from schemas.labels import Schema

__all__ = ["render_agreement"]

_TEMPLATES = Path(__file__).parent / "templates"
_CLASS_OF = {
    "entities": "entity",
    "nominals": "nominal",
    "triggers": "trigger",
    "attributes": "trigger",
    "arguments": "filler",
}


class _Place(NamedTuple):
    """Where a mark stands and what it says; `layer` is its class on the page."""

    layer: str
    start: int
    end: int
    label: str


class _Case(NamedTuple):
    """A disagreement and its number on the page."""

    number: int
    case: Disagreement


def render_agreement(study: AgreementStudy, *, schema: Schema | None = None) -> str:
    """Return the page; with a schema, labels have their names and colours."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda v: "–" if v is None else f"{v:.3f}"
    script = (_TEMPLATES / "agreement.js").read_text(encoding="utf-8")
    style = (_TEMPLATES / "agreement.css").read_text(encoding="utf-8")
    names = _Names(schema)
    cases = [_Case(n, case) for n, case in enumerate(study.disagreements)]
    return environment.get_template("agreement.html").render(
        study=study,
        annotators=study.agreement.annotators,
        direction=schema.direction if schema is not None else "auto",
        language=schema.language if schema is not None else "ar",
        notes=agreement_notes(study),
        coefficients=[
            name
            for name in COEFFICIENTS
            if any(name in it.all for it in study.coefficients.values())
        ],
        meanings=COEFFICIENTS,
        layers=LAYERS,
        kinds=KINDS,
        details=DETAILS,
        kind_counts=summarise_kinds(study.disagreements),
        patterns=summarise_patterns(study.disagreements)[:12],
        label_name=names.name,
        pattern_name=names.pattern,
        said=names.said,
        documents=[
            _document(study, reading, cases, names) for reading in study.readings
        ],
        labels=_labels(study.disagreements),
        style=Markup(style),
        script=Markup(script),
        script_hash=_content_hash(script),
    )


class _Names:
    """What labels are called and how they are coloured, if there is a schema."""

    def __init__(self, schema: Schema | None) -> None:
        self._types: dict[str, str] = {}
        self._values: dict[str, str] = {"none": "∅"}
        self._colours: dict[str, str] = {}
        if schema is not None:
            for kind in (schema.roles, schema.events, schema.entities):
                self._types |= {key: it.name.ar for key, it in kind.items()}
            for values in (schema.levels, schema.polarity, schema.realis):
                self._values |= {key: it.name.ar for key, it in values.items()}
            for event in schema.events.values():
                self._values |= {key: name.ar for key, name in event.modes.items()}
            for typed in (schema.events, schema.entities):
                self._colours |= {key: value.color for key, value in typed.items()}

    def name(self, label: str) -> str:
        """Return the Arabic name, or the label where there is none."""
        return self._types.get(label, label)

    def value(self, value: str) -> str:
        """Return what an attribute's value or a level is called."""
        return self._values.get(value, value)

    def pattern(self, said: str) -> str:
        """Return what one side of a pattern says: labels or a value, `-` for none."""
        if said == "-":
            return "∅"
        words = [self._types.get(word, self.value(word)) for word in said.split(" ")]
        return " + ".join(words)

    def colour(self, label: str) -> str | None:
        """Return the label's colour."""
        return self._colours.get(label)

    def said(self, mark: Marked) -> str:
        """Return what an annotator said of a span: its label, or its attribute."""
        return self.name(mark.label) if mark.value is None else self.value(mark.value)


def _labels(cases: Sequence[Disagreement]) -> list[str]:
    return sorted({m.label for case in cases for m in (*case.first, *case.second)})


def _document(
    study: AgreementStudy, reading: Reading, cases: Sequence[_Case], names: _Names
) -> dict[str, Any]:
    own = [it for it in cases if it.case.doc_id == reading.doc_id]
    columns = [
        _marks(doc, annotator, own, names)
        for annotator, doc in zip(
            study.agreement.annotators, reading.sides, strict=True
        )
    ]
    return {
        "id": reading.doc_id,
        "rows": [
            [
                None if doc is None else mark_up(reading.text, piece, marks)
                for doc, marks in zip(reading.sides, columns, strict=True)
            ]
            for piece in paragraphs(reading.text)
        ],
        "cases": own,
        "scores": [
            row for row in study.by_document() if row["document"] == reading.doc_id
        ],
    }


def _marks(
    doc: DocumentLike | None, annotator: str, cases: Sequence[_Case], names: _Names
) -> list[TextMark]:
    """Return an annotator's marks on a text, those in disagreement numbered."""
    if doc is None:
        return []
    touched, absent = _places(annotator, cases)
    about = _events(doc, names)
    marks = []
    for layer in ("entities", "nominals", "triggers"):
        for label, span in dict.fromkeys(SPAN_LAYERS[layer](doc)):
            place = _Place(_CLASS_OF[layer], span.start, span.end, label)
            told = about.get((label, *span), names.name(label))
            marks.append(_mark(place, touched.get(place, ()), names, told))
    for place, them in touched.items():
        if place.layer == "filler":
            marks.append(_mark(place, them, names, names.name(place.label)))
    for place, them in absent.items():
        told = f"∅ {names.name(place.label)}"
        marks.append(_mark(place, them, names, told, absent=True))
    return marks


_Found = dict[_Place, list[_Case]]


def _places(annotator: str, cases: Sequence[_Case]) -> tuple[_Found, _Found]:
    """Return where the annotator's own marks differ, and where they have none."""
    touched: _Found = {}
    absent: _Found = {}
    for it in cases:
        if annotator not in it.case.annotators:
            continue
        sides = (it.case.first, it.case.second)
        mine, theirs = sides if annotator == it.case.annotators[0] else sides[::-1]
        for mark in mine or theirs:
            layer = _CLASS_OF[it.case.layer]
            if it.case.detail == "level":
                layer = "entity" if mark.value == "name" else "nominal"
            place = _Place(layer, mark.start, mark.end, mark.label)
            (touched if mine else absent).setdefault(place, []).append(it)
    return touched, absent


def _mark(
    place: _Place,
    cases: Sequence[_Case],
    names: _Names,
    about: str,
    *,
    absent: bool = False,
) -> TextMark:
    layer, start, end, label = place
    return TextMark(
        start,
        end,
        layer,
        label,
        name=("∅ " if absent else "") + names.name(label),
        about=about,
        colour=names.colour(label),
        cases=tuple(it.number for it in cases),
        kinds=tuple(dict.fromkeys(it.case.kind for it in cases)),
        absent=absent,
    )


def _events(doc: DocumentLike, names: _Names) -> Mapping[tuple[str, int, int], str]:
    """Say of each trigger what fills its roles."""
    text = doc.text or ""
    known = {m.id: (m.start, m.end) for m in doc.entities if m.id is not None}
    told = {}
    for event in doc.events:
        parts = [names.name(event.label)]
        for argument in event.arguments:
            own = (argument.start, argument.end)
            span = own if argument.entity is None else known.get(argument.entity, own)
            parts.append(f"{names.name(argument.role)}: {text[slice(*span)]}")
        said = filter(None, (event.polarity, event.realis, event.mode))
        parts.append(" · ".join(map(names.value, said)))
        told[event.label, event.start, event.end] = "\n".join(parts)
    return told


def _content_hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
