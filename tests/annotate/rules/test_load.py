from __future__ import annotations

from pathlib import Path

import pytest

from annotate.rules.load import load_ruleset
from schemas.errors import SchemaError
from schemas.labels import Schema


def change(path: Path, old: str, new: str) -> int:
    """Replace one text in a file; return the line where the new one begins."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def fault(folder: Path, schema: Schema) -> str:
    with pytest.raises(SchemaError) as caught:
        load_ruleset(schema, folder)
    return str(caught.value)


def test_a_folder_of_ones_own_is_read(folder: Path, schema: Schema) -> None:
    ruleset = load_ruleset(schema, folder)
    assert [entry.kb for entry in ruleset.entries if entry.form == "بغداد"] == ["Q1530"]


def test_a_bad_pattern_is_told_with_file_and_line(folder: Path, schema: Schema) -> None:
    path = folder / "rules" / "context.yaml"
    line = change(path, '"(body GPE)"', '"(body GPE"')
    message = fault(folder, schema)
    assert message.startswith(f"{path}:{line - 1}: rule 'org.body-state'")
    assert "never closed" in message


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(body nosuch)", "unknown class 'nosuch'"),
        ("(body GPE", "never closed"),
        ("(body) GPE)", "a stray ')'"),
        ("(body?)", "may match nothing"),
        ("(body+* GPE)", "two repeats in a row"),
        ("(body [a-z])", "nothing is known about '[a-z])'"),
        ("(body) (GPE)", "2 groups in its pattern and 1 marks"),
    ],
)
def test_each_way_a_pattern_can_be_wrong_is_named(
    folder: Path, schema: Schema, pattern: str, problem: str
) -> None:
    change(folder / "rules" / "context.yaml", '"(body GPE)"', f'"{pattern}"')
    assert problem in fault(folder, schema)


def test_a_rule_id_used_twice_is_refused(folder: Path, schema: Schema) -> None:
    path = folder / "rules" / "context.yaml"
    change(path, "id: org.body-state", "id: org.body-nisba")
    message = fault(folder, schema)
    assert "'org.body-nisba' is empty or used twice" in message
    assert message.startswith(f"{path}:")


def test_a_trigger_id_used_twice_is_refused(folder: Path, schema: Schema) -> None:
    change(folder / "rules" / "triggers.yaml", "id: injure.count", "id: injure")
    assert "trigger id 'injure' is used twice" in fault(folder, schema)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("id: visit, label: VISIT", "id: visit, label: TRIP", "label 'TRIP'"),
        ("mode: phone}", "mode: letter}", "unknown mode 'letter'"),
        ("purpose: RECIPIENT}", "purpose: AIM}", "unknown role 'AIM'"),
        (
            "id: visit, label: VISIT, frame: visit",
            "id: v, label: VISIT, frame: x",
            "'x'",
        ),
        ("avoid: [GPE, NUM]", "avoid: [CITY]", "unknown label 'CITY'"),
    ],
)
def test_a_trigger_file_names_only_what_the_schema_knows(
    folder: Path, schema: Schema, old: str, new: str, problem: str
) -> None:
    change(folder / "rules" / "triggers.yaml", old, new)
    message = fault(folder, schema)
    assert problem in message
    assert "triggers.yaml:" in message


def test_a_mark_that_is_no_label_is_refused(folder: Path, schema: Schema) -> None:
    change(
        folder / "rules" / "context.yaml", "marks: [DATE], score: 0.95", "marks: [D]"
    )
    assert "marks the unknown label 'D'" in fault(folder, schema)


def test_a_nominal_with_an_unknown_label_is_refused(
    folder: Path, schema: Schema
) -> None:
    change(folder / "rules" / "nominals.yaml", "label: WEA", "label: ARM")
    assert "unknown entity label 'ARM'" in fault(folder, schema)


@pytest.mark.parametrize(
    ("lexicon", "problem"),
    [
        ("@ CITY\nبغداد\n", ":1: unknown entity label 'CITY'"),
        ("@ GPE town\nبغداد\n", ":1: unknown subtype 'town' of GPE"),
        ("بغداد\n", ":1: an entry before the first section"),
        ("@ GPE city\nبغداد = 1530\n", ":2: '1530' is no Wikidata id"),
        ("@ GPE city\nبغداد | | الموصل\n", ":2: an empty spelling"),
    ],
)
def test_a_wrong_lexicon_line_is_told_with_its_number(
    folder: Path, schema: Schema, lexicon: str, problem: str
) -> None:
    path = folder / "lexicons" / "places.txt"
    path.write_text(lexicon, encoding="utf-8")
    assert fault(folder, schema).startswith(f"{path}{problem}")


def test_broken_yaml_is_told_with_its_line(folder: Path, schema: Schema) -> None:
    path = folder / "rules" / "nominals.yaml"
    path.write_text("nominals:\n- id: [people\n", encoding="utf-8")
    assert fault(folder, schema).startswith(f"{path}:")


def test_an_absent_file_is_named(folder: Path, schema: Schema) -> None:
    (folder / "rules" / "triggers.yaml").unlink()
    assert "triggers.yaml: cannot be read" in fault(folder, schema)


@pytest.mark.parametrize(
    "name", ["rules/context.yaml", "lexicons/names.txt", "lexicons/built/words.tsv"]
)
def test_a_file_in_another_encoding_is_named(
    folder: Path, schema: Schema, name: str
) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + "# كتاب\n".encode("cp1256"))
    assert fault(folder, schema).startswith(f"{path}: is not UTF-8")


def test_the_order_of_lexicon_files_decides_nothing_between_names(
    folder: Path, schema: Schema
) -> None:
    lexicons = folder / "lexicons"
    (lexicons / "zz.txt").write_text("@ GPE country\nالعراق = Q796\n", "utf-8")
    one = {entry.form for entry in load_ruleset(schema, folder).entries}
    (lexicons / "zz.txt").rename(lexicons / "aa.txt")
    assert {entry.form for entry in load_ruleset(schema, folder).entries} == one
