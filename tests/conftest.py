"""The real Label Studio, started once for the whole test run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotate.labelstudio.client import Studio, connect
from annotate.labelstudio.server import start_server, stop_server
from annotate.settings import Settings

CHECKOUT = Path(__file__).parent.parent


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
def studio_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a running server with an empty database of its own.

    The installation is the checkout's, made by the first run that needs it.
    """
    installed = os.environ.get("MIYAR_STUDIO_ENV", CHECKOUT / ".miyar" / "server")
    settings = Settings(
        home=tmp_path_factory.mktemp("studio"), studio_env=Path(installed)
    )
    start_server(settings, say=_tell)
    yield settings
    stop_server(settings)


@pytest.fixture(scope="session")
def studio(studio_settings: Settings) -> Iterator[Studio]:
    """The administrator's connection to that server."""
    connection = connect(studio_settings)
    yield connection
    connection.close()
