"""How the labelling page looks: the style sheet that stands in its configuration.

Label Studio does not unescape the text of <Style>, so selectors do without ">".
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.labels import EntityType, EventType, Schema

__all__ = ["group_class", "render_style"]

_FONTS = (
    '"Noto Naskh Arabic","Amiri","Scheherazade New","Geeza Pro",'
    '"Traditional Arabic","Noto Sans Arabic","DejaVu Sans",serif'
)
_SANS = '"Noto Sans Arabic","Noto Kufi Arabic","Segoe UI","DejaVu Sans",sans-serif'
_DARK = "[data-color-scheme=dark]"

_PAGE = f"""
.miyar{{display:grid;grid-template-columns:minmax(0,58rem) 19rem;gap:0 1.25rem;
 justify-content:center;
 align-items:start;font-family:{_SANS}}}
.miyar-text{{min-width:0}}
.miyar .lsf-richtext__container,.miyar .lsf-richtext__container *{{
 font-family:{_FONTS}!important;font-size:1.3rem;line-height:2.6!important;
 letter-spacing:0!important}}
.miyar .lsf-richtext__container{{direction:DIRECTION;text-align:start;
 padding:1.6rem .75rem 6rem!important}}
@media (max-width:1100px){{.miyar{{grid-template-columns:minmax(0,58rem) 14rem}}}}
"""

# The rule for `area` gives back the handles that move a span's edge: Chromium hides
# the tag they are made of. The name of a mark stays whole and on the line of its word.
# A chosen mark is filled with its colour: white is read on all of them once darkened.
_MARKS = f"""
.lsf-richtext .htx-highlight area{{display:inline-block!important}}
.miyar .htx-highlight{{border-radius:.2rem}}
.miyar .htx-highlight[data-label]::after,.miyar .htx-highlight[data-index]::after{{
 font-family:{_SANS}!important;font-size:.66rem!important;font-weight:600;
 opacity:.85;padding:0 .2rem!important;unicode-bidi:isolate;white-space:nowrap}}
.miyar .lsf-richtext__container .htx-highlight.__active{{color:#fff!important;
 background-image:linear-gradient(rgba(0,0,0,.3),rgba(0,0,0,.3))!important}}
.miyar .lsf-richtext__container .htx-highlight.__active::after{{opacity:1}}
"""

# Arrows are drawn over the text: blended with it, they leave the words as black (or
# white) as they are. A role's id is for machines and makes its sign twice as wide, so
# that signs cover each other: in this font Latin letters have no size. Where none of
# the local fonts is there, the id is shown. A relation that is pointed at is drawn a
# second time in a tree of its own, where no rule from outside of it holds.
_ARROWS = f"""
@font-face{{font-family:"miyar role";size-adjust:0%;unicode-range:U+20-7E,U+B7;
 src:local("Arial"),local("Helvetica"),local("Roboto"),local("Segoe UI"),
 local("Liberation Sans"),local("DejaVu Sans"),local("Noto Sans")}}
.relations-overlay{{mix-blend-mode:multiply}}
{_DARK} .relations-overlay{{mix-blend-mode:screen}}
.relations-overlay path{{opacity:.45}}
.relations-overlay text,[class^=relationItem] text{{font-size:10.5px!important;
 font-weight:600;font-family:"miyar role",{_SANS}!important;fill:#5a2a72}}
.relations-overlay g g rect,[class^=relationItem] g rect{{fill:#eee3f4;stroke:none;
 height:15px;y:-8.5px}}
{_DARK} .relations-overlay text{{fill:#e9d2f7}}
{_DARK} .relations-overlay g g rect{{fill:#4b2e5e}}
"""

_ATTRIBUTES = f"""
.miyar-marks{{position:sticky;top:0;z-index:101;direction:DIRECTION;
 min-height:5.6rem;padding:.35rem .6rem;display:flex;flex-flow:row wrap;
 align-content:flex-start;gap:.1rem 1.4rem;font-size:.84rem;
 background:var(--color-neutral-background,#fff);
 border-bottom:1px solid var(--color-neutral-border,#ddd)}}
.miyar-marks .lsf-choices{{margin:0!important;display:flex;flex-wrap:wrap;gap:0 .25rem}}
.miyar-marks .lsf-choices_hidden{{display:none}}
.miyar-marks .lsf-choice{{margin:0!important}}
.miyar-marks .lsf-hint{{opacity:.7;font-size:.58rem;padding-inline-start:.2rem}}
.miyar-marks p,.miyar-marks h4{{font:400 .84rem/1.9 {_SANS}!important;
 margin:0!important;color:var(--color-neutral-content-subtle,#555)!important}}
"""

# The key of a label is drawn as a key, not to be taken for how many marks it has.
_LABELS = f"""
.miyar-labels{{position:sticky;top:0;max-height:calc(100vh - 7rem);overflow-y:auto;
 direction:DIRECTION;padding:.4rem .1rem 1rem}}
.miyar-labels .lsf-labels{{display:block!important;margin:0 0 .5rem!important;
 padding:0 0 .4rem!important;border-bottom:1px solid var(--color-neutral-border,#ddd)}}
.miyar-group{{display:flex;flex-flow:row wrap;align-items:center;gap:.15rem .25rem;
 margin:0 0 .15rem}}
.miyar-group h4{{font:600 .68rem/1.3 {_SANS}!important;margin:0!important;
 min-width:100%;color:var(--color-neutral-content-subtle,#666)!important}}
.miyar-group .lsf-label{{margin:0!important;font-family:{_SANS}!important;
 font-size:.8rem!important;height:1.4rem!important;padding-inline:.4rem!important;
 border-left:0!important;border-inline-start:4px solid var(--color)!important}}
.miyar-group .lsf-label__text{{margin-inline-end:.35rem}}
.miyar-group .lsf-label__text::after{{font-size:.72rem;font-weight:700;
 margin-inline-start:.3rem}}
.miyar-group .lsf-label__hotkey{{font-size:.64rem;opacity:1;color:inherit;
 direction:ltr;margin:0!important;border-radius:.2rem;padding:0 .2rem;line-height:1.35;
 border:1px solid color-mix(in srgb,currentColor 35%,transparent)}}
@counter-style miyar-none{{system:cyclic;symbols:"";suffix:""}}
@counter-style miyar-count{{system:extends decimal;range:1 infinite;
 fallback:miyar-none}}
"""

# The panels beside the page write labels in their own colours, which are made for a
# white ground: a chosen row has another, and so has the dark.
_PANEL = f"""
.lsf-detailed-region .lsf-labels-list span,
.lsf-tree-treenode-selected .lsf-labels-list,
.lsf-tree-treenode-selected .lsf-labels-list span,
{_DARK} .lsf-labels-list,{_DARK} .lsf-labels-list span{{
 color:var(--color-neutral-content,#777)!important}}
"""


def group_class(schema: Schema, group: str) -> str:
    """Return the class name of the box that holds a group's labels."""
    return f"miyar-group-{list(schema.groups).index(group)}"


def render_style(schema: Schema) -> str:
    """Return the style sheet of a schema's labelling page."""
    parts = (_PAGE, _MARKS, _ARROWS, _ATTRIBUTES, _LABELS, _PANEL)
    sheet = "".join(parts).replace("DIRECTION", schema.direction)
    return sheet + "\n".join(_counters(schema)) + "\n"


def _counters(schema: Schema) -> Iterator[str]:
    """Yield rules that count the marks of each label, and show it beside its name.

    The marks come before the labels in the page, so their sums are known there. A mark
    tells its label by the words that are shown, "12:name"; only its last piece does.
    """
    places = list(_places(schema))
    counters = [f"miyar-{number}" for number in range(len(places))]
    yield f".miyar{{counter-reset:{' '.join(counters)}}}"
    for counter, (group, place, words) in zip(counters, places, strict=True):
        yield f'.htx-highlight[data-label$=":{words}"]{{counter-increment:{counter}}}'
        yield (
            f".{group_class(schema, group)} .lsf-label:nth-of-type({place}) "
            f".lsf-label__text::after{{content:counter({counter},miyar-count)}}"
        )


def _places(schema: Schema) -> Iterator[tuple[str, int, str]]:
    """Yield group, place in it (from 1) and shown name of each label."""
    types: list[EntityType | EventType] = [
        *schema.entities.values(),
        *schema.events.values(),
    ]
    for group in schema.groups:
        members = [kind for kind in types if kind.group == group]
        for place, kind in enumerate(members, start=1):
            words = kind.name.ar if schema.language == "ar" else kind.name.en
            yield group, place, _quoted(words)


def _quoted(words: str) -> str:
    """Return words as they stand in a CSS string; no sign of theirs can end it."""
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in words)
