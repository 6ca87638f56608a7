"""Look a project over: its page, its suggestions, its texts, and its release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotate.labelstudio.campaign import Campaign, iter_tasks
from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import parse_page, render_config
from annotate.labelstudio.doctor import Ailment
from annotate.labelstudio.faults import region_fault
from annotate.labelstudio.released import (
    Release,
    author_of,
    check_present,
    check_task,
    submitted,
)
from annotate.labelstudio.users import users_by_id
from schemas.errors import ServiceError
from schemas.jsonl import text_sha256
from schemas.labels import Schema

__all__ = ["Release", "check_page", "check_project"]

Json = dict[str, Any]
PAGE = 100
_NOWHERE = "http://127.0.0.1:9"
"""Nothing listens on the discard port: a server that may ask it, asks in vain."""


def check_project(
    studio: Studio,
    campaign: Campaign,
    schema: Schema,
    *,
    release: Release | None = None,
) -> Iterator[Ailment]:
    """Yield what is wrong with a project, its tasks, and its gold since a release.

    Two questions can only be asked by trying: whether the server stores suggestions
    unchecked (one is stored then, and deleted), and whether it may ask this machine.
    """
    yield from check_page(campaign.title, campaign.config, schema)
    yield from _check_shown(studio, campaign)
    yield from _check_loopback(studio, campaign)
    users = users_by_id(studio)
    present: dict[str, str] = {}
    for task in iter_tasks(studio, campaign, fields="all", page_size=PAGE):
        if not present:
            yield from _check_unchecked(studio, task)
        yield from _check_task(task, schema, users)
        doc = task["data"].get("doc_id")
        present[str(doc)] = str(task["data"].get("text"))
        if release is not None and doc in release.documents:
            yield from check_task(task, release, schema, users)
    if release is not None:
        yield from check_present(present, release)


def check_page(title: str, config: str, schema: Schema) -> Iterator[Ailment]:
    """Yield what is wrong with a labelling page."""
    again = "Put the schema's page back with 'miyar push --reset-page'."
    if config == render_config(schema):
        return
    styles = re.sub(r"\s+", "", config)
    if f"direction:{schema.direction}" not in styles:
        yield Ailment(
            "LS201",
            title,
            f"The page does not set the text's direction ({schema.direction}): "
            "punctuation and edges stand where nobody expects them.",
            again,
        )
    try:
        tags = list(parse_page(config).iter())
    except ValueError:
        tags = []
    grains = {tag.get("granularity", "symbol") for tag in tags if "Text" in tag.tag}
    if grains - {"symbol"}:
        yield Ailment(
            "LS202",
            title,
            f"Spans snap to a whole {' or '.join(sorted(grains - {'symbol'}))}: an "
            "attached conjunction or pronoun cannot be left out.",
            f'Set granularity="symbol" on <Text>. {again}',
        )
    if not re.search(r"area\{[^}]*display:inline-block", styles):
        yield Ailment(
            "LS203",
            title,
            "New browsers hide the handles of a span's edges, so annotators must "
            "delete and redraw, which loses its relations.",
            "Add '.lsf-richtext .htx-highlight area{display:inline-block!important}' "
            f"to <Style>. {again}",
        )
    yield Ailment(
        "LS204",
        title,
        f"The page is not that of {schema.name}: edited by hand, or of another schema.",
        f"{again} Of another schema: name it with --schema.",
    )


def _check_shown(studio: Studio, campaign: Campaign) -> Iterator[Ailment]:
    project = studio.get(f"/api/projects/{campaign.id}")
    versions = studio.get(f"/api/projects/{campaign.id}/model-versions")
    shown = project["model_version"]
    hidden = {name: n for name, n in versions.items() if name != shown}
    if hidden:
        listed = ", ".join(f"{n} of version {name!r}" for name, n in hidden.items())
        yield Ailment(
            "LS205",
            campaign.title,
            f"The label stream shows suggestions of version {shown or '(none)'!r} "
            f"only, and there are {listed}.",
            "Choose the version under Settings, Annotation, or push again with "
            "'miyar push'.",
        )
    if versions and not project["show_collab_predictions"]:
        yield Ailment(
            "LS205",
            campaign.title,
            "Suggestions are switched off for this project, and it has some.",
            "Switch 'Use predictions to prelabel tasks' on under Settings, Annotation.",
        )


def _check_loopback(studio: Studio, campaign: Campaign) -> Iterator[Ailment]:
    asked = {"project": campaign.id, "url": _NOWHERE, "title": "miyar doctor"}
    try:
        studio.post("/api/ml/", asked, doing="ask for the discard port")
    except ServiceError as error:
        if "reserved network address" in str(error):
            yield Ailment(
                "LS107",
                studio.url,
                "Label Studio refuses to ask a suggestion server on this machine.",
                "Start it with LABEL_STUDIO_ML_BLOCK_LOCAL_IP=false if 'miyar serve' "
                "is to run here.",
            )


def _check_unchecked(studio: Studio, task: Json) -> Iterator[Ailment]:
    wrong = {
        "task": int(task["id"]),
        "model_version": "miyar doctor",
        "result": [{"id": "x", "from_name": "?", "to_name": "?", "type": "labels"}],
    }
    try:
        made = studio.post("/api/predictions/", wrong, doing="store a wrong suggestion")
    except ServiceError:
        return
    with studio.telling("delete the wrong suggestion again"):
        studio.sdk.predictions.delete(made["id"])
    yield Ailment(
        "LS106",
        studio.url,
        "Suggestions are stored unchecked: a wrong one of another program leaves the "
        "labelling page blank.",
        "Start Label Studio with "
        "fflag_feat_utc_210_prediction_validation_15082025=true.",
    )


def _check_task(
    task: Json, schema: Schema, users: Mapping[int, str]
) -> Iterator[Ailment]:
    data, number = task["data"], task["id"]
    text = data.get("text")
    if not isinstance(text, str) or "doc_id" not in data:
        yield Ailment(
            "LS304",
            f"task {number}",
            "This task was not made by 'miyar push': its offsets have no known text.",
            "Delete it, or push the article.",
        )
        return
    where = f"task {number} ({data['doc_id']})"
    if text_sha256(text) != data.get("sha256"):
        yield Ailment(
            "LS301",
            where,
            "Its text was changed since it was pushed, so offsets mean nothing.",
            "Put the old text back, or push the new one under a new id.",
        )
        return
    for prediction in task.get("predictions") or ():
        for fault in _region_faults(prediction["result"], text, schema):
            yield Ailment(
                "LS302",
                f"{where}, prediction {prediction['id']}",
                f"A suggestion {fault}",
                "Delete the prediction. If nobody worked on the task, delete that and "
                "push the document again.",
            )
    for annotation in submitted(task):
        for fault in _region_faults(annotation["result"], text, schema):
            yield Ailment(
                "LS303",
                f"{where}, {author_of(annotation, users)}",
                f"A mark {fault}",
                "Mend it on the page; 'miyar lint --project' tells the annotator.",
            )


def _region_faults(result: Sequence[Json], text: str, schema: Schema) -> Iterator[str]:
    for entry in result:
        if entry.get("type") not in ("choices", "relation"):
            fault = region_fault(entry, text, schema)
            if fault:
                yield fault
