"""Write what an annotator reads before the first article, from the schema."""

from __future__ import annotations

from html import escape

from schemas.labels import Bilingual, Schema

__all__ = ["render_instructions"]

_STEPS = (
    Bilingual(
        ar="اقرأ الخبر كله أولا. العلامات الملونة اقتراحات آلية: اقبل الصحيح، وصحح أو "
        "احذف ما عداه، وأضف ما فات.",
        en="Read the whole article first. Coloured marks are machine suggestions: keep "
        "what is right, mend or delete the rest, add what is missing.",
    ),
    Bilingual(
        ar="للإضافة: اضغط مفتاح التصنيف ثم ظلل الكلمات بالفأرة. تبدأ العلامة بعد الواو "
        "والفاء والباء واللام والكاف والسين المتصلة، وتنتهي قبل الضمير المتصل، وتبقى "
        "«ال» داخلها.",
        en="To add: press the label's key, then select the words. A span starts after "
        "an attached conjunction or preposition, ends before an attached pronoun, and "
        "keeps the article.",
    ),
    Bilingual(
        ar="للتصحيح: انقر العلامة، ثم اسحب طرفها، أو اضغط مفتاح تصنيف آخر، أو اختر "
        "صفاتها فوق النص. مفتاح Backspace يحذف، والمفتاح u يلغي الاختيار.",
        en="To mend: click the mark, then drag its edge, press another label's key, or "
        "set its attributes above the text. Backspace deletes, u unselects.",
    ),
    Bilingual(
        ar="لوصل الحدث بمشارك: انقر الحدث، ثم alt+r، ثم انقر المشارك، ثم اختر دوره من "
        "قائمة Relations. لا تترك وصلة بلا دور.",
        en="To join an event to a participant: click the event, press alt+r, click the "
        "participant, then choose the role under Relations. Leave none without a role.",
    ),
    Bilingual(
        ar="ما لم تختر له صفة فهو الأول في قائمته: اسم علم، ومثبت، وواقع.",
        en="An attribute you do not set has the first value of its list.",
    ),
)


def render_instructions(schema: Schema) -> str:
    """Return the instructions as HTML: how to work, then what each label means."""
    side = schema.direction
    parts = [f'<div dir="{side}" style="direction:{side};text-align:start">']
    parts.append(f"<h3>{_word(schema, schema.title)}</h3><ol>")
    parts += [f"<li>{_word(schema, step)}</li>" for step in _STEPS]
    parts.append("</ol>")
    for group, spec in schema.groups.items():
        types = schema.entities if spec.layer == "entities" else schema.events
        parts.append(f"<h4>{_word(schema, spec.name)}</h4><ul>")
        parts += [
            f"<li><b>{_word(schema, kind.name)}</b> ({escape(kind.hotkey)}): "
            f"{_word(schema, kind.definition)}</li>"
            for kind in types.values()
            if kind.group == group
        ]
        parts.append("</ul>")
    if schema.guideline:
        parts.append("<ul>")
        parts += [
            f"<li><b>{escape(number)}. {_word(schema, clause.title)}</b>: "
            f"{_word(schema, clause.rule)}</li>"
            for number, clause in schema.guideline.items()
        ]
        parts.append("</ul>")
    return "".join([*parts, "</div>"])


def _word(schema: Schema, words: Bilingual) -> str:
    return escape(words.ar if schema.language == "ar" else words.en)
