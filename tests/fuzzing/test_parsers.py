"""No bytes make a parser fail otherwise than by a refusal that can be mended."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.fuzzing.seeds import corpus, seeds
from tests.fuzzing.targets import TARGETS, feed
from tests.fuzzing.write_corpus import RESULTS, TEXTS
from tests.strategies import examples

_JUNK = st.sampled_from(
    [
        *(b"", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\n", b"\t", b"\r"),
        *(b"null", b"-1", b"1e999", b"true", b"[]", b"{}", b'""', b"NaN", b"9" * 40),
        *(b"[" * 2000, b'{"a":' * 2000, b": ", b"- ", b"&a [*a]", b"!!python/name:os"),
        *("\u202e".encode(), "ـ".encode(), "\U0010ffff".encode(), b"../", b"%00"),
        *(b"\\ud800", b"T1\tPER 0 99\tx", b"id", b"text", b"meta", b"entities"),
    ]
) | st.binary(max_size=12)


@st.composite
def spoilt(draw: st.DrawFn, name: str) -> bytes:
    """A whole file with pieces cut out, doubled, moved or replaced by junk."""
    content = draw(st.sampled_from(seeds(name)))
    for _ in range(draw(st.integers(0, 4))):
        a = draw(st.integers(0, len(content)))
        b = draw(st.integers(a, min(len(content), a + 60)))
        piece = draw(st.sampled_from([b"", content[a:b] * 2]) | _JUNK)
        content = content[:a] + piece + content[b:]
    return content


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_parser_takes_or_refuses_whatever_it_is_given(name):
    @examples(15, suppress_health_check=list(HealthCheck))
    @given(spoilt(name) | st.binary(max_size=200))
    def fed(content):
        feed(name, content)

    fed()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_edge_cases_pass_through_every_target(name):
    for content in seeds(name):
        feed(name, content)


def test_the_whole_files_are_taken_and_not_refused():
    """A corpus that every parser refuses at its first byte would test nothing."""
    never = {"steps", "splits", "manifest", "result", "backup", "mute"}
    for name in TARGETS.keys() - never:
        taken = [feed(name, content) for content in seeds(name)]
        assert any(taken), name


def test_the_corpus_is_what_its_script_writes():
    names = sorted(f"{name}.txt" for name in TEXTS)
    written = tuple(TEXTS[name.removesuffix(".txt")].encode() for name in names)
    assert corpus(".txt") == written
    assert len(corpus(".json")) == len(RESULTS)
