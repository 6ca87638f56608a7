"""How far a campaign is: who did what, what is covered, how fast it goes, what is left.

Everything is read off what a pull collected, so that it means the same there and here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import mean, median

from annotate.labelstudio.collection import Collected, Work
from annotate.labelstudio.projects import Part

__all__ = [
    "Pace",
    "Standing",
    "gone_note",
    "render_rows",
    "render_standing",
    "standing_of",
]


@dataclass(frozen=True, slots=True)
class Pace:
    """One annotator's work so far.

    `assigned` is None where all draw from one pool, and `left` with it. Seconds are
    those that Label Studio measured; `per_hour` is documents an hour of such time.
    """

    annotator: str
    assigned: int | None
    submitted: int
    skipped: int
    drafts: int
    changing: int
    unlabelled: int
    seconds: float
    median_seconds: float | None
    per_hour: float | None
    left: int | None
    last: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a campaign.

    `coverage` maps a number of opinions to how many documents have so many; `wanted`
    is how many opinions the plan asks for, `left` how many of them are missing, and
    `hours_left` that in hours at everybody's pace together.
    """

    project: str
    strict: bool
    documents: int
    overlap: int
    wanted: int
    submitted: int
    left: int
    finished: int
    coverage: Mapping[int, int]
    hours_left: float | None
    paces: tuple[Pace, ...]
    problems: int
    gone: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return it for programs."""
        return asdict(self)


def standing_of(project: str, parts: Sequence[Part], collected: Collected) -> Standing:
    """Read off how far a campaign is from what was collected of it."""
    strict = any(part.annotator for part in parts)
    asked = {
        doc: tasks if strict else parts[0].campaign.overlap
        for doc, tasks in collected.tasks.items()
    }
    done = collected.opinions
    left = sum(max(0, asked[doc] - done.get(doc, 0)) for doc in asked)
    sizes = {part.annotator: part.campaign.size for part in parts if part.annotator}
    people = sorted({*collected.work, *collected.annotators, *sizes})
    paces = tuple(
        _pace(who, collected.work.get(who, Work()), sizes.get(who)) for who in people
    )
    times = [s for work in collected.work.values() for s in work.seconds]
    return Standing(
        project=project,
        strict=strict,
        documents=len(asked),
        overlap=max(asked.values(), default=0),
        wanted=sum(asked.values()),
        submitted=sum(done.values()),
        left=left,
        finished=sum(done.get(doc, 0) >= asked[doc] for doc in asked),
        coverage=dict(sorted(Counter(done.get(doc, 0) for doc in asked).items())),
        hours_left=round(left * mean(times) / 3600, 2) if times else None,
        paces=paces,
        problems=len(collected.problems),
        gone=collected.gone,
    )


def _pace(who: str, work: Work, assigned: int | None) -> Pace:
    seconds = sum(work.seconds)
    return Pace(
        annotator=who,
        assigned=assigned,
        submitted=work.submitted,
        skipped=work.skipped,
        drafts=work.drafts,
        changing=work.changing,
        unlabelled=work.unlabelled,
        seconds=round(seconds, 1),
        median_seconds=round(median(work.seconds), 1) if work.seconds else None,
        per_hour=round(3600 * len(work.seconds) / seconds, 2) if seconds else None,
        left=None
        if assigned is None
        else max(0, assigned - work.submitted - work.skipped),
        last=work.last,
    )


def render_standing(standing: Standing, f1: Mapping[str, float | None]) -> str:
    """Return the standing as lines for a terminal; `f1` is agreement by layer."""
    covered = ", ".join(
        f"{count} with {opinions}" for opinions, count in standing.coverage.items()
    )
    lines = [
        f"{standing.project}: {standing.documents} documents, overlap "
        f"{standing.overlap}"
        + (", a project for each annotator" if standing.strict else ""),
        f"covered: {standing.finished} of {standing.documents} documents"
        + (f" (opinions: {covered})" if covered else ""),
        f"left: {standing.left} of {standing.wanted} opinions"
        + (f", {standing.hours_left:.1f} h" if standing.hours_left is not None else ""),
    ]
    columns = {
        "annotator": "annotator",
        "assigned": "assigned",
        "submitted": "submitted",
        "skipped": "skipped",
        "drafts": "drafts",
        "changing": "reopened",
        "unlabelled": "no role",
        "median_seconds": "s/document",
        "per_hour": "an hour",
        "left": "left",
        "last": "last",
    }
    rows = [
        [*[getattr(pace, name) for name in columns][:-1], _local(pace.last)]
        for pace in standing.paces
    ]
    if rows:
        lines += render_rows([list(columns.values()), *rows])
    shown = [f"{name} {value:.3f}" for name, value in f1.items() if value is not None]
    lines.append("agreement so far (F1): " + (", ".join(shown) or "-"))
    if standing.problems:
        lines.append(
            f"{standing.problems} faults that 'miyar pull' refuses; it lists them."
        )
    if standing.gone:
        lines.append(gone_note(standing.gone))
    return "\n".join(lines)


def _local(moment: str) -> str | None:
    """Return a time of the server as the clock on the wall here shows it."""
    if not moment:
        return None
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def gone_note(gone: Sequence[str]) -> str:
    """Say which documents lost their tasks, and what to do."""
    named = ", ".join(gone[:5]) + (" ..." if len(gone) > 5 else "")
    return (
        f"{len(gone)} documents that were pushed are gone ({named}): somebody deleted "
        "their tasks. Push again to have them annotated anew; what was annotated is "
        "in a backup at best."
    )


def render_rows(rows: Sequence[Sequence[object]]) -> list[str]:
    """Return rows as lines, the first column to the left, the others to the right."""
    shown = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in shown) for i in range(len(shown[0]))]
    lines = []
    for row in shown:
        first, *rest = (
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *rest]).rstrip())
    return lines
