from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotate.rules.resolve import Found, resolve
from schemas.spans import Span, contains, crosses

NESTING = {"OUTER": frozenset({"INNER"})}


def found(first: int, last: int, label: str = "INNER", rank: int = 0) -> Found:
    return Found(first, last, label, "name", None, None, "r", 0.5, False, rank)


MENTIONS = st.lists(
    st.builds(
        lambda first, size, label, rank: found(first, first + size, label, rank),
        st.integers(0, 12),
        st.integers(0, 5),
        st.sampled_from(["OUTER", "INNER"]),
        st.integers(0, 3),
    ),
    max_size=12,
    unique_by=lambda m: (m.first, m.last, m.rank),
)


@given(MENTIONS)
def test_kept_mentions_never_cross_and_nest_only_as_allowed(
    mentions: list[Found],
) -> None:
    kept = resolve(mentions, NESTING)
    for one in kept:
        for two in kept:
            if one is two:
                continue
            a, b = Span(one.first, one.last + 1), Span(two.first, two.last + 1)
            assert not crosses(a, b)
            if contains(a, b):
                assert a != b
                assert two.label in NESTING.get(one.label, ())


@given(MENTIONS, st.randoms())
def test_the_order_in_which_mentions_come_changes_nothing(
    mentions: list[Found], random: object
) -> None:
    shuffled = mentions[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve(shuffled, NESTING) == resolve(mentions, NESTING)


def test_the_longer_mention_wins_over_one_it_crosses() -> None:
    assert resolve([found(0, 1), found(1, 4)], NESTING) == [found(1, 4)]


def test_of_the_same_words_the_later_stage_wins() -> None:
    kept = resolve([found(0, 1, "INNER", 1), found(0, 1, "OUTER", 2)], NESTING)
    assert [mention.label for mention in kept] == ["OUTER"]


def test_a_solid_mention_holds_nothing() -> None:
    solid = found(0, 2, "OUTER")._replace(solid=True)
    assert resolve([solid, found(1, 1)], NESTING) == [solid]
