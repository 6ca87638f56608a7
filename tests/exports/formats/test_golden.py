"""What is written is what was read through once, and stays readable."""

from __future__ import annotations

import pytest

from annotate.formats import all_formats
from exports.conversion import export
from exports.losses import Dropped, compare
from tests.exports.formats.builders import SCHEMA, visit
from tests.golden.write import FORMATS_FOLDER

FORMATS = all_formats(SCHEMA)
OURS = ("jsonl", "conll", "brat", "textee", "omnievent", "csv", "labelstudio")


@pytest.mark.parametrize("name", OURS)
def test_the_files_are_the_golden_ones(name, tmp_path):
    folder = tmp_path / "out"
    export(
        [visit()],
        schema=SCHEMA,
        format_name=name,
        folder=folder,
        lossy=True,
        formats=FORMATS,
    )
    written = {p.name: p.read_text("utf-8") for p in folder.iterdir()}
    golden = {p.name: p.read_text("utf-8") for p in (FORMATS_FOLDER / name).iterdir()}
    assert written == golden


@pytest.mark.parametrize("name", FORMATS)
def test_the_golden_files_are_read_as_what_was_written(name):
    dropped = Dropped()
    (back,) = FORMATS[name].read(FORMATS_FOLDER / name, dropped)
    found = compare(visit(), back, schema=SCHEMA, loses=FORMATS[name].loses)
    assert not dropped.counts
    assert found.faults == ()
