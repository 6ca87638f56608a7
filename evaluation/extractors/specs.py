"""What an extractor is called on the command line: SPEC, parsed into a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evaluation.alignment import Unit
from schemas.errors import UsageError

__all__ = ["KINDS", "Kind", "Spec", "parse_spec"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to reach extractors.

    `talk` says how documents and answers travel: to a `worker` that loads the module
    `file` and answers one by one, to a command that answers `lines` one by one or the
    whole `batch`, or not at all (`file`). `unit` is the unit that the kind's answers
    are always in, `extra` what must be installed for it.
    """

    meaning: str
    talk: Literal["worker", "lines", "batch", "file"]
    file: str | None = None
    bare: bool = False
    trained: bool = False
    unit: Unit | None = None
    extra: str | None = None


KINDS: dict[str, Kind] = {
    "module": Kind(
        "MODULE:CALLABLE, a Python function or class", "worker", "python_callable.py"
    ),
    "cmd": Kind("cmd:COMMAND, JSON lines on stdin and stdout", "batch"),
    "lines": Kind("lines:COMMAND, the same, answering line by line", "lines"),
    "http": Kind("http://..., a document by POST", "worker", "http_endpoint.py"),
    "https": Kind("https://..., the same", "worker", "http_endpoint.py"),
    "file": Kind("file:PREDICTIONS.jsonl, made before", "file"),
    "spacy": Kind(
        "spacy:PATH, a spaCy pipeline", "worker", "spacy_pipeline.py", extra="spacy"
    ),
    "hf": Kind(
        "hf:PATH, token classification with transformers",
        "worker",
        "hf_tokens.py",
        extra="transformers and torch",
    ),
    "openai": Kind(
        "openai:MODEL@URL, an OpenAI-compatible endpoint",
        "worker",
        "openai_endpoint.py",
        unit="strings",
    ),
    "lexicon": Kind(
        "lexicon, which remembers training gold",
        "worker",
        "lexicon.py",
        bare=True,
        trained=True,
    ),
    "crf": Kind(
        "crf, trained on training gold",
        "worker",
        "crf.py",
        bare=True,
        trained=True,
        extra="python-crfsuite",
    ),
}
"""Every kind of SPEC by the word before its colon; a `module` has no such word."""

_NAMED = re.compile(r"(?P<name>[\w.-]+)=(?P<spec>.+)", re.DOTALL)
_CALLABLE = re.compile(r"[^\W\d][\w.]*:[^\W\d][\w.]*")


@dataclass(frozen=True, slots=True)
class Spec:
    """An extractor: its name in tables, its kind, and what the kind needs to find it.

    `ours` says that it is part of this tool and may use its packages.
    """

    name: str
    kind: str
    target: str
    text: str
    ours: bool = False


def parse_spec(text: str, *, registered: Mapping[str, str] | None = None) -> Spec:
    """Parse `SPEC` or `NAME=SPEC`.

    `registered` maps names to `MODULE:CALLABLE` that stand for themselves as a SPEC.

    >>> spec = parse_spec("mine=cmd:./extract --fast")
    >>> spec.name, spec.kind, spec.target
    ('mine', 'cmd', './extract --fast')
    >>> parse_spec("package.module:extract").kind
    'module'

    Raises UsageError for anything else; the message lists the kinds.
    """
    registered = registered or {}
    named = _NAMED.fullmatch(text)
    if named and _kind_of(named["spec"], registered):
        name, spec = named["name"], named["spec"]
    else:
        name, spec = "", text
    kind = _kind_of(spec, registered)
    if kind is None:
        known = "; ".join(k.meaning for k in KINDS.values())
        more = f"; {', '.join(registered)}" if registered else ""
        raise UsageError(f"{text!r} is no extractor. Known: {known}{more}.")
    if spec in registered:
        return Spec(name or spec, "module", registered[spec], spec, ours=True)
    if kind in ("module", "http", "https"):
        target = spec
    else:
        target = spec.partition(":")[2].strip()
    if not target and not KINDS[kind].bare:
        raise UsageError(f"{text!r} names nothing. Write {KINDS[kind].meaning}.")
    return Spec(name or spec, kind, target, spec)


def _kind_of(spec: str, registered: Mapping[str, str]) -> str | None:
    head, colon, _ = spec.partition(":")
    if spec in registered:
        return "module"
    if head in KINDS and head != "module" and (colon or KINDS[head].bare):
        return head
    return "module" if _CALLABLE.fullmatch(spec) else None
