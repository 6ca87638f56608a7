"""Pictures of a release as SVG, the same bytes everywhere: bars, and intervals on them.

A plotting library would write other bytes with each of its versions, and a release is
known by its bytes; a row of bars needs none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from exports.statistics import Statistics
from schemas.annotations import AnnotatedDocument

__all__ = ["PICTURES", "Bar", "draw_pictures", "render_bars"]

PICTURES = {
    "labels.svg": "How often each label occurs",
    "lengths.svg": "How long the documents are, in characters",
    "agreement.svg": "How far the annotators agree, with 95 % intervals",
}
"""What each picture of a release shows; the last only where agreement was measured."""

_MOST = 40
"""Documents drawn one by one; more are counted in bins."""
_BINS = 12

_WIDTH = 720
_LEFT = 150
_RIGHT = 90
_ROW = 22
_TOP = 34


def draw_pictures(
    docs: Sequence[AnnotatedDocument],
    statistics: Statistics,
    agreement: Mapping[str, Any] | None,
) -> dict[str, str]:
    """Return the pictures of a release by file name."""
    drawn = {
        "labels.svg": _counts(PICTURES["labels.svg"], statistics),
        "lengths.svg": _lengths(PICTURES["lengths.svg"], docs),
    }
    if agreement:
        drawn["agreement.svg"] = _agreement(PICTURES["agreement.svg"], agreement)
    return drawn


def _counts(title: str, statistics: Statistics) -> str:
    counts = {**statistics.names, **statistics.events}
    bars = [Bar(label, n, f"{n}") for label, n in counts.items()]
    return render_bars(title, bars, longest=max(counts.values(), default=0))


def _lengths(title: str, docs: Sequence[AnnotatedDocument]) -> str:
    sizes = {doc.id: len(doc.text or "") for doc in docs}
    longest = max(sizes.values(), default=0)
    if len(sizes) <= _MOST:
        bars = [
            Bar(name if len(name) < 21 else f"{name[:19]}…", size, f"{size}")
            for name, size in sorted(sizes.items())
        ]
        return render_bars(title, bars, longest=longest)
    step = longest // _BINS + 1
    bins = Counter(size // step for size in sizes.values())
    bars = [
        Bar(f"{at * step}-{(at + 1) * step - 1}", bins[at], f"{bins[at]}")
        for at in range(_BINS)
    ]
    return render_bars(title, bars, longest=max(bins.values()))


def _agreement(title: str, agreement: Mapping[str, Any]) -> str:
    bars = []
    for layer, score in agreement["layers"].items():
        f1, interval = score["micro"]["f1"], score["micro"]["interval"]
        if f1 is not None:
            ends = (interval[0], interval[1]) if interval else None
            bars.append(Bar(layer, f1, f"{f1:.3f}", ends))
    return render_bars(title, bars, longest=1)


class Bar(NamedTuple):
    """One bar: its label, its length, and what is written behind it."""

    label: str
    value: float
    shown: str
    interval: tuple[float, float] | None = None


def render_bars(title: str, bars: Sequence[Bar], *, longest: float) -> str:
    """Render horizontal bars; `longest` is the value that fills the width.

    Colours are of middle brightness, so that the picture reads on light and dark.
    """
    height = _TOP + _ROW * len(bars) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" aria-label="{escape(title)}" '
        'font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<text x="0" y="18" fill="#777" font-weight="bold">{escape(title)}</text>',
    ]
    for place, bar in enumerate(bars):
        parts += _row(bar, _TOP + _ROW * place, longest)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(bar: Bar, top: int, longest: float) -> list[str]:
    middle = top + 14
    end = _at(bar.value, longest)
    parts = [
        f'<text x="{_LEFT - 8}" y="{middle}" fill="#777" text-anchor="end">'
        f"{escape(bar.label)}</text>",
        f'<rect x="{_LEFT}" y="{top + 3}" width="{end - _LEFT:.1f}" height="14" '
        'fill="#4a90a4"/>',
    ]
    if bar.interval is not None:
        low, high = (_at(edge, longest) for edge in bar.interval)
        parts.append(
            f'<path d="M{low:.1f} {top + 10}H{high:.1f}M{low:.1f} {top + 6}v8'
            f'M{high:.1f} {top + 6}v8" stroke="#b5651d" stroke-width="2" fill="none"/>'
        )
        end = max(end, high)
    parts.append(
        f'<text x="{end + 6:.1f}" y="{middle}" fill="#777">{escape(bar.shown)}</text>'
    )
    return parts


def _at(value: float, longest: float) -> float:
    share = value / longest if longest else 0
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)
