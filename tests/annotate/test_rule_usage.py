from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotate.cli.main import build_app
from annotate.rule_usage import RuleUsage, count_usage, rule_ids
from annotate.rules.compiled import Ruleset
from annotate.rules.engine import suggest
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError

ROOT = Path(__file__).parents[2]
TEXTS = (
    "زار بوتين بغداد",
    "قال الوزير أحمد الصحاف إن بغداد آمنة",
    "أعلنت وزارة الدفاع العراقية مقتل جنديين",
)


def docs() -> list[AnnotatedDocument]:
    return [AnnotatedDocument(id=str(n), text=text) for n, text in enumerate(TEXTS)]


def usage(ruleset: Ruleset, **gold: AnnotatedDocument) -> dict[str, RuleUsage]:
    usages, documents = count_usage(docs(), ruleset, gold or None)
    assert documents == len(TEXTS)
    return {one.rule: one for one in usages}


def test_each_suggestion_is_counted_for_its_rule(ruleset: Ruleset) -> None:
    found = usage(ruleset)
    suggested = [suggest(doc, ruleset) for doc in docs()]
    total = sum(len(d.entities) + len(d.events) for d in suggested)
    assert sum(one.kept for one in found.values()) == total
    places = found["lexicon.places"]
    assert (places.kept, places.documents) == (2, {"0", "1"})
    assert places.examples["بغداد"] == 2
    assert places.precision is None


def test_rules_that_never_fire_are_there_too(ruleset: Ruleset) -> None:
    assert set(usage(ruleset)) == set(rule_ids(ruleset))


def test_what_two_rules_claim_is_an_overlap_and_under_two_labels_a_conflict(
    ruleset: Ruleset,
) -> None:
    persons = usage(ruleset)["lexicon.persons"]
    bodies = usage(ruleset)["lexicon.organisations"]
    assert bodies.rivals["org.shared-nisba"] == 1
    assert (bodies.overlaps, bodies.conflicts) == (1, 0)
    assert persons.found >= persons.kept


def test_gold_judges_its_own_documents_alone(ruleset: Ruleset) -> None:
    gold = suggest(docs()[0], ruleset)
    kept = tuple(m for m in gold.entities if m.label != "PER")
    found = usage(ruleset, **{"0": gold.model_copy(update={"entities": kept})})
    places, persons = found["lexicon.places"], found["lexicon.persons"]
    assert (places.right, places.judged, places.kept) == (1, 1, 2)
    assert (persons.right, persons.judged, persons.precision) == (0, 1, 0)
    low, high = places.interval or (0, 0)
    assert 0 < low < high <= 1


def test_the_command_sorts_by_what_is_wrong_and_prints_json() -> None:
    made = CliRunner().invoke(
        build_app(),
        [
            *("rules", str(ROOT / "seeds/articles")),
            *("--gold", str(ROOT / "seeds/gold"), "--format", "json"),
        ],
    )
    assert made.exit_code == 0, made.output
    content = json.loads(made.stdout)
    assert content["documents"] == 5
    wrong = [one["judged"] - one["right"] for one in content["rules"]]
    fired = sum(one["found"] > 0 or one["kept"] > 0 for one in content["rules"])
    assert wrong[:fired] == sorted(wrong[:fired], reverse=True)
    assert all(0 <= (one["coverage"] or 0) <= 1 for one in content["rules"])


def test_gold_of_other_articles_is_refused(tmp_path: Path) -> None:
    article = tmp_path / "x.txt"
    article.write_text("زار بوتين بغداد", encoding="utf-8")
    gold = str(ROOT / "seeds/gold")
    made = CliRunner().invoke(build_app(), ["rules", str(article), "--gold", gold])
    assert isinstance(made.exception, DataError)
    assert "holds none of these articles" in str(made.exception)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--sentence", "99"], "has no sentence 99; its sentences are 1 to"),
        (["--at", "999999"], "has no sentence around offset 999999"),
        (["--at", "1", "--sentence", "1"], "give one"),
        (["--id", "nobody"], "holds no document 'nobody'"),
    ],
)
def test_explain_says_which_sentences_there_are(
    options: list[str], message: str
) -> None:
    place = str(ROOT / "seeds/articles/elaph-2021-11.txt")
    made = CliRunner().invoke(build_app(), ["explain", place, *options])
    assert message in str(made.exception)


def test_explain_puts_arabic_last_and_latin_before_it() -> None:
    place = str(ROOT / "seeds/articles/elaph-2021-11.txt")
    made = CliRunner().invoke(build_app(), ["explain", place, "--at", "300"])
    assert made.exit_code == 0, made.output
    assert "sentence 2 of" in made.stdout
    assert "    319-324  word > GPE                  bgdAd             بغداد\n" in (
        made.stdout
    )
    # Nothing Latin follows Arabic on a line: that would be shown in another order.
    for line in made.stdout.splitlines()[2:]:
        words = line.split()
        arabic = [n for n, w in enumerate(words) if "\u0600" < w[0] < "\u06ff"]
        assert not arabic or all(not w.isascii() for w in words[arabic[0] :])
