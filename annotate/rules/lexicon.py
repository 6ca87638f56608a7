"""Read lexicon files: names by section, one entry a line.

A section opens with `@ LABEL [subtype] [option ...]`; an entry is its spellings parted
by `|`, the canonical one first, then an optional Wikidata id as `= Q796`. `?` before a
spelling says that it is a common word too and counts only where a context rule asks.
The section option `nisba` generates gender, number and article of an adjective; `weak`
puts the `?` before every spelling; `shared` says that each state has such a body, so
that a nisba after it belongs to its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from annotate.arabic.fold import fold_text
from annotate.rules.model import Entry
from schemas.errors import SchemaError
from schemas.labels import Schema
from schemas.text_files import read_utf8

__all__ = ["read_lexicon"]

_OPTIONS = {"nisba", "weak", "shared"}
_KB = re.compile(r"\s*=\s*(\S+)\s*$")
_QID = re.compile(r"Q[1-9]\d*$")


def read_lexicon(path: Path, schema: Schema) -> Iterator[Entry]:
    """Yield the entries of one file in order.

    Raises SchemaError with file and line at an unknown label, subtype or option, an
    entry before the first section and a malformed Wikidata id.
    """
    label, subtype, options = "", None, set[str]()
    lines = read_utf8(path, error=SchemaError).splitlines()
    for number, raw in enumerate(lines, start=1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        where = f"{path}:{number}"
        if line.startswith("@"):
            label, subtype, options = _section(line, where, schema)
        elif not label:
            raise SchemaError(
                f"{where}: an entry before the first section. Open one with "
                "'@ LABEL subtype'."
            )
        else:
            rule = f"lexicon.{path.stem}"
            yield from _entries(line, where, label, subtype, options, rule)


def _section(line: str, where: str, schema: Schema) -> tuple[str, str | None, set[str]]:
    label, *rest = line[1:].split() or [""]
    if label not in schema.entities:
        raise SchemaError(
            f"{where}: unknown entity label {label!r}. The schema knows "
            f"{', '.join(schema.entities)}."
        )
    options = _OPTIONS & set(rest)
    names = [name for name in rest if name not in _OPTIONS]
    known = schema.entities[label].subtypes
    if len(names) > 1 or (names and names[0] not in known):
        raise SchemaError(
            f"{where}: unknown subtype {' '.join(names)!r} of {label}. It has "
            f"{', '.join(known) or 'none'}."
        )
    return label, names[0] if names else None, options


def _entries(  # noqa: PLR0913 - the section's five facts and the line
    line: str,
    where: str,
    label: str,
    subtype: str | None,
    options: set[str],
    rule: str,
) -> Iterator[Entry]:
    kb = None
    if match := _KB.search(line):
        kb = match[1]
        line = line[: match.start()]
        if not _QID.match(kb):
            raise SchemaError(
                f"{where}: {kb!r} is no Wikidata id. Write it as Q796, or leave it out."
            )
    spellings = [part.strip() for part in line.split("|")]
    canonical = spellings[0].lstrip("?").strip()
    for spelling in spellings:
        weak = spelling.startswith("?") or "weak" in options
        name = spelling.lstrip("?").strip()
        if not name:
            raise SchemaError(f"{where}: an empty spelling. Remove the extra '|'.")
        forms = nisba_forms(name) if "nisba" in options else (name,)
        for form in forms:
            derived = form is not name
            shared = "shared" in options
            yield Entry(
                form, canonical, label, subtype, kb, weak, rule, derived, shared
            )


def nisba_forms(name: str) -> tuple[str, ...]:
    """Return a nisba in both genders, its numbers, and all of them with the article.

    >>> nisba_forms("عراقي")[:4]
    ('عراقي', 'عراقيه', 'عراقيين', 'عراقيون')
    """
    stem = fold_text(name)
    ends = ("", "ه", "ين", "ون", "ان", "ات", "ا", "تين", "تان", "و")
    bare = tuple(stem + end for end in ends if stem.endswith("ي") or end in ("", "ا"))
    return (*bare, *("ال" + form for form in bare))
