"""Write gold in other formats, read it back, and say what was lost on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.folders import new_folder
from exports.formats import (
    anercorp,
    bigbio,
    brat,
    cas,
    conll,
    docbin,
    jsonl,
    omnievent,
    tables,
    textee,
    wojood,
)
from exports.losses import KINDS, Dropped, compare
from exports.numbering import number_mentions
from schemas.annotations import AnnotatedDocument
from schemas.checks import check_documents
from schemas.errors import DataError, UsageError
from schemas.labels import Schema

__all__ = [
    "FORMATS",
    "LAYOUTS",
    "LOSSES_FILE",
    "Format",
    "Layout",
    "RoundTripError",
    "export",
    "find_format",
    "read_layout",
]

LOSSES_FILE = "LOSSES.json"

Writer = Callable[[Sequence[AnnotatedDocument], Path, Schema], None]
Reader = Callable[[Path, Dropped], Iterator[AnnotatedDocument]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format gold is written in, and the kinds of loss that it may cause."""

    summary: str
    write: Writer
    read: Reader
    loses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout existing gold is read from."""

    summary: str
    read: Reader


FORMATS: dict[str, Format] = {
    "jsonl": Format("the contract itself", jsonl.write_jsonl, jsonl.read_jsonl),
    "parquet": Format(
        "Parquet in the BigBio KB schema",
        bigbio.write_bigbio,
        bigbio.read_bigbio,
        bigbio.LOSES,
    ),
    "conll": Format(
        "CoNLL with IOB2 tags, nested layers as columns",
        conll.write_conll,
        conll.read_conll,
        conll.LOSES,
    ),
    "spacy": Format("spaCy's DocBin", docbin.write_docbin, docbin.read_docbin),
    "brat": Format(
        "brat stand-off with events", brat.write_brat, brat.read_brat, brat.LOSES
    ),
    "xmi": Format("UIMA CAS as XMI", cas.write_xmi, cas.read_xmi),
    "cas-json": Format("UIMA CAS as JSON", cas.write_cas_json, cas.read_cas_json),
    "textee": Format(
        "JSON of TextEE and OneIE",
        textee.write_textee,
        textee.read_textee,
        textee.LOSES,
    ),
    "omnievent": Format(
        "unified JSON of OmniEvent",
        omnievent.write_omnievent,
        omnievent.read_omnievent,
        omnievent.LOSES,
    ),
    "csv": Format("CSV tables by pandas", tables.write_tables, tables.read_tables),
}

LAYOUTS: dict[str, Layout] = {
    "brat": Layout("a folder of brat .txt and .ann files", brat.read_brat),
    "conll": Layout("CoNLL, the token first and the tag last", conll.read_conll),
    "parquet": Layout("Parquet in the BigBio KB schema", bigbio.read_bigbio),
    "wojood": Layout("Wojood's nested tags", wojood.read_wojood),
    "anercorp": Layout("ANERcorp's token and tag", anercorp.read_anercorp),
}


class RoundTripError(RuntimeError):
    """A writer and its reader do not agree: a fault of ours, and nothing was kept."""


def export(  # noqa: PLR0913 - keyword-only but for the gold
    docs: Sequence[AnnotatedDocument],
    *,
    schema: Schema,
    format_name: str,
    folder: Path,
    lossy: bool = False,
    formats: Mapping[str, Format] = FORMATS,
) -> dict[str, int]:
    """Write documents into a new folder, read them back, and return the losses by kind.

    The same documents give the same bytes in any order. The folder appears whole or
    not at all; with losses it holds `LOSSES.json` beside the format's files. Raises
    DataError where documents break the contract or the schema; UsageError for an
    unknown format, and for losses without `lossy`, with the counts.
    """
    form = find_format(format_name, formats)
    _refuse_problems(docs, schema)
    ordered = sorted((jsonl.canonical(doc) for doc in docs), key=lambda doc: doc.id)
    numbered = [number_mentions(doc) for doc in ordered]
    with new_folder(folder) as draft:
        form.write(numbered, draft, schema)
        losses = _measure(ordered, form, draft, schema, format_name)
        if losses and not lossy:
            raise UsageError(
                f"{format_name} cannot hold everything, and nothing was written: "
                f"{_listed(losses)}. Add --lossy to write the rest, or choose jsonl."
            )
        if losses:
            _write_losses(draft, format_name, losses)
    return losses


def find_format(name: str, formats: Mapping[str, Format]) -> Format:
    """Return the format of that name; raises UsageError that lists the known ones."""
    if name not in formats:
        raise UsageError(f"no format {name!r}. Known ones: {', '.join(formats)}.")
    return formats[name]


def read_layout(
    place: Path,
    *,
    layout: str,
    lossy: bool = False,
    layouts: Mapping[str, Layout] = LAYOUTS,
) -> tuple[tuple[AnnotatedDocument, ...], Dropped]:
    """Read existing gold, and return it with what the contract has no place for.

    Raises DataError with file and line at the first fault, at a doubled id, and, if not
    `lossy`, where anything would be dropped; UsageError for an unknown layout.
    """
    if layout not in layouts:
        raise UsageError(f"no layout {layout!r}. Known ones: {', '.join(layouts)}.")
    if not place.exists():
        raise DataError(f"{place}: is not there.")
    dropped = Dropped()
    docs = tuple(layouts[layout].read(place, dropped))
    doubled = [name for name, n in Counter(doc.id for doc in docs).items() if n > 1]
    if doubled:
        raise DataError(
            f"{place}: two documents have the id {doubled[0]!r}. Give each its own."
        )
    if not docs:
        raise DataError(f"{place}: holds no document.")
    if dropped.counts and not lossy:
        raise DataError(
            f"{place}: not all of it can be kept: {dropped}. Add --lossy to leave it "
            "out."
        )
    return docs, dropped


def _refuse_problems(docs: Sequence[AnnotatedDocument], schema: Schema) -> None:
    if not docs:
        raise DataError("there are no documents to export. Is the file empty?")
    problems = check_documents(docs, schema)
    if problems:
        raise DataError(
            f"{len(problems)} problems keep this from being exported; mend each:\n"
            + "\n".join(f"  {problem}" for problem in problems)
        )


def _measure(
    docs: Sequence[AnnotatedDocument],
    form: Format,
    folder: Path,
    schema: Schema,
    name: str,
) -> dict[str, int]:
    """Read the folder back and count what is not there any more."""
    dropped = Dropped()
    back = {doc.id: doc for doc in form.read(folder, dropped)}
    faults = [str(dropped)] if dropped.counts else []
    faults += [f"{doc_id} came from nowhere" for doc_id in back.keys() - _ids(docs)]
    losses: Counter[str] = Counter()
    for doc in docs:
        if doc.id not in back:
            faults.append(f"{doc.id} was lost")
            continue
        found = compare(doc, back[doc.id], schema=schema, loses=form.loses)
        losses += found.losses
        faults += found.faults
    if faults:
        raise RoundTripError(
            f"{name} was read back otherwise than it was written:\n  "
            + "\n  ".join(faults)
        )
    return {kind: losses[kind] for kind in KINDS if losses[kind]}


def _ids(docs: Sequence[AnnotatedDocument]) -> set[str]:
    return {doc.id for doc in docs}


def _listed(losses: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in losses.items())


def _write_losses(folder: Path, name: str, losses: Mapping[str, int]) -> None:
    report = {
        "format": name,
        "losses": {
            kind: {"count": count, "counted": KINDS[kind]}
            for kind, count in losses.items()
        },
    }
    content = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    (folder / LOSSES_FILE).write_text(content, encoding="utf-8", newline="")
