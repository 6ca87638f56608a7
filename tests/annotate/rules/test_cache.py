from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from annotate.rules import load
from annotate.rules.cache import cache_folder, content_key, read_cached, write_cached
from annotate.rules.compiled import Ruleset
from annotate.rules.engine import suggest
from annotate.rules.load import DEFAULT_FOLDER, build_ruleset, load_ruleset
from schemas.annotations import AnnotatedDocument
from schemas.errors import SchemaError
from schemas.labels import Schema

TEXT = "قال رئيس الوزراء العراقي مصطفى الكاظمي إن الجيش قصف بلخشتوف قرب بغداد"
ARTICLES = sorted((DEFAULT_FOLDER / "articles").glob("*.txt"))


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose rules were read and compiled."""
    built: list[Path] = []

    def watched(schema: Schema, folder: Path) -> Ruleset:
        built.append(folder)
        return build_ruleset(schema, folder)

    monkeypatch.setattr(load, "build_ruleset", watched)
    return built


def found(ruleset: Ruleset, text: str = TEXT) -> str:
    doc = suggest(AnnotatedDocument(id="d", text=text), ruleset)
    return doc.model_dump_json()


def test_unchanged_rules_are_compiled_once(
    schema: Schema, folder: Path, cache: Path, builds: list[Path]
) -> None:
    first = load_ruleset(schema, folder, cache=cache)
    second = load_ruleset(schema, folder, cache=cache)
    assert builds == [folder]
    assert found(first) == found(second)
    assert "بغداد" in {entry.form for entry in second.entries}


@pytest.fixture(scope="module")
def fresh(schema: Schema) -> Ruleset:
    """The rules that ship, compiled here."""
    return build_ruleset(schema)


@pytest.fixture(scope="module")
def kept(
    schema: Schema, fresh: Ruleset, tmp_path_factory: pytest.TempPathFactory
) -> Ruleset:
    """The same, written and read."""
    file = tmp_path_factory.mktemp("kept") / "kept.rules"
    write_cached(file, fresh)
    back = read_cached(file, schema)
    assert back is not None
    return back


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_kept_rules_suggest_what_fresh_ones_do(
    fresh: Ruleset, kept: Ruleset, path: Path
) -> None:
    text = path.read_text(encoding="utf-8")
    assert found(kept, text) == found(fresh, text)


@pytest.mark.parametrize(
    "changed",
    [
        "rules/context.yaml",
        "rules/triggers.yaml",
        "lexicons/names.txt",
        "lexicons/places.txt",
        "lexicons/built/words.tsv",
        "lexicons/built/name_tokens.tsv",
    ],
)
def test_a_changed_file_is_compiled_anew(
    schema: Schema, folder: Path, cache: Path, builds: list[Path], changed: str
) -> None:
    load_ruleset(schema, folder, cache=cache)
    with (folder / changed).open("a", encoding="utf-8") as file:
        file.write("\n# another remark\n")
    load_ruleset(schema, folder, cache=cache)
    assert builds == [folder, folder]


def test_an_added_lexicon_is_seen(schema: Schema, folder: Path, cache: Path) -> None:
    before = load_ruleset(schema, folder, cache=cache)
    (folder / "lexicons" / "more.txt").write_text("@ GPE city\nبلخشتوف\n", "utf-8")
    after = load_ruleset(schema, folder, cache=cache)
    assert len(after.entries) == len(before.entries) + 1


def test_a_file_that_cannot_be_read_is_told_as_without_a_cache(
    schema: Schema, folder: Path, cache: Path
) -> None:
    # A folder stands where the file should be: nobody, not even root, reads that.
    (folder / "rules" / "context.yaml").unlink()
    (folder / "rules" / "context.yaml").mkdir()
    with pytest.raises(SchemaError, match=r"context\.yaml: cannot be read"):
        load_ruleset(schema, folder, cache=cache)


def test_another_schema_has_a_key_of_its_own(schema: Schema, folder: Path) -> None:
    other = schema.model_copy(update={"version": "99.0"})
    assert content_key(schema, folder) != content_key(other, folder)


@pytest.mark.parametrize("torn", [b"", b"short", b"0" * 500])
def test_a_damaged_file_is_compiled_and_kept_anew(
    schema: Schema, folder: Path, cache: Path, builds: list[Path], torn: bytes
) -> None:
    load_ruleset(schema, folder, cache=cache)
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(torn or whole[: len(whole) // 2])
    assert found(load_ruleset(schema, folder, cache=cache))
    assert builds == [folder, folder]
    load_ruleset(schema, folder, cache=cache)
    assert len(builds) == 2


def test_a_file_that_would_run_code_is_not_run(
    schema: Schema, cache: Path, tmp_path: Path
) -> None:
    import hashlib

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (str(tmp_path / "ran"),)

    payload = pickle.dumps({"files": Trap()})
    file = cache / "trap.rules"
    file.write_bytes(hashlib.sha256(payload).digest() + payload)
    assert read_cached(file, schema) is None
    assert not (tmp_path / "ran").exists()


def test_a_place_that_cannot_be_written_costs_only_time(
    schema: Schema, folder: Path, tmp_path: Path
) -> None:
    # A file stands where the folder should be: nobody, not even root, writes there.
    blocked = tmp_path / "blocked"
    blocked.write_text("", encoding="utf-8")
    assert found(load_ruleset(schema, folder, cache=blocked / "cache"))


def test_only_the_newest_sets_stay(schema: Schema, folder: Path, cache: Path) -> None:
    for number in range(6):
        (folder / "lexicons" / "names.txt").write_text(f"محمد{number}\n", "utf-8")
        load_ruleset(schema, folder, cache=cache)
    assert len(list(cache.iterdir())) == 4


def test_two_processes_at_once_leave_one_whole_set(
    schema: Schema, folder: Path, cache: Path, builds: list[Path]
) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from annotate.rules.load import load_ruleset\n"
        "from schemas.load import load_schema\n"
        "load_ruleset(load_schema(), Path(sys.argv[1]), cache=Path(sys.argv[2]))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(folder), str(cache)])
        for _ in range(2)
    ]
    assert [process.wait(timeout=300) for process in running] == [0, 0]
    assert len(list(cache.iterdir())) == 1
    load_ruleset(schema, folder, cache=cache)
    assert builds == []


def test_the_cache_is_the_users_and_can_be_moved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MIYAR_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("MIYAR_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "miyar"
