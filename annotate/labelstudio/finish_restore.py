# mypy: ignore-errors
"""Give restored content the times and authors that no call of Label Studio's API takes.

Run by the server's own Python, not ours: stdin has a line for the project and one a
task, as `restore` writes them. Everything is set in one transaction.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_PEOPLE = ("completed_by", "updated_by", "last_created_by")
_TIMES = ("created_at", "updated_at", "draft_created_at")
_PLAIN = ("lead_time", "result_count", "import_id", "last_action", "bulk_created")


def main() -> None:
    """Read stdin and set what it says."""
    import label_studio

    sys.path.insert(0, str(Path(label_studio.__file__).parent))
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings.label_studio"
    import django

    django.setup()
    from django.db import transaction
    from users.models import User

    people = dict(User.objects.values_list("email", "id"))
    with transaction.atomic():
        lines = map(json.loads, sys.stdin)
        project = next(lines)
        for line in lines:
            _finish_task(line["task"], line["content"], people)
        _finish_users(project["users"])
        _finish_project(project, people)


def _finish_users(users) -> None:
    from users.models import User

    for user in users:
        kept = {name: user[name] or "" for name in ("first_name", "last_name")}
        kept |= {"username": user["username"], "date_joined": user["date_joined"]}
        User.objects.filter(email=user["email"]).update(**kept)


def _finish_project(project, people) -> None:
    from projects.models import Project

    Project.objects.filter(pk=project["project"]).update(
        created_at=project["created_at"],
        created_by_id=people.get(project["created_by"]),
        description=project["description"],
        pinned_at=project["pinned_at"],
    )


def _finish_task(number, content, people) -> None:
    from tasks.models import Annotation, Prediction, Task

    predictions = list(
        Prediction.objects.filter(task=number).order_by("id").values_list("id", flat=1)
    )
    annotations = list(
        Annotation.objects.filter(task=number).order_by("id").values_list("id", flat=1)
    )
    for pk, entry in zip(predictions, content["predictions"], strict=True):
        names = ("cluster", "neighbors", "mislabeling", "created_at", "updated_at")
        kept = {name: entry.get(name) for name in names}
        Prediction.objects.filter(pk=pk).update(**kept)
    for pk, entry in zip(annotations, content["annotations"], strict=True):
        _finish_annotation(pk, entry, number, (predictions, annotations), people)
    _finish_drafts(number, content["drafts"], annotations, people)
    Task.objects.filter(pk=number).update(
        inner_id=content["inner_id"],
        allow_skip=content.get("allow_skip", True),
        created_at=content["created_at"],
        updated_at=content["updated_at"],
        updated_by_id=people.get(content["updated_by"]),
    )


def _finish_annotation(pk, entry, task, numbers, people) -> None:
    from tasks.models import Annotation

    predictions, annotations = numbers

    def at(numbers, place):
        return None if place is None else numbers[place]

    changes = {name: entry.get(name) for name in (*_TIMES, *_PLAIN)}
    changes |= {f"{name}_id": people.get(entry.get(name)) for name in _PEOPLE}
    changes["parent_prediction_id"] = at(predictions, entry["parent_prediction"])
    changes["parent_annotation_id"] = at(annotations, entry["parent_annotation"])
    copy = entry["prediction"]
    if copy:
        project = Annotation.objects.filter(pk=pk).values_list("project_id", flat=True)
        copy = {name: value for name, value in copy.items() if name != "place"}
        number = at(predictions, entry["prediction"]["place"])
        copy |= {"id": number, "task": task, "project": project[0]}
    changes["prediction"] = copy
    # It is unique on a server: the original may be there still.
    others = Annotation.objects.filter(unique_id=entry["unique_id"]).exclude(pk=pk)
    if entry["unique_id"] and not others.exists():
        changes["unique_id"] = entry["unique_id"]
    Annotation.objects.filter(pk=pk).update(**changes)


def _finish_drafts(task, drafts, annotations, people) -> None:
    from tasks.models import AnnotationDraft

    there = AnnotationDraft.objects.filter(task_id=task).order_by("id")
    for _ in range(there.count(), len(drafts)):
        user = next(iter(people.values()))
        AnnotationDraft.objects.bulk_create(
            [AnnotationDraft(task_id=task, user_id=user, result=[])]
        )
    numbers = there.values_list("id", flat=True)
    for pk, draft in zip(list(numbers), drafts, strict=True):
        place = draft["annotation"]
        AnnotationDraft.objects.filter(pk=pk).update(
            user_id=people[draft["user"]],
            result=draft["result"],
            lead_time=draft["lead_time"],
            was_postponed=draft["was_postponed"],
            import_id=draft["import_id"],
            annotation_id=None if place is None else annotations[place],
            created_at=draft["created_at"],
            updated_at=draft["updated_at"],
        )


if __name__ == "__main__":
    main()
