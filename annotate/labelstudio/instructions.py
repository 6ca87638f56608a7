"""Tell annotators how the labelling page is worked; what to mark is the guideline's."""

from __future__ import annotations

from html import escape

from schemas.labels import Bilingual, Schema

__all__ = ["render_steps"]

_STEPS = (
    Bilingual(
        ar="اقرأ الخبر كله أولا. العلامات الملونة اقتراحات آلية: أبق الصحيح، وصحح أو "
        "احذف ما عداه، وأضف ما فات.",
        en="Read the whole article first. Coloured marks are machine suggestions: keep "
        "what is right, mend or delete the rest, add what is missing.",
    ),
    Bilingual(
        ar="للإضافة: اضغط مفتاح التصنيف المكتوب بجانبه، ثم ظلل الكلمات بالفأرة. إن "
        "كانت علامة مختارة فألغ اختيارها أولا بالمفتاح u، وإلا تغير تصنيفها.",
        en="To add: press the key written beside the label, then select the words. "
        "Unselect with u first, or the selected mark changes its label.",
    ),
    Bilingual(
        ar="للتصحيح: انقر العلامة، ثم اسحب طرفها، أو اضغط مفتاح تصنيف آخر، أو اختر "
        "صفاتها فوق النص. المفتاح Backspace يحذفها.",
        en="To mend: click the mark, then drag its edge, press another label's key, or "
        "set its attributes above the text. Backspace deletes it.",
    ),
    Bilingual(
        ar="لوصل الحدث بمشارك: انقر الحدث، ثم alt+r، ثم انقر المشارك. الوصلة الجديدة "
        "هي الأخيرة في قائمة Relations: ضع المؤشر عليها، واضغط زر النقاط الثلاث، واختر "
        "الدور. لا تترك وصلة بلا دور.",
        en="To join an event to a participant: click the event, press alt+r, click the "
        "participant. The new arrow is the last under Relations: point at it, press "
        "the button with three dots, and choose the role. Leave none without a role.",
    ),
    Bilingual(
        ar="الصفة التي لا تختارها هي الأولى في قائمتها: {defaults}.",
        en="An attribute that is not set has the first value of its list: {defaults}.",
    ),
)


def render_steps(schema: Schema) -> str:
    """Return how to add, mend and join marks, as HTML in the schema's language."""
    lists = (schema.levels, schema.polarity, schema.realis)
    firsts = [_word(schema, next(iter(values.values())).name) for values in lists]
    comma = "، " if schema.language == "ar" else ", "
    steps = [
        _word(schema, step).replace("{defaults}", comma.join(firsts)) for step in _STEPS
    ]
    # Label Studio takes styles and list numbers away, and keeps `dir`.
    lines = (f"<b>{n}.</b> {escape(step)}" for n, step in enumerate(steps, start=1))
    return (
        f'<div dir="{schema.direction}">{"<br><br>".join(lines)}<br><br><hr><br></div>'
    )


def _word(schema: Schema, words: Bilingual) -> str:
    return words.ar if schema.language == "ar" else words.en
