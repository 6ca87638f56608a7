from __future__ import annotations

import pytest

from annotate.arabic.fold import fold_text
from annotate.rules.compiled import Ruleset
from annotate.rules.reading import read_units

# Words with their proclitics parted by +, written for this test.
PARTED = tuple(
    """
و+بغداد ب+بغداد و+ب+بغداد ل+بغداد ف+بغداد ك+بغداد و+العراق ب+العراق ل+العراق
وزير وزارة وصل وقع وفد ولاية وطن وقف وجد وعد والد
لقاء لجنة لبنان ليبيا لندن لكن لدى ليس
بيان بيروت بين بعد باريس بوش بلير برلين بلد بيت
فرنسا فصائل في فيما فؤاد فلسطين فيينا فيلق
كركوك كربلاء كتائب كان كشف كردستان كابول كما
و+قال و+أكد ف+قتل و+أعلنت و+التقى و+استهدف و+نفت
و+الحكومة ب+الحكومة ل+لبنان و+ل+لبنان
س+يلتقي س+تنسحب و+س+يلتقي
و+في و+من و+على ف+إن و+لم
ب+واشنطن و+واشنطن ل+واشنطن و+الوزير ل+وزير و+وزير
و+ل+إيران و+إيران ب+طهران ل+طهران و+طهران ك+إيران
""".split()  # noqa: SIM905 - a list is read more easily so
)


@pytest.mark.parametrize("parted", PARTED)
def test_proclitics_are_parted_as_a_reader_would(ruleset: Ruleset, parted: str) -> None:
    *head, base = parted.split("+")
    word = fold_text("".join((*head, base)))
    assert ruleset.table.segmenter.split(word) == ("".join(head), fold_text(base))


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("للمليشيات", "المليشيات"),
        ("للأمم", "الأمم"),
        ("للسفارة", "السفارة"),
        ("وللعراق", "العراق"),
    ],
)
def test_the_article_hidden_in_lam_lam_is_put_back(
    ruleset: Ruleset, word: str, base: str
) -> None:
    head, found = ruleset.table.segmenter.split(fold_text(word))
    assert head.endswith("ل")
    assert found == fold_text(base)


@pytest.mark.parametrize(
    ("word", "bare"),
    [("هجماتهم", "هجمات"), ("استهدافها", "استهداف"), ("زيارته", "زيارت")],
)
def test_attached_pronouns_stay_outside_of_triggers(
    ruleset: Ruleset, word: str, bare: str
) -> None:
    reading = read_units(word, None, ruleset)
    assert word[reading.starts[0] : reading.bare(0)] == bare
