"""The gold of the seed articles is what its passes and decisions give, and is clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotate.adjudicate import adjudicate_all
from annotate.decisions import count_verdicts, read_decisions
from annotate.figures import measure_agreement
from annotate.ingest import complete_document, read_sources
from annotate.linking import link_document, read_links
from annotate.lint import lint_document
from annotate.spelling import load_speller
from exports import build_release, read_about, read_release, verify_release
from schemas.checks import check_documents
from schemas.jsonl import read_documents
from schemas.load import BUILT_IN, load_schema

SEEDS = Path(__file__).parents[1] / "seeds"
KEPT = SEEDS / "annotations"
PASSES = ("annotator-1", "annotator-2")
SCHEMA = load_schema()
GOLD = read_release(SEEDS / "gold")


def test_the_release_is_intact_and_of_todays_schema() -> None:
    assert verify_release(SEEDS / "gold") == []
    assert GOLD.schema == load_schema(BUILT_IN)


def test_the_passes_and_decisions_give_the_gold_byte_for_byte(tmp_path: Path) -> None:
    passes = {name: list(read_documents(KEPT / f"{name}.jsonl")) for name in PASSES}
    decisions = read_decisions(KEPT / "decisions.jsonl")
    gold, conflicts = adjudicate_all(passes, decisions)
    assert conflicts == ()
    links = read_links(KEPT / "links.tsv")
    about = read_about(KEPT / "about.yaml")
    made = build_release(
        [complete_document(link_document(doc, links)) for doc in gold],
        schema=SCHEMA,
        name="seeds",
        version="1.0",
        folder=tmp_path / "gold",
        about=about.model_copy(update={"adjudication": count_verdicts(decisions)}),
        agreement=measure_agreement(passes, SCHEMA),
    )
    assert made.release == GOLD.manifest.release
    for file in (tmp_path / "gold").iterdir():
        assert file.read_bytes() == (SEEDS / "gold" / file.name).read_bytes()


def test_the_gold_is_of_the_articles_as_they_stand() -> None:
    articles = {doc.id: doc for doc in read_sources([SEEDS / "articles"])}
    assert {doc.id for doc in GOLD.documents} == set(articles)
    for doc in GOLD.documents:
        article = articles[doc.id]
        assert (doc.text, doc.sha256) == (article.text, article.sha256)
        assert (doc.tokens, doc.sentences) == (article.tokens, article.sentences)


def test_lint_finds_nothing_in_it() -> None:
    speller = load_speller(SCHEMA, None)
    assert check_documents(GOLD.documents, SCHEMA) == []
    for doc in GOLD.documents:
        assert lint_document(doc, SCHEMA, speller=speller) == []


def test_every_decision_cites_a_clause_and_says_why() -> None:
    for decision in read_decisions(KEPT / "decisions.jsonl"):
        assert decision.clause in SCHEMA.guideline
        assert decision.why


def test_nominals_and_counts_fill_a_role_and_subtypes_are_given() -> None:
    for doc in GOLD.documents:
        used = {a.entity for event in doc.events for a in event.arguments}
        for mention in doc.entities:
            if mention.level == "nominal":
                assert mention.id in used
            if SCHEMA.entities[mention.label].subtypes:
                assert mention.subtype


def test_arguments_stand_in_the_sentence_of_their_trigger() -> None:
    for doc in GOLD.documents:
        assert doc.sentences is not None
        for event in doc.events:
            inside = [s for s in doc.sentences if s[0] <= event.start < s[1]]
            for argument in event.arguments:
                filler = doc.filler_span(argument)
                assert filler is not None
                assert inside[0][0] <= filler.start < filler.end <= inside[0][1]


def test_each_required_role_is_filled_or_its_absence_is_told() -> None:
    kept = (KEPT / "unfilled.tsv").read_text("utf-8").splitlines()[1:]
    told = [tuple(line.split("\t")) for line in kept]
    assert all(why for *_, why in told)
    found = [
        (doc.id, str(event.start), doc.text[event.start : event.end], event.label, role)
        for doc in GOLD.documents
        if doc.text is not None
        for event in doc.events
        for role, use in SCHEMA.events[event.label].roles.items()
        if use.required and role not in {a.role for a in event.arguments}
    ]
    assert sorted(row[:5] for row in told) == sorted(found)
    card = (SEEDS / "gold" / "README.md").read_text("utf-8")
    assert f"{len(found)} required roles stay empty" in " ".join(card.split())


def test_every_reference_resolves_and_a_role_has_the_fillers_it_may() -> None:
    for doc in GOLD.documents:
        entities = doc.entity_by_id()
        assert len(entities) == len(doc.entities)
        for event in doc.events:
            roles = SCHEMA.events[event.label].roles
            for argument in event.arguments:
                assert entities[argument.entity].label in roles[argument.role].fillers


@pytest.mark.parametrize("spellings", [("قاني", "قآني"), ("إيران", "ايران")])
def test_spellings_of_one_name_have_one_id(spellings: tuple[str, ...]) -> None:
    ids = {
        mention.kb
        for doc in GOLD.documents
        for mention in doc.entities
        if (doc.text or "")[mention.start : mention.end] in spellings
    }
    assert len(ids) == 1
    assert None not in ids
