"""Scores as tables of text: what to print, whoever prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.report import LayerScore, Row

if TYPE_CHECKING:
    from evaluation.confusion import Confusion
    from evaluation.pipeline import TriggerBlame
    from evaluation.significance import Comparison, Difference

__all__ = [
    "RENDERERS",
    "ScoreTable",
    "band_tables",
    "blame_table",
    "comparison_tables",
    "confusion_tables",
    "label_table",
    "render_csv",
    "render_latex",
    "render_markdown",
    "summary_table",
]

UNDEFINED = "–"
NOTHING = "nothing"
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


def band_tables(
    kind: str, parts: Mapping[str, Mapping[str, LayerScore]]
) -> list[ScoreTable]:
    """Return a table a layer with one line a part; layers of nothing are left out."""
    layers = dict.fromkeys(name for part in parts.values() for name in part)
    tables = []
    for name in layers:
        rows = [(band, part[name].micro) for band, part in parts.items()]
        if any(row.f1 is not None for _, row in rows):
            cells = tuple((band, *_cells(row)) for band, row in rows)
            tables.append(ScoreTable(f"{name} by {kind}", (kind, *_NUMBERS), cells))
    return tables


_WIDEST = 8
"""More values than this do not fit beside each other."""


def confusion_tables(confusions: Iterable[Confusion]) -> list[ScoreTable]:
    """Return a table an attribute: the gold's values down, the predicted across.

    Where there are many values, only those that were confused are listed.
    """
    return [
        _confusion_matrix(confusion)
        if len(confusion.values) <= _WIDEST
        else _confused_pairs(confusion)
        for confusion in confusions
        if confusion.values
    ]


def _confusion_matrix(confusion: Confusion) -> ScoreTable:
    values = tuple(value or UNDEFINED for value in confusion.values)
    head = ("gold", *values, NOTHING)
    rows = [
        (value, *map(str, row), str(missed))
        for value, row, missed in zip(
            values, confusion.counts, confusion.missed, strict=True
        )
    ]
    rows.append((NOTHING, *map(str, confusion.spurious), ""))
    title = f"{confusion.attribute}: gold down, predicted across"
    return ScoreTable(title, head, tuple(rows))


def _confused_pairs(confusion: Confusion) -> ScoreTable:
    values = tuple(value or UNDEFINED for value in confusion.values)
    pairs = [
        (gold, predicted, n)
        for gold, row in zip(values, confusion.counts, strict=True)
        for predicted, n in zip(values, row, strict=True)
        if n and gold != predicted
    ]
    for gold, predicted, counts in (
        (None, NOTHING, confusion.missed),
        (NOTHING, None, confusion.spurious),
    ):
        pairs += [
            (gold or value, predicted or value, n)
            for value, n in zip(values, counts, strict=True)
            if n
        ]
    pairs.sort(key=lambda pair: -pair[2])
    right = sum(row[i] for i, row in enumerate(confusion.counts))
    title = f"{confusion.attribute}: what was confused ({right} were right)"
    rows = tuple((gold, predicted, str(n)) for gold, predicted, n in pairs)
    return ScoreTable(title, ("gold", "predicted", "times"), rows)


def blame_table(blame: TriggerBlame, given: Row | None = None) -> ScoreTable:
    """Return argument scores by which triggers they stand on; `given` is the gold's."""
    rows = [
        ("as predicted", *_cells(blame.pipeline)),
        ("those that are right", *_cells(blame.right_triggers)),
    ]
    if given is not None:
        rows.append(("given by the gold", *_cells(given)))
    share = UNDEFINED if blame.share is None else f"{100 * blame.share:.1f} %"
    title = (
        f"arguments by triggers; {share} of {blame.errors:g} argument errors are due "
        "to triggers"
    )
    return ScoreTable(title, ("triggers", *_NUMBERS), tuple(rows))


def comparison_tables(comparison: Comparison, title: str = "") -> list[ScoreTable]:
    """Return a table a layer with one line a row and pair; undefined rows left out."""
    head = (
        "row",
        "first",
        "second",
        "F1",
        "F1",
        "diff",
        "95 %",
        "p",
        "p Holm",
        "least",
    )
    about = f"{title}: " if title else ""
    return [
        ScoreTable(
            f"{about}{name}; {comparison.signature}",
            head,
            tuple(_difference(d) for d in differences if d.difference is not None),
        )
        for name, differences in comparison.layers.items()
    ]


def _difference(d: Difference) -> tuple[str, ...]:
    return (
        d.row,
        d.first,
        d.second,
        _rate(d.first_f1),
        _rate(d.second_f1),
        UNDEFINED if d.difference is None else f"{d.difference:+.3f}",
        f"{d.interval[0]:+.3f}…{d.interval[1]:+.3f}" if d.interval else UNDEFINED,
        UNDEFINED if d.p is None else f"{d.p:.4f}",
        UNDEFINED if d.corrected is None else f"{d.corrected:.4f}",
        _rate(d.smallest),
    )


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
