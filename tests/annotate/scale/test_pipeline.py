"""The outcome does not depend on how the collection was cut, nor on cuts of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.scale.identities import Identities, digest_ids
from annotate.scale.job import Job, Lines, Outcome
from annotate.scale.partitions import cut
from annotate.scale.parts import Parts
from annotate.scale.pipeline import Collection, Hands, run
from schemas.errors import DataError, UsageError
from tests.strategies import examples

Read = Callable[[Callable[[float], None]], Iterator[tuple[str, bytes]]]


def upper(lines: Lines) -> Outcome:
    """Do some work that refuses what is marked as broken."""
    for where, line in lines:
        if line.startswith(b"broken"):
            raise DataError(f"{where}: broken")
    body = b"".join(line.upper() + b"\n" for _, line in lines)
    return Outcome(body, (len(lines),), digest_ids(line.decode() for _, line in lines))


def reading(lines: list[bytes]) -> Read:
    def read(told: Callable[[float], None]) -> Iterator[tuple[str, bytes]]:
        for number, line in enumerate(lines, start=1):
            told(number / len(lines))
            yield f"x:{number}", line

    return read


def job(work: Callable[[Lines], Outcome] = upper, identity: str = "upper") -> Job:
    return Job(identity, lambda _nothing: work, None, work)


def bodies(lines: list[bytes], parts: Path, work: Job) -> bytes:
    collection = Collection(reading(lines), lambda line: line.decode())
    with Parts(parts) as kept:
        found = run(collection, work, hands=Hands(workers=1), parts=kept)
        return b"".join(outcome.body for outcome in found)


LINES = [f"line {n}".encode() for n in range(1000)]
WHOLE = b"".join(line.upper() + b"\n" for line in LINES)


@given(
    lines=st.lists(st.binary(max_size=9), max_size=20),
    documents=st.integers(1, 5),
    size=st.integers(1, 20),
)
def test_cutting_keeps_every_line_in_order_and_no_partition_too_long(
    lines: list[bytes], documents: int, size: int
) -> None:
    pairs = [(str(n), line) for n, line in enumerate(lines)]
    parts = list(cut(pairs, documents=documents, size=size))
    assert [pair for part in parts for pair in part] == pairs
    for part in parts:
        assert 1 <= len(part) <= documents
        assert len(part) == 1 or sum(len(line) for _, line in part) <= size


@examples(20)
@given(broken=st.integers(0, len(LINES) - 1))
def test_a_run_that_was_cut_goes_on_and_does_nothing_twice(
    tmp_path_factory: pytest.TempPathFactory, broken: int
) -> None:
    parts = tmp_path_factory.mktemp("cut") / "parts"
    with pytest.raises(DataError, match=f"x:{broken + 1}: broken"):
        bodies([*LINES[:broken], b"broken", *LINES[broken + 1 :]], parts, job())
    kept = len(list(parts.iterdir())) - 1 if parts.exists() else 0
    assert kept == broken // 128
    done: list[int] = []

    def counted(lines: Lines) -> Outcome:
        done.append(len(lines))
        return upper(lines)

    assert bodies(LINES, parts, job(counted)) == WHOLE
    assert len(done) == 8 - kept
    assert not parts.exists()


def test_what_other_rules_finished_is_done_again(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        bodies([*LINES, b"broken"], tmp_path / "parts", job())

    def lower(lines: Lines) -> Outcome:
        return upper(lines)._replace(body=b"".join(line + b"\n" for _, line in lines))

    whole = bodies(LINES, tmp_path / "parts", job(lower, "lower"))
    assert whole == b"".join(line + b"\n" for line in LINES)


def test_two_runs_never_share_an_output(tmp_path: Path) -> None:
    with Parts(tmp_path / "parts") as one:
        one.put("key", Outcome(b"", (1,)))
        with (
            pytest.raises(UsageError, match="another run works on this output"),
            Parts(tmp_path / "parts"),
        ):
            pass
        assert one.get("key") == Outcome(b"", (1,))
    assert not (tmp_path / "parts").exists()


@pytest.mark.parametrize("twin", [1, 900])
def test_an_id_that_comes_twice_is_told_with_both_places(
    tmp_path: Path, twin: int
) -> None:
    with pytest.raises(DataError, match=f"x:1001: .* was used by x:{twin + 1} already"):
        bodies([*LINES, LINES[twin]], tmp_path / "parts", job())


def test_few_documents_are_done_here_and_nothing_is_kept(tmp_path: Path) -> None:
    collection = Collection(reading(LINES[:200]), lambda line: line.decode())
    with Parts(tmp_path / "parts") as parts:
        found = list(run(collection, job(), hands=Hands(), parts=parts))
        assert not (tmp_path / "parts").exists()
    assert b"".join(outcome.body for outcome in found) == WHOLE[
        : len(found[0].body)
    ] + (found[1].body)


def test_progress_ends_with_all_of_all(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    collection = Collection(reading(LINES), lambda line: line.decode())
    with Parts(tmp_path / "parts") as parts:
        list(
            run(
                collection,
                job(),
                hands=Hands(workers=1),
                parts=parts,
                progress=lambda done, total: told.append((done, total)),
            )
        )
    assert told[-1] == (1000, 1000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(900 <= total <= 1100 for _, total in told)


@given(st.lists(st.integers(0, 50), max_size=60))
def test_identities_find_just_what_came_twice(numbers: list[int]) -> None:
    known = Identities()
    for number in numbers:
        known.add(digest_ids([str(number)]))
    twice = {n for n in numbers if numbers.count(n) > 1}
    assert known.doubled() == {digest_ids([str(n)]) for n in twice}
    assert len(known) == len(numbers)
