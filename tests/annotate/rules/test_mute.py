from __future__ import annotations

import pytest

from annotate.rules.mute import mute, read_mute_list
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError

DOC = AnnotatedDocument(
    id="d",
    text="زار وزير بغداد",
    entities=(
        EntityMention(id="T1", label="TITLE", start=4, end=8, rule="title"),
        EntityMention(id="T2", label="GPE", start=9, end=14, rule="place"),
    ),
    events=(
        EventMention(
            id="E1",
            label="VISIT",
            start=0,
            end=3,
            rule="visit",
            arguments=(
                Argument(role="ACTOR", entity="T1", rule="before"),
                Argument(role="DESTINATION", entity="T2"),
            ),
        ),
    ),
)


def test_nothing_muted_leaves_the_document_as_it_is():
    assert mute(DOC, frozenset()) == DOC


def test_arguments_go_with_a_muted_filler():
    left = mute(DOC, {"title"})
    assert [m.id for m in left.entities] == ["T2"]
    assert [a.role for a in left.events[0].arguments] == ["DESTINATION"]


def test_a_muted_event_takes_its_arguments_and_leaves_the_entities():
    left = mute(DOC, {"visit"})
    assert left.events == ()
    assert left.entities == DOC.entities


def test_an_argument_can_be_muted_by_a_rule_of_its_own():
    left = mute(DOC, {"before"})
    assert [a.role for a in left.events[0].arguments] == ["DESTINATION"]


def test_a_mute_list_is_read_as_the_ledger_writes_it(tmp_path):
    path = tmp_path / "mute.json"
    path.write_text('{"below": 0.5, "rules": [{"rule": "a", "suggested": 9}]}')
    assert read_mute_list(path) == {"a"}


@pytest.mark.parametrize("content", ["[", "[]", '{"rules": ["a"]}', '{"rules": [{}]}'])
def test_another_file_is_no_mute_list(tmp_path, content):
    path = tmp_path / "mute.json"
    path.write_text(content)
    with pytest.raises(DataError, match="no list of muted rules"):
        read_mute_list(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_mute_list(tmp_path / "absent.json")
