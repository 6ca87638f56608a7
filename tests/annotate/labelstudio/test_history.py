from __future__ import annotations

from annotate.labelstudio.history import episodes_of_task
from annotate.labelstudio.tasks import to_results
from schemas.annotations import AnnotatedDocument
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, visit

USERS = {7: "a@x.org"}
SHOWN = to_results(visit(), SCHEMA)


def renamed(results: list[dict], label: str) -> list[dict]:
    """The same with another label on the first region."""
    first = results[0]
    value = first["value"] | {"labels": [label]}
    return [first | {"value": value}, *results[1:]]


def task(annotation: dict, *, predictions=None, **more) -> dict:
    wanted = {"id": 1, "completed_by": 7, "result": SHOWN, "lead_time": 2.0}
    offered = predictions or [{"id": 5, "result": SHOWN}]
    return {
        "data": {"text": TEXT, "doc_id": "visit"},
        "meta": {},
        "annotations": [wanted | annotation],
        "predictions": offered,
    } | more


def labels_shown(one: dict) -> list[str]:
    (episode,) = episodes_of_task(one, USERS, SCHEMA)
    return [mark.label for mark in episode.suggestions.marks]


PLAIN = ["TITLE", "GPE", "VISIT"]


def test_an_annotation_is_held_against_its_own_copy():
    now = [{"id": 5, "result": renamed(SHOWN, "PER")}]
    copy = {"id": 5, "result": SHOWN}
    one = task({"prediction": copy, "parent_prediction": 5}, predictions=now)
    assert labels_shown(one) == PLAIN


def test_a_copy_from_before_a_migration_gives_way_to_the_migrated_suggestions():
    copy = {"id": 5, "result": renamed(SHOWN, "GONE")}
    assert labels_shown(task({"prediction": copy, "parent_prediction": 5})) == PLAIN


def test_a_page_opened_with_other_suggestions_is_held_against_those():
    two = [{"id": 5, "result": []}, {"id": 6, "result": SHOWN}]
    copy = {"id": 5, "result": renamed(SHOWN, "PER")}
    one = task({"prediction": copy, "parent_prediction": 6}, predictions=two)
    assert labels_shown(one) == PLAIN


def test_an_imported_annotation_is_held_against_what_its_task_offers():
    assert labels_shown(task({"prediction": {}, "updated_by": None})) == PLAIN


def test_an_annotation_that_began_from_nothing_has_no_suggestions():
    assert labels_shown(task({"prediction": {}, "updated_by": 7})) == []


def test_skipped_tasks_and_foreign_ones_tell_nothing():
    skipped = task({"was_cancelled": True})
    assert list(episodes_of_task(skipped, USERS, SCHEMA)) == []
    foreign = task({}, data={"text": TEXT})
    assert list(episodes_of_task(foreign, USERS, SCHEMA)) == []


def test_in_the_control_arm_the_rules_are_asked_in_silence():
    asked: list[AnnotatedDocument] = []

    def suggest(doc: AnnotatedDocument) -> AnnotatedDocument:
        asked.append(doc)
        return visit(doc.id)

    one = task({"prediction": {}}, meta={"arm": "control"})
    (silent,) = episodes_of_task(one, USERS, SCHEMA, suggest=suggest)
    assert not silent.shown
    assert [mark.label for mark in silent.suggestions.marks] == PLAIN
    assert [doc.text for doc in asked] == [TEXT]
    (unasked,) = episodes_of_task(one, USERS, SCHEMA)
    assert unasked.suggestions is None
    (shown,) = episodes_of_task(task({"prediction": {}}), USERS, SCHEMA)
    assert shown.shown
    assert (shown.doc, shown.annotator, shown.seconds) == ("visit", "a@x.org", 2.0)
