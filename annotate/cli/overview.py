"""`miyar --help`: the commands by what they are for, each with its whole sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperGroup

__all__ = ["SECTIONS", "Overview", "WholeSentences"]

SECTIONS = {
    "To see it all": ("demo",),
    "Articles and rules": ("ingest", "suggest", "rules", "explain", "measure"),
    "Label Studio": (
        *("up", "status", "push", "serve", "pull"),
        *("ledger", "doctor", "backup", "restore", "down"),
    ),
    "From opinions to gold": ("lint", "agree", "adjudicate", "split", "release"),
    "Gold": ("verify", "diff", "export", "import", "schema"),
    "Extractors": ("score", "compare", "bench", "report", "leaderboard"),
}
"""Every command, in the order in which it is usually needed."""


class WholeSentences(TyperGroup):
    """Commands that are listed with the whole of their first sentence."""

    sections: Mapping[str, tuple[str, ...]] | None = None
    """Names of commands by the heading they stand under; one heading if None."""

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write a list for each section."""
        sections = self.sections or {"Commands": tuple(self.commands)}
        for title, names in sections.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                if command is not None:
                    said = (command.help or "").partition("\n\n")[0]
                    rows.append((name, " ".join(said.split())))
            with formatter.section(title):
                formatter.write_dl(rows)


class Overview(WholeSentences):
    """All commands, by what they are for."""

    sections = SECTIONS
