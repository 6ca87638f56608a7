"""A file of tasks goes into the real Label Studio, and its own export comes back."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import render_config
from annotate.labelstudio.files import read_tasks, write_tasks
from tests.annotate.labelstudio.builders import SCHEMA, bare, visit

pytestmark = pytest.mark.studio


def test_annotations_go_in_with_the_file_and_come_out(
    studio: Studio, tmp_path: Path
) -> None:
    docs = [visit("one"), visit("two")]
    write_tasks(docs, tmp_path, SCHEMA)
    content = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    project = studio.post(
        "/api/projects",
        {"title": f"f {uuid.uuid4().hex[:12]}", "label_config": render_config(SCHEMA)},
        doing="make a project",
    )
    studio.post(f"/api/projects/{project['id']}/import", content, doing="import")
    exported = studio.get(f"/api/projects/{project['id']}/export", exportType="JSON")
    (tmp_path / "tasks.json").write_text(json.dumps(exported), encoding="utf-8")
    dropped: list[str] = []
    back = read_tasks(
        tmp_path, schema=SCHEMA, drop=lambda kind, where: dropped.append(kind)
    )
    assert {d.id: bare(d) for d in back} == {d.id: bare(d) for d in docs}
    assert dropped == []
