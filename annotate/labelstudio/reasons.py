"""Tell annotators in Arabic, with the English beside it, what is to be mended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.checks import Problem
from schemas.labels import Schema

__all__ = ["UNREADABLE", "Reason", "reason_of_fault", "reason_of_problem"]

UNREADABLE = "U001"
"""The code of what cannot be read as a mark at all."""

_ARABIC = {
    "S101": "في طرفها فراغ: أخرجه منها.",
    "S102": "في طرفها علامة ترقيم أو تنصيص: أخرجها منها.",
    "S103": "تقطع الحركة عن حرفها: ضمّ الحركة إلى حرفها.",
    "S104": "أُدخل فيها حرف متصل من غيرها كالواو أو الباء أو اللام: أخرجه منها.",
    "S105": "تبدأ في وسط كلمة: ابدأ من أول الكلمة أو بعد حروفها المتصلة.",
    "S106": "أُدخل فيها ضمير متصل: قف قبله.",
    "S107": "تنتهي في وسط كلمة: مدّها إلى آخر الكلمة أو قف قبل ضميرها.",
    "S108": "تمتد إلى جملة أخرى: اقسمها أو قصّرها.",
    "S109": "تفتح قوسًا أو تنصيصًا ولا تغلقه: ضمّ علامة الإغلاق.",
    "D002": "نص المقال تغيّر بعد رفعه: أخبر المشرف.",
    "M001": "تقع خارج النص: احذفها وارسمها من جديد.",
    "M003": "تسميتها ليست في المخطط: اختر تسمية أخرى.",
    "M004": "درجتها ليست في المخطط: اخترها من جديد.",
    "M005": "نوعها الفرعي ليس من أنواع هذه التسمية: اخترها من جديد.",
    "M006": "مكررة: احذف إحداهما.",
    "M007": "كلماتها لا تطابق موضعها: احذفها وارسمها من جديد.",
    "M008": "تنتظر قرارًا: اختر التسمية الصحيحة.",
    "A001": "طرف العلاقة محذوف: أضفه أو احذف العلاقة.",
    "A003": "دور لا يقبله هذا الحدث: اختر دورًا من أدواره.",
    "A004": "لا يملأ هذا الدورَ كيانٌ من هذا النوع: غيّر الدور أو الطرف.",
    "A005": "العلاقة مكررة: احذف إحداهما.",
    "T001": "صفة ليست من صفات هذا الحدث: اخترها من جديد.",
}
# What `results` and `faults` say of marks that cannot be read, by words of theirs.
_FAULTS = (
    ("has no role", "علاقة بلا دور: اختر لها دورًا أو احذفها."),
    ("roles. Keep one", "علاقة لها أكثر من دور: أبقِ واحدًا."),
    ("it may be", "دور لا يقبله هذا الحدث: اختر دورًا من أدواره."),
    ("does not lead from", "علاقة لا تصل حدثًا بكيان: احذفها، وابدأ من الحدث."),
    ("and one is missing", "علاقة طرفها محذوف: احذفها."),
    ("is there twice", "شيء مكرر: احذف أحدهما."),
    ("carries a second label", "علامتان على موضع واحد: أبقِ واحدة وارسم الأخرى."),
    ("values; choose one", "صفة لها أكثر من قيمة: اختر واحدة."),
    ("Choose again", "صفة ليست من صفات هذه التسمية: اخترها من جديد."),
    ("belongs to no region", "صفة بلا علامة: افتح المهمة وأرسلها من جديد."),
    ("has no such", "تسمية ليست في المخطط: اختر تسمية أخرى أو احذفها."),
    ("characters. Delete it", "علامة خارج النص: احذفها وارسمها من جديد."),
    ("in the text and", "علامة لا تطابق كلماتها موضعها: احذفها وارسمها من جديد."),
)
FSI, PDI = "\u2068", "\u2069"
_OTHER = "علامة لا تُقرأ: احذفها وارسمها من جديد."
_PLACE = re.compile(r"(\S+) \[(\d+), (\d+)\)")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to mend, in both languages."""

    code: str
    ar: str
    en: str


def reason_of_problem(problem: Problem, *, text: str, schema: Schema) -> Reason:
    """Say what a check or the span rule found, with the words it is about.

    A code without Arabic words of its own gives the English in both.
    """
    ar = _ARABIC.get(problem.code, problem.message)
    place = _PLACE.search(problem.where)
    if place is None:
        return Reason(problem.code, ar, problem.message)
    label, words = place[1], text[int(place[2]) : int(place[3])].replace("\n", " ")
    spec = schema.entities.get(label) or schema.events.get(label)
    name = spec.name.ar if spec else label
    return Reason(
        problem.code,
        f"«{words}» ({name}): {ar}",
        f"{FSI}«{words}»{PDI} ({label}) {problem.message}",
    )


def reason_of_fault(fault: str, *, where: str) -> Reason:
    """Say what is unreadable; `where` opens the fault and is left out."""
    said = fault.removeprefix(f"{where}: ")
    ar = next((arabic for words, arabic in _FAULTS if words in said), _OTHER)
    quoted = " ".join(dict.fromkeys(re.findall("«[^»]*»", said)))
    return Reason(UNREADABLE, f"{quoted} {ar}".strip(), said)
