"""Generate the labelling page from the schema.

Labels show their Arabic name and store their id (`alias`). A `<Relation>` has no
alias, so its value carries both and `role_of` reads the id back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree

from annotate.labelstudio.style import group_class, render_style
from schemas.labels import Bilingual, EntityType, EventType, Schema

__all__ = [
    "ENTITY",
    "TEXT",
    "TRIGGER",
    "attribute_hotkeys",
    "mode_control",
    "parse_page",
    "render_config",
    "role_of",
    "role_value",
    "subtype_control",
]

_DECLARES = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)

TEXT = "text"
ENTITY = "entity"
TRIGGER = "trigger"
_SEPARATOR = " · "
_HINT = Bilingual(
    ar=(
        "اختر علامة في النص لتحدد صفاتها. الحدث يوصل بمشاركيه بالمفتاحين alt+r ثم "
        "بالنقر على المشارك، وإلغاء الاختيار بالمفتاح u."
    ),
    en=(
        "Select a mark in the text to set its attributes. Join an event to its "
        "participants with alt+r and a click on the participant; u unselects."
    ),
)


def role_value(schema: Schema, role: str) -> str:
    """Return what Label Studio shows and stores for a role.

    >>> from schemas.load import load_schema
    >>> role_of(role_value(load_schema(), "ACTOR"))
    'ACTOR'
    """
    return f"{_word(schema, schema.roles[role].name)}{_SEPARATOR}{role}"


def role_of(value: str) -> str:
    """Return the role id that a stored relation label carries."""
    return value.rpartition(_SEPARATOR)[2]


def subtype_control(label: str) -> str:
    """Return the name of the control that asks for a label's subtype."""
    return f"subtype_{label}"


def mode_control(label: str) -> str:
    """Return the name of the control that asks for an event label's mode."""
    return f"mode_{label}"


def attribute_hotkeys(schema: Schema) -> dict[tuple[str, str], str]:
    """Give the closed attributes shift+1, shift+2, ... in schema order.

    Label Studio hands every choice without a key the next free letter, and such a
    letter acts even while its choice is not shown.
    """
    values = [
        (control, value) for control, known in _attributes(schema) for value in known
    ]
    return {place: f"shift+{n}" for n, place in enumerate(values[:9], start=1)}


def parse_page(config: str) -> ElementTree.Element:
    """Parse a project's labelling page, which any of its users may have edited.

    Raises ValueError for what is not XML, and for XML that declares entities.
    """
    if _DECLARES.search(config):
        raise ValueError("it declares XML entities")
    try:
        return ElementTree.fromstring(config)
    except ElementTree.ParseError as error:
        raise ValueError(f"it is not XML: {error}") from None


def render_config(schema: Schema) -> str:
    """Return the labelling configuration of a schema as XML.

    Entities and triggers are two controls, each with its labels under the headings
    of their groups. Attributes belong to a mention and appear above the text once it
    is selected, only for the labels that have them.
    """
    view = _tag(None, "View")
    _tag(view, "Style").text = render_style(schema)
    page = _tag(view, "View", className="miyar", style=f"direction:{schema.direction}")
    main = _tag(page, "View", className="miyar-text")
    _add_attributes(main, schema)
    _tag(
        main,
        "Text",
        name=TEXT,
        value="$text",
        granularity="symbol",
        showLabels="true",
        saveTextResult="yes",
    )
    side = _tag(page, "View", className="miyar-labels")
    _add_labels(side, ENTITY, schema.entities, schema, "entities")
    _add_labels(side, TRIGGER, schema.events, schema, "events")
    roles = _tag(view, "Relations", name="roles", toName=TEXT, choice="single")
    for role in schema.roles:
        _tag(roles, "Relation", value=role_value(schema, role))
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode")


def _word(schema: Schema, words: Bilingual) -> str:
    return words.ar if schema.language == "ar" else words.en


def _tag(
    parent: ElementTree.Element | None, name: str, /, **attributes: str
) -> ElementTree.Element:
    if parent is None:
        return ElementTree.Element(name, attributes)
    return ElementTree.SubElement(parent, name, attributes)


def _add_labels(
    side: ElementTree.Element,
    control: str,
    types: Mapping[str, EntityType] | Mapping[str, EventType],
    schema: Schema,
    layer: str,
) -> None:
    labels = _tag(side, "Labels", name=control, toName=TEXT, choice="single")
    for group, spec in schema.groups.items():
        members = {n: t for n, t in types.items() if t.group == group}
        if spec.layer != layer or not members:
            continue
        box = _tag(
            labels, "View", className=f"miyar-group {group_class(schema, group)}"
        )
        _tag(box, "Header", value=_word(schema, spec.name), size="5")
        for label, kind in members.items():
            _tag(
                box,
                "Label",
                value=_word(schema, kind.name),
                alias=label,
                background=kind.color,
                hotkey=kind.hotkey,
                hint=f"{label}: {_word(schema, kind.definition)}",
            )


def _attributes(schema: Schema) -> Iterator[tuple[str, Mapping[str, object]]]:
    yield "level", schema.levels
    yield "polarity", schema.polarity
    yield "realis", schema.realis


def _add_attributes(main: ElementTree.Element, schema: Schema) -> None:
    box = _tag(main, "View", className="miyar-marks")
    quiet = _tag(box, "View", visibleWhen="no-region-selected")
    _tag(quiet, "Header", value=_word(schema, _HINT), size="5")
    hotkeys = attribute_hotkeys(schema)
    closed = (
        ("level", schema.levels, schema.entities),
        ("polarity", schema.polarity, schema.events),
        ("realis", schema.realis, schema.events),
    )
    for control, values, hosts in closed:
        shown = {v: _word(schema, spec.name) for v, spec in values.items()}
        keys = {value: hotkeys.get((control, value)) for value in values}
        _add_choices(box, control, shown, hosts, keys)
    for label, entity in schema.entities.items():
        if entity.subtypes:
            shown = {v: _word(schema, name) for v, name in entity.subtypes.items()}
            _add_choices(box, subtype_control(label), shown, [label])
    for label, event in schema.events.items():
        if len(event.modes) > 1:
            shown = {v: _word(schema, name) for v, name in event.modes.items()}
            _add_choices(box, mode_control(label), shown, [label])


def _add_choices(
    box: ElementTree.Element,
    control: str,
    shown: Mapping[str, str],
    hosts: Iterable[str],
    hotkeys: Mapping[str, str | None] | None = None,
) -> None:
    # `whenLabelValue` is not only for show: without it a hotkey would put the choice
    # on a mention of another label, and it would be submitted.
    choices = _tag(
        box,
        "Choices",
        name=control,
        toName=TEXT,
        choice="single-radio",
        layout="inline",
        perRegion="true",
        visibleWhen="region-selected",
        whenLabelValue=",".join(hosts),
    )
    for value, words in shown.items():
        key = hotkeys.get(value) if hotkeys else None
        attributes = {"value": words, "alias": value} | ({"hotkey": key} if key else {})
        _tag(choices, "Choice", **attributes)
