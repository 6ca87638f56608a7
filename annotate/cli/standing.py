"""Look at a campaign, once or again and again, with the agreement so far."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from annotate.settings import Settings
    from schemas.labels import Schema

__all__ = ["look", "watch_over"]

_LAYERS = ("entities", "triggers", "arguments")


def look(
    settings: Settings, project: str, schema: Path | None, *, as_json: bool
) -> str:
    """Return how far a campaign is, as lines or as JSON."""
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.collection import pull
    from annotate.labelstudio.projects import known_parts
    from annotate.labelstudio.standing import render_standing, standing_of
    from schemas.load import load_schema

    loaded = load_schema(schema)
    with connect(settings) as studio, tempfile.TemporaryDirectory() as folder:
        parts = known_parts(studio, project)
        collected = pull(
            studio,
            project,
            schema=loaded,
            out=Path(folder),
            lenient=True,
            settings=settings,
        )
        f1 = _agreement(collected.files, loaded)
    standing = standing_of(project, parts, collected)
    if not as_json:
        return render_standing(standing, f1)
    content = {**standing.to_json(), "agreement": f1}
    return json.dumps(content, ensure_ascii=False, indent=1)


def _agreement(files: Sequence[Path], schema: Schema) -> dict[str, float | None]:
    """Return the F1 of each layer over all pairs; empty when no two share a document.

    The intervals are left for 'miyar agree', which takes its time.
    """
    from evaluation import Bootstrap, JsonlSource, agree
    from schemas.errors import DataError

    if len(files) < 2:
        return {}
    try:
        found = agree(
            {path.stem: JsonlSource(path) for path in files},
            schema=schema,
            criteria=_LAYERS,
            bootstrap=Bootstrap(resamples=0),
        )
    except DataError:
        return {}
    return {name: layer.micro.f1 for name, layer in found.layers.items()}


def watch_over(show: Callable[[], str], every: float) -> None:
    """Show it anew every so many seconds until Ctrl-C; a terminal is wiped before."""
    try:
        while True:
            shown = show()
            if sys.stdout.isatty():
                typer.echo("\x1b[2J\x1b[H", nl=False)
            typer.echo(shown)
            time.sleep(every)
    except KeyboardInterrupt:
        return
