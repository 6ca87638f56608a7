from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from annotate.rules.load import DEFAULT_FOLDER
from schemas.labels import Schema
from schemas.load import load_schema


@pytest.fixture(scope="session")
def schema() -> Schema:
    return load_schema()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the rules with small lexicons."""
    shutil.copytree(DEFAULT_FOLDER / "rules", tmp_path / "rules")
    lexicons = tmp_path / "lexicons"
    (lexicons / "built").mkdir(parents=True)
    (lexicons / "names.txt").write_text("محمد أحمد\n", encoding="utf-8")
    (lexicons / "places.txt").write_text("@ GPE city\nبغداد = Q1530\n", "utf-8")
    (lexicons / "built" / "words.tsv").write_text("كتاب\t50\tc\n", encoding="utf-8")
    (lexicons / "built" / "name_tokens.tsv").write_text(
        "سولانا\tlast\tsure\n", encoding="utf-8"
    )
    return tmp_path
