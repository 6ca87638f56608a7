from __future__ import annotations

import time

import pytest

from annotate.labelstudio.readahead import ahead


def test_one_piece_is_made_ahead_and_no_more():
    drawn = []

    def numbers():
        for n in range(5):
            drawn.append(n)
            yield n

    ready = ahead(numbers(), str)
    assert next(ready) == "0"
    until = time.monotonic() + 10
    while len(drawn) < 2:
        assert time.monotonic() < until
    time.sleep(0.05)
    assert drawn == [0, 1]
    assert list(ready) == ["1", "2", "3", "4"]


def test_an_error_comes_in_the_turn_of_its_item():
    ready = ahead([1, 0, 2], lambda n: 6 // n)
    assert next(ready) == 6
    with pytest.raises(ZeroDivisionError):
        next(ready)


def test_who_stops_early_waits_for_what_is_being_made():
    made = []

    def make(n: int) -> int:
        time.sleep(0.05)
        made.append(n)
        return n

    ready = ahead(range(5), make)
    next(ready)
    ready.close()
    assert made == [0, 1]
