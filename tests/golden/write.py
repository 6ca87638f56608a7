"""Write the golden files of the formats anew: `python -m tests.golden.write`."""

from __future__ import annotations

import shutil
from pathlib import Path

from annotate.formats import all_formats
from exports.conversion import export
from tests.exports.formats.builders import SCHEMA, visit

__all__ = ["FORMATS_FOLDER", "write_golden"]

FORMATS_FOLDER = Path(__file__).parent / "formats"


def write_golden() -> None:
    """Write every format anew, with the losses listed beside."""
    shutil.rmtree(FORMATS_FOLDER, ignore_errors=True)
    formats = all_formats(SCHEMA)
    for name in formats:
        export(
            [visit()],
            schema=SCHEMA,
            format_name=name,
            folder=FORMATS_FOLDER / name,
            lossy=True,
            formats=formats,
        )


if __name__ == "__main__":
    write_golden()
