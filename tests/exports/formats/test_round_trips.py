"""Laws of every format, over any valid document."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from exports.conversion import FORMATS, export
from schemas.annotations import AnnotatedDocument
from tests.exports.formats.builders import SCHEMA, documents


@pytest.mark.parametrize("name", FORMATS)
def test_any_document_comes_back_up_to_the_counted_losses(name: str) -> None:
    @given(documents())
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    def law(doc: AnnotatedDocument) -> None:
        with tempfile.TemporaryDirectory() as place:
            losses = export(
                [doc],
                schema=SCHEMA,
                format_name=name,
                folder=Path(place) / "out",
                lossy=True,
            )
        assert losses.keys() <= set(FORMATS[name].loses)

    law()
