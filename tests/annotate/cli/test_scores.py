"""The commands on gold and predictions, run as a user runs them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from annotate.cli.main import build_app
from schemas.annotations import (
    AnnotatedDocument,
    Argument,
    EntityMention,
    EventMention,
)
from schemas.errors import DataError, UsageError
from schemas.jsonl import write_documents

TEXT = "أعلن الكاظمي في بغداد"
PERSON = EntityMention(id="T1", label="PER", start=5, end=12)
CITY = EntityMention(id="T2", label="GPE", start=16, end=21)
SAYING = EventMention(
    label="STATEMENT",
    start=0,
    end=4,
    arguments=(Argument(role="ACTOR", entity="T1"),),
)


def run(*words: object) -> Result:
    return CliRunner().invoke(build_app(), [str(word) for word in words])


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    write_documents(
        path,
        [
            AnnotatedDocument(
                id=doc_id,
                text=TEXT,
                meta={"outlet": outlet},
                entities=(PERSON, CITY),
                events=(SAYING,),
            )
            for doc_id, outlet in (("a", "one"), ("b", "two"))
        ],
    )
    return path


@pytest.fixture
def predicted(tmp_path: Path) -> Path:
    path = tmp_path / "predicted.jsonl"
    found = AnnotatedDocument(id="a", entities=(PERSON,), events=(SAYING,))
    write_documents(path, [found])
    return path


def as_json(*words: object) -> Any:
    result = run(*words, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_score_prints_the_public_json(gold: Path, predicted: Path) -> None:
    report = as_json("score", "--gold", gold, "--predicted", predicted)
    entities = report["layers"]["entities"]
    assert (entities["micro"]["tp"], entities["micro"]["fn"]) == (1, 3)
    assert entities["labels"]["PER"]["recall"] == 0.5
    assert entities["labels"]["ORG"]["f1"] is None
    assert report["layers"]["arguments"]["labels"]["ACTOR"]["tp"] == 1
    assert report["signature"].startswith("gold:gold@")


def test_score_prints_tables_that_are_not_cut(gold: Path, predicted: Path) -> None:
    result = run("score", "--gold", gold, "--predicted", predicted)
    assert result.exit_code == 0
    assert "arguments:unattached-found" in result.stdout
    assert "…" not in result.stdout
    line = next(x for x in result.stdout.splitlines() if x.strip().startswith("ORG"))
    assert line.split()[1:5] == ["–", "–", "–", "–"]


@pytest.mark.parametrize("form", ["markdown", "latex", "csv"])
def test_score_prints_for_papers(gold: Path, predicted: Path, form: str) -> None:
    result = run("score", "--gold", gold, "--predicted", predicted, "--format", form)
    assert result.exit_code == 0
    assert "0.500" in result.stdout


def test_a_release_is_scored_with_its_own_schema_and_name(
    gold: Path, predicted: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    made = run("release", gold, "-o", folder, "--name", "tiny", "--version", "1.0")
    assert made.exit_code == 0, made.output
    assert run("verify", folder).exit_code == 0
    report = as_json("score", "--gold", folder, "--predicted", predicted)
    assert report["signature"].startswith("gold:tiny-1.0@")
    (folder / "gold.jsonl").write_text("{}")
    assert run("verify", folder).exit_code == 1
    told = run("score", "--gold", folder, "--predicted", predicted)
    assert isinstance(told.exception, DataError)


def test_a_release_carries_the_agreement_of_its_passes(
    gold: Path, predicted: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    about = tmp_path / "about.yaml"
    about.write_text("annotators: [{name: predicted, kind: machine}]\n")
    passes = ("--pass", gold, "--pass", predicted, "--about", about)
    options = ("-o", folder, "--name", "tiny", "--version", "1.0", *passes)
    assert run("release", gold, *options).exit_code == 0
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    agreed = manifest["agreement"]["layers"]["entities"]["micro"]["f1"]
    assert agreed == pytest.approx(2 / 3, abs=1e-6)
    assert "no human ceiling" in (folder / "README.md").read_text("utf-8")


def test_an_unknown_label_needs_another_schema_or_none(
    gold: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.jsonl"
    strange = PERSON.model_copy(update={"label": "PERS"})
    write_documents(other, [AnnotatedDocument(id="a", entities=(strange,))])
    told = run("score", "--gold", gold, "--predicted", other)
    assert isinstance(told.exception, DataError)
    assert "other.jsonl:1" in str(told.exception)

    free = as_json("score", "--gold", gold, "--predicted", other, "--schema", "none")
    assert free["layers"]["entities"]["labels"]["PERS"]["fp"] == 1

    names = tmp_path / "map.yaml"
    names.write_text("predicted: {PERS: PER}\n")
    mapped = as_json("score", "--gold", gold, "--predicted", other, "--map", names)
    assert mapped["layers"]["entities"]["labels"]["PER"]["tp"] == 1
    assert "|map:" in mapped["signature"]
    assert "|map:" not in free["signature"]

    names.write_text("guess: {PERS: PER}\n")
    told = run("score", "--gold", gold, "--predicted", other, "--map", names)
    assert isinstance(told.exception, DataError)


def test_slices_add_up_to_the_whole(gold: Path, predicted: Path) -> None:
    slices = ("outlet", "document", "length", "seen", "frequency")
    options = [word for kind in slices for word in ("--by", kind)]
    report = as_json(
        "score", "--gold", gold, "--predicted", predicted, *options, "--train", gold
    )
    whole = report["layers"]["entities"]["micro"]
    assert report["slices"].keys() == set(slices)
    for kind, parts in report["slices"].items():
        for count in ("tp", "fp", "fn"):
            added = sum(part["entities"]["micro"][count] for part in parts.values())
            assert added == whole[count], (kind, count)
    told = run("score", "--gold", gold, "--predicted", predicted, "--by", "seen")
    assert isinstance(told.exception, UsageError)


def test_a_score_below_its_limit_exits_with_1(gold: Path, predicted: Path) -> None:
    words = ("score", "--gold", gold, "--predicted", predicted, "--format", "json")
    words += ("--fail-under",)
    assert run(*words, "entities.micro.precision=1").exit_code == 0
    assert run(*words, "entities.PER.recall=0.5").exit_code == 0
    assert run(*words, "entities.micro.f1=0.9").exit_code == 1
    assert run(*words, "entities.ORG.f1=0").exit_code == 1  # undefined
    for wrong in ("entities.micro.f1", "entities.NOPE.f1=0.5", "entities=0.5"):
        assert isinstance(run(*words, wrong).exception, UsageError), wrong


def test_a_build_can_refuse_a_score_that_went_down(
    gold: Path, predicted: Path, tmp_path: Path
) -> None:
    baseline = tmp_path / "baseline.json"
    before = as_json("score", "--gold", gold, "--predicted", predicted)
    baseline.write_text(json.dumps(before))
    kept = ("--format", "json", "--no-regression", baseline)
    assert run("score", "--gold", gold, "--predicted", predicted, *kept).exit_code == 0
    assert run("score", "--gold", gold, "--predicted", gold, *kept).exit_code == 0

    worse = tmp_path / "worse.jsonl"
    write_documents(worse, [AnnotatedDocument(id="a", entities=(PERSON,))])
    done = run("score", "--gold", gold, "--predicted", worse, *kept)
    assert done.exit_code == 1
    assert "triggers.micro.f1 is" in done.stderr
    assert "entities.micro.f1" not in done.stderr

    other = tmp_path / "other.jsonl"
    other.write_bytes(gold.read_bytes().splitlines(keepends=True)[0])
    told = run("score", "--gold", other, "--predicted", predicted, *kept)
    assert isinstance(told.exception, UsageError)
    assert "the baseline was scored with gold" in str(told.exception)
    worse.write_text("[]")
    told = run(*("score", "--gold", gold, "--predicted", predicted), *kept[:-1], worse)
    assert isinstance(told.exception, DataError)
    assert "is no score" in str(told.exception)


VISIT = EventMention(
    label="VISIT",
    start=13,
    end=15,
    arguments=(Argument(role="DESTINATION", start=16, end=21),),
)


def test_scores_by_event_type_and_by_role_add_up(gold: Path, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    document = AnnotatedDocument(
        id="a", text=TEXT, entities=(PERSON,), events=(SAYING, VISIT)
    )
    write_documents(path, [document])
    words = ("score", "--gold", gold, "--predicted", path, "--by", "type")
    report = as_json(*words, "--by", "role")
    types, roles = report["slices"]["type"], report["slices"]["role"]
    for layer in ("triggers", "arguments"):
        whole = report["layers"][layer]["micro"]
        for count in ("tp", "fp", "fn"):
            parts = [part[layer]["micro"][count] for part in types.values()]
            assert sum(parts) == whole[count], (layer, count)
    assert roles["STATEMENT.ACTOR"]["arguments"]["micro"]["tp"] == 1
    assert roles["VISIT.DESTINATION"]["arguments"]["micro"]["fp"] == 1
    assert "|type:VISIT|" in types["VISIT"]["triggers"]["signature"]
    shown = run(*words).stdout
    assert "arguments by type" in shown


def test_triggers_are_blamed_for_the_arguments_they_took_along(
    gold: Path, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.jsonl"
    fillers = SAYING.arguments
    lost = VISIT.model_copy(update={"start": 0, "end": 4, "arguments": fillers})
    astray = Argument(role="ACTOR", entity="T2")
    wrong = SAYING.model_copy(update={"arguments": (astray,)})
    entities = (PERSON, CITY)
    docs = [
        AnnotatedDocument(id="a", entities=entities, events=(lost,)),
        AnnotatedDocument(id="b", entities=entities, events=(wrong,)),
    ]
    write_documents(path, docs)
    words = ("score", "--gold", gold, "--predicted", path, "--given-triggers", gold)
    blame = as_json(*words)["argument_errors"]
    # In a the trigger has the wrong type; in b it is right and its argument wrong.
    assert (blame["errors"], blame["share_from_triggers"]) == (4, 0.5)
    assert (blame["missed_with_trigger"], blame["spurious_with_trigger"]) == (1, 1)
    assert blame["pipeline"]["f1"] == 0
    assert blame["given_triggers"]["f1"] == 1
    assert "50.0 % of 4 argument errors are due to triggers" in run(*words).stdout
    own = run(*words[:-1], path)
    assert isinstance(own.exception, DataError)
    assert "1 triggers are not the gold's" in str(own.exception)


def test_agree_shows_layers_and_pairs(gold: Path, predicted: Path) -> None:
    report = as_json("agree", gold, predicted)
    assert report["annotators"] == ["gold", "predicted"]
    assert report["documents"] == 1
    assert report["layers"]["entities"]["micro"]["f1"] == pytest.approx(2 / 3)
    assert run("agree", gold, predicted).exit_code == 0
    assert isinstance(run("agree", gold, gold).exception, UsageError)


def test_compare_tests_every_two_systems(gold: Path, predicted: Path) -> None:
    words = ("compare", "--gold", gold, gold, predicted, "--trials", "50")
    report = as_json(*words)
    micro = report["layers"]["entities"][0]
    assert micro["systems"] == ["gold", "predicted"]
    assert micro["difference"] < 0
    assert 0 < micro["p"] <= micro["p_holm"] <= 1
    shown = run(*words)
    assert "predicted" in shown.stdout
    assert "2 documents are too few for any difference" in shown.stderr


def test_what_bench_predicted_is_called_after_its_extractor(
    gold: Path, predicted: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.predictions.jsonl"
    mine.write_bytes(predicted.read_bytes())
    report = as_json("compare", "--gold", gold, mine, predicted, "--trials", "50")
    assert report["layers"]["entities"][0]["systems"] == ["mine", "predicted"]


def test_the_ceiling_says_who_annotated(gold: Path, predicted: Path) -> None:
    report = as_json(
        *("score", "--gold", gold, "--predicted", predicted),
        *("--annotator", gold, "--annotator", predicted),
    )
    assert "does not state" in report["ceiling"]["annotators"]
    assert report["ceiling"]["layers"]["entities"][0]["row"] == "micro"


@pytest.mark.parametrize(
    ("kind", "human", "head", "words"),
    [
        ("person", True, "human ceiling", "a second annotator ("),
        ("machine", False, "machines agree", "a second machine's pass"),
    ],
)
def test_only_people_make_a_human_ceiling(
    tmp_path: Path, kind: str, human: bool, head: str, words: str
) -> None:
    def side(name: str, *, missed: int) -> Path:
        path = tmp_path / f"{name}.jsonl"
        docs = [
            AnnotatedDocument(
                id=f"d{n}",
                text=TEXT,
                entities=(PERSON,) if n == missed else (PERSON, CITY),
            )
            for n in range(8)
        ]
        write_documents(path, docs)
        return path

    one, two, gold = (side(n, missed=m) for n, m in (("one", 0), ("two", 1), ("g", 9)))
    about = tmp_path / "about.yaml"
    who = [f"{{name: {name}, kind: {kind}}}" for name in ("one", "two")]
    about.write_text(f"annotators: [{', '.join(who)}]\n")
    release = tmp_path / "release"
    options = ("-o", release, "--name", "tiny", "--version", "1.0", "--about", about)
    made = run("release", gold, *options, "--pass", one, "--pass", two)
    assert made.exit_code == 0, made.output

    call = ("score", "--gold", release, "--predicted", side("p", missed=2))
    call += ("--annotator", one, "--annotator", two, "--layer", "entities")
    report = as_json(*call)
    assert report["ceiling"]["human"] is human
    assert words in report["ceiling"]["statements"]["entities"]["statement"]
    assert report["agreement"]["human"] is human
    assert report["agreement"]["f1"]["entities"]["micro"] == pytest.approx(14 / 15)
    # Under other edges the agreement would have been another one.
    assert "agreement" not in as_json(*call[:5], "--convention", "word")
    shown = run(*call).stdout
    assert head in shown
    assert f"not distinguishable from {words}" in shown


def test_a_proclitic_does_not_count_under_the_clitic_convention(tmp_path: Path) -> None:
    text = "وصل الوزير إلى ببغداد"
    sides = {}
    for name, start in (("gold", 16), ("predicted", 15)):
        city = EntityMention(label="GPE", start=start, end=21)
        sides[name] = tmp_path / f"{name}.jsonl"
        doc = AnnotatedDocument(id="a", text=text, entities=(city,))
        write_documents(sides[name], [doc])
    words = ("score", "--gold", sides["gold"], "--predicted", sides["predicted"])
    raw = as_json(*words, "--layer", "entities", "--layer", "entities:clitic")
    assert raw["layers"]["entities"]["micro"]["f1"] == 0
    assert raw["layers"]["entities:clitic"]["micro"]["f1"] == 1
    told = as_json(*words, "--errors")
    assert told["errors"] == {"entities": {"clitic": {"cases": 1, "fp": 1, "fn": 1}}}
    assert "clitic" in run(*words, "--errors").stdout
    moved = as_json(*words, "--convention", "clitic", "--errors", "--by", "length")
    assert moved["layers"]["entities"]["micro"]["f1"] == 1
    assert "convention:clitic" in moved["signature"]
    assert moved["errors"] == {}  # the kinds add up to the counts under it
    assert moved["slices"]["length"]["1"]["entities"]["micro"]["tp"] == 1


def test_every_rung_of_the_ladder_of_arguments_is_shown(
    gold: Path, predicted: Path
) -> None:
    names = ("arguments", "arguments:clitic", "arguments:overlap")
    names += ("arguments:same-entity",)
    words = ("score", "--gold", gold, "--predicted", predicted)
    layers = as_json(*words)["layers"]
    assert [layers[name]["micro"]["tp"] for name in names] == [1] * 4
    shown = run(*words).stdout
    assert all(f" {name} " in shown for name in names)
    assert "arguments:clitic" not in as_json(*words, "--convention", "word")["layers"]


def test_one_csv_holds_everything_that_was_asked_for(
    gold: Path, predicted: Path
) -> None:
    words = ("score", "--gold", gold, "--predicted", predicted, "--format", "csv")
    asked = ("--errors", "--by", "length", "--layer", "entities")
    asked += ("--layer", "attributes", "--annotator", gold, "--annotator", predicted)
    text = run(*words, *asked).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.count("table,row,") == 1
    assert {"entities by length", "errors by kind"} <= {row["table"] for row in rows}
    assert all(row["signature"].startswith("gold:") for row in rows)
