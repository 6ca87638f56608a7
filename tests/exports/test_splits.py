"""Splits are whole, repeatable, stratified, and never divide copies of one story."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.splits import build_splits, group_copies, read_splits, split_faults
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError, UsageError
from tests.strategies import examples

THIRDS = {"train": 0.6, "dev": 0.2, "test": 0.2}
WORDS = [f"كلمة{number}" for number in range(400)]


def article(doc_id: str, seed: int, outlet: str = "x") -> AnnotatedDocument:
    words = random.Random(seed).choices(WORDS, k=120)
    return AnnotatedDocument(id=doc_id, text=" ".join(words), meta={"outlet": outlet})


def copy_of(doc: AnnotatedDocument, doc_id: str) -> AnnotatedDocument:
    """Return a wire copy: vowelled here and there, another first and last line."""
    text = (doc.text or "").replace("كلمة1", "كَلمة1")
    return AnnotatedDocument(id=doc_id, text=f"وكالات - {text} انتهى")


MANY = [article(f"d{n:03}", n, outlet="abc"[n % 3]) for n in range(60)]


def test_copies_are_found_whatever_their_vowels_and_credits() -> None:
    docs = [*MANY[:10], copy_of(MANY[3], "copy-1"), copy_of(MANY[3], "copy-2")]
    groups = group_copies(docs, threshold=0.5)
    assert [group for group in groups if len(group) > 1] == [
        ("copy-1", "copy-2", "d003")
    ]
    assert sum(map(len, groups)) == len(docs)


def test_copies_never_straddle() -> None:
    copies = [copy_of(doc, f"copy-{doc.id}") for doc in MANY[:20]]
    splits = build_splits([*MANY, *copies], ratios=THIRDS)
    home = {i: name for name, ids in splits.splits.items() for i in ids}
    assert len(splits.copies) == 20
    for doc in MANY[:20]:
        assert home[doc.id] == home[f"copy-{doc.id}"]


def test_splits_are_whole_and_near_their_shares_in_every_outlet() -> None:
    splits = build_splits(MANY, ratios=THIRDS)
    sizes = {name: len(ids) for name, ids in splits.splits.items()}
    assert sizes == {"train": 36, "dev": 12, "test": 12}
    outlets = {doc.id: doc.meta["outlet"] for doc in MANY}
    for outlet in "abc":
        share = sum(outlets[i] == outlet for i in splits.splits["test"])
        assert share == 4


@examples(15)
@given(st.randoms(use_true_random=False), st.integers(0, 5))
def test_the_order_of_documents_does_not_matter(
    shuffler: random.Random, seed: int
) -> None:
    docs = list(MANY[:12])
    shuffler.shuffle(docs)
    assert build_splits(docs, ratios=THIRDS, seed=seed) == build_splits(
        MANY[:12], ratios=THIRDS, seed=seed
    )


def test_another_seed_divides_otherwise() -> None:
    one, two = (build_splits(MANY, ratios=THIRDS, seed=seed) for seed in (1, 2))
    assert one.splits != two.splits


def test_a_few_documents_still_fill_every_split() -> None:
    splits = build_splits(MANY[:3], ratios={"train": 0.9, "dev": 0.05, "test": 0.05})
    assert sorted(len(ids) for ids in splits.splits.values()) == [1, 1, 1]


def test_what_cannot_be_divided_is_refused() -> None:
    with pytest.raises(UsageError, match=r"add up to 1, not 0\.9"):
        build_splits(MANY, ratios={"train": 0.9})
    with pytest.raises(UsageError, match="2 groups of documents cannot fill 3"):
        build_splits(MANY[:2], ratios=THIRDS)


def test_splits_are_checked_against_the_documents(tmp_path: Path) -> None:
    splits = build_splits(MANY, ratios=THIRDS)
    path = tmp_path / "splits.json"
    path.write_text(splits.render(), encoding="utf-8")
    assert read_splits(path) == splits
    assert split_faults(splits, MANY) == []
    short = {
        n: tuple(i for i in ids if i != "d000") for n, ids in splits.splits.items()
    }
    short["test"] += ("zz", splits.splits["train"][-1])
    told = split_faults(splits.model_copy(update={"splits": short}), MANY)
    again = short["test"][-1]
    assert [fault.partition(". Make")[0] for fault in told] == [
        "d000 is in no split",
        "zz is not in the gold",
        f"{again} is in 2 splits",
    ]
    straddling = splits.splits["train"][0]
    other = next(doc for doc in MANY if doc.id == straddling)
    twin = copy_of(other, "twin")
    moved = {**splits.splits, "test": (*splits.splits["test"], "twin")}
    (fault,) = split_faults(splits.model_copy(update={"splits": moved}), [*MANY, twin])
    assert fault.startswith(f"copies of one story straddle splits: {straddling}, twin")


def test_a_file_that_holds_no_splits_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "splits.json"
    path.write_text("{}")
    with pytest.raises(DataError, match="Was it made by 'miyar split'"):
        read_splits(path)
