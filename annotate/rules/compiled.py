"""The rule set ready to run: word table, automaton, stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import NamedTuple

from annotate.arabic.clitics import Segmenter
from annotate.arabic.fold import fold_text
from annotate.rules.automaton import NameAutomaton
from annotate.rules.context import Stage, compile_stage
from annotate.rules.frames import compile_forms
from annotate.rules.grammar import Grammar, build_grammar
from annotate.rules.keys import Keys
from annotate.rules.model import Entry, RuleFiles
from annotate.rules.pattern import CONTINUED, PatternParser
from annotate.rules.resolve import Facts
from annotate.rules.shapes import CLITICS, Vocabulary
from annotate.rules.words import QUOTE, WordTable
from schemas.errors import SchemaError
from schemas.labels import Schema

__all__ = ["Ruleset", "compile_ruleset"]

_MARKS = {
    "comma": "،,",
    "stop": ".…",
    "semicolon": "؛;",
    "colon": ":",
    "dash": "-–—ـ",
    "slash": "/",
    "open": "([{",
    "close": ")]}",
    "quote": "\"'“”„«»‘’`″",
    "query": "?؟!",
}
LATE = "late"
"""Stages whose name starts so run after the surnames are known."""

_GIVEN = ("first_sure", "first_open")
_STRUCTURAL = (
    *("number", "latin", "mark", "event", "event_al", "say", "verb", "initial"),
    *("nominal", "nominal_al", "nominal_own", "al", "al_adj", "al_unknown"),
    *("word", "adj", "word_verb", "word_joined", "unknown", "boundary"),
    *("seldom_word", "seldom_adj"),
    *("first_sure", "first_open", "first_maybe", "last_sure", "last_maybe"),
)


class Name(NamedTuple):
    """What a name of the lexicons leaves in a reading.

    Its symbol, whether it holds an opening quotation mark alone, and the mention; None
    for weak names, which make none.
    """

    symbol: int
    opens_quote: bool
    facts: Facts | None


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A compiled rule set; `suggest` reads it and never changes what it means.

    `table` is a memo: it grows with the words met.
    """

    schema: Schema
    files: RuleFiles
    table: WordTable
    automaton: NameAutomaton
    entries: tuple[Entry, ...]
    names: tuple[Name, ...]
    letters: Mapping[str, int]
    stages: tuple[Stage, ...]
    late: tuple[Stage, ...]
    grammar: Grammar
    modes: Mapping[str, tuple[tuple[str, frozenset[str]], ...]]


def compile_ruleset(files: RuleFiles, schema: Schema) -> Ruleset:
    """Build the word table, the automaton and the stages of checked rule files."""
    chunks = frozenset(schema.entities) | {f"shared_{x}" for x in schema.entities}
    letters = _letters(files, schema)
    for name, members in files.groups.items():
        for member in members:
            if member not in letters:
                raise SchemaError(
                    f"classes.yaml: group {name!r} holds the unknown class {member!r}. "
                    "Add the class, or mend its name."
                )
    keys = Keys()
    known = _known_words(files)
    table = _word_table(files, schema, letters, keys, known)
    patterns, entries = _name_patterns(files, table, known)
    parser = PatternParser(letters, files.groups, chunks)
    stages = {
        name: compile_stage(
            name, (rule for rule in files.patterns if rule.stage == name), parser
        )
        for name in files.stages
    }
    grammar = build_grammar(files, letters, keys, _STRUCTURAL)
    modes = {
        label: tuple((mode, keys.all(words)) for mode, words in options)
        for label, options in files.modes.items()
    }
    keys.settle()
    return Ruleset(
        schema,
        files,
        table,
        NameAutomaton(patterns),
        entries,
        _names(letters, keys.letter(QUOTE), patterns, entries),
        letters,
        tuple(stage for name, stage in stages.items() if not name.startswith(LATE)),
        tuple(stage for name, stage in stages.items() if name.startswith(LATE)),
        grammar,
        modes,
    )


def _letters(files: RuleFiles, schema: Schema) -> dict[str, int]:
    """Number the classes; while they are few, a text of them takes a byte each."""
    labels = [
        kind + label for kind in ("", "~", "shared_") for label in schema.entities
    ]
    names = [*_MARKS, *_STRUCTURAL, *CLITICS.values(), *labels, *files.classes]
    numbers = (at for at in count(1) if at != ord(CONTINUED))
    letters = dict(zip(dict.fromkeys(names), numbers, strict=False))
    letters[CONTINUED] = ord(CONTINUED)
    return letters


def _word_table(
    files: RuleFiles,
    schema: Schema,
    letters: Mapping[str, int],
    keys: Keys,
    known: Mapping[str, str],
) -> WordTable:
    cues = {word: name for name, words in files.classes.items() for word in words}
    function = frozenset(
        word
        for name in files.settings.get("function_classes", ())
        for word in files.classes.get(name, ())
    )
    verbs = frozenset(
        form
        for form, found in files.forms.items()
        if any(kind == "present" for _, kind in found)
    )
    names = frozenset(w for w, kind in files.names.items() if kind.endswith("sure"))
    marks = {mark: name for name, found in _MARKS.items() for mark in found}
    vocabulary = Vocabulary(
        cues,
        compile_forms(files, schema, keys),
        files.nominals,
        files.names,
        files.zipf,
        files.common,
        files.verbal,
        marks,
    )
    segmenter = Segmenter(known, function, files.zipf, verbs, names)
    return WordTable(vocabulary, letters, segmenter, keys, _cues(files))


def _cues(files: RuleFiles) -> frozenset[str]:
    modes = (words for options in files.modes.values() for _, words in options)
    return frozenset().union(*modes, *(spec.frame.typical for spec in files.specs))


def _known_words(files: RuleFiles) -> dict[str, str]:
    """Return the words that are never parted, each with itself: equal ones are one."""
    known: dict[str, str] = {}
    for entry in files.entries:
        for word in _single(entry):
            known.setdefault(word, word)
    classes = (words for words in files.classes.values())
    sure = (word for word, kind in files.names.items() if kind in _GIVEN)
    for word in chain(*classes, files.forms, files.nominals, sure):
        known.setdefault(word, word)
    return known


def _names(
    letters: Mapping[str, int],
    quote: str,
    patterns: Sequence[str],
    entries: Sequence[Entry],
) -> tuple[Name, ...]:
    """Return what each pattern leaves; equal names are one value."""
    known: dict[Name, Name] = {}
    found = (
        _name(letters, pattern.count(quote) % 2 == 1, entry)
        for pattern, entry in zip(patterns, entries, strict=True)
    )
    return tuple(known.setdefault(name, name) for name in found)


def _name(letters: Mapping[str, int], odd: bool, entry: Entry) -> Name:
    if entry.weak:
        return Name(letters["~" + entry.label], odd, None)
    kind = "shared_" + entry.label if entry.shared else entry.label
    what = (entry.label, "name", entry.subtype, entry.kb, entry.rule)
    return Name(letters[kind], odd, (*what, 0.9, False, 0, False))


def _single(entry: Entry) -> tuple[str, ...]:
    folded = fold_text(entry.form)
    if " " not in folded:
        return (folded,)
    # Inner words stay whole too unless they open with an attached particle.
    return tuple(w for w in folded.split() if len(w) > 3 and w[0] not in "وفبلك")


def _name_patterns(
    files: RuleFiles, table: WordTable, known: Mapping[str, str]
) -> tuple[list[str], tuple[Entry, ...]]:
    """Return the key patterns of all entries: the written and certain ones first.

    Names of several units are also known with an opening quotation mark inside
    (كتائب «حزب الله»).
    """
    found: dict[str, Entry] = {}
    quote = table.learn(QUOTE, known)
    for entry in sorted(files.entries, key=lambda e: (e.derived, e.weak)):
        keys = table.learn(entry.form, known)
        if keys:
            found.setdefault(keys, entry)
        if len(keys) > 1 and not entry.derived:
            found.setdefault(keys[0] + quote + keys[1:], entry)
            found.setdefault(keys[:-1] + quote + keys[-1], entry)
    return list(found), tuple(found.values())
