from __future__ import annotations

import pytest

from annotate.rules.keys import Keys
from schemas.errors import SchemaError


def test_each_word_keeps_its_character_and_no_two_share_one() -> None:
    keys = Keys()
    first = [keys.letter(word) for word in ("في", "من", "في")]
    assert first[0] == first[2] != first[1]


def test_words_of_texts_are_forgotten_and_those_of_rules_are_not() -> None:
    keys = Keys()
    settled = keys.letter("بغداد")
    keys.settle()
    keys.letter("كلمة")
    keys.forget()
    assert list(keys) == ["بغداد"]
    assert keys.letter("بغداد") == settled != keys.letter("أخرى")


def test_more_words_than_can_be_told_apart_are_refused() -> None:
    keys = Keys()
    for number in range(700_000):
        keys[str(number)] = number
    with pytest.raises(SchemaError, match="700,000 different words"):
        keys.settle()
