"""Write the corpus: edge cases of Arabic text, and results of Label Studio beside them.

    python -m tests.fuzzing.write_corpus

Bidi marks, joiners and presentation forms are written as escapes here, so that they can
be read; the files hold the characters themselves.
"""

from __future__ import annotations

import json
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")

TEXTS = {
    "clitics": "وللكاظمي وببغداد وبالعراق فكالقادة سيستقبلونهم أفلا لأنه ولدا",
    "tatweel": "الـــعراق بـغـداد ـــ ــ ـ",
    "diacritics": "وَزِيرُ الخَارِجِيَّةِ العِرَاقِيُّ فُؤَادُ حُسَيْنٍ",
    "marks-alone": "\u064b\u0651 \u0670\u0653\u0654 ا\u064b\u064b\u064b\u064b\u064b",
    "mark-first": "\u064eزار الوفد\n\u0651بغداد",
    "presentation": "\ufee3\ufea4\ufee4\ufea9 \ufef7\ufefb \ufdf2 \ufdfa \ufdfd \ufc60",
    "ligature-marks": "\ufefb\u064e\u0651 \ufdf2\u0650 \ufef5\u0653",
    "hamza": "أإآٱا ؤئء ى ي ة ه ا\u0654 ا\u0655 و\u0654 ي\u0654",
    "persian": "گ چ پ ژ ک ی ۀ ے ڤ ڨ ڭ ۱۲۳ تهران",
    "quran": "الٓمٓ \u06d6\u06d7\u06d8\u06da\u06db \u06dd\u06de \u08f0\u08f1 ﴿٢٨﴾",
    "bidi": "\u202bقال\u202c \u202ePress\u202c \u2067بغداد\u2069 \u200f\u200e\u061c",
    "bidi-unclosed": "\u202e\u2067\u202bزار \u202aWashington",
    "joiners": "می\u200cخواهم لا\u200dإله \u200b\u2060\ufeff \u00adبغداد",
    "digits": "٢٠٠٣ ۲۰۰۳ 2003 ١٬٠٠٠٬٠٠٠٫٥ 50٪ ٣/٤/٢٠٠٣ 07701234567 ٠٧٧٠١٢٣٤٥٦٧",
    "quotes": "«قال: \"نعم\"» “لا” ‹ربما› (بغداد [العراق) 'س' «غير مغلق",
    "stops": "د. محمد ع. ص. قال... ثم؟! نعم؛ لا، «انتهى.» 3.5 مليون. www.a.iq",
    "lines": "عنوان\r\n\r\nفقرة\rأخرى\n\n\n \u00a0\u2028\u2029\u0085\u000b\u000cآخر",
    "emoji": "زار 👨‍👩‍👧‍👦 بغداد 🇮🇶 👍🏽 ❤️‍🔥 ثم عاد",
    "latin": "رئيسWHO والـCIA وNATO-ISAF كوفيد-19 COVID١٩ الـ«BBC»",
    "markup": "<b>بغداد</b> &amp; &#1576; <!-- --> ]]> <![CDATA[ </script>",
    "one-letter": "و",
    "spaces": " \u00a0\u2009\u3000\t ",
    "long-word": "و" * 40 + "الاستقلالية" * 20,
    "no-spaces": "قالالرئيسإنالعراقبلدواحد" * 12,
    "combining-latin": "e\u0301cole Ä a\u0308 \u1e69 \ufb01n",
    "astral": "𞸀𞸁 𐡀𐡁 \U0001f1ee\U0001f1f6\U000e0001 \U0010ffff",
    "noncharacters": "\ufdd0 \uffff \ufffd \u0000 \u0001 \u007f",
    "syriac-hebrew": "ܒܓܕܕ בגדאד بغداد",
}

TEXT = "زار وزير الخارجية بغداد أمس 👍🏽 وعاد."
"""What the results are results of."""

_VALUE = {"start": 18, "end": 23, "text": "بغداد", "labels": ["GPE"]}
_ENTITY = {
    "id": "a",
    "type": "labels",
    "from_name": "entity",
    "to_name": "text",
    "value": _VALUE,
}
_TRIGGER = {
    "id": "b",
    "type": "labels",
    "from_name": "trigger",
    "to_name": "text",
    "value": {"start": 0, "end": 3, "labels": ["VISIT"]},
}
_RELATION = {
    "type": "relation",
    "from_id": "b",
    "to_id": "a",
    "direction": "right",
    "labels": ["الوجهة · DESTINATION"],
}
_CHOICE = {
    "id": "b",
    "type": "choices",
    "from_name": "polarity",
    "to_name": "text",
    "value": {"start": 0, "end": 3, "choices": ["negative"]},
}
RESULTS = {
    "whole": [_ENTITY, _TRIGGER, _RELATION, _CHOICE],
    "relation-to-nobody": [_TRIGGER, _RELATION],
    "relation-without-label": [_ENTITY, _TRIGGER, {**_RELATION, "labels": None}],
    "past-the-end": [
        {**_ENTITY, "value": {"start": 5, "end": 9999, "labels": ["PER"]}}
    ],
    "words-for-numbers": [
        {**_ENTITY, "value": {"start": "1", "end": 2.5, "labels": ["PER"]}}
    ],
    "same-id": [_ENTITY, {**_TRIGGER, "id": "a"}],
    "nothing-in-it": [{}, {"value": None}, {"type": "labels", "value": {}}],
    "not-objects": [None, 1, "x", [], True],
    "two-labels": [{**_ENTITY, "value": {**_VALUE, "labels": ["PER", "ORG"]}}],
    "odd-labels": [{**_ENTITY, "value": {**_VALUE, "labels": "PER"}}],
    "choice-of-nobody": [_CHOICE],
}


def main() -> None:
    """Write every file anew."""
    CORPUS.mkdir(exist_ok=True)
    for name, text in TEXTS.items():
        (CORPUS / f"{name}.txt").write_bytes(text.encode("utf-8"))
    for name, result in RESULTS.items():
        content = json.dumps(result, ensure_ascii=False)
        (CORPUS / f"{name}.json").write_bytes(content.encode("utf-8"))


if __name__ == "__main__":
    main()
