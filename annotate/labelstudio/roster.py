"""Remember what was pushed and for whom, so that a deleted task and an annotator who
has not begun are noticed.

Label Studio forgets a task that somebody deletes, and open-source Label Studio assigns
a project to nobody. What the state folder keeps of it serves messages alone: without
it a push does the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from annotate.labelstudio.projects import Campaign
from annotate.settings import Settings
from schemas.jsonl import write_atomically

__all__ = ["Roster", "read_roster", "write_roster"]


@dataclass(frozen=True, slots=True)
class Roster:
    """The documents that were pushed into a project, and the annotators named then."""

    documents: frozenset[str] = frozenset()
    annotators: frozenset[str] = frozenset()


def read_roster(settings: Settings, campaign: Campaign) -> Roster:
    """Return what is remembered of a project; nothing if unknown."""
    try:
        kept = json.loads(_place(settings, campaign).read_text(encoding="utf-8"))
        return Roster(
            frozenset(map(str, kept["documents"])),
            frozenset(map(str, kept["annotators"])),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return Roster()


def write_roster(
    settings: Settings,
    campaign: Campaign,
    docs: Iterable[str],
    annotators: Iterable[str],
) -> None:
    """Keep which documents are in a project, and add to the annotators of it."""
    known = read_roster(settings, campaign).annotators
    kept = {
        "annotators": sorted(known.union(annotators)),
        "documents": sorted(docs),
    }
    line = json.dumps(kept, ensure_ascii=False, indent=0)
    write_atomically(_place(settings, campaign), [line + "\n"])


def _place(settings: Settings, campaign: Campaign) -> Path:
    # Another server, or data begun anew, gives the id to another project.
    born = re.sub(r"\D", "", campaign.born)
    return settings.home / "rosters" / f"{campaign.id}-{born}.json"
