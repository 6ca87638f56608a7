"""Move the edges of any span by the span rule, for scores that do not mind clitics."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from annotate.arabic.sentences import find_sentences
from annotate.arabic.tokens import find_tokens
from annotate.lint import Speller, fix_document
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.labels import Schema
from schemas.spans import Span

__all__ = ["make_snap"]


def make_snap(
    schema: Schema, *, speller: Speller | None = None
) -> Callable[[str, Span], Span]:
    """Return what moves a span of a text as far as the span rule is certain.

    Proclitics that are known to be such, white space, quotes, punctuation and torn
    diacritics; what the lint only reports (an attached pronoun) stays. Spans of one
    text should come together: words are found once for each text.
    """

    @lru_cache(maxsize=2)
    def words_of(text: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        return tuple(find_tokens(text)), tuple(find_sentences(text))

    def snap(text: str, span: Span) -> Span:
        tokens, sentences = words_of(text)
        doc = AnnotatedDocument.model_construct(
            id="span",
            text=text,
            tokens=tokens,
            sentences=sentences,
            entities=(EntityMention(label="ANY", start=span.start, end=span.end),),
        )
        fixed, _ = fix_document(doc, schema, speller=speller)
        return fixed.entities[0].span

    return snap
