"""Generate the labelling page from the schema.

Labels show their Arabic name and store their id (`alias`). A `<Relation>` has no
alias, so its value carries both and `role_of` reads the id back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree

from schemas.labels import Bilingual, EntityType, EventType, Schema

__all__ = [
    "ENTITY",
    "TEXT",
    "TRIGGER",
    "attribute_hotkeys",
    "mode_control",
    "render_config",
    "role_of",
    "role_value",
    "subtype_control",
]

TEXT = "text"
ENTITY = "entity"
TRIGGER = "trigger"
_SEPARATOR = " · "
_FONTS = (
    '"Noto Naskh Arabic","Amiri","Scheherazade New","Geeza Pro",'
    '"Traditional Arabic","Noto Sans Arabic","DejaVu Sans",serif'
)
_SANS = '"Noto Sans Arabic","Noto Kufi Arabic","Segoe UI","DejaVu Sans",sans-serif'

# The first rule of `area` gives back the handles that move a span's edge: Chromium
# hides the tag they are made of.
_STYLE = f"""
.miyar{{display:grid;grid-template-columns:minmax(0,1fr) 17.5rem;gap:0 1.25rem;
 align-items:start;font-family:{_SANS}}}
.miyar *{{letter-spacing:0}}
.miyar-text{{max-width:58rem;width:100%;justify-self:center}}
.miyar .lsf-richtext__container,.miyar .lsf-richtext__container *{{
 font-family:{_FONTS}!important;font-size:1.3rem;line-height:2.6!important;
 letter-spacing:0!important}}
.miyar .lsf-richtext__container{{direction:DIRECTION;text-align:start;
 padding:0 .75rem 6rem!important}}
.lsf-richtext .htx-highlight area{{display:inline-block!important}}
.miyar .htx-highlight{{border-radius:.2rem;padding:.1rem 0}}
.miyar .htx-highlight[data-label]::after,.miyar .htx-highlight[data-index]::after{{
 font-family:{_SANS}!important;font-size:.66rem!important;font-weight:600;
 opacity:.85;padding:0 .2rem!important;unicode-bidi:isolate}}
.miyar-marks{{position:sticky;top:0;z-index:9;direction:DIRECTION;
 min-height:4.9rem;padding:.35rem .6rem;margin-bottom:.5rem;display:flex;
 flex-flow:row wrap;align-content:flex-start;gap:.15rem 1.4rem;font-size:.86rem;
 background:var(--color-neutral-background,#fff);
 border-bottom:1px solid var(--color-neutral-border,#ddd)}}
.miyar-marks .lsf-choices{{margin:0;display:flex;flex-wrap:wrap;gap:0 .7rem}}
.miyar-marks .lsf-choices_hidden{{display:none}}
.miyar-marks .lsf-choice{{margin:0!important;font-family:{_SANS}}}
.miyar-hint{{color:var(--color-neutral-content-subtler,#777);line-height:1.9}}
.miyar-labels{{position:sticky;top:0;max-height:calc(100vh - 8.5rem);overflow-y:auto;
 direction:DIRECTION;padding:.25rem .1rem 1rem}}
.miyar-labels .lsf-labels{{display:block!important;margin:0!important}}
.miyar-layer{{border-top:2px solid var(--color-neutral-border,#ddd);margin-top:.5rem}}
.miyar-group{{display:flex;flex-flow:row wrap;gap:.2rem;margin:0 0 .3rem}}
.miyar-group>:first-child{{flex:0 0 100%;margin:.25rem 0 0!important;
 font:600 .74rem/1.5 {_SANS}!important;
 color:var(--color-neutral-content-subtler,#777)!important}}
.miyar-group .lsf-label{{margin:0!important;font-family:{_SANS}!important;
 font-size:.82rem!important}}
@media (max-width:1100px){{.miyar{{grid-template-columns:minmax(0,1fr) 13rem}}}}
"""


def role_value(schema: Schema, role: str) -> str:
    """Return what Label Studio shows and stores for a role.

    >>> from schemas.load import load_schema
    >>> role_of(role_value(load_schema(), "ACTOR"))
    'ACTOR'
    """
    return f"{schema.roles[role].name.ar}{_SEPARATOR}{role}"


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


def render_config(schema: Schema) -> str:
    """Return the labelling configuration of a schema as XML.

    Entities and triggers are two controls, each with its labels under the headings
    of their groups. Attributes belong to a mention and appear above the text once it
    is selected, only for the labels that have them.
    """
    view = _tag(None, "View")
    _tag(view, "Style").text = _STYLE.replace("DIRECTION", schema.direction)
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
        box = _tag(labels, "View", className="miyar-group")
        _tag(box, "Header", value=spec.name.ar, size="5")
        for label, kind in members.items():
            _tag(
                box,
                "Label",
                value=kind.name.ar,
                alias=label,
                background=kind.color,
                hotkey=kind.hotkey,
                hint=f"{label}: {kind.definition.ar}",
            )


def _attributes(schema: Schema) -> Iterator[tuple[str, Mapping[str, object]]]:
    yield "level", schema.levels
    yield "polarity", schema.polarity
    yield "realis", schema.realis


def _add_attributes(main: ElementTree.Element, schema: Schema) -> None:
    box = _tag(main, "View", className="miyar-marks")
    hotkeys = attribute_hotkeys(schema)
    closed = (
        ("level", schema.levels, schema.entities),
        ("polarity", schema.polarity, schema.events),
        ("realis", schema.realis, schema.events),
    )
    for control, values, hosts in closed:
        names = {value: spec.name for value, spec in values.items()}
        keys = {value: hotkeys.get((control, value)) for value in values}
        _add_choices(box, control, names, hosts, keys)
    for label, entity in schema.entities.items():
        if entity.subtypes:
            _add_choices(box, subtype_control(label), entity.subtypes, [label])
    for label, event in schema.events.items():
        if len(event.modes) > 1:
            _add_choices(box, mode_control(label), event.modes, [label])


def _add_choices(
    box: ElementTree.Element,
    control: str,
    names: Mapping[str, Bilingual],
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
    for value, name in names.items():
        attributes = {"value": name.ar, "alias": value, "hint": name.en}
        key = hotkeys.get(value) if hotkeys else None
        _tag(choices, "Choice", **attributes, **({"hotkey": key} if key else {}))
