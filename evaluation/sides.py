"""The documents of one side of a score, and what is said of those that do not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from evaluation.documents import DocumentLike, JsonlSource, text_digest
from evaluation.selection import Relabelled
from schemas.errors import DataError

__all__ = ["Known", "Side", "check_text", "doubled"]


@dataclass(slots=True)
class Known:
    """What is kept of a gold document: enough to recognise its text, not the text."""

    number: int
    length: int | None
    sha256: str | None
    predicted: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """The documents of one side, to say where a fault is and to look at it again."""

    name: str
    docs: Iterable[DocumentLike]

    @classmethod
    def of(cls, name: str, docs: Iterable[DocumentLike]) -> Side:
        """Make a side that can be read again: an iterator is read into a tuple."""
        again = isinstance(docs, JsonlSource | Relabelled)
        return cls(name, docs if again else tuple(docs))

    @property
    def source(self) -> Iterable[DocumentLike]:
        """What was read, before it was given other labels."""
        source = self.docs
        while isinstance(source, Relabelled):
            source = source.docs
        return source

    def places(self, doc_id: str) -> list[str]:
        """Return `file:line` of the document, the one complained about last."""
        source = self.source
        return source.places_of(doc_id) if isinstance(source, JsonlSource) else []

    def place(self, doc_id: str) -> str:
        """Return how messages call the document, with its file and line if it has."""
        if places := self.places(doc_id):
            return f"{places[-1]}: document {doc_id!r}"
        return f"{self.name} document {doc_id!r}"

    def text(self, doc_id: str) -> str:
        """Return the text of a document, looked up anew."""
        return next(doc.text or "" for doc in self.docs if doc.id == doc_id)

    def text_of(self, doc: DocumentLike) -> str | None:
        """Return the text of a document; DataError where it is not UTF-8."""
        try:
            return doc.text
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise DataError(
                f"{self.place(doc.id)} has a text that is not UTF-8. Save the file as "
                "UTF-8."
            ) from None


def doubled(side: Side, doc_id: str) -> DataError:
    """Return the refusal of a document that was given before."""
    places, where = side.places(doc_id), ""
    if len(places) > 1:
        file, _, line = places[0].rpartition(":")
        same = places[-1].startswith(f"{file}:")
        where = f", in line {line}" if same else f", in {places[0]}"
    return DataError(
        f"{side.place(doc_id)} was given before{where}. Give every document once."
    )


def check_text(doc: DocumentLike, own: Known, side: Side, gold: Side) -> None:
    """Raise DataError, with the first difference, where a text is not the gold's."""
    sha256 = text_digest(doc) or doc.sha256
    if sha256 is None or own.sha256 is None or sha256 == own.sha256:
        return
    text = side.text_of(doc)
    if text is None or own.length is None:
        raise DataError(
            f"{side.place(doc.id)} was made from another text than {gold.name} has: "
            f"their sha256 differ. Work on the text of {gold.name}."
        )
    raise DataError(
        f"{side.place(doc.id)} has another text than {gold.name}: "
        f"{_first_difference(gold.text(doc.id), text)}. Work on the text of "
        f"{gold.name}, unchanged, or leave the text out."
    )


def _first_difference(gold: str, predicted: str) -> str:
    """Describe where two texts part.

    >>> _first_difference("في بغداد", "في  بغداد")
    "at character 3 it has ' بغداد' instead of 'بغداد'"
    """
    pairs = zip(gold, predicted, strict=False)
    at = next(
        (i for i, (a, b) in enumerate(pairs) if a != b), min(len(gold), len(predicted))
    )
    here, there = gold[at : at + 20], predicted[at : at + 20]
    if not there:
        return f"it ends at character {at}, before {here!r}"
    if not here:
        return f"at character {at} it goes on with {there!r}"
    return f"at character {at} it has {there!r} instead of {here!r}"
