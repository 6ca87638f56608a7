"""What an annotator marked, laid over the text: pieces of it with marks around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from schemas.spans import Span

__all__ = ["TextMark", "mark_up", "paragraphs"]


@dataclass(frozen=True, slots=True)
class TextMark:
    """A mark on a text: its layer, the name shown with it, what a pointer is told.

    `cases` are the numbers of the disagreements it is part of, `kinds` theirs. An
    `absent` mark shows where another annotator has one and this one has none.
    """

    start: int
    end: int
    layer: str
    label: str
    name: str
    about: str
    colour: str | None = None
    cases: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    absent: bool = False


def paragraphs(text: str) -> list[Span]:
    """Return the lines of a text that hold more than white space."""
    found = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            found.append(Span(start, start + len(line)))
        start += len(line) + 1
    return found


def mark_up(text: str, piece: Span, marks: Sequence[TextMark]) -> Markup:
    """Return the piece of the text as HTML, with its marks around what they cover.

    Marks that cross others are cut in two and carry their name once. Every word of the
    text is escaped; nothing stands between letters that the text does not have there.
    """
    inside = sorted(
        (m for m in marks if m.start < piece.end and piece.start < m.end),
        key=lambda m: (m.start, -m.end, m.absent, m.layer, m.label),
    )
    edges = {edge for m in inside for edge in (m.start, m.end)}
    cuts = sorted({*piece, *(e for e in edges if piece.start < e < piece.end)})
    out: list[Markup] = []
    open_: list[TextMark] = []
    begun: set[int] = set()
    for start, end in pairwise(cuts):
        wanted = [m for m in inside if m.start <= start and end <= m.end]
        same = 0
        while same < min(len(open_), len(wanted)) and open_[same] is wanted[same]:
            same += 1
        out += [Markup("</span>")] * (len(open_) - same)
        for mark in wanted[same:]:
            out.append(_opening(mark, again=id(mark) in begun))
            begun.add(id(mark))
        open_ = wanted
        out.append(Markup("{}").format(text[start:end]))
    out += [Markup("</span>")] * len(open_)
    return Markup("").join(out)


def _opening(mark: TextMark, *, again: bool) -> Markup:
    classes = ["m", mark.layer]
    classes += ["d", *(f"k-{kind}" for kind in mark.kinds)] if mark.cases else []
    classes += ["absent"] if mark.absent else []
    classes += ["again"] if again else []
    style = Markup(' style="--c:{}"').format(mark.colour) if mark.colour else Markup("")
    cases = (
        Markup(' data-c="{}"').format(" ".join(map(str, mark.cases)))
        if mark.cases
        else Markup("")
    )
    return Markup('<span class="{}"{}{} data-n="{}" title="{}">').format(
        " ".join(classes), style, cases, mark.name, mark.about
    )
