"""Scores as tables of text: what to print, whoever prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.report import LayerScore, Row

if TYPE_CHECKING:
    from evaluation.ceiling import Stated
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
    """A titled table; the first column is text, the others are numbers.

    The heads of its columns differ. `signature` says what its numbers were made from,
    where the title does not.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    signature: str = ""


def summary_table(
    layers: Mapping[str, LayerScore], title: str, *, stated: Stated | None = None
) -> ScoreTable:
    """Return one line a layer: all its labels together.

    `stated` is what the gold says of how far its annotators agreed: it stands beside.
    """
    rows = tuple(
        (name, *_cells(layer.micro), *_agreed(stated, name, "micro"))
        for name, layer in layers.items()
    )
    head = ("layer (micro)", *_NUMBERS, *_stated_head(stated))
    return ScoreTable(title, head, rows)


def label_table(layer: LayerScore, *, stated: Stated | None = None) -> ScoreTable:
    """Return one line a label, then micro, macro and weighted."""
    name = layer.criterion.name
    known = stated if stated and name in stated.layers else None
    rows = [
        (label, *_cells(row), *_agreed(known, name, label))
        for label, row in layer.labels.items()
    ]
    for average, row in (
        ("micro", layer.micro),
        ("macro", layer.macro),
        ("weighted", layer.weighted),
    ):
        rows.append((average, *_cells(row), *_agreed(known, name, average)))
    title = f"{layer.criterion}: {layer.criterion.meaning}"
    head = ("label", *_NUMBERS, *_stated_head(known))
    return ScoreTable(title, head, tuple(rows), layer.signature)


def _stated_head(stated: Stated | None) -> tuple[str, ...]:
    return () if stated is None else (stated.who,)


def _agreed(stated: Stated | None, layer: str, row: str) -> tuple[str, ...]:
    if stated is None:
        return ()
    return (_rate(stated.layers.get(layer, {}).get(row)),)


def band_tables(
    kind: str,
    parts: Mapping[str, Mapping[str, LayerScore]],
    signature: str = "",
) -> list[ScoreTable]:
    """Return a table a layer with one line a part; layers of nothing are left out.

    `signature` is that of the whole score; the parts add what they are parts of.
    """
    layers = dict.fromkeys(name for part in parts.values() for name in part)
    tables = []
    for name in layers:
        rows = [(band, part[name].micro) for band, part in parts.items()]
        if any(row.f1 is not None for _, row in rows):
            cells = tuple((band, *_cells(row)) for band, row in rows)
            title = f"{name} by {kind}"
            tables.append(ScoreTable(title, (kind, *_NUMBERS), cells, signature))
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
    systems = ("first", "second", "F1 of first", "F1 of second")
    head = ("row", *systems, "diff", "95 %", "p", "p Holm", "least")
    about = f"{title}: " if title else ""
    return [
        ScoreTable(
            f"{about}{name}",
            head,
            tuple(_difference(d) for d in differences if d.difference is not None),
            comparison.signature,
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
        lines = [_markdown_row(c) for c in (table.head, rule, *table.rows)]
        signed = f"\n\n`{table.signature}`" if table.signature else ""
        parts.append(f"**{table.title}**\n\n" + "\n".join(lines) + signed)
    return "\n\n".join(parts) + "\n"


def _markdown_row(cells: Sequence[str]) -> str:
    escaped = (cell.replace("\\", r"\\").replace("|", r"\|") for cell in cells)
    return "| " + " | ".join(escaped) + " |"


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
        said = [f"% {line}" for line in (table.title, table.signature) if line]
        parts.append("\n".join((*said, *body)))
    return "\n\n".join(parts) + "\n"


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "–": "--",
        "…": r"\ldots{}",
        **{character: f"\\{character}" for character in "%_&#${}"},
    }
)


def _latex(text: str) -> str:
    return text.translate(_LATEX)


def render_csv(tables: Iterable[ScoreTable]) -> str:
    """Render as one CSV, a line for each row of each table.

    The columns are `table` (the title), `row` (the first cell), every head that a
    table has, and `signature`; what a table does not have stays empty.
    """
    import csv
    import io

    tables = tuple(tables)
    heads = dict.fromkeys(name for table in tables for name in table.head[1:])
    out = io.StringIO()
    names = ("table", "row", *heads, "signature")
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for table in tables:
        about = {"table": table.title, "signature": table.signature or table.title}
        for row in table.rows:
            cells = zip(table.head[1:], row[1:], strict=True)
            writer.writerow({**about, "row": row[0], **dict(cells)})
    return out.getvalue()


RENDERERS: dict[str, Callable[[Sequence[ScoreTable]], str]] = {
    "markdown": render_markdown,
    "latex": render_latex,
    "csv": render_csv,
}
"""The forms that tables can be written in besides the terminal's."""
