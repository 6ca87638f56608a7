"""Charts as inline SVG, coloured by the page they stand in.

Drawn by matplotlib in place-holder colours, which become the style sheet's variables:
one drawing serves light, dark and paper. Text stays text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from schemas.errors import UsageError

__all__ = ["Bar", "Point", "bar_chart", "scatter_chart"]

_INK, _FAINT, _CEILING, _HALO = "#010101", "#010102", "#010103", "#010104"
_SERIES = tuple(f"#0101{n:02x}" for n in range(0x10, 0x18))
_VARIABLES = {
    _INK: "var(--ink)",
    _FAINT: "var(--line)",
    _CEILING: "var(--ceiling)",
    _HALO: "var(--paper)",
    **{color: f"var(--series-{n})" for n, color in enumerate(_SERIES, start=1)},
}
_STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _FAINT,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


class Bar(NamedTuple):
    """An extractor's F1 on one label, perhaps undefined, with its interval."""

    value: float | None
    interval: tuple[float, float] | None = None


class Point(NamedTuple):
    """An extractor's speed and quality; `series` is its number, and so its colour."""

    series: int
    name: str
    speed: float
    quality: float
    interval: tuple[float, float] | None = None


def bar_chart(
    rows: Mapping[str, Sequence[Bar]],
    *,
    series: Sequence[str],
    ceiling: Mapping[str, float | None],
    about: str,
) -> str:
    """Return horizontal bars with intervals, a group a row and a bar a series.

    `ceiling` has a tick for each row that the annotators' agreement is known for;
    `about` is what a screen reader says.
    """
    plt = _pyplot()
    thick = 0.8 / len(series)
    with plt.rc_context({**_STYLE, "svg.hashsalt": about}):
        height = 0.55 + len(rows) * (0.16 + 0.17 * len(series))
        figure, axes = plt.subplots(figsize=(7.2, height))
        for n in range(len(series)):
            for y, bars in enumerate(rows.values()):
                _draw_bar(axes, y - 0.4 + thick * (n + 0.5), thick, bars[n], n)
        for y, row in enumerate(rows):
            agreed = ceiling.get(row)
            if agreed is not None:
                axes.plot([agreed] * 2, [y - 0.46, y + 0.46], color=_CEILING, lw=2.5)
        axes.set_yticks(range(len(rows)), list(rows))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, 1.08)
        axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        axes.xaxis.grid(visible=True, lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        return _svg(plt, figure, about)


def _draw_bar(axes: Any, y: float, thick: float, bar: Bar, series: int) -> None:
    if bar.value is None:
        axes.text(1.02, y, "–", va="center", fontsize=8)
        return
    color = _SERIES[series % len(_SERIES)]
    axes.barh(y, bar.value, height=thick * 0.86, color=color)
    if bar.interval is not None:
        low, high = bar.interval
        axes.plot([low, high], [y, y], color=_HALO, lw=3.2, solid_capstyle="butt")
        axes.plot([low, high], [y, y], color=_INK, lw=1.3, solid_capstyle="butt")
    axes.text(1.02, y, f"{bar.value:.3f}", va="center", fontsize=8)


def scatter_chart(points: Sequence[Point], *, quality: str, about: str) -> str:
    """Return quality against speed, which is logarithmic."""
    plt = _pyplot()
    with plt.rc_context({**_STYLE, "svg.hashsalt": about}):
        figure, axes = plt.subplots(figsize=(7.2, 3.4))
        for point in points:
            color = _SERIES[point.series % len(_SERIES)]
            if point.interval is not None:
                axes.plot([point.speed] * 2, point.interval, color=_INK, lw=1.3)
            axes.plot(point.speed, point.quality, "o", color=color, ms=9)
            axes.annotate(
                point.name,
                (point.speed, point.quality),
                xytext=(9, 0),
                textcoords="offset points",
                va="center",
            )
        axes.set_xscale("log")
        speeds = [point.speed for point in points]
        axes.set_xlim(min(speeds) / 3, max(speeds) * 6)
        axes.set_ylim(0, 1.02)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.minorticks_off()
        axes.grid(visible=True, lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(length=0)
        axes.set_xlabel("documents a second")
        axes.set_ylabel(quality)
        return _svg(plt, figure, about)


def _pyplot() -> Any:
    try:
        import matplotlib
        from matplotlib import pyplot
    except ImportError:
        raise UsageError(
            "the report's charts need matplotlib. Install it: pip install "
            "'miyar[report]'."
        ) from None
    matplotlib.use("svg")
    return pyplot


def _svg(plt: Any, figure: Any, about: str) -> str:
    """Return the figure as one `<svg>` element that names itself."""
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, bbox_inches="tight")
    plt.close(figure)
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for color, variable in _VARIABLES.items():
        svg = svg.replace(color, variable)
    # The page decides the width; the view box keeps the proportions.
    svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    label = about.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
