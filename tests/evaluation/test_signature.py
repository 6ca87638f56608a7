from __future__ import annotations

import re

from evaluation import Bootstrap, score
from schemas.annotations import AnnotatedDocument
from tests.evaluation.builders import doc, schema


def test_the_signature_names_every_choice() -> None:
    report = score(
        [doc(text="في بغداد")],
        [doc()],
        schema=schema(),
        criteria=["entities:overlap"],
        bootstrap=Bootstrap(resamples=50, seed=3),
        names=("small-1.0", "predicted"),
    )
    layer = report.layers["entities:overlap"]
    assert re.fullmatch(
        r"gold:small-1\.0@[0-9a-f]{12}\|layer:entities\|match:overlap"
        r"\|schema:small-1\.0\|docs:1\|boot:50,seed:3\|tool:.+",
        layer.signature,
    )
    assert layer.to_json()["signature"] == layer.signature


def gold_part(docs: list[AnnotatedDocument]) -> str:
    return score(docs, []).signature.gold


def test_the_gold_hash_follows_content_and_not_order() -> None:
    one = doc("a", text="في بغداد", entities=[(3, 8, "GPE"), (0, 2, "PER")])
    two = doc("b", text="بغداد")
    same = doc("a", text="في بغداد", entities=[(0, 2, "PER"), (3, 8, "GPE")])
    assert gold_part([one, two]) == gold_part([two, same])
    moved = doc("a", text="في بغداد", entities=[(0, 2, "PER"), (3, 7, "GPE")])
    relabelled = doc("a", text="في بغداد", entities=[(0, 2, "GPE"), (3, 8, "GPE")])
    other_text = doc("a", text="في بغدان", entities=[(0, 2, "PER"), (3, 8, "GPE")])
    variants = [[one, two], [moved, two], [relabelled, two], [other_text, two], [one]]
    assert len({gold_part(docs) for docs in variants}) == len(variants)


def test_the_json_has_the_public_shape() -> None:
    report = score([doc(entities=[(0, 2, "PER")])], [doc()], schema=schema()).to_json()
    assert {"signature", "layers"} <= report.keys()
    layer = report["layers"]["entities"]
    assert {"labels", "micro", "macro"} <= layer.keys()
    assert layer["labels"]["PER"] == {
        "tp": 0,
        "fp": 0,
        "fn": 1,
        "precision": None,
        "recall": 0.0,
        "f1": 0.0,
        "interval": None,
    }
    assert {"entities", "triggers", "arguments"} <= report["layers"].keys()
