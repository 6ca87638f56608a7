"""Who works in the browser, and on what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from annotate.labelstudio.campaign import Campaign
from annotate.labelstudio.client import Studio
from annotate.labelstudio.collection import pull
from annotate.labelstudio.users import ensure_users
from annotate.settings import Settings
from schemas.annotations import AnnotatedDocument
from schemas.jsonl import read_documents
from tests.annotate.labelstudio.builders import SCHEMA
from tests.browser.page import READER, LabellingPage, log_in, opened


@pytest.fixture(scope="module")
def annotator(
    browser: Browser, studio: Studio, studio_settings: Settings
) -> Iterator[BrowserContext]:
    """A browser in which READER is logged in."""
    ensure_users(studio, studio_settings, [READER])
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    log_in(context, studio.url, READER, studio_settings)
    yield context
    context.close()


@pytest.fixture
def page(
    annotator: BrowserContext, studio: Studio, campaign: Campaign
) -> Iterator[LabellingPage]:
    """The labelling page of the module's campaign, its instructions read."""
    with opened(annotator, studio.url, campaign.id) as page:
        yield page


@pytest.fixture
def pulled(
    studio: Studio, campaign: Campaign, tmp_path: Path
) -> Callable[[LabellingPage], AnnotatedDocument]:
    """Submit the page and return what `pull` says of it."""

    def run(page: LabellingPage) -> AnnotatedDocument:
        page.submit()
        done = pull(studio, campaign.title, schema=SCHEMA, out=tmp_path)
        (path,) = done.files
        assert path.name == f"{READER}.jsonl"
        (doc,) = read_documents(path)
        return doc

    return run
