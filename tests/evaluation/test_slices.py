from __future__ import annotations

from evaluation import Bootstrap, Counts, score
from evaluation.columns import snap_to_words
from evaluation.selection import Moved, Relabelled
from evaluation.slices import (
    by_documents,
    by_frequency,
    by_length,
    by_seen,
    score_bands,
)
from schemas.annotations import AnnotatedDocument, Argument, EntityMention
from tests.evaluation.builders import doc, event

TEXT = "بغداد دمشق بيروت"
BAGHDAD, DAMASCUS, BEIRUT = (0, 5, "GPE"), (6, 10, "GPE"), (11, 16, "GPE")


def test_the_scores_of_outlets_add_up_to_the_whole() -> None:
    gold = [doc(i, entities=[BAGHDAD, DAMASCUS]) for i in "abc"]
    predicted = [doc("a", entities=[BAGHDAD]), doc("c", entities=[DAMASCUS, BEIRUT])]
    report = score(gold, predicted, bootstrap=Bootstrap(0))
    outlets = by_documents(report, {"x": ["c", "a"], "y": ["b"]})
    counts = {name: layers["entities"].micro.counts for name, layers in outlets.items()}
    assert counts == {"x": Counts(2, 1, 2), "y": Counts(0, 0, 2)}
    assert "slice:x" in outlets["x"]["entities"].signature


def test_seen_and_unseen_names_are_scored_apart_and_add_up() -> None:
    gold = [doc(text=TEXT, entities=[BAGHDAD, DAMASCUS])]
    predicted = [doc(entities=[BAGHDAD, BEIRUT])]
    training = [doc("t", text=TEXT, entities=[BAGHDAD])]
    bands = score_bands(gold, predicted, banding=by_seen(training))
    counts = {n: r.layers["entities"].micro.counts for n, r in bands.items()}
    assert counts == {"seen": Counts(1, 0, 0), "unseen": Counts(0, 1, 1)}


def test_what_counts_as_the_same_name_can_be_told() -> None:
    training = [doc("t", text="بَغداد", entities=[(0, 6, "GPE")])]
    assert by_seen(training)("بغداد") == "unseen"
    bare = by_seen(training, fold=lambda s: s.replace("\u064e", ""))
    assert bare("بغداد") == "seen"


def test_bands_of_frequency_and_length() -> None:
    training = [doc(str(i), text=TEXT, entities=[BAGHDAD]) for i in range(6)]
    training.append(doc("once", text=TEXT, entities=[DAMASCUS]))
    band = by_frequency(training)
    assert [band(s) for s in ("بغداد", "دمشق", "بيروت")] == ["6+", "1", "0"]
    assert [by_length(" ".join("أ" * n)) for n in (1, 2, 3, 4, 5)] == [
        "1",
        "2",
        "3-4",
        "3-4",
        "5+",
    ]


def test_labels_are_renamed_or_dropped_and_arguments_keep_their_span() -> None:
    person = EntityMention(id="T1", label="PERS", start=0, end=5)
    other = EntityMention(id="T2", label="MISC", start=6, end=10)
    meeting = event(11, 16, "Meet").model_copy(
        update={
            "arguments": (
                Argument(role="who", entity="T2"),
                Argument(role="noise", entity="T1"),
            )
        }
    )
    theirs = AnnotatedDocument(id="a", entities=(person, other), events=(meeting,))
    names = {"PERS": "PER", "MISC": None, "Meet": "MEET", "who": "ACTOR", "noise": None}
    ours = [
        doc(entities=[(0, 5, "PER")], events=[event(11, 16, "MEET", ("ACTOR", 6, 10))])
    ]
    report = score(ours, Relabelled([theirs], names))
    for layer in ("entities", "triggers", "arguments"):
        assert report.layers[layer].micro.f1 == 1, layer


def test_a_convention_moves_the_edges_for_every_layer_and_is_signed() -> None:
    gold = [doc(text="وصل ببغداد", entities=[(5, 10, "GPE")])]
    predicted = [doc(entities=[(4, 10, "GPE")])]
    report = score(gold, predicted, convention="word")
    assert report.layers["entities"].micro.f1 == 1
    assert report.layers["entities:boundary"].micro.f1 == 1
    assert "|convention:word|" in str(report.signature)


def test_arguments_on_shared_triggers_leave_the_trigger_errors_out() -> None:
    gold = [
        doc(
            events=[
                event(0, 2, "MEET", ("ACTOR", 5, 6)),
                event(8, 9, "MEET", ("ACTOR", 10, 11), ("ACTOR", 12, 13)),
            ]
        )
    ]
    predicted = [
        doc(
            events=[
                event(0, 2, "ARREST", ("ACTOR", 5, 6)),
                event(8, 9, "MEET", ("ACTOR", 10, 11)),
            ]
        )
    ]
    layers = score(gold, predicted).layers
    assert layers["arguments"].micro.counts == Counts(1, 1, 2)
    assert layers["arguments:shared-trigger"].micro.counts == Counts(1, 0, 1)


def test_bands_are_signed_as_parts_of_the_whole_and_resampled_as_asked() -> None:
    gold = [doc(i, text=TEXT, entities=[BAGHDAD, DAMASCUS]) for i in "ab"]
    whole = score(gold, gold, bootstrap=Bootstrap(20, seed=4))
    bands = score_bands(
        gold,
        gold,
        banding=by_length,
        name="length",
        bootstrap=Bootstrap(20, seed=4),
        signature=whole.signature,
    )
    layer = bands["1"].layers["entities"]
    gold_part = whole.signature.gold
    assert layer.signature.startswith(f"gold:{gold_part}|layer:entities|match:exact|")
    assert "|length:1|boot:20,seed:4|" in layer.signature
    bare = score_bands(gold, gold, banding=by_length, bootstrap=Bootstrap(0))
    assert bare["1"].layers["entities"].micro.interval is None


def test_moved_documents_score_as_under_the_convention() -> None:
    person = EntityMention(id="T1", label="PER", start=5, end=10, text="بغداد")
    visit = event(0, 3, "VISIT").model_copy(
        update={"arguments": (Argument(role="ACTOR", entity="T1"),)}
    )
    text = "وصل ببغداد"
    gold = [AnnotatedDocument(id="a", text=text, entities=(person,), events=(visit,))]
    predicted = [
        doc(entities=[(4, 10, "PER")], events=[event(0, 4, "VISIT", ("ACTOR", 4, 9))])
    ]
    moved = [Moved(side, snap_to_words, {"a": text}.get) for side in (gold, predicted)]
    raw = score(*moved).layers
    word = score(gold, predicted, convention="word").layers
    assert {n: it.micro for n, it in raw.items()} == {
        n: it.micro for n, it in word.items()
    }
    assert raw["arguments"].micro.counts == Counts(1, 0, 0)
