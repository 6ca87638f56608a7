"""A changed reading of a text, with the way back to the raw offsets."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import DataError
from schemas.spans import Span

__all__ = ["TextView"]


@dataclass(frozen=True, slots=True)
class TextView:
    """`text` as it is read, and for each of its characters the raw span it stands for.

    `starts` and `ends` hold code points of the raw text, one each per view character,
    both non-decreasing; None for both says that every character stands for itself.
    """

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def raw_span(self, start: int, end: int) -> Span:
        """Return the raw span of the view span `[start, end)`.

        Raises DataError where the span is empty or lies outside the view: an offset
        that cannot be mapped is never guessed.
        """
        if not 0 <= start < end <= len(self.text):
            raise DataError(
                f"the span [{start}, {end}) is not inside a text view of "
                f"{len(self.text)} characters; map spans of this view only."
            )
        if self.starts is None or self.ends is None:
            return Span(start, end)
        return Span(self.starts[start], self.ends[end - 1])
