"""Shares of a score are kept as data: they come back as they were, and run nothing."""

from __future__ import annotations

import os
import pickle
import zlib
from pathlib import Path

import numpy as np
import pytest

from annotate.cli.hands import parts_of
from annotate.cli.shares import score_shares
from annotate.scale.packing import pack_share, unpack_share
from annotate.scale.parts import Parts
from annotate.scale.pipeline import Collection, Hands, run
from annotate.scale.scoring import Contested, pair_lines, scoring
from evaluation import Bootstrap, JsonlSource, score
from evaluation.criteria import CRITERIA, DEFAULT_CRITERIA
from evaluation.scoring import choose_criteria, edges_of
from evaluation.shares import Share, score_share
from schemas.errors import DataError
from schemas.jsonl import read_documents, write_documents
from schemas.load import load_schema
from tests.annotate.scale.builders import finished

GOLD = Path(__file__).parents[3] / "seeds" / "gold" / "gold.jsonl"
BY_WORDS = (*DEFAULT_CRITERIA, CRITERIA["entities:word"])


def share(documents: int = 5) -> Share:
    gold = list(read_documents(GOLD))[:documents]
    poorer = [doc.model_copy(update={"events": doc.events[1:]}) for doc in gold[1:]]
    edges = edges_of(BY_WORDS, None)
    return score_share(gold, poorer, schema=None, criteria=BY_WORDS, edges=edges)


@pytest.mark.parametrize("documents", [1, 5])
def test_a_share_comes_back_as_it_was(documents: int) -> None:
    made = share(documents)
    back = unpack_share(pack_share(made), BY_WORDS)
    assert back.known == made.known
    for name in ("ids", "digest", "unanswered"):
        assert getattr(back.corpus, name) == getattr(made.corpus, name)
    assert list(back.corpus.codes.items()) == list(made.corpus.codes.items())
    for side in ("gold", "predicted"):
        ours, theirs = getattr(made.corpus, side), getattr(back.corpus, side)
        assert ours.keys() == theirs.keys() == {"raw", "word"}
        for convention, columns in ours.items():
            for kind in ("entities", "triggers", "arguments"):
                table = getattr(theirs[convention], kind)
                assert list(table) == list(getattr(columns, kind))
                for name, column in getattr(columns, kind).items():
                    np.testing.assert_array_equal(table[name], column, strict=True)
    for one, other in zip(made.tallies, back.tallies, strict=True):
        assert (one.criterion, one.rows) == (other.criterion, other.rows)
        np.testing.assert_array_equal(one.counts, other.counts, strict=True)


class Trap:
    """What acts when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("sprung",)


def test_what_is_no_share_is_refused_and_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = pack_share(share())
    plain = zlib.decompress(whole)
    for content in (
        b"",
        whole[:-9],
        zlib.compress(plain[:-9]),
        zlib.compress(plain + b"\x00"),
        zlib.compress(b"\x97"),
        zlib.compress(b"\x80"),
        zlib.compress(pickle.dumps(Trap())),
        pickle.dumps(Trap()),
        pickle.dumps(share()),
    ):
        with pytest.raises(DataError, match="is no share of a score"):
            unpack_share(content, BY_WORDS)
    with pytest.raises(DataError, match="is no share of a score"):
        unpack_share(whole, DEFAULT_CRITERIA)
    assert not Path("sprung").exists()


LAYERS = ["entities", "triggers"]


def test_a_score_that_was_cut_goes_on_and_torn_or_old_shares_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIYAR_HOME", str(tmp_path / "state"))
    golds = [
        doc.model_copy(update={"id": f"{doc.id}-{n}"})
        for n in range(120)
        for doc in read_documents(GOLD)
    ]
    paths = tmp_path / "gold.jsonl", tmp_path / "predicted.jsonl"
    write_documents(paths[0], golds)
    write_documents(
        paths[1], (doc.model_copy(update={"events": doc.events[1:]}) for doc in golds)
    )
    sides = JsonlSource(paths[0]), JsonlSource(paths[1])
    schema, bootstrap = load_schema(), Bootstrap(resamples=20, seed=1)
    contested = Contested(schema, choose_criteria(LAYERS, "raw"), None, (None, None))
    parts = parts_of("score", *map(str, paths))

    def cut() -> None:
        pairs = Collection(lambda told: pair_lines(paths[:1], paths[1:], told))
        hands = Hands(workers=1)
        with Parts(parts) as kept:
            list(run(pairs, scoring(contested), hands=hands, parts=kept))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut()
    torn, old, changed, *left = finished(parts)
    assert left
    torn.write_bytes(torn.read_bytes()[:-1])
    # As they were kept before: a line of JSON, and a pickle.
    old.write_bytes(b'{"counts": [1], "ids": ""}\n' + pickle.dumps(Trap()))
    content = changed.read_bytes()
    changed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    given = {
        "schema": schema,
        "bootstrap": bootstrap,
        "convention": "raw",
        "by_type": False,
        "options": (),
    }
    shared = score_shares(sides, LAYERS, name="g", hands=(1, None), **given)
    assert shared is not None, "one process had to"
    said = capsys.readouterr().err
    assert f"{len(left)} partitions were finished by an earlier run" in said
    whole = score(*sides, criteria=LAYERS, names=("g", "p"), **given)
    assert shared.to_json() == whole.to_json()
    assert not Path("sprung").exists()
    assert not parts.exists()
