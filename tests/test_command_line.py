"""The command line as a user meets it: one message an error, nothing half-written."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from annotate.cli.main import build_app
from annotate.cli.next_steps import NEXT, next_step
from annotate.cli.overview import SECTIONS
from annotate.labelstudio.client import Studio
from tests.command import MIYAR, miyar

ROOT = Path(__file__).parents[1]
RE = re.M | re.S


def commands() -> dict[str, typer.core.TyperCommand]:
    """Return every command by its words, sub-commands included."""
    found = {}

    def walk(command: object, words: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found[" ".join(words)] = command
        for name, sub in (inner or {}).items():
            walk(sub, (*words, name))

    walk(typer.main.get_command(build_app()), ())
    return found  # type: ignore[return-value]


COMMANDS = commands()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_with_an_example(name: str) -> None:
    text = COMMANDS[name].help or ""
    assert text.split("\n")[0].endswith((".", ";")), text
    assert f"Example: miyar {name}" in text


def test_help_lists_every_command_once_with_its_whole_sentence() -> None:
    app = typer.main.get_command(build_app())
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(app.commands)  # type: ignore[attr-defined]
    shown = miyar("--help", cwd=ROOT)
    assert "..." not in shown.stdout.partition("To see it all")[2]
    inner = miyar("schema", "--help", cwd=ROOT).stdout.partition("Commands:")[2]
    assert "migrate" in inner
    assert "..." not in inner


def test_every_argument_and_option_says_what_it_is() -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, command in COMMANDS.items()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert silent == []


def test_help_answers_at_once_for_it_loads_no_library_but_typer() -> None:
    code = (
        "import sys; sys.argv = ['miyar', '--help']\n"
        "from annotate.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('loaded', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split()[1:])
    needed = {"annotate", "schemas", "typer", "annotated_doc", "shellingham"}
    strange = {
        name
        for name in loaded - sys.stdlib_module_names - needed
        if not name.startswith("_")
    }
    assert strange == set()


def fenced(kind: str) -> list[str]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    texts = [page.read_text("utf-8") for page in pages]
    blocks = [b for t in texts for b in re.findall(rf"^```{kind}\n(.*?)^```", t, RE)]
    lines = "\n".join(blocks).splitlines()
    return [line for line in lines if line.startswith("miyar ")]


@pytest.mark.parametrize("line", fenced("sh"))
def test_every_command_of_readme_and_site_is_one(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    name = max(
        (name for name in COMMANDS if words[: len(name.split())] == name.split()),
        key=len,
    )
    known = {option for p in COMMANDS[name].params for option in p.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_the_readmes_suggest_and_score_give_the_promised_json(tmp_path: Path) -> None:
    made = miyar("suggest", ROOT / "seeds/articles", "-o", "s.jsonl", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    scored = miyar(
        *("score", "--gold", ROOT / "seeds/gold", "--predicted", "s.jsonl"),
        *("--format", "json"),
        cwd=tmp_path,
    )
    report = json.loads(scored.stdout)
    assert report["signature"].startswith("gold:seeds-1.0@")
    for layer in ("entities", "triggers", "arguments"):
        found = report["layers"][layer]
        assert set(found) >= {"labels", "micro", "macro"}
        for row in (found["micro"], found["macro"], *found["labels"].values()):
            keys = {"tp", "fp", "fn", "precision", "recall", "f1", "interval"}
            assert set(row) >= keys


LINE = '{"id": "a", "text": "زار بغداد", "entities": [%s], "events": [%s]}'
GPE = '{"id": "T1", "label": "GPE", "start": 4, "end": 9}'

BAD = {
    "not UTF-8": ("a.txt", "زار".encode("cp1256"), "ingest a.txt -o out", "not UTF-8"),
    "empty": ("a.txt", b" \n", "ingest a.txt -o out", "a.txt: the article is empty"),
    "doubled id": (
        *("a.jsonl", b'{"id":1,"text":"x"}\n{"id":1,"text":"y"}'),
        *("ingest a.jsonl -o out", "a.jsonl:2: document id '1'"),
    ),
    "span past the end": (
        *("a.jsonl", (LINE % (GPE.replace("9", "99"), "")).encode()),
        *("release a.jsonl -o out --name n --version 1", "M001 the span ends after"),
    ),
    "unknown label": (
        *("a.jsonl", (LINE % (GPE.replace("GPE", "CITY"), "")).encode()),
        *("release a.jsonl -o out --name n --version 1", "M003 'CITY' is no entity"),
    ),
    "role not allowed": (
        "a.jsonl",
        (
            LINE
            % (
                GPE,
                '{"label": "VISIT", "start": 0, "end": 3, "mode": "visit", '
                '"arguments": [{"role": "VICTIM", "entity": "T1"}]}',
            )
        ).encode(),
        "release a.jsonl -o out --name n --version 1",
        "A003 has no role 'VICTIM'; its roles are",
    ),
    "broken line": (
        *("a.jsonl", b'{"id": "a", "text": "x"}\n{"id"'),
        *("score --gold a.jsonl --predicted a.jsonl", "a.jsonl:2: "),
    ),
    "no server": (
        *("a.jsonl", (LINE % (GPE, "")).encode()),
        *("push a.jsonl --project news", "Start it with 'miyar up'"),
    ),
    "bad schema": (
        *("a.yaml", b"schema: a\nversion: 1\n"),
        *("schema check a.yaml", "a.yaml:1: title: is missing"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_message_exit_2_and_nothing_is_written(
    tmp_path: Path, case: str
) -> None:
    name, content, command, message = BAD[case]
    (tmp_path / name).write_bytes(content)
    done = miyar(*command.split(), cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith("miyar: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_busy_port_gets_one_message_and_exit_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = miyar("up", "--port", port, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"miyar: Port {port} is in use")
    assert "--port" in done.stderr
    # The lock that keeps two starts apart is all that is left.
    assert [path.name for path in (tmp_path / "state").iterdir()] == [".starting"]


@pytest.mark.studio
def test_a_wrong_token_gets_one_message_and_exit_2(
    studio: Studio, tmp_path: Path
) -> None:
    environ = {"MIYAR_URL": studio.url, "MIYAR_TOKEN": "feedc0de" * 5}
    call = ("pull", "--project", "news", "-o", "out")
    done = miyar(*call, cwd=tmp_path, environ=environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("miyar: ")
    assert done.stderr.count("\n") == 1
    assert "MIYAR_TOKEN" in done.stderr
    assert "feedc0de" not in done.stderr
    assert not (tmp_path / "out").exists()


GOLD = (
    '{"id": "a", "text": "زار الكاظمي بغداد"}\n'
    '{"id": "b", "text": "في بغداد", "entities": [{"label": "GPE", "start": 3, '
    '"end": 8}]}\n'
)
PER = '{"id": "T1", "label": "PER", "start": 4, "end": 11}'
VISIT = (
    '{"label": "VISIT", "start": 0, "end": 3, '
    '"arguments": [{"role": "ACTOR", "entity": "T9"}]}'
)

MALFORMED = {
    "duplicate ids": (
        f'{{"id": "a", "entities": [{PER}, {PER}]}}',
        *("two mentions have the id 'T1'", "Rename one"),
    ),
    "dangling argument": (
        f'{{"id": "a", "events": [{VISIT}]}}',
        *("names the entity 'T9', which the document does not have", "Add the entity"),
    ),
    "unknown label": (
        '{"id": "a", "entities": [{"label": "CITY", "start": 12, "end": 17}]}',
        *("'CITY' is no entity label of the schema", "rename it by --map"),
    ),
    "span past the end": (
        '{"id": "a", "entities": [{"label": "GPE", "start": 12, "end": 99}]}',
        *("[12, 99) ends after the text (17 characters)", "check the extractor's"),
    ),
    "wrong text": (
        '{"id": "a", "entities": [{"label": "GPE", "start": 12, "end": 17, '
        '"text": "دمشق"}]}',
        *("its text is 'دمشق', but covers 'بغداد'", "counts bytes, tokens or UTF-16"),
    ),
    "unknown document": (
        '{"id": "c"}',
        *("document 'c' is not among the documents of g", "Remove it, or compare"),
    ),
    "doubled document": (
        '{"id": "b"}',
        *("document 'b' was given before, in line 1", "Give every document once"),
    ),
    "broken line": (
        '{"id": "a", "entities": [',
        *("this is not a line of JSON", "must hold one whole JSON object"),
    ),
    "another text": (
        '{"id": "a", "text": "زار الكاظمي دمشق"}',
        *("at character 12 it has 'دمشق' instead of 'بغداد'", "leave the text out"),
    ),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_predictions_are_refused_with_line_reason_and_remedy(
    tmp_path: Path, kind: str
) -> None:
    line, reason, remedy = MALFORMED[kind]
    (tmp_path / "g.jsonl").write_text(GOLD, encoding="utf-8")
    (tmp_path / "p.jsonl").write_text(f'{{"id": "b"}}\n{line}\n', encoding="utf-8")
    done = miyar("score", "--gold", "g.jsonl", "--predicted", "p.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("miyar: p.jsonl:2: ")
    assert reason in done.stderr
    assert remedy in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_predictions_are_told_counted_as_missed_and_refused_if_asked(
    tmp_path: Path,
) -> None:
    (tmp_path / "g.jsonl").write_text(GOLD, encoding="utf-8")
    (tmp_path / "p.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")
    call = ("score", "--gold", "g.jsonl", "--predicted", "p.jsonl", "--format", "json")
    told = miyar(*call, cwd=tmp_path)
    assert told.returncode == 0
    assert "p.jsonl: 1 of 2 gold documents are missing: b." in told.stderr
    report = json.loads(told.stdout)
    assert report["unanswered"] == ["b"]
    assert report["layers"]["entities"]["micro"]["fn"] == 1
    refused = miyar(*call, "--complete", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "missing: b. Predict for each" in refused.stderr


def test_a_person_at_a_terminal_is_told_the_next_step_and_a_program_is_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.txt").write_text("زار الكاظمي بغداد", encoding="utf-8")
    call = f"{MIYAR} ingest a.txt -o d.jsonl"
    seen = subprocess.run(
        ["script", "-qec", call, "/dev/null"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Next, suggest marks for them: miyar suggest d.jsonl" in seen
    assert set(NEXT) <= set(COMMANDS)
    piped = miyar("ingest", "a.txt", "-o", "d.jsonl", cwd=tmp_path)
    assert "Next" not in piped.stdout + piped.stderr


def test_a_person_at_a_terminal_sees_that_it_works_and_a_program_does_not() -> None:
    call = ("verify", ROOT / "seeds" / "gold")
    seen = subprocess.run(
        ["script", "-qec", shlex.join([str(MIYAR), *map(str, call)]), "/dev/null"],
        cwd=ROOT,
        env=os.environ | {"TERM": "xterm"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "checking ..." in seen
    assert seen.rstrip().endswith("is intact")
    piped = miyar(*call, cwd=ROOT)
    assert "checking" not in piped.stdout + piped.stderr


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("suggest x -o 'my s.jsonl'", "miyar push 'my s.jsonl' --project NAME"),
        ("suggest x", "miyar push suggestions.jsonl --project NAME"),
        ("push s.jsonl --project=news", "miyar status --project news --watch"),
        ("pull --project news -o passes/", "miyar agree passes/*.jsonl"),
        ("agree a.jsonl b.jsonl --gamma", "miyar adjudicate a.jsonl b.jsonl --work"),
        ("bench --gold g -e rules --out r", "miyar report r/*.result.json"),
        ("split g.jsonl --train 0.8", "release g.jsonl -o FOLDER --name NAME "),
    ],
)
def test_the_next_step_names_what_the_command_named(line: str, step: str) -> None:
    assert step in (next_step(shlex.split(line)) or "")


def test_every_next_step_is_a_command_with_options_that_it_has() -> None:
    for name in NEXT:
        for told in (next_step([name]) or "").split("miyar ")[1:]:
            words = shlex.split(told.replace(", then", ""))
            known = {option for p in COMMANDS[words[0]].params for option in p.opts}
            assert {word for word in words if word.startswith("-")} <= known


def test_verify_tells_programs_what_is_wrong(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds" / "gold", tmp_path / "gold")
    call = ("verify", "gold", "--format", "json")
    whole = miyar(*call, cwd=tmp_path)
    assert (whole.returncode, json.loads(whole.stdout)["problems"]) == (0, [])
    (tmp_path / "gold" / "README.md").write_text("other", encoding="utf-8")
    changed = miyar(*call, cwd=tmp_path)
    told = json.loads(changed.stdout)
    assert (changed.returncode, told["title"], told["intact"]) == (
        *(1, "seeds-1.0"),
        False,
    )
    assert [problem["where"] for problem in told["problems"]] == ["gold/README.md"]


def test_lint_lists_mends_and_tells_by_its_exit(tmp_path: Path) -> None:
    line = LINE % ('{"label": "GPE", "start": 3, "end": 9}', "")
    (tmp_path / "a.jsonl").write_text(line, encoding="utf-8")
    listed = miyar("lint", "a.jsonl", "--format", "json", cwd=tmp_path)
    assert listed.returncode == 1
    assert [problem["code"] for problem in json.loads(listed.stdout)] == ["S101"]
    mended = miyar("lint", "a.jsonl", "--fix", cwd=tmp_path)
    assert (mended.returncode, mended.stdout) == (0, "")
    assert "mended a: S101 GPE ' بغداد' [3, 9) is now [4, 9)" in mended.stderr
    assert miyar("lint", "a.jsonl", cwd=tmp_path).returncode == 0


def test_lint_never_changes_a_release(tmp_path: Path) -> None:
    done = miyar("lint", ROOT / "seeds" / "gold", "--fix", cwd=tmp_path)
    assert done.returncode == 2
    assert "is a release, which never changes" in done.stderr


def test_lint_does_not_mend_what_it_cannot_put_back(tmp_path: Path) -> None:
    done = miyar("lint", "-", "--fix", cwd=tmp_path)
    assert done.returncode == 2
    assert "stdin" in done.stderr


def test_open_conflicts_are_listed_with_a_worksheet(tmp_path: Path) -> None:
    passes = sorted((ROOT / "seeds" / "annotations").glob("annotator-*.jsonl"))
    done = miyar("adjudicate", *passes, "--worksheet", "w.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    drafts = (tmp_path / "w.jsonl").read_text("utf-8").splitlines()
    assert f"{len(drafts)} conflicts are open" in done.stderr
    draft = json.loads(drafts[0])
    assert set(draft["votes"]) == {"annotator-1", "annotator-2"}
    assert draft["verdict"] is None


def test_a_migration_is_shown_before_it_is_run(tmp_path: Path) -> None:
    old = ROOT / "schemas" / "political_news.yaml"
    source = old.read_text("utf-8").replace("TITLE", "OFFICE")
    new = tmp_path / "new.yaml"
    new.write_text(source.replace('version: "1.0"', 'version: "2.0"'), "utf-8")
    steps = tmp_path / "steps.yaml"
    steps.write_text(
        "from: political-news-1.0\nto: political-news-2.0\n"
        "steps: [{rename: TITLE, to: OFFICE}]\n"
    )
    gold = ROOT / "seeds" / "gold"
    call = ("schema", "migrate", steps, gold, "--old", old, "--new", new)
    shown = miyar(*call, "--dry-run", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "58 renamed (dry run)" in shown.stdout
    assert not (tmp_path / "out").exists()
    run = miyar(*call, "-o", "out", "--release-version", "2.0", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert miyar("verify", "out/seeds-2.0", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("call", [("lint",), ("lint", "a.jsonl", "--project", "p")])
def test_lint_takes_files_or_a_project(tmp_path: Path, call: tuple[str, ...]) -> None:
    done = miyar(*call, cwd=tmp_path)
    assert done.returncode == 2
    assert "name the files to check, or a project with --project" in done.stderr
