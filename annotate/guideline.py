"""Render the annotation guideline from the schema: Markdown, one HTML page, and short.

All three are built from the schema alone, so that the guideline cannot disagree with
the labelling page or the checks. Every word of the schema is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from schemas.labels import Bilingual, Example, Schema
from schemas.markup import MarkedSpan, parse_markup

__all__ = [
    "render_adjudication",
    "render_guideline_html",
    "render_guideline_markdown",
    "render_instructions",
]

_TEMPLATES = Path(__file__).with_name("templates")
# Words of a right-to-left script, with the numbers and spaces between or before them.
_WORD = r"(?:\d+ )?[\u0590-\u08ff\ufb1d-\ufefc]+"
_RUN = re.compile(f"{_WORD}(?: {_WORD})*")


class _Piece(NamedTuple):
    """A stretch of an example: plain words, or a mark that holds further pieces."""

    label: str | None
    words: str
    inside: tuple[_Piece, ...]


def render_guideline_html(schema: Schema) -> str:
    """Return the whole guideline as one page that needs no network."""
    return _render("guideline.html.j2", schema, html=True)


def render_guideline_markdown(schema: Schema) -> str:
    """Return the whole guideline as Markdown, Arabic in right-to-left blocks."""
    page = _render("guideline.md.j2", schema, html=False)
    # Markdown passes tags through, so they are escaped; quotes are harmless in it.
    return page.replace("&#34;", '"').replace("&#39;", "'")


def render_instructions(schema: Schema) -> str:
    """Return the short form that annotators see in Label Studio, as HTML."""
    return _render("instructions.html.j2", schema, html=True)


def render_adjudication(schema: Schema) -> str:
    """Return what an adjudicator sees in Label Studio: how to rule, then the same."""
    return _render("adjudication.html.j2", schema, html=True)


def _render(template: str, schema: Schema, *, html: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked"] = _marked_html if html else _marked_markdown
    environment.filters["isolated"] = partial(_isolated, language=schema.language)
    return environment.get_template(template).render(
        schema=schema,
        chapters=_chapters(schema),
        labels={**schema.entities, **schema.events},
    )


def _isolated(text: str, *, language: str) -> Markup:
    """Isolate each right-to-left run of an English text.

    Runs with only a comma between them would otherwise be ordered as one, right to
    left, in the middle of a sentence that runs from the left.
    """
    template = Markup('<bdi lang="{}">{}</bdi>')
    parts: list[str] = []
    at = 0
    for run in _RUN.finditer(text):
        parts += [escape(text[at : run.start()]), template.format(language, run[0])]
        at = run.end()
    return Markup("").join([*parts, escape(text[at:])])


def _chapters(schema: Schema) -> list[tuple[str, str, str, list[str]]]:
    """Return (letter, Arabic, English title, clause numbers) in the schema's order.

    A chapter is the clauses whose numbers begin with one letter.
    """
    found: dict[str, list[str]] = {}
    for number in schema.guideline:
        found.setdefault(number[0], []).append(number)
    plain = {
        letter: Bilingual(ar=f"الباب {letter}", en=f"Part {letter}") for letter in found
    }
    titles = plain | schema.chapters
    return [
        (letter, titles[letter].ar, titles[letter].en, numbers)
        for letter, numbers in found.items()
    ]


def _pieces(
    text: str, marks: Sequence[MarkedSpan], start: int, end: int
) -> tuple[_Piece, ...]:
    """Cut `[start, end)` into plain words and outermost marks, marks within marks."""
    pieces: list[_Piece] = []
    at = start
    for place, mark in enumerate(marks):
        if mark.span.start < at or mark.span.end > end:
            continue
        if at < mark.span.start:
            pieces.append(_Piece(None, text[at : mark.span.start], ()))
        inside = _pieces(text, marks[place + 1 :], *mark.span)
        pieces.append(_Piece(mark.label, text[slice(*mark.span)], inside))
        at = mark.span.end
    if at < end:
        pieces.append(_Piece(None, text[at:end], ()))
    return tuple(pieces)


def _marked_html(example: Example) -> Markup:
    text, marks = parse_markup(example.text)
    return _html(_pieces(text, marks, 0, len(text)))


def _html(pieces: Sequence[_Piece]) -> Markup:
    parts = [
        escape(piece.words)
        if piece.label is None
        else Markup('<mark data-label="{}">{}</mark>').format(
            piece.label, _html(piece.inside)
        )
        for piece in pieces
    ]
    return Markup("").join(parts)


def _marked_markdown(example: Example) -> Markup:
    text, marks = parse_markup(example.text)
    return _markdown(_pieces(text, marks, 0, len(text)))


def _markdown(pieces: Sequence[_Piece]) -> Markup:
    parts = [
        escape(piece.words)
        if piece.label is None
        else Markup("[{}]<sub>{}</sub>").format(_markdown(piece.inside), piece.label)
        for piece in pieces
    ]
    return Markup("").join(parts)
