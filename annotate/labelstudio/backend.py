"""Answer Label Studio's ML-backend protocol: what is asked, and what is told back.

Pure: a decoded request goes in and the decoded reply comes out. A request that cannot
be answered raises RefusedError, which carries the HTTP status. The access token that
Label Studio sends with `setup` is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from annotate.labelstudio.config import TEXT, parse_page
from annotate.labelstudio.faults import region_fault
from annotate.labelstudio.recurrence import Labelled, Names
from annotate.labelstudio.review import Finding, lint_task
from annotate.labelstudio.tasks import to_task
from schemas.annotations import AnnotatedDocument
from schemas.checks import Problem
from schemas.errors import DataError, ServiceError
from schemas.labels import Schema
from schemas.spans import Span

__all__ = ["RULE", "Backend", "Inspection", "RefusedError"]

Json = dict[str, Any]
RULE = "live.same_name"
"""The rule id of a suggestion that repeats what the annotator drew."""

_JUDGED = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED")


class RefusedError(ServiceError):
    """A request that is not answered; `status` is the HTTP status to refuse it with."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        """Keep the status beside the message."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is to be mended in one submitted annotation; nothing means it is fine."""

    project: int
    task: int
    annotation: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The rules, the names and the checks behind the protocol.

    `page` is the schema's labelling page. `suggest` puts mentions into a document,
    `lint` tells what is wrong with one. `is_control` tells the tasks that are to be
    annotated without suggestions.
    """

    schema: Schema = field(repr=False)
    page: str = field(repr=False)
    model_version: str
    suggest: Callable[[AnnotatedDocument], AnnotatedDocument]
    names: Names
    lint: Callable[[AnnotatedDocument], Sequence[Problem]]
    is_control: Callable[[Json], bool]

    def health(self) -> Json:
        """Say that suggestions can be had."""
        return {"status": "UP", "model_class": "miyar", "schema": self.schema.name}

    def versions(self) -> Json:
        """List the one version there is."""
        return {"versions": [self.model_version]}

    def setup(self, request: Json) -> Json:
        """Take on a project whose page asks what the schema asks."""
        self._check_page(request.get("schema"))
        return {"model_version": self.model_version}

    def predict(self, request: Json) -> Json:
        """Return suggestions for each task, or the other mentions of a drawn name.

        Label Studio tells the two apart by `context`: with it there is one task, and
        its answer is one result; without, each task has a list of predictions.
        """
        self._check_page(request.get("label_config"))
        tasks = request.get("tasks")
        if not isinstance(tasks, list) or not all(isinstance(t, dict) for t in tasks):
            raise RefusedError("'tasks' must be a list of tasks, each a JSON object.")
        params = request.get("params")
        context = params.get("context") if isinstance(params, dict) else None
        if isinstance(context, dict) and context.get("result"):
            return {"results": [self._others(task, context) for task in tasks[:1]]}
        return {"results": [self._predictions(task) for task in tasks]}

    def webhook(self, request: Json) -> Inspection | None:
        """Judge an annotation that was submitted or changed; None for other events."""
        if request.get("action") not in _JUDGED:
            return None
        annotation, task = _part(request, "annotation"), _part(request, "task")
        project = _part(request, "project")
        self._check_page(project.get("label_config"))
        if annotation.get("was_cancelled"):
            return None
        _text_of(task)
        _results(annotation.get("result"), "annotation")
        judged = {
            "id": _number(task, "task"),
            "data": task["data"] | {"doc_id": _name(task)},
            "annotations": [annotation],
        }
        findings = lint_task(judged, {}, self.schema, lint=self.lint)
        return Inspection(
            _number(project, "project"),
            _number(task, "task"),
            _number(annotation, "annotation"),
            tuple(findings),
        )

    def _check_page(self, config: object) -> None:
        if not isinstance(config, str) or not config:
            raise RefusedError("The request does not say the project's labelling page.")
        missing = _missing(config, self.page)
        if missing:
            raise RefusedError(
                f"The project's labelling page lacks {missing}, which "
                f"{self.schema.name} asks. It was edited by hand or made from another "
                "schema: push with --reset-page, or run 'miyar serve' with its schema.",
                status=409,
            )

    def _predictions(self, task: Json) -> list[Json]:
        text = _text_of(task)
        if self.is_control(task):
            return []
        doc = AnnotatedDocument(id=_name(task), text=text, sha256=_sha256(task["data"]))
        try:
            made = to_task(
                self.suggest(doc), self.schema, model_version=self.model_version
            )
        except DataError as error:
            raise RefusedError(str(error), status=422) from None
        predictions: list[Json] = made["predictions"]
        return predictions

    def _others(self, task: Json, context: Json) -> Json:
        text = _text_of(task)
        answer: Json = {"result": [], "model_version": self.model_version}
        if self.is_control(task):
            return answer
        results = _results(context["result"], "context")
        regions = [entry for entry in results if entry.get("type") == "labels"]
        for region in regions:
            fault = region_fault(region, text, self.schema)
            if fault:
                raise RefusedError(f"region {region.get('id')}: {fault}", status=422)
        if not regions:
            return answer
        # Label Studio sends every mark of that label on the page, the new one last.
        drawn = regions[-1]
        label = _labelled(drawn)[1]
        choices = [
            entry
            for entry in results
            if entry.get("type") == "choices" and entry.get("id") == drawn.get("id")
        ]
        marked = [*map(_labelled, regions[:-1]), *_marked(task, text, self.schema)]
        for span in self.names.find_others(text, _labelled(drawn), marked):
            answer["result"] += _copies([drawn, *choices], label, span, text)
        return answer


def _text_of(task: Json) -> str:
    """Return the text of a task; raises RefusedError where there is none."""
    data = task.get("data")
    text = data.get("text") if isinstance(data, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise RefusedError(f"{_name(task)} has no text in its data.", status=422)
    return text


def _part(request: Json, name: str) -> Json:
    part = request.get(name)
    if not isinstance(part, dict):
        raise RefusedError(f"The webhook's payload lacks {name!r}.")
    return part


def _number(part: Json, name: str) -> int:
    number = part.get("id")
    if type(number) is not int:
        raise RefusedError(f"The webhook's {name} has no number ('id').")
    return number


def _sha256(data: Mapping[str, Any]) -> str | None:
    said = data.get("sha256")
    return said if isinstance(said, str) and said else None


def _name(task: Json) -> str:
    data = task.get("data")
    doc_id = data.get("doc_id") if isinstance(data, dict) else None
    return str(doc_id) if doc_id else f"task {task.get('id')}"


def _results(result: object, where: str) -> list[Json]:
    if not isinstance(result, list) or not all(isinstance(r, dict) for r in result):
        raise RefusedError(f"The {where}'s 'result' must be a list of JSON objects.")
    for entry in result:
        if not _is_shaped(entry):
            raise RefusedError(
                f"The {where}'s result {entry.get('id')!r} is not shaped as Label "
                "Studio's results are."
            )
    return result


def _is_shaped(entry: Json) -> bool:
    """Tell whether mappings and lists stand where the readers expect them."""
    value = entry.get("value", {})
    return isinstance(value, dict) and all(
        isinstance(found, list)
        for found in (
            value.get("labels", []),
            value.get("choices", []),
            entry.get("labels") or [],
        )
    )


def _labelled(region: Json) -> Labelled:
    value = region["value"]
    return Span(value["start"], value["end"]), str(value["labels"][0])


def _marked(task: Json, text: str, schema: Schema) -> Iterator[Labelled]:
    """Yield what is on the page already, as far as the server knows it.

    That is the annotator's draft; before there is one, the suggestions it began with.
    """
    for kind in ("drafts", "predictions"):
        listed = task.get(kind)
        there = listed if isinstance(listed, list) else []
        there = [entry for entry in there if isinstance(entry, dict)]
        if there:
            newest = max(there, key=lambda entry: str(entry.get("updated_at") or ""))
            for region in _results(newest.get("result") or [], kind):
                is_region = region.get("type") == "labels"
                if is_region and not region_fault(region, text, schema):
                    yield _labelled(region)
            return


def _copies(
    results: Sequence[Json], label: str, span: Span, text: str
) -> Iterator[Json]:
    """Yield a region and its choices again, over another span.

    The id names label and span, so that a suggestion that is made twice is one.
    """
    place = {"start": span.start, "end": span.end, "text": text[span.start : span.end]}
    for entry in results:
        copy: Json = {
            "id": f"same-{label}-{span.start}-{span.end}",
            "from_name": entry["from_name"],
            "to_name": TEXT,
            "type": entry["type"],
        }
        kept = {n: v for n, v in entry["value"].items() if n in ("labels", "choices")}
        copy["value"] = place | kept
        if entry["type"] == "labels":
            copy["meta"] = {"rule": RULE, "text": [RULE]}
        yield copy


@lru_cache(maxsize=16)
def _missing(config: str, ours: str) -> str:
    """Name the controls and values of our page that a project's page lacks."""
    if config == ours:
        return ""
    there, wanted = _controls(config), _controls(ours)
    missing = [
        f"{name} {', '.join(sorted(values - there.get(name, frozenset())))}".strip()
        for name, values in wanted.items()
        if name not in there or not values <= there[name]
    ]
    return "; ".join(missing)


def _controls(config: str) -> dict[str, frozenset[str]]:
    """Return the values each named control of a page offers."""
    try:
        page = parse_page(config)
    except ValueError as error:
        raise RefusedError(
            f"The project's labelling page cannot be read: {error}."
        ) from None
    return {
        control.attrib["name"]: frozenset(
            value.get("alias") or value.get("value") or ""
            for value in control.iter()
            if value.tag in ("Label", "Choice", "Relation")
        )
        for control in page.iter()
        if control.get("name") and control.get("toName")
    }
