"""Migrations move what they decide, queue the rest, and lose nothing silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.annotations import AnnotatedDocument
from schemas.checks import check_document
from schemas.errors import SchemaError
from schemas.labels import Schema
from schemas.load import BUILT_IN, load_schema, parse_schema
from schemas.migration_steps import load_migration
from schemas.migrations import Migrated, migrate_document

OLD = load_schema()
SOURCE = BUILT_IN.read_text(encoding="utf-8")
TEXT = "اتهم حزب الدعوة الوزير ونددت بغداد"

DOC = AnnotatedDocument.model_validate(
    {
        "id": "a",
        "text": TEXT,
        "entities": [
            {"id": "T1", "label": "ORG", "start": 5, "end": 15, "subtype": "party"},
            {"id": "T2", "label": "TITLE", "start": 16, "end": 22},
            {"id": "T3", "label": "GPE", "start": 29, "end": 34, "subtype": "city"},
        ],
        "events": [
            {
                "id": "E1",
                "label": "ACCUSE",
                "start": 0,
                "end": 4,
                "mode": "allege",
                "arguments": [
                    {"role": "ACTOR", "entity": "T1"},
                    {"role": "RECIPIENT", "entity": "T2"},
                ],
            },
            {
                "id": "E2",
                "label": "CONDEMN",
                "start": 24,
                "end": 28,
                "mode": "disapprove",
                "arguments": [{"role": "ACTOR", "entity": "T3"}],
            },
        ],
    }
)


def renamed_schema(*pairs: tuple[str, str]) -> Schema:
    source = SOURCE.replace('version: "1.0"', 'version: "2.0"')
    for old, new in pairs:
        source = source.replace(old, new)
    return parse_schema(source)


def without(label: str, source: str = SOURCE) -> str:
    """Cut the block of an event label out of the YAML."""
    start = source.index(f"\n  {label}:\n") + 1
    end = source.find("\n  ", start + 4)
    while source[end + 3] == " ":
        end = source.find("\n  ", end + 3)
    return source[:start] + source[end + 1 :]


def migrated(tmp_path: Path, new: Schema, *steps: str) -> Migrated:
    path = tmp_path / "steps.yaml"
    lines = "\n".join(f"  - {step}" for step in steps)
    path.write_text(f"from: {OLD.name}\nto: {new.name}\nsteps:\n{lines}\n", "utf-8")
    migration = load_migration(path, old=OLD, new=new)
    return migrate_document(DOC, migration, new)


def test_a_renamed_label_keeps_its_spans_and_roles(tmp_path: Path) -> None:
    new = renamed_schema(("TITLE", "OFFICE"))
    result = migrated(tmp_path, new, "{rename: TITLE, to: OFFICE}")
    assert [m.label for m in result.doc.entities] == ["ORG", "OFFICE", "GPE"]
    assert result.doc.events == DOC.events
    assert [c.what for c in result.changes] == ["renamed"]
    assert check_document(result.doc, new) == []


def test_a_renamed_role_is_renamed_in_every_event(tmp_path: Path) -> None:
    new = renamed_schema(("ACTOR", "AGENT"))
    step = "{rename: ACTOR, to: AGENT, kind: role}"
    roles = [
        [a.role for a in e.arguments] for e in migrated(tmp_path, new, step).doc.events
    ]
    assert roles == [["AGENT", "RECIPIENT"], ["AGENT"]]


ROLE = 'definition: {ar: "من قُتل أو أصيب.", en: "Who was killed or injured."}\n'
NEW_ROLE = (
    ROLE + "  ADDRESSEE:\n    name: {ar: المخاطب, en: Addressee}\n"
    '    definition: {ar: "من وُجه إليه القول.", en: "Whom it is said to."}\n'
)


def split_roles(tmp_path: Path, new: Schema, by: str, into: dict[str, str]) -> Migrated:
    listed = ", ".join(f"{key}: {value}" for key, value in into.items())
    step = f"{{split: RECIPIENT, kind: role, by: {by}, into: {{{listed}}}}}"
    return migrated(tmp_path, new, step)


def test_a_role_is_split_by_the_type_of_its_event(tmp_path: Path) -> None:
    start, end = SOURCE.index("\n  ACCUSE:"), SOURCE.index("\n  INVESTIGATE:")
    accuse = SOURCE[start:end].replace("RECIPIENT:", "ADDRESSEE:")
    new = renamed_schema((ROLE, NEW_ROLE), (SOURCE[start:end], accuse))
    result = split_roles(tmp_path, new, "event", {"ACCUSE": "ADDRESSEE"})
    assert [a.role for a in result.doc.events[0].arguments] == ["ACTOR", "ADDRESSEE"]
    (change,) = result.changes
    assert (change.what, change.becomes) == ("split", "ADDRESSEE")
    assert check_document(result.doc, new) == []


def test_a_role_is_split_by_the_type_of_its_filler(tmp_path: Path) -> None:
    every = "RECIPIENT: {required: true, fillers: *agents}"
    assert every in SOURCE
    new = renamed_schema(
        (ROLE, NEW_ROLE), (every, f"{every}\n      ADDRESSEE: {{fillers: *agents}}")
    )
    result = split_roles(tmp_path, new, "filler", {"TITLE": "ADDRESSEE"})
    assert [a.role for a in result.doc.events[0].arguments] == ["ACTOR", "ADDRESSEE"]


def test_a_split_of_a_role_that_would_lose_it_somewhere_is_refused(
    tmp_path: Path,
) -> None:
    start, end = SOURCE.index("\n  ACCUSE:"), SOURCE.index("\n  INVESTIGATE:")
    accuse = SOURCE[start:end].replace("RECIPIENT:", "ADDRESSEE:")
    new = renamed_schema((ROLE, NEW_ROLE), (SOURCE[start:end], accuse))
    with pytest.raises(SchemaError, match=r":4: into: says nothing of ACCUSE, where"):
        split_roles(tmp_path, new, "event", {"STATEMENT": "RECIPIENT"})


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{split: ORG, by: subtype, ask: [ORG]}", "ask: name two labels or more"),
        ("{split: ORG, by: event, ask: [ORG, PER]}", "not by event"),
        ("{split: TOPIC, kind: role, by: mode}", "is split by event or by filler"),
        (
            "{split: TOPIC, kind: role, by: event, ask: [TOPIC, TIME]}",
            "asks nothing; write by: event",
        ),
    ],
)
def test_a_split_by_what_cannot_decide_it_is_refused(
    tmp_path: Path, step: str, message: str
) -> None:
    with pytest.raises(SchemaError, match=rf":4: .*{message}"):
        migrated(tmp_path, renamed_schema(), step)


def test_merged_labels_become_one_and_lost_modes_are_told(tmp_path: Path) -> None:
    new = parse_schema(without("CONDEMN").replace('version: "1.0"', 'version: "2.0"'))
    result = migrated(tmp_path, new, "{merge: [CONDEMN, ACCUSE], to: ACCUSE}")
    assert [e.label for e in result.doc.events] == ["ACCUSE", "ACCUSE"]
    assert [e.mode for e in result.doc.events] == ["allege", "allege"]
    assert "lost" in [c.what for c in result.changes]
    assert check_document(result.doc, new) == []


def test_mentions_that_become_equal_are_one_with_all_arguments(tmp_path: Path) -> None:
    new = parse_schema(without("CONDEMN").replace('version: "1.0"', 'version: "2.0"'))
    twin = DOC.events[0].model_copy(
        update={"id": "E9", "label": "CONDEMN", "arguments": DOC.events[1].arguments}
    )
    doc = DOC.model_copy(update={"events": (DOC.events[0], twin)})
    path = tmp_path / "m.yaml"
    path.write_text(
        f"from: {OLD.name}\nto: {new.name}\n"
        "steps: [{merge: [CONDEMN, ACCUSE], to: ACCUSE}]\n"
    )
    moved = migrate_document(doc, load_migration(path, old=OLD, new=new), new).doc
    (event,) = moved.events
    assert [(a.role, a.entity) for a in event.arguments] == [
        ("ACTOR", "T1"),
        ("RECIPIENT", "T2"),
        ("ACTOR", "T3"),
    ]


def test_a_split_decides_by_attribute_and_asks_for_the_rest(tmp_path: Path) -> None:
    new = renamed_schema(("LAW", "PARTY"))
    steps = (
        "{rename: LAW, to: PARTY}",
        "{split: ORG, by: subtype, into: {party: PARTY}, ask: [ORG, PARTY]}",
    )
    result = migrated(tmp_path, new, *steps)
    assert result.doc.entities[0].label == "PARTY"
    assert result.doc.entities[0].subtype is None
    media = DOC.entities[0].model_copy(update={"subtype": "media"})
    doc = DOC.model_copy(update={"entities": (media, *DOC.entities[1:])})
    migration = load_migration(tmp_path / "steps.yaml", old=OLD, new=new)
    asked = migrate_document(doc, migration, new)
    assert asked.doc.entities[0].meta == {"undecided": ["ORG", "PARTY"]}
    assert [c.what for c in asked.changes] == ["asked"]


def test_retiring_says_what_is_lost(tmp_path: Path) -> None:
    new = parse_schema(without("CONDEMN").replace('version: "1.0"', 'version: "2.0"'))
    step = "{retire: CONDEMN, losing: condemnations are annotated elsewhere}"
    result = migrated(tmp_path, new, step)
    assert [e.label for e in result.doc.events] == ["ACCUSE"]
    (lost,) = result.changes
    assert (lost.what, lost.item) == ("lost", "CONDEMN [24, 28) نددت")


def test_a_label_nobody_takes_care_of_is_refused_with_its_line(tmp_path: Path) -> None:
    new = parse_schema(without("CONDEMN").replace('version: "1.0"', 'version: "2.0"'))
    with pytest.raises(SchemaError, match=r"steps\.yaml:3: label 'CONDEMN' is not in"):
        migrated(tmp_path, new, "{rename: GPE, to: GPE}")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{rename: TITEL, to: OFFICE}", r":4: 'TITEL' is no label of political-news-1"),
        ("{rename: TITLE, to: OFICE}", r":4: 'OFICE' is no label of political-news-2"),
        ("{retire: TITLE}", r":4: steps\.0\.retire\.losing: is missing; add it\.$"),
        ("{rename: TITLE, to: OFFICE, x: 1}", r":4: steps\.0\.rename\.x: unknown key"),
        ("{move: TITLE}", r":4: steps\.0: a step is a rename, merge, split or retire"),
    ],
)
def test_a_step_that_does_not_fit_is_refused_with_its_line(
    tmp_path: Path, step: str, message: str
) -> None:
    new = renamed_schema(("TITLE", "OFFICE"))
    with pytest.raises(SchemaError, match=message):
        migrated(tmp_path, new, step)


def test_a_migration_between_other_versions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("from: other-1.0\nto: x-2.0\nsteps: [{rename: GPE, to: GPE}]\n")
    with pytest.raises(SchemaError, match=r"m\.yaml:1: from: is 'other-1\.0'"):
        load_migration(path, old=OLD, new=OLD)
