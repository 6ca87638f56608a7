"""Scores of parts: by document group, and by kind of mention.

A slice by documents adds the same per-document counts up differently. A slice by
mentions keeps on both sides the mentions of one band; since only equal spans match, and
equal spans have one surface, the bands' counts add up to the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from evaluation.documents import DocumentLike, EntityLike
from evaluation.intervals import Bootstrap
from evaluation.report import LayerScore, Report, Signature
from evaluation.scoring import score, summarise
from evaluation.selection import keep_entities
from schemas.errors import DataError

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = [
    "Banding",
    "by_documents",
    "by_frequency",
    "by_length",
    "by_seen",
    "score_bands",
]

Banding = Callable[[str], str]
"""Names the band of a mention by its surface."""

_FREQUENCIES = ((0, "0"), (1, "1"), (5, "2-5"))
_LENGTHS = ((1, "1"), (2, "2"), (4, "3-4"))
_ENTITY_LAYERS = ("entities", "nominals")


def by_documents(
    report: Report,
    groups: Mapping[str, Iterable[str]],
    *,
    bootstrap: Bootstrap | None = None,
) -> dict[str, Mapping[str, LayerScore]]:
    """Return the layers of each group of documents, such as those of one outlet.

    `groups` maps a group's name to document ids; ids that are not scored are an error
    (KeyError), a document in no group is left out.
    """
    place = {doc_id: i for i, doc_id in enumerate(report.documents)}
    found = {}
    for name, ids in groups.items():
        rows = sorted(place[doc_id] for doc_id in ids)
        signature = replace(
            report.signature,
            documents=len(rows),
            options=(*report.signature.options, f"slice:{name}"),
        )
        tallies = [
            replace(layer.tally, counts=layer.tally.counts[rows])
            for layer in report.layers.values()
        ]
        found[name] = summarise(tallies, signature, bootstrap or Bootstrap())
    return found


def by_seen(
    training: Iterable[DocumentLike], *, fold: Callable[[str], str] = str
) -> Banding:
    """Tell names that the training gold holds from those it does not.

    `fold` says which surfaces count as the same name.
    """
    seen = _surfaces(training, fold)
    return lambda surface: "seen" if fold(surface) in seen else "unseen"


def by_frequency(
    training: Iterable[DocumentLike], *, fold: Callable[[str], str] = str
) -> Banding:
    """Band names by how often the training gold has them: 0, 1, 2-5, 6+."""
    count = _surfaces(training, fold)
    return lambda surface: _band(count[fold(surface)], _FREQUENCIES, "6+")


def by_length(surface: str) -> str:
    """Band mentions by their white-space words: 1, 2, 3-4, 5+.

    >>> by_length("مجلس الأمن"), by_length("وزير خارجية المملكة العربية السعودية")
    ('2', '5+')
    """
    return _band(len(surface.split()), _LENGTHS, "5+")


def _band(n: int, bands: Sequence[tuple[int, str]], beyond: str) -> str:
    return next((name for top, name in bands if n <= top), beyond)


def _surfaces(docs: Iterable[DocumentLike], fold: Callable[[str], str]) -> Counter[str]:
    return Counter(
        fold(doc.text[mention.start : mention.end])
        for doc in docs
        if doc.text is not None
        for mention in doc.entities
    )


def score_bands(  # noqa: PLR0913 - keyword-only options
    gold: Iterable[DocumentLike],
    predicted: Iterable[DocumentLike],
    *,
    banding: Banding,
    name: str = "band",
    schema: Schema | None = None,
    bootstrap: Bootstrap | None = None,
    signature: Signature | None = None,
) -> dict[str, Report]:
    """Score names and nominals band by band, each with exact spans and labels.

    `name` says in the signatures what the bands are of, `signature` is that of the
    whole score that they are parts of.

    Raises DataError when the gold has no text to take surfaces from.
    """
    gold, predicted = tuple(gold), tuple(predicted)
    texts = {}
    for doc in gold:
        if doc.text is None:
            raise DataError(
                f"gold document {doc.id!r} has no text, so its mentions cannot be told "
                "apart by their words. Add 'text'."
            )
        texts[doc.id] = doc.text

    def band_of(doc_id: str, mention: EntityLike) -> str:
        return banding(texts.get(doc_id, "")[mention.start : mention.end])

    bands = {
        band_of(doc.id, mention)
        for doc in (*gold, *predicted)
        for mention in doc.entities
    }

    def only(doc: DocumentLike, band: str) -> DocumentLike:
        return keep_entities(doc, lambda mention: band_of(doc.id, mention) == band)

    found = {}
    for band in sorted(bands):
        part = score(
            [only(doc, band) for doc in gold],
            [only(doc, band) for doc in predicted],
            schema=schema,
            criteria=_ENTITY_LAYERS,
            bootstrap=bootstrap,
        )
        found[band] = _signed(part, signature or part.signature, f"{name}:{band}")
    return found


def _signed(part: Report, whole: Signature, option: str) -> Report:
    """Return the part with the signature of the whole and what it is the part of."""
    signature = replace(whole, options=(*whole.options, option))
    layers = {
        name: replace(layer, signature=signature.of(layer.criterion))
        for name, layer in part.layers.items()
    }
    return replace(part, signature=signature, layers=layers)
