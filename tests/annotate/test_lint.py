"""The span rule finds each bad edge by its code, and mends what is certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.arabic.clitics import Segmenter
from annotate.lint import Speller, fix_document, lint_document
from annotate.spelling import SegmenterSpeller, load_speller
from schemas.annotations import AnnotatedDocument, Argument
from schemas.labels import Schema
from schemas.load import load_schema
from schemas.markup import parse_markup

SCHEMA = load_schema()
WORDS = {
    "بغداد": 49, "وزير": 54, "والي": 35, "المليشيات": 40, "الكاظمي": 30,
    "استهداف": 45, "استهدافهم": 20, "لقاء": 50, "عراق": 40, "العراق": 55,
    "ايران": 55, "هجوم": 50, "للهجوم": 40, "الهجوم": 51, "مسلحين": 40,
}  # fmt: skip
KNOWN = frozenset({"بغداد", "الكاظمي", "المليشيات", "العراق"})
SPELLER = SegmenterSpeller(Segmenter(KNOWN, frozenset(), WORDS))


def marked(text: str) -> AnnotatedDocument:
    """Build a document from markup; labels of events become triggers."""
    plain, marks = parse_markup(text)
    mentions: dict[str, list[dict[str, object]]] = {"entities": [], "events": []}
    for mark in marks:
        layer = "events" if mark.label in SCHEMA.events else "entities"
        label, _, level = mark.label.partition(":")
        mention = {"label": label, "start": mark.span.start, "end": mark.span.end}
        mentions[layer].append(mention | ({"level": level} if level else {}))
    return AnnotatedDocument.model_validate({"id": "a", "text": plain, **mentions})


def codes(text: str) -> list[str]:
    doc = marked(text)
    return [problem.code for problem in lint_document(doc, SCHEMA, speller=SPELLER)]


def slices(doc: AnnotatedDocument) -> list[str]:
    assert doc.text is not None
    return [doc.text[m.start : m.end] for m in (*doc.entities, *doc.events)]


@pytest.mark.parametrize(
    "text",
    [
        "في [بغداد|GPE]",
        "وب[بغداد|GPE]",
        "ول[لمليشيات|ORG]",
        "لـ[العراق|GPE]",
        "[وزير|TITLE] و[والي|TITLE]",
        'كتائب "[حزب الله|ORG]"',
        '[كتائب "حزب الله"|ORG] تهدد',
        "[المتحدث باسم “العصائب”|TITLE] قال",
        "قال [المتحدث باسم ”العصائب”|TITLE] إن",
        "[استهداف|ATTACK]هم",
        "[الخارجيّة|ORG]",
        "قال [الكاظمي|PER].",
        "عن [22|NUM] قتيلا",
    ],
)
def test_spans_that_keep_the_rule_are_left_alone(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("في[ بغداد|GPE]", "S101"),
        ("في [بغداد |GPE]ثم", "S101"),
        ("في [بغداد،|GPE] ثم", "S102"),
        ("في [«بغداد»|GPE] ثم", "S102"),
        ('[كتائب "حزب الله|ORG]"', "S109"),
        ("[الخارجي|ORG]ّة", "S103"),
        ("في [وبغداد|GPE]", "S104"),
        ("و[ببغداد|GPE]", "S104"),
        ("[للمليشيات|ORG]", "S104"),
        ("ال[عراق|GPE]", "S105"),
        ("[استهدافهم|ATTACK]", "S106"),
        ("[بغدا|GPE]د", "S107"),
        ("في [بغداد. قال|GPE] نعم", "S108"),
    ],
)
def test_each_bad_edge_has_its_code(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("في[ «بغداد»، |GPE]ثم", "بغداد"),
        ("في [وبغداد|GPE]", "بغداد"),
        ("[للمليشيات|ORG]", "لمليشيات"),
        ("[الخارجي|ORG]ّة", "الخارجيّ"),
        ('[كتائب "حزب الله|ORG]"', 'كتائب "حزب الله"'),
    ],
)
def test_what_is_certain_is_mended_and_listed(text: str, after: str) -> None:
    doc, fixes = fix_document(marked(text), SCHEMA, speller=SPELLER)
    assert slices(doc) == [after]
    assert fixes
    assert all(fix.after != fix.before for fix in fixes)


@pytest.mark.parametrize("text", ["ال[عراق|GPE]", "[استهدافهم|ATTACK]", "[بغدا|GPE]د"])
def test_what_only_a_person_can_decide_is_left(text: str) -> None:
    doc = marked(text)
    assert fix_document(doc, SCHEMA, speller=SPELLER) == (doc, ())


def test_a_mention_that_would_become_another_is_left() -> None:
    doc = marked("في [[بغداد|GPE]،|GPE] ثم")
    assert fix_document(doc, SCHEMA, speller=SPELLER) == (doc, ())


def test_arguments_still_point_to_a_mended_mention() -> None:
    doc = marked("[قصف|ATTACK] [بغداد،|GPE] أمس")
    mention = doc.entities[0].model_copy(update={"id": "T1"})
    filled = (Argument(role="RECIPIENT", entity="T1"),)
    trigger = doc.events[0].model_copy(update={"arguments": filled})
    doc = doc.model_copy(update={"entities": (mention,), "events": (trigger,)})
    fixed, _ = fix_document(doc, SCHEMA, speller=SPELLER)
    span = fixed.filler_span(fixed.events[0].arguments[0])
    assert span is not None
    assert fixed.text is not None
    assert fixed.text[span.start : span.end] == "بغداد"


def test_a_schema_without_clitics_asks_only_for_clean_edges() -> None:
    bare = Schema.model_validate(
        {**SCHEMA.model_dump(by_alias=True), "span_rule": {"punctuation": ".,"}}
    )
    problems = lint_document(marked("في [وبغداد,|GPE]"), bare, speller=SPELLER)
    assert [problem.code for problem in problems] == ["S102"]


EDGES = st.text('بغداد وفل،«»"ً. \n', min_size=1, max_size=30)


@given(EDGES, st.data())
def test_mending_ends_and_leaves_nothing_certain_behind(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    mention = {"label": "GPE", "start": start, "end": end}
    doc = AnnotatedDocument.model_validate(
        {"id": "a", "text": text, "entities": [mention]}
    )
    fixed, fixes = fix_document(doc, SCHEMA, speller=SPELLER)
    assert fixed.entities[0].start < fixed.entities[0].end
    assert fix_document(fixed, SCHEMA, speller=SPELLER) == (fixed, ())
    assert bool(fixes) == (fixed != doc)


@pytest.fixture(scope="module")
def speller() -> Speller | None:
    """The one that `miyar lint` uses, with our lexicon."""
    return load_speller(SCHEMA, None)


@pytest.mark.parametrize("label", [*SCHEMA.entities, *SCHEMA.events])
def test_the_examples_of_every_label_keep_the_rule(
    label: str, speller: Speller | None
) -> None:
    spec = SCHEMA.entities.get(label) or SCHEMA.events[label]
    assert len(spec.examples.positive) >= 3
    assert len(spec.examples.negative) >= 3
    for example in (*spec.examples.positive, *spec.examples.negative):
        assert lint_document(marked(example.text), SCHEMA, speller=speller) == []


def test_every_clause_has_an_example_and_it_keeps_the_rule(
    speller: Speller | None,
) -> None:
    for number, clause in SCHEMA.guideline.items():
        assert clause.examples, number
        for example in clause.examples:
            doc = marked(example.text)
            assert lint_document(doc, SCHEMA, speller=speller) == [], number
