from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from annotate.labelstudio.results import from_results, read_results
from annotate.labelstudio.tasks import to_results, to_task
from schemas.annotations import AnnotatedDocument, Argument, EntityMention
from schemas.errors import DataError
from tests.annotate.labelstudio.builders import (
    SCHEMA,
    TEXT,
    bare,
    documents,
    span_of,
    visit,
)


def results() -> list[dict]:
    return to_task(visit(), SCHEMA, model_version="m")["predictions"][0]["result"]


def read(result, text=TEXT):
    return read_results(result, text=text, schema=SCHEMA, where="task 7")


def problem_of(result, text=TEXT) -> str:
    (problem,) = read(result, text).problems
    with pytest.raises(DataError, match=r"^task 7: "):
        from_results(result, text=text, schema=SCHEMA, where="task 7")
    return problem


@settings(deadline=None)
@given(documents())
def test_what_went_into_a_task_comes_back_the_same(doc):
    task = json.loads(json.dumps(to_task(doc, SCHEMA, model_version="m")))
    result = task["predictions"][0]["result"]
    entities, events = from_results(result, text=doc.text, schema=SCHEMA, where="t")
    assert (entities, events) == (doc.entities, doc.events)


def test_the_order_and_ids_do_not_depend_on_the_order_of_results():
    assert read(results()[::-1]) == read(results())
    assert [m.id for m in read(results()).entities] == ["T1", "T2"]


def test_an_attribute_that_was_not_chosen_has_the_first_value():
    drawn = [entry for entry in results() if entry["type"] != "choices"]
    reading = read(drawn)
    assert {m.level for m in reading.entities} == {"name"}
    (event,) = reading.events
    assert (event.polarity, event.realis, event.mode) == ("positive", "actual", "visit")


def test_the_rule_is_shown_to_the_annotator():
    (city,) = [r for r in results() if "GPE" in r.get("value", {}).get("labels", ())]
    assert city["meta"]["text"] == ["GPE-7 · Q1530"]
    assert city["score"] == 0.75


@pytest.mark.parametrize(
    ("written", "note"),
    [
        (["GPE-7 · Q1530"], None),
        (["GPE-7 · Q1530\nE2: مدينة"], "E2: مدينة"),
        (["E2: مدينة"], "E2: مدينة"),
        ("E2", "E2"),
        ([], None),
    ],
)
def test_what_is_written_to_a_mark_on_the_page_comes_home(written, note):
    given = results()
    (city,) = [r for r in given if "GPE" in r.get("value", {}).get("labels", ())]
    city["meta"]["text"] = written
    (found,) = [m for m in read(given).entities if m.label == "GPE"]
    assert (found.meta or {}).get("note") == note
    assert (found.rule, found.kb) == ("GPE-7", "Q1530")


def test_a_task_names_its_document_and_the_hash_of_its_text():
    data = to_task(visit(), SCHEMA, model_version=None)["data"]
    assert (data["doc_id"], data["text"]) == ("visit", TEXT)
    assert len(data["sha256"]) == 64


def test_a_task_without_suggestions_has_no_prediction():
    assert "predictions" not in to_task(visit(), SCHEMA, model_version=None)


def test_mentions_without_ids_get_region_ids_that_are_free():
    bare_city = EntityMention(label="GPE", start=18, end=23)
    named = EntityMention(id="R1", label="TITLE", start=4, end=17)
    doc = AnnotatedDocument(id="d", text=TEXT, entities=(bare_city, named))
    regions = [r["id"] for r in to_results(doc, SCHEMA) if r["type"] == "labels"]
    assert len(set(regions)) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"entities": (EntityMention(label="GPE", start=0, end=999),)},
            "after the text",
        ),
        ({"entities": (EntityMention(label="PLACE", start=0, end=3),)}, "'PLACE'"),
        ({"text": "نص\r\nآخر", "entities": (), "events": ()}, "miyar ingest"),
        ({"sha256": "0" * 64}, "SHA|sha256"),
    ],
)
def test_a_faulty_document_is_refused_before_it_is_pushed(change, said):
    with pytest.raises(DataError, match=said) as error:
        to_task(visit().model_copy(update=change), SCHEMA, model_version="m")
    assert "visit" in str(error.value)


def test_an_argument_with_a_span_of_its_own_is_refused_with_the_remedy():
    doc = visit()
    own = Argument(role="TIME", start=24, end=27)
    event = doc.events[0].model_copy(update={"arguments": (own,)})
    with pytest.raises(DataError, match="make the span an entity"):
        to_task(doc.model_copy(update={"events": (event,)}), SCHEMA, model_version="m")


def changed(kind: str, **value) -> list[dict]:
    """The results with the first of one kind changed; None removes a key."""
    result = json.loads(json.dumps(results()))
    first = next(entry for entry in result if entry["type"] == kind)
    target = first if kind == "relation" else first["value"]
    target.update(value)
    return result


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (changed("labels", end=9999), "a text of"),
        (changed("labels", start=-1), "a text of"),
        (changed("labels", start=9, end=9), "a text of"),
        (changed("labels", start="4"), "not numbers"),
        (changed("labels", end=17.0), "not numbers"),
        (changed("labels", start=True), "not numbers"),
        (changed("labels", text="وزير الدفاع"), "Was the text changed"),
        (changed("labels", labels=["منصب"]), "no such entity"),
        (changed("labels", labels=[]), r"\(none\)"),
        (changed("labels", labels=["PER", "ORG"]), "PER, ORG"),
        (changed("choices", choices=["proper"]), "no level of TITLE"),
        (changed("choices", choices=["name", "nominal"]), "2 values"),
        (changed("relation", labels=[]), "has no role"),
        (changed("relation", labels=["الضحية · VICTIM"]), "may be ACTOR"),
        (changed("relation", to_id="gone"), "one is missing"),
        (changed("relation", from_id="T2"), "from an event to an entity"),
    ],
)
def test_what_label_studio_lets_through_is_reported_with_the_task(result, said):
    import re

    problem = problem_of(result)
    assert problem.startswith("task 7: ")
    assert re.search(said, problem)


@pytest.mark.parametrize(
    "junk",
    [
        {"score": "high"},
        {"score": True},
        {"meta": ["rule"]},
        {"meta": {"rule": 7}},
        {"meta": {"meta": "x"}},
        {"meta": {"arguments": "x"}},
        {"meta": {"arguments": [{"score": "x"}]}},
    ],
)
def test_a_score_or_meta_of_the_wrong_kind_is_reported(junk):
    title = results()[0] | junk
    assert "region T1: has a" in problem_of([title])


def test_a_relation_without_a_label_key_is_reported_too():
    result = [r for r in results() if r["type"] != "relation"]
    drawn = {"type": "relation", "from_id": "E1", "to_id": "T1", "direction": "right"}
    assert "has no role" in problem_of([*result, drawn])


def test_a_faulty_mark_is_left_out_and_never_mended():
    reading = read(changed("labels", end=9999))
    assert [m.label for m in reading.entities] == ["GPE"]
    assert [a.role for e in reading.events for a in e.arguments] == ["DESTINATION"]


def test_a_region_with_an_entity_and_an_event_label_is_reported():
    twice = json.loads(json.dumps(results()))
    twice.insert(1, twice[0] | {"from_name": "trigger", "value": twice[0]["value"]})
    twice[1] = json.loads(json.dumps(twice[1]))
    twice[1]["value"]["labels"] = ["VISIT"]
    assert any("second label" in problem for problem in read(twice).problems)


def test_the_same_mention_drawn_twice_is_reported():
    result = results()
    copy = json.loads(json.dumps(result[0])) | {"id": "other"}
    assert "is there twice" in problem_of([*result, copy])


def test_words_over_a_line_break_are_not_compared():
    # Label Studio stores the break as a backslash and an n.
    start, end = span_of("أمس.\nوسلم")
    entry = {
        "id": "a",
        "type": "labels",
        "from_name": "entity",
        "value": {
            "start": start,
            "end": end,
            "text": "أمس.\\nوسلم",
            "labels": ["DATE"],
        },
    }
    reading = read([entry])
    assert not reading.problems
    assert reading.entities[0].span == (start, end)


def test_the_small_document_says_the_same_after_the_round_trip():
    reading = read(results())
    doc = visit().model_copy(
        update={"entities": reading.entities, "events": reading.events}
    )
    assert bare(doc) == bare(visit())
