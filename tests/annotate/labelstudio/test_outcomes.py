from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from annotate.labelstudio.marks import (
    Link,
    Mark,
    Marks,
    read_marks,
)
from annotate.labelstudio.outcomes import MISSED, OUTCOMES, decide
from annotate.labelstudio.tasks import to_results
from tests.annotate.labelstudio.builders import SCHEMA, documents, visit


def outcomes(suggested: Marks, said: Marks) -> list[tuple[str, str, str]]:
    return [(d.layer, d.label, d.outcome) for d in decide(suggested, said)]


def per(name: str, start: int, end: int, **more) -> Mark:
    fields = {"layer": "entities", "label": "PER", **more}
    return Mark(id=name, start=start, end=end, **fields)


def test_a_region_that_the_page_changed_is_known_by_its_id():
    far = per("1", 90, 95, suggested=True)
    assert outcomes(Marks((per("1", 0, 5),)), Marks((far,))) == [
        ("entities", "PER", "moved")
    ]


def test_an_id_that_another_program_chose_is_no_sign_of_kinship():
    far = per("1", 90, 95)
    assert outcomes(Marks((per("1", 0, 5),)), Marks((far,))) == [
        ("entities", "PER", "deleted"),
        ("entities", "PER", MISSED),
    ]


def test_a_new_label_counts_as_relabelled_even_where_an_edge_moved_too():
    changed = per("1", 0, 4, label="ORG", suggested=True)
    assert outcomes(Marks((per("1", 0, 5),)), Marks((changed,))) == [
        ("entities", "PER", "relabelled")
    ]


def test_another_attribute_is_amended():
    before = per("1", 0, 5, attributes=(("level", "name"),))
    after = per("1", 0, 5, attributes=(("level", "nominal"),), suggested=True)
    assert outcomes(Marks((before,)), Marks((after,))) == [
        ("entities", "PER", "amended")
    ]


def test_a_span_that_was_deleted_and_drawn_anew_is_moved():
    assert outcomes(Marks((per("1", 0, 5),)), Marks((per("x", 2, 5),))) == [
        ("entities", "PER", "moved")
    ]


def test_the_same_span_goes_before_one_that_overlaps():
    suggested = Marks((per("1", 0, 5), per("2", 2, 5)))
    said = Marks((per("x", 2, 5), per("y", 0, 4)))
    assert outcomes(suggested, said) == [
        ("entities", "PER", "moved"),
        ("entities", "PER", "accepted"),
    ]


EVENT = Mark(id="E", layer="events", label="VISIT", start=10, end=13, suggested=True)


def linked(role: str | None, filler: str = "1") -> Marks:
    fillers = (per("1", 0, 5, suggested=True), per("2", 6, 8, suggested=True))
    return Marks((EVENT, *fillers), (Link("E", filler, role),))


def argument_outcomes(before: Marks, after: Marks) -> list[tuple[str, str]]:
    found = outcomes(before, after)
    return [(label, outcome) for layer, label, outcome in found if layer == "arguments"]


def test_links_are_kept_given_another_role_led_elsewhere_or_deleted():
    before = linked("ACTOR")
    assert argument_outcomes(before, before) == [("ACTOR", "accepted")]
    assert argument_outcomes(before, linked("TIME")) == [("ACTOR", "relabelled")]
    assert argument_outcomes(before, linked("ACTOR", "2")) == [("ACTOR", "moved")]
    assert argument_outcomes(before, linked("TIME", "2")) == [
        ("ACTOR", "deleted"),
        ("TIME", MISSED),
    ]


def test_a_link_falls_with_its_event():
    after = Marks(tuple(m for m in linked("ACTOR").marks if m.id != "E"))
    assert argument_outcomes(linked("ACTOR"), after) == [("ACTOR", "deleted")]


def test_a_link_without_a_role_is_neither_kept_nor_missed():
    assert argument_outcomes(linked("ACTOR"), linked(None)) == [("ACTOR", "deleted")]


@given(documents())
def test_what_is_left_as_it_was_is_accepted_whole(doc):
    marks = read_marks(to_results(doc, SCHEMA))
    assert {d.outcome for d in decide(marks, marks)} <= {"accepted"}
    size = len(doc.entities) + len(doc.events)
    assert len(marks.marks) == size
    assert len(marks.links) == sum(len(e.arguments) for e in doc.events)


@given(documents(), documents(), st.booleans())
def test_every_suggestion_has_one_outcome_and_every_mark_one_cause(one, other, same):
    suggested = read_marks(to_results(one, SCHEMA))
    said = read_marks(to_results(other, SCHEMA))
    if same:
        kept = tuple(replace(mark, suggested=True) for mark in said.marks)
        said = replace(said, marks=kept)
    found = Counter(d.outcome for d in decide(suggested, said))
    size = len(suggested.marks) + len(suggested.links)
    assert sum(found[outcome] for outcome in OUTCOMES) == size
    marked = len(said.marks) + len(said.links)
    assert size - found["deleted"] + found[MISSED] == marked


def test_rules_of_marks_and_arguments_are_read_from_the_meta():
    marks = read_marks(to_results(visit(), SCHEMA))
    assert [m.rule for m in marks.marks] == ["TITLE-1", "GPE-7", "VISIT-2"]
    assert {(link.role, link.rule) for link in marks.links} == {
        ("ACTOR", "ARG-1"),
        ("DESTINATION", None),
    }


def test_what_cannot_be_a_mark_is_passed_over():
    assert (
        read_marks(
            [
                {"from_name": "entity", "value": {"start": "0", "end": 3}},
                {"from_name": "entity", "value": {"start": 0, "end": 3, "labels": []}},
                {
                    "from_name": "other",
                    "value": {"start": 0, "end": 3, "labels": ["X"]},
                },
                {"type": "relation", "from_id": "a", "to_id": "b", "labels": ["ACTOR"]},
                {"from_name": "trigger", "value": None},
            ]
        )
        == Marks()
    )
