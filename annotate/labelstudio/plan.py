"""What a push is to bring about."""

from __future__ import annotations

from dataclasses import dataclass

from annotate.labelstudio.users import check_emails
from schemas.errors import UsageError
from schemas.labels import Schema

__all__ = ["MODEL_VERSION", "Plan"]

MODEL_VERSION = "miyar"
"""The name that our suggestions have in Label Studio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a push is to bring about.

    `overlap` is how many annotators see each document; with `strict` each of them has a
    project of their own. `control` is the share of documents, within each outlet, that
    go without suggestions. `seed` decides which those are and who gets what.
    `reset_page` puts the schema's labelling page back where somebody edited it;
    `dry_run` changes nothing. `guideline` is HTML that annotators read after how the
    page is worked.
    """

    project: str
    schema: Schema
    annotators: tuple[str, ...] = ()
    overlap: int = 1
    strict: bool = False
    control: float = 0.0
    seed: int = 0
    guideline: str = ""
    reset_page: bool = False
    dry_run: bool = False

    def check(self) -> None:
        """Raise UsageError for what Label Studio would refuse or never finish."""
        if not 3 <= len(self.project) <= 50:
            raise UsageError(
                f"--project: {self.project!r} has {len(self.project)} characters; "
                "Label Studio takes 3 to 50."
            )
        if self.project != self.project.strip():
            raise UsageError(
                f"--project: {self.project!r} begins or ends with a space, which Label "
                "Studio takes away. Leave it out."
            )
        if self.overlap < 1:
            raise UsageError(f"--overlap {self.overlap}: give 1 or more.")
        if not 0 <= self.control < 1:
            raise UsageError(
                f"--control {self.control}: give a share from 0 to below 1, as 0.15."
            )
        # With strict blindness people who have a project already count too.
        if self.annotators and not self.strict and self.overlap > len(self.annotators):
            raise UsageError(
                f"--overlap {self.overlap} needs as many annotators, and --annotators "
                f"names {len(self.annotators)}. Name more, or lower the overlap."
            )
        check_emails(self.annotators)
