"""The JSON Schema of a label schema's YAML, for editors and other languages.

`python -m schemas.json_schema` prints it; `schemas/label_schema.json` is that output.
"""

from __future__ import annotations

import json
import sys

from schemas.labels import Schema

__all__ = ["render_json_schema"]


def render_json_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of the YAML that `load_schema` reads."""
    described = Schema.model_json_schema(by_alias=True)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Miyar label schema",
    }
    return json.dumps(head | described | head, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_json_schema())
