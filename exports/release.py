"""Releases: gold in a folder that never changes and knows its own checksums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exports.card import render_card
from exports.citation import render_citation
from exports.croissant import render_croissant
from exports.folders import new_folder
from exports.formats import jsonl
from exports.manifest import About, Manifest, file_sum, guideline_of, sums
from exports.pictures import draw_pictures
from exports.splits import Splits, split_faults
from exports.statistics import measure
from schemas.annotations import CONTRACT_VERSION, AnnotatedDocument
from schemas.checks import Problem, check_documents
from schemas.errors import DataError, UsageError
from schemas.jsonl import read_documents
from schemas.labels import Schema

__all__ = [
    "GOLD_FILE",
    "MANIFEST_FILE",
    "SCHEMA_FILE",
    "Release",
    "build_release",
    "read_manifest",
    "read_release",
    "verify_release",
]

GOLD_FILE = "gold.jsonl"
MANIFEST_FILE = "manifest.json"
SCHEMA_FILE = "schema.yaml"
CARD_FILE = "README.md"
SPLITS_FILE = "splits.json"
CITATION_FILE = "CITATION.cff"
CROISSANT_FILE = "croissant.json"
DECISIONS_FILE = "decisions.jsonl"


@dataclass(frozen=True, slots=True)
class Release:
    """A release that was read and found intact."""

    folder: Path
    manifest: Manifest
    documents: tuple[AnnotatedDocument, ...]
    schema: Schema


def build_release(  # noqa: PLR0913 - keyword-only; each is a part of the release
    docs: Iterable[AnnotatedDocument],
    *,
    schema: Schema,
    name: str,
    version: str,
    folder: Path,
    about: About | None = None,
    agreement: Mapping[str, Any] | None = None,
    splits: Splits | None = None,
    decisions: Iterable[str] = (),
    problems: Iterable[Problem] = (),
) -> Manifest:
    """Write a release into a new folder and return its manifest.

    The same documents and statements give the same bytes, whatever the order of the
    documents and whenever and wherever they are written. `agreement` is what the
    agreement report gives as JSON; `splits` must hold each document once and divide no
    copies; `decisions` are the lines of the gold's history. The folder appears whole or
    not at all; where it holds the very same release already, nothing is written.

    Raises DataError, listing every problem, when the documents break the contract or
    the schema, when the splits do not fit them, or when the caller found `problems` of
    its own; and when the folder holds anything else. Raises UsageError for a name or
    version that cannot stand in a file name.
    """
    docs = tuple(docs)
    _refuse_problems(docs, schema, splits, problems)
    about = about or About()
    measured = _lasting(agreement) if agreement else None
    statistics = measure(docs, schema)
    card = render_card(
        f"{name} {version}",
        schema=schema,
        statistics=statistics,
        about=about,
        agreement=measured,
    )
    files = {
        GOLD_FILE: jsonl.render(docs).encode("utf-8", "surrogatepass"),
        SCHEMA_FILE: _render_schema(schema).encode(),
        CARD_FILE: card.encode(),
    }
    for file, picture in draw_pictures(docs, statistics, measured).items():
        files[file] = picture.encode()
    citation = render_citation(name=name, version=version, schema=schema, about=about)
    if citation is not None:
        files[CITATION_FILE] = citation.encode()
    if splits is not None:
        files[SPLITS_FILE] = f"{splits.render()}\n".encode()
    if history := "".join(f"{line}\n" for line in decisions):
        files[DECISIONS_FILE] = history.encode()
    croissant = render_croissant(
        name=name,
        version=version,
        schema=schema,
        about=about,
        files=sums(files),
        gold_file=GOLD_FILE,
    )
    files[CROISSANT_FILE] = croissant.encode()
    try:
        manifest = Manifest(
            name=name,
            version=version,
            contract=CONTRACT_VERSION,
            schema_name=schema.name,
            guideline=guideline_of(schema),
            tool=_tool_version(),
            about=about,
            statistics=statistics,
            agreement=measured,
            files=sums(files),
        ).identified()
    except ValidationError as error:
        fault = error.errors()[0]
        raise UsageError(
            f"{fault['loc'][0]} {fault['input']!r} cannot be used: letters, digits, "
            "'.', '_' and '-' only, a letter or digit first."
        ) from None
    if not _is_there(folder, manifest):
        _write_folder(folder, {**files, MANIFEST_FILE: manifest.render().encode()})
    return manifest


def _refuse_problems(
    docs: tuple[AnnotatedDocument, ...],
    schema: Schema,
    splits: Splits | None,
    more: Iterable[Problem],
) -> None:
    if not docs:
        raise DataError("there are no documents to release. Is the file empty?")
    found = dict.fromkeys([*check_documents(docs, schema), *more])
    lines = [f"{p.where}: {p.code} {p.message}" for p in found]
    if splits is not None:
        lines += [f"splits: {fault}" for fault in split_faults(splits, docs)]
    if lines:
        raise DataError(
            f"{len(lines)} problems keep this from being released; mend each:\n"
            + "\n".join(f"  {line}" for line in lines)
        )


def _lasting(content: Any) -> Any:
    """Return what of a report is the same on every machine and for every tool version.

    The tool's version stands once in the manifest, and the last digits of a mean depend
    on the order in which a processor adds.
    """
    if isinstance(content, Mapping):
        kept = {name: _lasting(value) for name, value in content.items()}
        if isinstance(kept.get("signature"), str):
            kept["signature"] = kept["signature"].partition("|tool:")[0]
        return kept
    if isinstance(content, list | tuple):
        return [_lasting(value) for value in content]
    return round(content, 6) if isinstance(content, float) else content


def _render_schema(schema: Schema) -> str:
    import yaml

    content = schema.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=88)


def _tool_version() -> str:
    try:
        return metadata.version("miyar")
    except metadata.PackageNotFoundError:
        return "unknown"


def _is_there(folder: Path, manifest: Manifest) -> bool:
    """Tell whether the folder is this release already; refuse if it is another."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    if not (folder / MANIFEST_FILE).is_file():
        raise DataError(
            f"{folder}: is there already and is no release. Choose a new folder."
        )
    there = read_manifest(folder)
    if there.release == manifest.release and not verify_release(folder):
        return True
    raise DataError(
        f"{folder}: holds the release {there.title} ({there.release[:12]}), which "
        f"differs from {manifest.title} ({manifest.release[:12]}). A release never "
        "changes: choose a new folder and a new version."
    )


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    with new_folder(folder) as draft:
        for name, content in files.items():
            (draft / name).write_bytes(content)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest alone, checking its form but no file.

    Raises DataError where there is none, or none that can be understood.
    """
    path = folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}). Is {folder} a release?"
        ) from None
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise DataError(
            f"{path}: is no manifest of a release ({place}: {fault['msg']}). Take the "
            "release anew from where you had it."
        ) from None


def verify_release(folder: Path) -> list[Problem]:
    """Return what was changed in a release since it was made; nothing if intact.

    Codes: V001 a file is missing, V002 a file was changed, V003 a file was added, V004
    the manifest was changed. Raises DataError where there is no manifest.
    """
    manifest = read_manifest(folder)
    problems = []
    if manifest.identity() != manifest.release:
        message = f"was changed: its id should be {manifest.identity()[:12]}."
        problems.append(Problem("V004", str(folder / MANIFEST_FILE), message))
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            problems.append(Problem("V001", str(path), "is missing."))
        elif (found := file_sum(path.read_bytes())) != expected:
            message = (
                f"was changed: SHA-256 {found.sha256[:12]}, {found.bytes} bytes; it "
                f"should be {expected.sha256[:12]}, {expected.bytes} bytes."
            )
            problems.append(Problem("V002", str(path), message))
    known = {*manifest.files, MANIFEST_FILE}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and str(path.relative_to(folder)) not in known:
            message = "is not part of the release. Move it elsewhere."
            problems.append(Problem("V003", str(path), message))
    return problems


def read_release(folder: Path) -> Release:
    """Read a release; raises DataError, listing all, if anything in it was changed."""
    from schemas.load import load_schema

    manifest = read_manifest(folder)
    problems = [p for p in verify_release(folder) if p.code != "V003"]
    if problems:
        raise DataError(
            f"{folder}: this release was changed since it was made; take it anew:\n"
            + "\n".join(f"  {p.where}: {p.code} {p.message}" for p in problems)
        )
    return Release(
        folder=folder,
        manifest=manifest,
        documents=tuple(read_documents(folder / GOLD_FILE)),
        schema=load_schema(folder / SCHEMA_FILE),
    )
