"""Laws of every format, over any valid document."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given

from exports import read_gold
from exports.conversion import FORMATS, LOSSES_FILE, export
from exports.losses import KINDS, Dropped
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from tests.exports.formats.builders import SCHEMA, documents, visit
from tests.strategies import examples

CHECKOUT = Path(__file__).parents[3]
REFUSED = {"xmi": r"character \d+ of the text \(U\+", "brat": "carriage returns"}
REFUSED |= dict.fromkeys(FORMATS.keys() - REFUSED.keys(), "^$")


@pytest.mark.parametrize("name", FORMATS)
def test_any_document_comes_back_up_to_the_counted_losses(name: str) -> None:
    @given(documents())
    @examples(40, suppress_health_check=[HealthCheck.too_slow])
    def law(doc: AnnotatedDocument) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "out"
            options = {"schema": SCHEMA, "format_name": name, "folder": folder}
            refused, losses = "", {}
            try:
                losses = export([doc], lossy=True, **options)
            except DataError as error:
                refused = str(error)
            if refused:
                # Only for what no such file can hold, and never half of it.
                assert re.search(REFUSED[name], refused)
                assert list(Path(place).iterdir()) == []
            assert losses.keys() <= set(FORMATS[name].loses)

    law()


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_loses_is_known_and_described(name: str) -> None:
    assert set(FORMATS[name].loses) <= KINDS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_the_five_seed_articles_are_exported_and_read_back(
    name: str, tmp_path: Path
) -> None:
    gold = read_gold(CHECKOUT / "seeds" / "gold")
    folder = tmp_path / "out"
    losses = export(gold, schema=SCHEMA, format_name=name, folder=folder, lossy=True)
    back = {doc.id: doc for doc in FORMATS[name].read(folder, Dropped())}
    assert {doc.id: doc.text for doc in gold} == {n: d.text for n, d in back.items()}
    assert (folder / LOSSES_FILE).exists() is bool(losses)
    # Nesting, words cut by a mention and triggers are held by all of them.
    assert not any(kind.startswith("mentions") for kind in losses)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_gold_gives_the_same_bytes_in_any_order(
    name: str, tmp_path: Path
) -> None:
    def written(folder: Path, docs: list[AnnotatedDocument]) -> dict[str, bytes]:
        export(docs, schema=SCHEMA, format_name=name, folder=folder, lossy=True)
        return {p.name: p.read_bytes() for p in folder.iterdir()}

    one, two = visit("a"), visit("b")
    turned = two.model_copy(update={"entities": tuple(reversed(two.entities))})
    assert written(tmp_path / "1", [one, two]) == written(tmp_path / "2", [turned, one])
