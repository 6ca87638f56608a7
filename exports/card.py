"""The data card of a release: measured values, and what its makers say.

The headings are those of data statements (Bender and Friedman, TACL 2018; version 2 by
McMillan-Major, Bender and Friedman 2024). Nothing is guessed: what was not said is
printed as not stated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from exports.licence import hub_licence
from exports.manifest import About
from exports.pictures import PICTURES
from exports.statistics import Statistics
from schemas.errors import UsageError
from schemas.labels import Schema

__all__ = ["HEADINGS", "render_card"]

HEADINGS: dict[str, str] = {
    "curation_rationale": "Curation rationale",
    "provenance": "Sources and provenance",
    "language_variety": "Language variety",
    "speaker_demographic": "Speaker demographic",
    "annotator_demographic": "Annotator demographic",
    "annotation_process": "Annotation process",
    "speech_situation": "Speech situation and text characteristics",
    "preprocessing": "Preprocessing and data formatting",
    "capture_quality": "Capture quality",
    "personal_information": "Personal and sensitive information",
    "limitations": "Limitations",
    "licence": "Licence and terms of use",
    "other": "Other information",
}
"""Headings of the card by the key that `notes` uses for them, in order."""

_SIZES = {"n<1K": 1_000, "1K<n<10K": 10_000, "10K<n<100K": 100_000, "100K<n<1M": 10**6}
_UNDEFINED = "–"
_NOT_STATED = "Not stated by the makers of this release."


def render_card(
    title: str,
    *,
    schema: Schema,
    statistics: Statistics,
    about: About,
    agreement: Mapping[str, Any] | None,
) -> str:
    """Render the card as Markdown; it ends with a newline.

    Raises UsageError for a note under a heading that the card does not have.
    """
    unknown = sorted(about.notes.keys() - HEADINGS.keys())
    if unknown:
        raise UsageError(
            f"the data card has no heading {unknown[0]!r}. "
            f"Its headings: {', '.join(HEADINGS)}."
        )
    head = _header(title, schema, statistics, about)
    sections = [f"{head}\n# {title}", _summary(schema, statistics, about)]
    measured = {
        "annotator_demographic": _annotators(about),
        "annotation_process": _process(about, agreement),
        "speech_situation": _sources(statistics),
        "licence": about.licence or "",
    }
    for key, heading in HEADINGS.items():
        parts = [about.notes.get(key, "").strip(), measured.get(key, "")]
        body = "\n\n".join(part for part in parts if part) or _NOT_STATED
        sections.append(f"## {heading}\n\n{body}")
    sections.append(_contents(statistics))
    return "\n\n".join(sections) + "\n"


def _header(title: str, schema: Schema, statistics: Statistics, about: About) -> str:
    """Return the YAML header that Hugging Face reads of a data set's card."""
    size = next(
        (name for name, limit in _SIZES.items() if statistics.documents < limit),
        "n>1M",
    )
    lines = [
        "---",
        f"pretty_name: {json.dumps(title, ensure_ascii=False)}",
        f"language: [{schema.language}]",
        *(
            f"{key}: {json.dumps(value, ensure_ascii=False)}"
            for key, value in hub_licence(about.licence or "").items()
            if about.licence
        ),
        "task_categories: [token-classification]",
        "task_ids: [named-entity-recognition]",
        f"size_categories: [{size}]",
        "configs:",
        "  - {config_name: default, data_files: gold.jsonl}",
        "---",
    ]
    return "\n".join(lines) + "\n"


def _summary(schema: Schema, statistics: Statistics, about: About) -> str:
    lines = [
        f"{schema.title.en}: {statistics.documents} documents, annotated with the "
        f"schema {schema.name} (language: {schema.language})."
    ]
    if about.made_by:
        lines.append(f"Made by: {about.made_by}.")
    if about.released:
        lines.append(f"Released: {about.released}.")
    return " ".join(lines)


def _annotators(about: About) -> str:
    if not about.annotators:
        return ""
    rows = [
        (a.name, a.kind, "" if a.documents is None else str(a.documents))
        for a in about.annotators
    ]
    people = sum(a.kind == "person" for a in about.annotators)
    verdict = (
        "No person annotated: the agreement below is between machines and is no "
        "human ceiling."
        if not people
        else f"{people} of {len(rows)} annotators are people."
    )
    return _table(("annotator", "kind", "documents"), rows) + f"\n\n{verdict}"


def _process(about: About, agreement: Mapping[str, Any] | None) -> str:
    parts = []
    if agreement:
        rows = [
            (layer, _share(score["micro"]["f1"]), _range(score["micro"]["interval"]))
            for layer, score in agreement["layers"].items()
        ]
        parts.append(
            "Agreement between annotators, as pairwise F1 with its 95 % interval over "
            "documents, before adjudication:\n\n"
            + _table(("layer", "F1", "interval"), rows)
        )
        if agreement.get("coefficients"):
            parts.append(_coefficients(agreement["coefficients"]))
        parts.append(_picture("agreement.svg"))
        parts.append(_by_label(agreement["layers"]))
        if agreement.get("arms"):
            parts.append(_arms(agreement["arms"]))
    if about.adjudication:
        counts = [(what, str(n)) for what, n in sorted(about.adjudication.items())]
        parts.append("Adjudication:\n\n" + _table(("decision", "count"), counts))
    return "\n\n".join(parts)


def _coefficients(layers: Mapping[str, Any]) -> str:
    """Return the table of what is corrected for chance, and a word on reading it."""
    names = list(dict.fromkeys(name for it in layers.values() for name in it["all"]))
    rows = [
        (layer, str(it["units"]), *(_measured(it["all"].get(name)) for name in names))
        for layer, it in layers.items()
    ]
    return (
        "The same corrected for chance, on tokens (attributes on shared triggers; "
        "u_alpha and alpha_u are Krippendorff's alphas for unitising, on characters). "
        "Tokens that nobody marked count as agreement here, so F1 is the stricter "
        "figure:\n\n" + _table(("layer", "units", *names), rows)
    )


def _measured(it: Mapping[str, Any] | None) -> str:
    if it is None or it["value"] is None:
        return _UNDEFINED
    interval = f" ({_range(it['interval'])})" if it["interval"] else ""
    return f"{it['value']:.3f}{interval}"


def _arms(arms: Mapping[str, Any]) -> str:
    """Return tables of both arms: what was annotated, and how far they agree."""
    counted = ("documents", "annotations", "entities", "events", "arguments")
    amounts = [
        (arm, *(str(figures[what]) for what in counted))
        for arm, figures in arms.items()
    ]
    layers = dict.fromkeys(
        layer for figures in arms.values() for layer in figures["layers"] or ()
    )
    shares = [
        (
            layer,
            *(
                _share(figures["layers"][layer]["micro"]["f1"])
                if figures["layers"]
                else _UNDEFINED
                for figures in arms.values()
            ),
        )
        for layer in layers
    ]
    return (
        "Documents were annotated with suggestions, or as a control without. The marks "
        "of all annotators in either arm:\n\n"
        + _table(("arm", *counted), amounts)
        + "\n\nAgreement in either arm, as pairwise F1:\n\n"
        + _table(("layer", *arms), shares)
    )


def _by_label(layers: Mapping[str, Any]) -> str:
    """Return a table of the plain layers: each label that anybody used."""
    rows = [
        (layer, label, str(row["tp"]), str(row["tp"] + row["fp"] + row["fn"]), share)
        for layer, score in layers.items()
        if ":" not in layer
        for label, row in score["labels"].items()
        if (share := _share(row["f1"])) != _UNDEFINED
    ]
    return "By label:\n\n" + _table(("layer", "label", "both", "any", "F1"), rows)


def _sources(statistics: Statistics) -> str:
    rows = [(outlet, str(n)) for outlet, n in statistics.outlets.items()]
    parts = [_table(("outlet", "documents"), rows)] if rows else []
    if statistics.published:
        first, last = statistics.published
        parts.append(f"Published from {first} to {last}, where a date is known.")
    return "\n\n".join(parts)


def _contents(statistics: Statistics) -> str:
    sizes = [
        (what, str(n))
        for what, n in (
            ("documents", statistics.documents),
            ("sentences", statistics.sentences),
            ("tokens", statistics.tokens),
            ("characters", statistics.characters),
            ("entity mentions nested in another", statistics.nested),
            ("entity mentions that cut a word", statistics.inside_word),
        )
        if n is not None
    ]
    entities = [
        (label, str(n), str(statistics.nominals[label]))
        for label, n in statistics.names.items()
    ]
    return "\n\n".join(
        (
            "## Contents, measured",
            _picture("labels.svg"),
            _picture("lengths.svg"),
            _table(("what", "count"), sizes),
            _table(("entity", "names", "nominals"), entities),
            _counted("event", statistics.events),
            _counted("role", statistics.arguments),
            _counted("polarity", statistics.polarity),
            _counted("realis", statistics.realis),
        )
    )


def _picture(name: str) -> str:
    return f"![{PICTURES[name]}]({name})"


def _counted(what: str, counts: Mapping[str, int]) -> str:
    return _table((what, "count"), [(name, str(n)) for name, n in counts.items()])


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) + ("---:",) * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _share(value: float | None) -> str:
    return _UNDEFINED if value is None else f"{value:.3f}"


def _range(interval: list[float] | None) -> str:
    return _UNDEFINED if not interval else f"{interval[0]:.3f}–{interval[1]:.3f}"
