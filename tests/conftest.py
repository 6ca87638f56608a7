"""The real Label Studio, started once for the whole test run, and a real browser."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from annotate.labelstudio.client import Studio, connect
from annotate.labelstudio.installation import ensure_installed, label_studio
from annotate.labelstudio.server import start_server, stop_server
from annotate.settings import Settings
from tests.postgres import Cluster, programs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHECKOUT = Path(__file__).parent.parent
ON_POSTGRESQL = os.environ.get("MIYAR_TEST_DATABASE") == "postgresql"
"""Whether every server of this test run keeps its data in PostgreSQL."""


# A busy machine is no fault of the code: no example has a deadline.
settings.register_profile("full", max_examples=100, deadline=None)
settings.register_profile("quick", max_examples=25, deadline=None)
settings.load_profile("full")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


@pytest.fixture(scope="session", autouse=True)
def rules_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of compiled rules for this run alone, shared by its processes."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIYAR_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the run's own; without the programs the test is skipped."""
    found = programs()
    if found is None:
        if ON_POSTGRESQL:
            pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    running = Cluster.start(found)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def installed() -> Path:
    """The checkout's installation of Label Studio, made by the first run."""
    return Path(os.environ.get("MIYAR_STUDIO_ENV", CHECKOUT / ".miyar" / "server"))


@pytest.fixture(scope="session")
def settings_at(
    installed: Path, request: pytest.FixtureRequest
) -> Callable[[Path], Settings]:
    """Settings of a new state folder whose server has an empty database of its own."""

    def settings(home: Path) -> Settings:
        if not ON_POSTGRESQL:
            return Settings(home=home, studio_env=installed)
        cluster = request.getfixturevalue("cluster")
        ensure_installed(installed, say=_tell)
        return Settings(
            home=home,
            studio_env=installed,
            database=cluster.new_studio(label_studio(installed)),
            database_password=cluster.password,
        )

    return settings


@pytest.fixture(scope="session")
def studio_settings(
    settings_at: Callable[[Path], Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of a running server with an empty database of its own."""
    settings = settings_at(tmp_path_factory.mktemp("studio"))
    start_server(settings, say=_tell)
    yield settings
    stop_server(settings)


@pytest.fixture(scope="session")
def studio(studio_settings: Settings) -> Iterator[Studio]:
    """The administrator's connection to that server."""
    connection = connect(studio_settings)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without calls of its own to the world."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-default-apps",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()
