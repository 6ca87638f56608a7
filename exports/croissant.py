"""Croissant metadata of a release: MLCommons Croissant 1.0, with RAI vocabulary 1.0.

Only what the release states or what was measured goes in; nothing is guessed. The
result is valid by `mlcroissant`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from exports.manifest import About, FileSum
from schemas.labels import Schema

__all__ = ["render_croissant"]

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_RAI = {
    "dataCollection": "curation_rationale",
    "dataCollectionRawData": "provenance",
    "dataPreprocessingProtocol": "preprocessing",
    "annotatorDemographics": "annotator_demographic",
    "dataLimitations": "limitations",
    "personalSensitiveInformation": "personal_information",
}
"""RAI property by the heading of the data card it is taken from."""

_FIELDS = {
    "id": ("sc:Text", "The document's id."),
    "text": ("sc:Text", "The raw text; offsets count its Unicode code points."),
    "sha256": ("sc:Text", "SHA-256 of the text in UTF-8."),
}


def render_croissant(  # noqa: PLR0913 - keyword-only; each is a part of the release
    *,
    name: str,
    version: str,
    schema: Schema,
    about: About,
    files: Mapping[str, FileSum],
    gold_file: str,
) -> str:
    """Render the metadata as JSON-LD; it ends with a newline."""
    content: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.0",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": name,
        "version": _semantic(version),
        "description": f"{schema.title.en}: gold annotations, schema {schema.name}.",
        "inLanguage": schema.language,
        "isLiveDataset": False,
    }
    for key, value in (
        ("license", about.licence),
        ("datePublished", about.released),
        (
            "creator",
            about.made_by and {"@type": "sc:Organization", "name": about.made_by},
        ),
    ):
        if value:
            content[key] = value
    content |= _responsible(about, schema)
    content["distribution"] = [
        _file(file, files[file]) for file in sorted(files) if file != "README.md"
    ]
    content["recordSet"] = [_records(gold_file)]
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _semantic(version: str) -> str:
    """Return the version as Croissant wants it: three numbers."""
    parts = version.split(".")
    numbers = all(part.isdigit() for part in parts) and len(parts) <= 3
    return ".".join([*parts, "0", "0"][:3]) if numbers else version


def _responsible(about: About, schema: Schema) -> dict[str, Any]:
    said = {
        f"rai:{prop}": [about.notes[heading].strip()]
        for prop, heading in _RAI.items()
        if heading in about.notes
    }
    kinds = sorted({annotator.kind for annotator in about.annotators})
    protocol = f"Guideline of {schema.name}, {len(schema.guideline)} numbered clauses"
    said["rai:dataAnnotationProtocol"] = [protocol]
    if about.platform:
        said["rai:dataAnnotationPlatform"] = [about.platform]
    if about.annotators:
        told = f"{len(about.annotators)} annotators ({', '.join(kinds)})"
        said["rai:dataAnnotationAnalysis"] = [f"{told}; agreement in manifest.json."]
    machines = [a.name for a in about.annotators if a.kind == "machine"]
    if machines:
        said["rai:machineAnnotationTools"] = machines
    return said


def _file(name: str, found: FileSum) -> dict[str, Any]:
    kinds = {
        ".json": "application/json",
        ".jsonl": "application/jsonlines",
        ".svg": "image/svg+xml",
    }
    suffix = name[name.rindex(".") :]
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{found.bytes} B",
        "encodingFormat": kinds.get(suffix, "application/yaml"),
        "sha256": found.sha256,
    }


def _records(gold_file: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "documents",
        "name": "documents",
        "description": "One document a line; entities and events are nested in it.",
        "key": {"@id": "documents/id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"documents/{name}",
                "name": name,
                "description": what,
                "dataType": kind,
                "source": {
                    "fileObject": {"@id": gold_file},
                    "extract": {"column": name},
                },
            }
            for name, (kind, what) in _FIELDS.items()
        ],
    }
