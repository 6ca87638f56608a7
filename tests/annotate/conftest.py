from __future__ import annotations

import pytest

from annotate.rules.compiled import Ruleset
from annotate.rules.load import load_ruleset
from schemas.load import load_schema


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    """The rules and lexicons that ship."""
    return load_ruleset(load_schema())
