"""Scores as tables of text: what to print, whoever prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.report import LayerScore, Row

__all__ = [
    "RENDERERS",
    "ScoreTable",
    "label_table",
    "render_csv",
    "render_latex",
    "render_markdown",
    "summary_table",
]

UNDEFINED = "–"
_NUMBERS = ("P", "R", "F1", "95 %", "TP", "FP", "FN")


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A titled table; the first column is text, the others are numbers."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def summary_table(layers: Mapping[str, LayerScore], title: str) -> ScoreTable:
    """Return one line a layer: all its labels together."""
    rows = tuple((name, *_cells(layer.micro)) for name, layer in layers.items())
    return ScoreTable(title, ("layer (micro)", *_NUMBERS), rows)


def label_table(layer: LayerScore) -> ScoreTable:
    """Return one line a label, then micro, macro and weighted."""
    rows = [(label, *_cells(row)) for label, row in layer.labels.items()]
    for name, row in (
        ("micro", layer.micro),
        ("macro", layer.macro),
        ("weighted", layer.weighted),
    ):
        rows.append((name, *_cells(row)))
    title = f"{layer.criterion}: {layer.criterion.meaning}"
    return ScoreTable(title, ("label", *_NUMBERS), tuple(rows))


def _cells(row: Row) -> tuple[str, ...]:
    counts = row.counts
    return (
        _rate(row.precision),
        _rate(row.recall),
        _rate(row.f1),
        f"{row.interval[0]:.3f}–{row.interval[1]:.3f}" if row.interval else UNDEFINED,
        f"{counts.tp:g}" if counts else "",
        f"{counts.fp:g}" if counts else "",
        f"{counts.fn:g}" if counts else "",
    )


def _rate(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.3f}"


def render_markdown(tables: Iterable[ScoreTable]) -> str:
    """Render as Markdown, numbers to the right."""
    parts = []
    for table in tables:
        rule = ("---",) + ("---:",) * (len(table.head) - 1)
        lines = ["| " + " | ".join(c) + " |" for c in (table.head, rule, *table.rows)]
        parts.append(f"**{table.title}**\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def render_latex(tables: Iterable[ScoreTable]) -> str:
    """Render as LaTeX with the rules of the booktabs package."""
    parts = []
    for table in tables:
        head, *rows = [
            " & ".join(map(_latex, cells)) + r" \\"
            for cells in (table.head, *table.rows)
        ]
        columns = "l" + "r" * (len(table.head) - 1)
        body = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule"]
        body += [*rows, r"\bottomrule", r"\end{tabular}"]
        parts.append(f"% {table.title}\n" + "\n".join(body))
    return "\n\n".join(parts) + "\n"


def _latex(text: str) -> str:
    for plain, escaped in (("%", r"\%"), ("_", r"\_"), ("&", r"\&"), ("–", "--")):
        text = text.replace(plain, escaped)
    return text


def render_csv(tables: Iterable[ScoreTable]) -> str:
    """Render as one CSV; a first column holds the title of each row's table."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    tables = tuple(tables)
    for table in tables[:1]:
        writer.writerow(("table", "row", *table.head[1:]))
    for table in tables:
        writer.writerows((table.title, *row) for row in table.rows)
    return out.getvalue()


RENDERERS: dict[str, Callable[[Sequence[ScoreTable]], str]] = {
    "markdown": render_markdown,
    "latex": render_latex,
    "csv": render_csv,
}
"""The forms that tables can be written in besides the terminal's."""
