"""Checks find each kind of fault by its stable code, and nothing in sound documents."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.annotations import AnnotatedDocument
from schemas.checks import check_document, check_documents, required_roles_empty
from schemas.jsonl import text_sha256
from schemas.load import load_schema

SCHEMA = load_schema()
TEXT = "اعتقلت الشرطة العراقية 3 متظاهرين في بغداد"


def sound() -> dict[str, Any]:
    def entity(number: int, label: str, words: str, **more: str) -> dict[str, Any]:
        start = TEXT.index(words)
        end = start + len(words)
        return {"id": f"T{number}", "label": label, "start": start, "end": end, **more}

    return {
        "id": "a",
        "text": TEXT,
        "sha256": text_sha256(TEXT),
        "entities": [
            entity(1, "ORG", "الشرطة العراقية", subtype="military"),
            entity(2, "NUM", "3"),
            entity(3, "PER", "متظاهرين", level="nominal"),
            entity(4, "GPE", "بغداد", subtype="city"),
        ],
        "events": [
            {
                "id": "E1",
                "label": "ARREST",
                "start": 0,
                "end": 6,
                "mode": "arrest",
                "arguments": [
                    {"role": "ACTOR", "entity": "T1"},
                    {"role": "COUNT", "entity": "T2"},
                    {"role": "RECIPIENT", "entity": "T3"},
                    {"role": "LOCATION", "entity": "T4"},
                ],
            }
        ],
    }


def codes(values: dict[str, Any]) -> list[str]:
    doc = AnnotatedDocument.model_validate(values)
    return [problem.code for problem in check_document(doc, SCHEMA)]


def test_a_sound_document_has_no_problem() -> None:
    assert codes(sound()) == []
    doc = AnnotatedDocument.model_validate(sound())
    assert required_roles_empty(doc, SCHEMA) == []


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("text",), None, "D001"),
        (("text",), TEXT.replace("في", "من"), "D002"),
        (("entities", 3, "end"), 99, "M001"),
        (("entities", 3, "end"), 3, "M001"),
        (("entities", 3, "id"), "T3", "M002"),
        (("entities", 3, "label"), "CITY", "M003"),
        (("entities", 3, "label"), "ARREST", "M003"),
        (("events", 0, "label"), "GPE", "M003"),
        (("entities", 0, "subtype"), "city", "M005"),
        (("events", 0, "arguments", 0, "entity"), "T9", "A001"),
        (("events", 0, "arguments", 0, "entity"), None, "A002"),
        (("events", 0, "arguments", 0, "role"), "VICTIM", "A003"),
        (("events", 0, "arguments", 0, "entity"), "T2", "A004"),
        (("events", 0, "mode"), "drone", "T001"),
    ],
)
def test_each_fault_has_its_code(
    path: tuple[str | int, ...], value: Any, code: str
) -> None:
    values = sound()
    place: Any = values
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert code in codes(values)


def test_mentions_and_arguments_given_twice_are_found() -> None:
    values = sound()
    values["entities"].append({**values["entities"][0], "id": "T9"})
    values["events"][0]["arguments"] *= 2
    assert codes(values).count("M006") == 1
    assert codes(values).count("A005") == 4


def test_an_empty_required_role_is_a_place_to_look() -> None:
    values = sound()
    del values["events"][0]["arguments"][2]
    doc = AnnotatedDocument.model_validate(values)
    assert [p.code for p in required_roles_empty(doc, SCHEMA)] == ["R001"]
    assert codes(values) == []


def test_one_id_for_two_documents_is_found() -> None:
    doc = AnnotatedDocument.model_validate(sound())
    assert [p.code for p in check_documents([doc, doc], SCHEMA)] == ["D003"]


def test_a_problem_says_where_what_and_how() -> None:
    values = sound()
    values["events"][0]["arguments"][0]["entity"] = "T9"
    doc = AnnotatedDocument.model_validate(values)
    (problem,) = check_document(doc, SCHEMA)
    assert str(problem) == (
        "a: E1 ARREST [0, 6): A001 ACTOR names the entity 'T9', which is not in the "
        "document. Add it, or remove the argument."
    )
