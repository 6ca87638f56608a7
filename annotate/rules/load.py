"""Read and check a rule folder: every fault is told with file, line and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from annotate.arabic.conjugation import nominal_forms
from annotate.arabic.fold import fold_text
from annotate.rules.cache import (
    cache_folder,
    content_key,
    read_cached,
    write_cached,
)
from annotate.rules.compiled import Ruleset, compile_ruleset
from annotate.rules.lexicon import read_lexicon
from annotate.rules.model import (
    NOMINAL,
    PROVISIONAL,
    Entry,
    NominalSpec,
    PatternRule,
    RuleFiles,
)
from annotate.rules.triggers import read_triggers
from annotate.rules.yamlfile import RuleFile, read_yaml
from schemas.errors import SchemaError
from schemas.labels import Schema
from schemas.text_files import read_utf8

__all__ = ["DEFAULT_FOLDER", "build_ruleset", "load_ruleset"]

DEFAULT_FOLDER = Path(__file__).parents[2] / "seeds"
"""The folder whose `rules/` and `lexicons/` ship with the project."""


# A given name this frequent (Zipf times ten) that inflects is a common word too: it
# opens a longer name, and alone it is none.
_USUAL = 36
# A token of names below this that does not inflect is frequent for its bearers alone.
_FAMED = 45


def load_ruleset(
    schema: Schema, folder: Path | None = None, *, cache: Path | None = None
) -> Ruleset:
    """Return the compiled rules of `folder`, from the cache where they are unchanged.

    `cache` is a folder, the user's own by default; what is kept there is named by the
    hash of all it was made of. Raises SchemaError as `build_ruleset` does.
    """
    folder = folder or DEFAULT_FOLDER
    try:
        key = content_key(schema, folder)
    except OSError:
        # Building tells which file cannot be read, and how to mend it.
        return build_ruleset(schema, folder)
    path = (cache or cache_folder()) / f"{key}.rules"
    ruleset = read_cached(path, schema)
    if ruleset is None:
        ruleset = build_ruleset(schema, folder)
        write_cached(path, ruleset)
    return ruleset


def build_ruleset(schema: Schema, folder: Path | None = None) -> Ruleset:
    """Read `folder` (its `rules/*.yaml` and `lexicons/**/*.txt`) and compile it.

    Raises SchemaError at the first fault: an unknown label, role, class or mode, a bad
    pattern, a duplicate id, a file that is absent.
    """
    folder = folder or DEFAULT_FOLDER
    rules, lexicons = folder / "rules", folder / "lexicons"
    classes = read_yaml(rules / "classes.yaml")
    context = read_yaml(rules / "context.yaml")
    specs, forms, modes = read_triggers(read_yaml(rules / "triggers.yaml"), schema)
    words = _read_words(lexicons / "built" / "words.tsv")
    settings = classes.mapping("settings")
    files = RuleFiles(
        entries=tuple(_entries(lexicons, schema)),
        classes={k: tuple(v) for k, v in _class_words(classes).items()},
        groups={k: tuple(v) for k, v in classes.mapping("groups").items()},
        patterns=tuple(_patterns(context, schema)),
        stages=tuple(context.sequence("stages")),
        nominals=_nominals(read_yaml(rules / "nominals.yaml"), schema),
        forms=forms,
        specs=specs,
        names=_read_names(lexicons, words[0], words[1]),
        zipf=words[0],
        common=words[1],
        verbal=words[2],
        nesting=_nesting(context, schema),
        settings={k: tuple(map(str, v)) for k, v in settings.items()},
        modes=modes,
    )
    return compile_ruleset(files, schema)


def _class_words(classes: RuleFile) -> dict[str, list[str]]:
    owner: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for name, words in classes.mapping("classes").items():
        found[name] = []
        for word in (item for line in words for item in str(line).split()):
            key = fold_text(word)
            if owner.get(key, name) != name:
                raise SchemaError(
                    f"{classes.where(word)}: the word {word!r} is in the classes "
                    f"{owner[key]!r} and {name!r}. Leave it in one."
                )
            if key not in owner:
                owner[key] = name
                found[name].append(key)
    return found


def _patterns(context: RuleFile, schema: Schema) -> Iterable[PatternRule]:
    seen: set[str] = set()
    stages = context.sequence("stages")
    macros = context.mapping("macros")
    for rule in context.sequence("rules"):
        name = str(rule.get("id", ""))
        where = context.where(f"id: {name}")
        if not name or name in seen:
            raise SchemaError(
                f"{where}: the rule id {name!r} is empty or used twice. "
                "Give every rule an id of its own."
            )
        seen.add(name)
        if rule.get("stage") not in stages:
            raise SchemaError(
                f"{where}: rule {name!r} names the unknown stage "
                f"{rule.get('stage')!r}. Choose one of {', '.join(stages)}."
            )
        pattern = _expand(str(rule.get("pattern", "")), macros)
        yield _pattern(rule, pattern, where, schema)


def _expand(pattern: str, macros: Mapping[str, str]) -> str:
    """Put the text of each `<NAME>` in its place; later macros may use earlier ones."""
    for name, text in reversed(tuple(macros.items())):
        pattern = pattern.replace(f"<{name}>", f"(?:{text})")
    return pattern


def _pattern(
    rule: Mapping[str, Any], pattern: str, where: str, schema: Schema
) -> PatternRule:
    name = str(rule["id"])
    marks = tuple(rule.get("marks", ()))
    for mark in marks:
        known = mark is None or mark in (NOMINAL, *schema.entities)
        if not known and mark.removeprefix(PROVISIONAL) not in schema.entities:
            raise SchemaError(
                f"{where}: rule {name!r} marks the unknown label {mark!r}. "
                f"The schema knows {', '.join(schema.entities)}."
            )
    return PatternRule(
        name,
        rule["stage"],
        pattern,
        marks,
        rule.get("subtype"),
        rule.get("level", "name"),
        float(rule.get("score", 0.8)),
        where,
        bool(rule.get("agree")),
        bool(rule.get("solid")),
    )


def _nesting(context: RuleFile, schema: Schema) -> dict[str, frozenset[str]]:
    nesting = context.mapping("nesting")
    for outer, inner in nesting.items():
        for label in (outer, *inner):
            if label not in schema.entities:
                raise SchemaError(
                    f"{context.where(outer)}: nesting names the unknown label "
                    f"{label!r}. The schema knows {', '.join(schema.entities)}."
                )
    return {outer: frozenset(inner) for outer, inner in nesting.items()}


def _nominals(file: RuleFile, schema: Schema) -> dict[str, NominalSpec]:
    found: dict[str, NominalSpec] = {}
    for group in file.sequence("nominals"):
        label = str(group.get("label"))
        if label not in schema.entities:
            raise SchemaError(
                f"{file.where(label)}: unknown entity label {label!r} for nominals. "
                f"The schema knows {', '.join(schema.entities)}."
            )
        rule = f"nominal.{group['id']}"
        spec = NominalSpec(label, group.get("subtype"), rule, False)
        for word in (item for line in group["words"] for item in str(line).split()):
            for form in nominal_forms(word):
                found.setdefault(form, spec)
    return found


def _entries(folder: Path, schema: Schema) -> Iterable[Entry]:
    paths = sorted(set(folder.glob("*.txt")) - {folder / "names.txt"}) + sorted(
        folder.glob("built/*.txt")
    )
    if not paths:
        raise SchemaError(f"{folder}: holds no lexicon (*.txt). Name another folder.")
    for path in paths:
        yield from read_lexicon(path, schema)


def _read_words(
    path: Path,
) -> tuple[dict[str, int], frozenset[str], frozenset[str]]:
    zipf: dict[str, int] = {}
    common: list[str] = []
    verbal: list[str] = []
    for line in _lines(path):
        word, value, *rest = line.split("\t")
        zipf[word] = int(value)
        if rest:
            common.append(word)
            if rest[0] == "v":
                verbal.append(word)
    return zipf, frozenset(common), frozenset(verbal)


def _read_names(
    folder: Path, zipf: Mapping[str, int], common: frozenset[str]
) -> dict[str, str]:
    rows = (line.split("\t") for line in _lines(folder / "built" / "name_tokens.tsv"))
    names: dict[str, str] = {}
    for word, kind, doubt in rows:
        key = fold_text(word)
        famed = key not in common and zipf.get(key, 0) < _FAMED
        names[key] = f"{kind}_{'sure' if famed else doubt}"
    for line in _lines(folder / "names.txt"):
        for word in map(fold_text, line.split()):
            usual = word in common and zipf[word] >= _USUAL
            names[word] = "first_open" if usual else "first_sure"
    return names


def _lines(path: Path) -> Iterable[str]:
    lines = read_utf8(path, error=SchemaError).splitlines()
    return (line for line in lines if line and line[0] != "#")
