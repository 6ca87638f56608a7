"""Write a project's content so that it means the same on any server.

Numbers that a server gave out are replaced: a user by the e-mail address, a prediction
or annotation by its place in the task, counted from 0 in the order of the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["differences", "portable_project", "portable_task", "user_emails"]

Json = dict[str, Any]
Users = Mapping[int, str]

PROJECT = (
    *("title", "description", "label_config", "expert_instruction"),
    *("show_instruction", "show_skip_button", "enable_empty_annotation"),
    *("show_annotation_history", "color", "maximum_annotations", "model_version"),
    *("sampling", "skip_queue", "show_ground_truth_first", "show_overlap_first"),
    *("overlap_cohort_percentage", "control_weights", "show_collab_predictions"),
    *("evaluate_predictions_automatically", "reveal_preannotations_interactively"),
    *("min_annotations_to_start_training", "is_published", "is_draft", "pinned_at"),
    "created_at",
)
# What a server counts itself, what names a place on it, and what changes by the minute.
_TASK = frozenset(
    {
        *("id", "project", "state", "total_annotations", "cancelled_annotations"),
        *("total_predictions", "comment_count", "unresolved_comment_count"),
        *("comment_authors", "last_comment_updated_at"),
    }
)
_ITEM = frozenset({"id", "task", "project", "state", "created_ago", "created_username"})
_PEOPLE = ("completed_by", "updated_by", "last_created_by")


def portable_project(project: Json, users: Users) -> Json:
    """Return the settings of a project; no password of a data source is among them."""
    kept = {name: project.get(name) for name in PROJECT}
    author = project.get("created_by") or {}
    return kept | {"created_by": users.get(int(author.get("id") or 0))}


def portable_task(task: Json, users: Users) -> Json:
    """Return a task of a snapshot with its predictions, annotations and drafts."""
    predictions = _ordered(task["predictions"])
    annotations = _ordered(task["annotations"])
    prediction_of, annotation_of = _places(predictions), _places(annotations)

    def annotation(entry: Json) -> Json:
        kept = _kept(entry, _ITEM) | {n: _email(entry.get(n), users) for n in _PEOPLE}
        copy = entry.get("prediction")
        if isinstance(copy, dict) and copy:
            place = prediction_of(copy.get("id"))
            copy = _kept(copy, _ITEM) | {"place": place}
        return kept | {
            "prediction": copy,
            "parent_prediction": prediction_of(entry.get("parent_prediction")),
            "parent_annotation": annotation_of(entry.get("parent_annotation")),
        }

    def draft(entry: Json) -> Json:
        place = annotation_of(entry.get("annotation"))
        return _kept(entry, _ITEM) | {"annotation": place}

    return _kept(task, _TASK) | {
        "updated_by": _email(task.get("updated_by"), users),
        "predictions": [_kept(entry, _ITEM) for entry in predictions],
        "annotations": [annotation(entry) for entry in annotations],
        "drafts": [draft(entry) for entry in _ordered(task["drafts"])],
    }


def _ordered(entries: Sequence[Json]) -> list[Json]:
    return sorted(entries, key=lambda entry: int(entry["id"]))


def _places(entries: Sequence[Json]) -> Callable[[Any], int | None]:
    places = {entry["id"]: place for place, entry in enumerate(entries)}
    return places.get


def _kept(entry: Json, dropped: frozenset[str]) -> Json:
    return {name: value for name, value in entry.items() if name not in dropped}


def _email(user: Any, users: Users) -> str | None:
    number = user.get("id") if isinstance(user, dict) else user
    return users.get(int(number)) if number else None


def user_emails(task: Json) -> set[str]:
    """Return the addresses of all who had a hand in a portable task."""
    people = {task.get("updated_by")}
    for annotation in task["annotations"]:
        people |= {annotation.get(name) for name in _PEOPLE}
    people |= {draft.get("user") for draft in task["drafts"]}
    return {email for email in people if email}


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every value in which two portable contents differ.

    Places in lists are left out of a path: `annotations.created_at`. Lists of two
    lengths differ as a whole, and so does what is empty on one side.

    >>> list(differences({"a": [{"b": 1}]}, {"a": [{"b": 2}]}))
    ['a.b']
    """
    if isinstance(one, dict) and isinstance(other, dict) and one and other:
        for name in sorted(one.keys() | other.keys()):
            inner = f"{path}.{name}" if path else name
            yield from differences(one.get(name), other.get(name), inner)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for mine, theirs in zip(one, other, strict=True):
            yield from differences(mine, theirs, path)
    elif one != other:
        yield path
