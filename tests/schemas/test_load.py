"""The schema is read whole, and every fault is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import SchemaError
from schemas.json_schema import render_json_schema
from schemas.load import BUILT_IN, load_schema, parse_schema
from schemas.markup import parse_markup

SOURCE = BUILT_IN.read_text(encoding="utf-8")


def line_of(source: str, fragment: str) -> int:
    return source[: source.index(fragment)].count("\n") + 1


def faults_after(old: str, new: str) -> str:
    assert SOURCE.count(old) >= 1
    with pytest.raises(SchemaError) as caught:
        parse_schema(SOURCE.replace(old, new, 1), name="mine.yaml")
    return str(caught.value)


def test_the_built_in_schema_holds_the_types_of_the_field() -> None:
    schema = load_schema()
    assert schema.name == "political-news-1.0"
    assert set(schema.entities) == {
        *("PER", "TITLE", "NORP", "ORG", "GPE", "LOC"),
        *("FAC", "WEA", "VEH", "LAW", "DATE", "NUM"),
    }
    assert len(schema.events) == 27
    assert schema.events["ARREST"].default_mode == "arrest"
    assert schema.events["ATTACK"].default_mode is None


def test_every_event_type_names_its_plover_cameo_and_ace_equivalent() -> None:
    for label, event in load_schema().events.items():
        assert set(event.equivalents) == {"plover", "cameo", "ace"}, label


def test_every_entity_type_names_its_equivalents() -> None:
    for label, entity in load_schema().entities.items():
        known = {"ace", "wojood", "anercorp", "newsfane"}
        assert set(entity.equivalents) == known, label


def test_a_doubled_hotkey_is_refused_with_its_line() -> None:
    message = faults_after("hotkey: m", "hotkey: v")
    line = line_of(SOURCE, "hotkey: m")
    assert f"mine.yaml:{line}: events.MEET.hotkey: 'v' is the key of VISIT" in message


def test_an_unknown_key_is_refused_with_its_line() -> None:
    message = faults_after("    lemmas: [نفى", "    lemas: [نفى")
    line = line_of(SOURCE, "    lemmas: [نفى")
    assert f"mine.yaml:{line}: events.DENY.lemas: unknown key" in message


def test_a_role_without_a_filler_type_is_refused() -> None:
    message = faults_after("fillers: &counts [NUM]", "fillers: &counts []")
    assert "a role needs at least one entity label that may fill it" in message


def test_a_filler_that_is_no_entity_label_is_refused() -> None:
    message = faults_after("fillers: &counts [NUM]", "fillers: &counts [NUMBER]")
    assert "events.PROTEST.roles.COUNT.fillers: 'NUMBER' is not an entity label" in (
        message
    )


def test_all_faults_of_a_file_are_told_at_once() -> None:
    message = faults_after("hotkey: m", "hotkey: v\n    colour: red\n    x: 1")
    assert message.count("unknown key") == 2
    assert "'v' is the key of VISIT" in message


def test_faults_of_form_hide_no_fault_of_reference() -> None:
    message = faults_after(
        'color: "#0277bd"\n    hotkey: m', "color: blue\n    hotkey: v"
    )
    assert "events.MEET.color: String should match pattern" in message
    assert "events.MEET.hotkey: 'v' is the key of VISIT" in message
    source = SOURCE.replace("    group: speech\n", "    group: talk\n", 1)
    source = source.replace("fillers: &counts [NUM]", "fillers: &counts [NUMBER]")
    source = source.replace("[بغداد|GPE]", "[بغداد|CITY]", 1)
    source = source.replace('version: "1.0"\n', "", 1)
    with pytest.raises(SchemaError) as caught:
        parse_schema(source, name="mine.yaml")
    told = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in told] == sorted(
        {line.partition(": ")[0] for line in told},
        key=lambda place: int(place.rpartition(":")[2]),
    )
    for fault in (
        "version: is missing",
        "events.STATEMENT.group: no group 'talk' for events; choose one of speech",
        "events.PROTEST.roles.COUNT.fillers: 'NUMBER' is not an entity label",
        "the example marks 'CITY', which is no label",
    ):
        assert fault in str(caught.value)


@pytest.mark.parametrize("key", ["u", "ض", "alt+r", "shift+2", "enter", "mm"])
def test_a_key_that_is_taken_or_on_no_arabic_keyboard_is_refused(key: str) -> None:
    message = faults_after("hotkey: m", f'hotkey: "{key}"')
    assert f"events.MEET.hotkey: '{key}' is no free key" in message


def test_a_schema_of_no_form_at_all_is_told_and_breaks_nothing() -> None:
    source = "groups: 1\nroles: [a]\nentities: {A: 1}\nevents: {B: {roles: 2}}\n"
    with pytest.raises(SchemaError) as caught:
        parse_schema(source, name="mine.yaml")
    assert "mine.yaml:1: groups: Input should be a valid dictionary" in str(
        caught.value
    )


def test_a_key_given_twice_is_refused() -> None:
    message = faults_after("    hotkey: m\n", "    hotkey: m\n    hotkey: m\n")
    assert "the key 'hotkey' stands on line" in message


def test_an_example_with_an_open_bracket_is_refused() -> None:
    message = faults_after("[بغداد|GPE]", "[بغداد|GPE")
    assert "a bracket is not closed" in message


def test_an_example_with_an_unknown_label_is_refused() -> None:
    assert "marks 'CITY', which is no label" in faults_after(
        "[بغداد|GPE]", "[بغداد|CITY]"
    )


def test_broken_yaml_is_refused_with_its_line() -> None:
    with pytest.raises(SchemaError, match=r"x\.yaml:2: not valid YAML"):
        parse_schema("schema: a\n  b: [", name="x.yaml")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"none\.yaml: cannot be read"):
        load_schema(tmp_path / "none.yaml")


def test_markup_nests_and_keeps_the_plain_text() -> None:
    text, marks = parse_markup("قال [وزير [الدفاع|ORG]|TITLE] إن")
    assert text == "قال وزير الدفاع إن"
    found = [(text[m.span.start : m.span.end], m.label) for m in marks]
    assert found == [("وزير الدفاع", "TITLE"), ("الدفاع", "ORG")]


@pytest.mark.parametrize("marked", ["[بغداد]", "بغداد|GPE]", "[|GPE]", "[بغداد|GPE"])
def test_markup_that_does_not_pair_is_refused(marked: str) -> None:
    with pytest.raises(SchemaError):
        parse_markup(marked)


def test_the_json_schema_beside_the_yaml_is_that_of_the_model() -> None:
    beside = BUILT_IN.with_name("label_schema.json").read_text(encoding="utf-8")
    assert beside == render_json_schema(), "run python -m schemas.json_schema"
