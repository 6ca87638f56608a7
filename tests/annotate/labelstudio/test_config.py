from __future__ import annotations

from xml.etree import ElementTree

import pytest

from annotate.labelstudio.config import (
    attribute_hotkeys,
    render_config,
    role_of,
    role_value,
)
from schemas.labels import AttributeValue, Bilingual
from tests.annotate.labelstudio.builders import SCHEMA

# What the labelling page of Label Studio 1.23.2 keeps for itself on a text.
TAKEN = {"u", "enter", "escape", "backspace", "delete", "alt+r", "ctrl+enter"}


@pytest.fixture(scope="module")
def page() -> ElementTree.Element:
    return ElementTree.fromstring(render_config(SCHEMA))


def labels(page: ElementTree.Element, control: str) -> dict[str, ElementTree.Element]:
    found = page.findall(f".//Labels[@name='{control}']//Label")
    return {label.attrib["alias"]: label for label in found}


def test_each_label_shows_its_arabic_name_and_stores_its_id(page):
    for control, types in (("entity", SCHEMA.entities), ("trigger", SCHEMA.events)):
        shown = {
            name: tag.attrib["value"] for name, tag in labels(page, control).items()
        }
        assert shown == {name: spec.name.ar for name, spec in types.items()}


def test_labels_stand_under_the_heading_of_their_group(page):
    boxes = [
        view
        for view in page.iter("View")
        if "miyar-group" in view.attrib.get("className", "").split()
    ]
    assert len(boxes) == len(SCHEMA.groups)
    for group in boxes:
        heading = group.find("Header").attrib["value"]
        for label in group.findall("Label"):
            spec = (SCHEMA.entities | SCHEMA.events)[label.attrib["alias"]]
            assert SCHEMA.groups[spec.group].name.ar == heading


def test_each_label_is_counted_under_its_own_name_at_its_own_place(page):
    style = page.find("Style").text
    for control, types in (("entity", SCHEMA.entities), ("trigger", SCHEMA.events)):
        for name, spec in types.items():
            marks = f'[data-label$=":{spec.name.ar}"]{{counter-increment:'
            assert style.count(marks) == 1, name
            counter = style.partition(marks)[2].partition("}")[0]
            (group,) = (
                view
                for view in page.iter("View")
                if labels(page, control)[name] in list(view)
            )
            place = group.findall("Label").index(labels(page, control)[name]) + 1
            box = group.attrib["className"].split()[1]
            shown = (
                f".{box} .lsf-label:nth-of-type({place}) .lsf-label__text::after"
                f"{{content:counter({counter},miyar-count)}}"
            )
            assert style.count(shown) == 1, name


def test_the_text_runs_in_the_schemas_direction(page):
    style = page.find("Style").text
    assert "direction:rtl" in style
    ltr = SCHEMA.model_copy(update={"direction": "ltr"})
    assert "direction:rtl" not in render_config(ltr)


def test_spans_may_begin_inside_a_word(page):
    assert page.find(".//Text").attrib["granularity"] == "symbol"


def test_attributes_are_asked_only_of_the_labels_that_have_them(page):
    asked = {
        choices.attrib["name"]: choices.attrib["whenLabelValue"].split(",")
        for choices in page.iter("Choices")
    }
    assert asked["level"] == list(SCHEMA.entities)
    assert asked["polarity"] == asked["realis"] == list(SCHEMA.events)
    with_subtypes = [n for n, spec in SCHEMA.entities.items() if spec.subtypes]
    assert [n for n in asked if n.startswith("subtype_")] == [
        f"subtype_{name}" for name in with_subtypes
    ]
    with_modes = [n for n, spec in SCHEMA.events.items() if len(spec.modes) > 1]
    assert [n for n in asked if n.startswith("mode_")] == [
        f"mode_{name}" for name in with_modes
    ]


def test_no_hotkey_is_taken_twice_or_by_label_studio_itself(page):
    keys = [tag.attrib["hotkey"] for tag in page.iter() if "hotkey" in tag.attrib]
    assert len(keys) == len(set(keys))
    assert not TAKEN & {key.lower() for key in keys}
    assert set(attribute_hotkeys(SCHEMA).values()) <= set(keys)


def test_every_letter_that_label_studio_hands_out_is_taken_by_a_label(page):
    # It gives the first free ones of these to choices, and they act unseen.
    keys = {tag.attrib.get("hotkey") for tag in page.iter("Label")}
    assert set("1234567890qwetasdfgzxcvbyiopjklnm") <= keys


def test_relations_carry_the_arabic_name_and_give_the_role_back(page):
    values = [tag.attrib["value"] for tag in page.iter("Relation")]
    assert values == [role_value(SCHEMA, role) for role in SCHEMA.roles]
    assert [role_of(value) for value in values] == list(SCHEMA.roles)


def test_text_of_the_schema_cannot_break_the_page():
    evil = Bilingual(ar='"><Text name="x" value="$y"/>&', en="&<>")
    schema = SCHEMA.model_copy(
        update={"levels": {"name": AttributeValue(name=evil)}, "title": evil}
    )
    page = ElementTree.fromstring(render_config(schema))
    assert len(list(page.iter("Text"))) == 1
    assert page.find(".//Choice").attrib["value"] == evil.ar
