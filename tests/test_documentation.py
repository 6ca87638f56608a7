"""What README and the site tell people to type is typed here, in their order."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from annotate.labelstudio.campaign import find_campaign, submit, tasks_by_document
from annotate.labelstudio.client import Studio, connect, login_of
from annotate.settings import Settings
from schemas.jsonl import read_documents
from schemas.load import load_schema

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
MAY_FIND = {"adjudicate", "diff", "doctor", "lint", "status"}
"""Commands whose exit status 1 says that they found something, as they should."""


class Block(NamedTuple):
    """A fenced block: its language, the file it is to be kept in, and its text."""

    language: str
    title: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    found = re.findall(
        r'^```(\w+)(?: title="(.*?)")?\n(.*?)^```',
        (ROOT / page).read_text("utf-8"),
        re.M | re.S,
    )
    yield from (Block(*block) for block in found)


class Reader:
    """Somebody who follows a page in a folder that has the checkout's data."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        for name in ("seeds", "schemas"):
            (folder / name).symlink_to(ROOT / name)
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        self.environ = {**os.environ, "PATH": path, **environ}

    def follow(self, page: str, before: Callable[[str], None] = lambda _: None) -> None:
        for block in blocks(page):
            if block.title:
                (self.folder / block.title).write_text(block.text, "utf-8")
            elif block.language == "python":
                self.run(BIN / "python", "-c", block.text)
            elif block.language == "sh":
                for line in block.text.splitlines():
                    before(line)
                    self.type(line)

    def type(self, line: str) -> None:
        words = line.split("#")[0].split()
        if not words or words[:2] == ["miyar", "down"]:
            # The server belongs to the whole test run.
            return
        fine = {0, 1} if words[1] in MAY_FIND else {0}
        self.run("bash", "-c", line, fine=fine)

    def run(self, *words: object, fine: frozenset[int] | set[int] = frozenset({0})):
        done = subprocess.run(
            [str(word) for word in words],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode in fine, f"{words}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("page", ["researcher", "developer"])
def test_a_tutorial_can_be_followed(tmp_path: Path, page: str) -> None:
    Reader(tmp_path).follow(f"docs/tutorials/{page}.md")


PAGES = {
    "README.md": ("first", ("a@example.org", "b@example.org")),
    "docs/tutorials/lead.md": (
        "spring",
        ("a@example.org", "b@example.org", "c@example.org"),
    ),
}


@pytest.mark.studio
@pytest.mark.parametrize("page", PAGES)
def test_a_campaign_can_be_led_by_the_page(
    tmp_path: Path, page: str, studio: Studio, studio_settings: Settings
) -> None:
    project, people = PAGES[page]
    reader = Reader(
        tmp_path,
        MIYAR_HOME=str(studio_settings.home),
        MIYAR_STUDIO_ENV=str(studio_settings.server_folder),
    )

    def stand_in(line: str) -> None:
        """Do what people do between two commands: annotate, and decide."""
        if line.startswith("miyar pull"):
            annotate()
        elif "conflicts.jsonl" in line and (tmp_path / "conflicts.jsonl").exists():
            decide(tmp_path / "conflicts.jsonl")

    def decide(worksheet: Path) -> None:
        drafts = list(map(json.loads, worksheet.read_text("utf-8").splitlines()))
        assert drafts
        worksheet.write_text(
            "".join(json.dumps({**d, "verdict": "keep"}) + "\n" for d in drafts),
            "utf-8",
        )

    def annotate() -> None:
        """Submit each article twice: as suggested, and without its last trigger."""
        schema = load_schema()
        campaign = find_campaign(studio, project)
        assert campaign is not None
        tasks = tasks_by_document(studio, campaign)
        docs = list(read_documents(tmp_path / "s.jsonl"))
        for place, doc in enumerate(docs):
            less = doc.model_copy(update={"events": doc.events[:-1]})
            for shift, seen in enumerate((doc, less)):
                email = people[(place + shift) % len(people)]
                login = login_of(studio_settings, email)
                with connect(studio_settings, login=login) as hand:
                    submit(seen, studio=hand, task=tasks[doc.id], schema=schema)

    reader.follow(page, before=stand_in)
    assert list(read_documents(tmp_path / "gold.jsonl"))
    campaign = find_campaign(studio, project)
    assert campaign is not None
    studio.sdk.projects.delete(campaign.id)


@pytest.mark.slow
def test_the_site_builds_without_a_broken_link(tmp_path: Path) -> None:
    done = subprocess.run(
        [BIN / "mkdocs", "build", "--strict", "--quiet", "-d", tmp_path / "site"],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    commands = (tmp_path / "site/reference/commands/index.html").read_text("utf-8")
    assert "miyar schema migrate" in commands
    metrics = (tmp_path / "site/reference/metrics/index.html").read_text("utf-8")
    assert "Krippendorff" in metrics
