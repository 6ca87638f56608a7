"""spaCy's DocBin: mentions as span groups, their attributes beside them.

`doc.spans["entities"]` and `doc.spans["events"]` hold the mentions with label, id and
kb id; the `attrs` of a group hold a list for each attribute, in the order of its spans,
and those of "events" the arguments. `doc.ents` holds the outermost names, for training.
The document's tokens and sentences are the groups "tokens" and "sentences": spaCy's own
tokens are cut where a mention begins or ends in them. Nothing is lost.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from exports.losses import Dropped
from exports.refusals import refusing
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.errors import DataError
from schemas.extras import load_extra
from schemas.labels import Schema
from schemas.spans import Span, overlaps

__all__ = ["read_docbin", "write_docbin"]

FILE = "documents.spacy"
EXTRA = "spacy"
_ENTITY = ("level", "subtype", "score", "rule", "annotator", "meta")
_EVENT = ("polarity", "realis", "mode", "score", "rule", "annotator", "meta")
_STORED = ("ORTH", "SPACY", "SENT_START", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID")

Mention = EntityMention | EventMention


class _Word(NamedTuple):
    """A token of spaCy's, and whether one space follows that is no token."""

    start: int
    end: int
    space: bool


def write_docbin(
    docs: Sequence[AnnotatedDocument], folder: Path, schema: Schema
) -> None:
    """Write `documents.spacy`, which `DocBin().from_disk` and `spacy train` read."""
    tokens = load_extra("spacy.tokens", extra=EXTRA)
    vocab = load_extra("spacy.vocab", extra=EXTRA).Vocab()
    outer = next(iter(schema.levels))
    store = tokens.DocBin(attrs=_STORED, store_user_data=True)
    for doc in docs:
        store.add(_Maker(doc, tokens, vocab).finished(outer))
    (folder / FILE).write_bytes(store.to_bytes())


class _Maker:
    """Makes one spaCy document over tokens that no span of ours cuts."""

    def __init__(self, doc: AnnotatedDocument, tokens: Any, vocab: Any) -> None:
        text = doc.text or ""
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise DataError(
                f"{doc.id}: the text holds half of a surrogate pair, which spaCy "
                "cannot hold. Decode the source again."
            )
        words = list(_words(text, _spans(doc)))
        self.doc = doc
        self.tokens = tokens
        self.starts = [word.start for word in words]
        self.made = tokens.Doc(
            vocab,
            words=[text[word.start : word.end] for word in words],
            spaces=[word.space for word in words],
        )

    def finished(self, outer: str) -> Any:
        doc, made = self.doc, self.made
        made.user_data["id"] = doc.id
        made.user_data["meta"] = _json(doc.meta)
        for name in ("tokens", "sentences"):
            pairs = getattr(doc, name)
            if pairs is not None:
                self.add_group(name, [self.span(Span(*pair)) for pair in pairs], {})
        self.add_group("entities", self.mentions(doc.entities), _columns(doc.entities))
        self.add_group("events", self.mentions(doc.events), _columns(doc.events))
        for start, _ in doc.sentences or ():
            made[bisect_left(self.starts, start)].is_sent_start = True
        made.set_ents(self.mentions(list(self.outermost(outer))), default="outside")
        return made

    def add_group(self, name: str, spans: list[Any], attrs: dict[str, Any]) -> None:
        self.made.spans[name] = self.tokens.SpanGroup(
            self.made, name=name, spans=spans, attrs=attrs
        )

    def mentions(self, mentions: Sequence[Mention]) -> list[Any]:
        return [
            self.span(
                mention.span,
                label=mention.label,
                span_id=mention.id,
                kb_id=getattr(mention, "kb", None) or "",
            )
            for mention in mentions
        ]

    def span(self, span: Span, **values: Any) -> Any:
        first, last = (bisect_left(self.starts, place) for place in span)
        return self.tokens.Span(self.made, first, last, **values)

    def outermost(self, level: str) -> Iterator[EntityMention]:
        """Yield the longest mentions of a level that do not overlap, none with a
        blank edge: spaCy trains on no others.
        """
        text = self.doc.text or ""
        taken: list[Span] = []
        for mention in sorted(self.doc.entities, key=lambda m: m.start - m.end):
            words = text[mention.start : mention.end]
            free = not any(overlaps(mention.span, span) for span in taken)
            if mention.level == level and free and words == words.strip():
                taken.append(mention.span)
                yield mention


def _spans(doc: AnnotatedDocument) -> list[Span]:
    pairs = (*(doc.tokens or ()), *(doc.sentences or ()))
    mentions = (*doc.entities, *doc.events)
    return [Span(*pair) for pair in pairs] + [mention.span for mention in mentions]


def _words(text: str, spans: Sequence[Span]) -> Iterator[_Word]:
    """Cut a text at white space and at the edges of spans.

    A space after a word belongs to the word, as spaCy has it, unless a span begins or
    ends with it.
    """
    begins = {span.start for span in spans}
    ends = {span.end for span in spans}
    start = 0
    while start < len(text):
        blank = text[start].isspace()
        end = start + 1
        while end < len(text) and text[end].isspace() == blank:
            if end in begins or end in ends:
                break
            end += 1
        space = (
            not blank
            and text[end : end + 1] == " "
            and end not in begins
            and end + 1 not in ends
        )
        yield _Word(start, end, space)
        start = end + space


def _columns(mentions: Sequence[Mention]) -> dict[str, list[Any]]:
    """Return the attributes of mentions, a list each, and the arguments of events."""
    names = _ENTITY if mentions and isinstance(mentions[0], EntityMention) else _EVENT
    columns = {name: [getattr(m, name) for m in mentions] for name in names}
    columns["meta"] = [
        None if meta is None else _json(meta) for meta in columns["meta"]
    ]
    if names is _EVENT:
        columns["arguments"] = [
            [a.model_dump(exclude_none=True) for a in event.arguments]
            for event in mentions
            if isinstance(event, EventMention)
        ]
    return columns


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)


def read_docbin(place: Path, _dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a DocBin that `write_docbin` made."""
    tokens = load_extra("spacy.tokens", extra=EXTRA)
    vocab = load_extra("spacy.vocab", extra=EXTRA).Vocab()
    path = place / FILE if place.is_dir() else place
    with refusing(str(path), "DocBin of ours", (Exception,)):
        made_docs = tokens.DocBin().from_disk(path).get_docs(vocab)
        docs = [_document(made) for made in made_docs]
    yield from docs


def _document(made: Any) -> AnnotatedDocument:
    pairs = {
        name: [(span.start_char, span.end_char) for span in made.spans[name]]
        for name in ("tokens", "sentences")
        if name in made.spans
    }
    return AnnotatedDocument.model_validate(
        {
            "id": made.user_data["id"],
            "meta": json.loads(made.user_data["meta"]),
            "text": made.text,
            "entities": list(_mentions(made.spans["entities"])),
            "events": list(_mentions(made.spans["events"])),
            **pairs,
        }
    )


def _mentions(group: Any) -> Iterator[dict[str, Any]]:
    for number, span in enumerate(group):
        values = {name: column[number] for name, column in group.attrs.items()}
        if values["meta"] is not None:
            values["meta"] = json.loads(values["meta"])
        if span.kb_id_:
            values["kb"] = span.kb_id_
        yield {
            "id": span.id_,
            "label": span.label_,
            "start": span.start_char,
            "end": span.end_char,
            **values,
        }
