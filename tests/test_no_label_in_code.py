"""Labels come from the schema's YAML: the Python code names none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.load import load_schema

CHECKOUT = Path(__file__).parent.parent
ROOMS = ("annotate", "schemas", "evaluation", "exports")
SCHEMA = load_schema()
LABELS = frozenset({*SCHEMA.entities, *SCHEMA.events, *SCHEMA.roles})
# A label is a whole word in capitals, also inside a longer string ("ORG:", "B-PER").
_WORD = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]*(?![A-Za-z0-9_])")


def named_labels(source: str) -> Iterator[tuple[int, str]]:
    """Line and label of each string of the code that names one.

    Docstrings and strings that stand as statements of their own are words about the
    code, and may give examples.
    """
    tree = ast.parse(source)
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said:
            text = (
                node.value.decode("latin-1")
                if isinstance(node.value, bytes)
                else (node.value if isinstance(node.value, str) else "")
            )
            for word in _WORD.findall(text):
                if word in LABELS:
                    yield node.lineno, word


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = "PER"', ["PER"]),
        ('x = {"TITLE": 1, "b": "TIME"}', ["TITLE", "TIME"]),
        ('def f(label="ATTACK"): pass', ["ATTACK"]),
        ('x = f"B-PER {y} ORG:"', ["PER", "ORG"]),
        ('x = b"GPE"', ["GPE"]),
        ('"""PER is a person."""', []),
        ('class A:\n    """PER."""\n    x: int\n    """TIME of it."""', []),
        ('# PER\nPER = "person"', []),
        ('x = "PERSON SUPER per PER_CENT"', []),
    ],
)
def test_a_label_is_found_in_a_string_and_not_in_words_about_the_code(source, found):
    assert [label for _, label in named_labels(source)] == found


@pytest.mark.parametrize("room", ROOMS)
def test_no_string_of_the_code_names_a_label(room):
    paths = sorted((CHECKOUT / room).rglob("*.py"))
    assert paths
    named = [
        f"{path.relative_to(CHECKOUT)}:{line}: {label}"
        for path in paths
        for line, label in named_labels(path.read_text(encoding="utf-8"))
    ]
    assert named == []
