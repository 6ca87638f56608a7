"""Remember which documents were pushed, so that a deleted task is noticed.

Label Studio forgets a task that somebody deletes. The list in the state folder serves
messages alone: without it a push does the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from annotate.labelstudio.projects import Campaign
from annotate.settings import Settings
from schemas.jsonl import write_atomically

__all__ = ["read_roster", "write_roster"]


def read_roster(settings: Settings, campaign: Campaign) -> frozenset[str]:
    """Return the documents that were pushed into a project; none if unknown."""
    try:
        kept = json.loads(_place(settings, campaign).read_text(encoding="utf-8"))
        return frozenset(map(str, kept))
    except (OSError, ValueError, TypeError):
        return frozenset()


def write_roster(settings: Settings, campaign: Campaign, docs: Iterable[str]) -> None:
    """Keep which documents are in a project."""
    known = json.dumps(sorted(docs), ensure_ascii=False, indent=0)
    write_atomically(_place(settings, campaign), [known + "\n"])


def _place(settings: Settings, campaign: Campaign) -> Path:
    # Another server, or data begun anew, gives the id to another project.
    born = re.sub(r"\D", "", campaign.born)
    return settings.home / "rosters" / f"{campaign.id}-{born}.json"
