"""How a release is cited: CITATION.cff (Citation File Format 1.2.0)."""

from __future__ import annotations

import json

from exports.licence import spdx_licence
from exports.manifest import About
from schemas.labels import Schema

__all__ = ["render_citation"]


def render_citation(
    *, name: str, version: str, schema: Schema, about: About
) -> str | None:
    """Render the file, or None where nobody is named as an author.

    Every value is written as a JSON string, which is valid YAML, so that no name can
    change the meaning of the file.
    """
    if not about.authors:
        return None
    lines = [
        "cff-version: 1.2.0",
        'message: "If you use this data set, please cite it as below."',
        "type: dataset",
        f"title: {_text(f'{name}: {schema.title.en}')}",
        f"version: {_text(version)}",
    ]
    # The format knows SPDX ids and nothing else.
    if about.licence and (licence := spdx_licence(about.licence)):
        lines.append(f"license: {_text(licence)}")
    if about.released:
        lines.append(f"date-released: {_text(about.released)}")
    lines.append("authors:")
    lines += [f"  - name: {_text(author)}" for author in about.authors]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
