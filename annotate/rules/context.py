"""Compile context rules into one regular expression per stage, over class strings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from annotate.rules.model import PatternRule
from schemas.errors import SchemaError

__all__ = ["CONTINUED", "Stage", "compile_stage"]

CONTINUED = "_"
"""The symbol of every unit of a mention but its first."""

_TOKEN = re.compile(
    r"\s*(?:(?P<name>~?[A-Za-z][A-Za-z0-9_]*)|(?P<look>\(\?<?[:=!])|(?P<op>[()|?])"
    r"|(?P<many>[*+])|(?P<bound>\{\d(?:,\d)?\}))"
)
_MANY = {"*": "{0,8}", "+": "{1,8}"}
_LONGEST = "{0,40}+"


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over the class string: rules in order of preference.

    `rules[i]` belongs to the outer group whose index is `groups[i]`; its marked groups
    follow directly.
    """

    name: str
    regex: re.Pattern[str]
    rules: Mapping[int, PatternRule]


def compile_stage(
    name: str,
    rules: Iterable[PatternRule],
    letters: Mapping[str, str],
    groups: Mapping[str, tuple[str, ...]],
    chunks: frozenset[str],
) -> Stage:
    """Compile the rules of a stage; `chunks` are the classes that span several units.

    Raises SchemaError with file and line at an unknown class, an operator out of place
    or a rule whose marks do not fit its groups.
    """
    parts: list[str] = []
    table: dict[int, PatternRule] = {}
    index = 1
    for rule in rules:
        body, count = _compile_pattern(rule, letters, groups, chunks)
        if count != len(rule.marks):
            raise SchemaError(
                f"{rule.where}: rule {rule.id!r} has {count} groups in its pattern and "
                f"{len(rule.marks)} marks. Give one mark (or null) for each group."
            )
        try:
            re.compile(body)
        except re.error as error:
            raise SchemaError(
                f"{rule.where}: rule {rule.id!r} has a bad pattern ({error.msg}). "
                "Mend its brackets and operators."
            ) from None
        parts.append(f"({body})")
        table[index] = rule
        index += 1 + count
    return Stage(name, re.compile("|".join(parts) or r"(?!)"), table)


def _compile_pattern(
    rule: PatternRule,
    letters: Mapping[str, str],
    groups: Mapping[str, tuple[str, ...]],
    chunks: frozenset[str],
) -> tuple[str, int]:
    out: list[str] = []
    count = 0
    at = 0
    pattern = rule.pattern.strip()
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None:
            raise SchemaError(
                f"{rule.where}: rule {rule.id!r} has a bad pattern at "
                f"{pattern[at : at + 12]!r}. Write class names, ( ) (?: ) | ? * + "
                "and {m,n}."
            )
        at = match.end()
        if match["name"]:
            out.append(_atom(match["name"], rule, letters, groups, chunks))
        elif match["many"]:
            out.append(_MANY[match["many"]])
        else:
            out.append(match["look"] or match["op"] or match["bound"])
            count += match["op"] == "("
    return "".join(out), count


def _atom(
    name: str,
    rule: PatternRule,
    letters: Mapping[str, str],
    groups: Mapping[str, tuple[str, ...]],
    chunks: frozenset[str],
) -> str:
    members = groups.get(name, (name,))
    unknown = [member for member in members if member not in letters]
    if unknown:
        raise SchemaError(
            f"{rule.where}: rule {rule.id!r} uses the unknown class {unknown[0]!r}. "
            "Add it under classes or groups, or mend its name."
        )
    single = "".join(letters[m] for m in members if m not in chunks)
    whole = "".join(letters[m] for m in members if m in chunks)
    options = []
    if single:
        options.append(f"[{re.escape(single)}]")
    if whole:
        options.append(f"[{re.escape(whole)}]{CONTINUED}{_LONGEST}")
    return options[0] if len(options) == 1 and single else f"(?:{'|'.join(options)})"
