"""The difference of two versions names each thing that was added, moved or changed."""

from __future__ import annotations

from typing import Any

from exports.difference import count_differences, find_differences
from schemas.annotations import AnnotatedDocument

TEXT = "قصف الجيش العراقي مواقع الفصائل في بغداد"


def doc(
    *entities: tuple[str, str, dict[str, Any]],
    event: dict[str, Any] | None = None,
    text: str = TEXT,
) -> AnnotatedDocument:
    mentions = [
        {
            "id": f"T{number}",
            "label": label,
            "start": text.index(words),
            "end": text.index(words) + len(words),
            **more,
        }
        for number, (label, words, more) in enumerate(entities, start=1)
    ]
    events = [{"label": "ATTACK", "start": 0, "end": 3, **event}] if event else []
    return AnnotatedDocument.model_validate(
        {"id": "a", "text": text, "entities": mentions, "events": events}
    )


def told(old: AnnotatedDocument, new: AnnotatedDocument) -> list[str]:
    return [str(difference) for difference in find_differences([old], [new])]


ARMY = ("ORG", "الجيش العراقي", {"subtype": "military"})
CITY = ("GPE", "بغداد", {})
SITES = ("FAC", "مواقع الفصائل", {"level": "nominal"})


def test_a_version_does_not_differ_from_itself() -> None:
    one = doc(ARMY, CITY, event={"arguments": [{"role": "ACTOR", "entity": "T1"}]})
    two = doc(CITY, ARMY, event={"arguments": [{"role": "ACTOR", "entity": "T2"}]})
    assert told(one, two) == []


def test_mentions_added_and_removed_are_told() -> None:
    assert told(doc(ARMY), doc(CITY)) == [
        "a: entities removed ORG [4, 17) الجيش العراقي",
        "a: entities added GPE [35, 40) بغداد",
    ]


def test_another_label_and_another_edge_are_told_as_such() -> None:
    shorter = ("FAC", "مواقع", {"level": "nominal"})
    as_place = ("LOC", "بغداد", {})
    assert told(doc(SITES, CITY), doc(shorter, as_place)) == [
        "a: entities moved FAC [18, 31) مواقع الفصائل (now [18, 23))",
        "a: entities relabelled GPE [35, 40) بغداد (now LOC)",
    ]


def test_attributes_and_arguments_that_change_are_told() -> None:
    old = doc(ARMY, SITES, event={"arguments": [{"role": "ACTOR", "entity": "T1"}]})
    new = doc(
        ("ORG", "الجيش العراقي", {"subtype": "government"}),
        SITES,
        event={
            "realis": "future",
            "arguments": [{"role": "RECIPIENT", "entity": "T2"}],
        },
    )
    assert told(old, new) == [
        "a: entities changed ORG [4, 17) الجيش العراقي "
        "(subtype: military -> government)",
        "a: events changed ATTACK [0, 3) قصف (realis: actual -> future)",
        "a: arguments removed ACTOR [4, 17) الجيش العراقي (of ATTACK قصف)",
        "a: arguments added RECIPIENT [18, 31) مواقع الفصائل (of ATTACK قصف)",
    ]


def test_documents_that_come_go_or_change_their_text_are_told() -> None:
    other = doc(CITY).model_copy(update={"id": "b"})
    rewritten = doc(CITY, text=TEXT + ".")
    differences = find_differences([doc(CITY)], [rewritten, other])
    assert [(d.doc, d.what) for d in differences] == [("a", "changed"), ("b", "added")]
    assert count_differences(differences) == {"documents": {"added": 1, "changed": 1}}
