"""Scores of one event type at a time, down to its roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evaluation.columns import Columns
from evaluation.corpus import Corpus
from evaluation.criteria import Criterion
from evaluation.items import Tally, tally
from evaluation.report import LayerScore, Row

if TYPE_CHECKING:
    from schemas.labels import Schema

__all__ = ["split_roles", "tallies_by_type"]


def tallies_by_type(
    criteria: Iterable[Criterion], corpus: Corpus, schema: Schema | None
) -> Iterator[tuple[str, list[Tally]]]:
    """Yield each event type with its counts by role, and that of its triggers.

    Only layers that tell types apart can be split; their counts add up over the types.
    A type has rows for the roles that the schema gives it and those that occur.
    """
    split = [
        criterion
        for criterion in criteria
        if {"arguments": "type", "triggers": "label"}.get(criterion.table)
        in criterion.equal
    ]
    for event_type in _types(corpus, schema) if split else ():
        yield event_type, [_of_type(c, corpus, schema, event_type) for c in split]


def _types(corpus: Corpus, schema: Schema | None) -> tuple[str, ...]:
    if schema is not None:
        return tuple(schema.events)
    names = corpus.codes.names()
    used = (s["raw"].triggers["label"] for s in (corpus.gold, corpus.predicted))
    return tuple(sorted(names[code] for code in np.unique(np.concatenate([*used]))))


def _of_type(
    criterion: Criterion, corpus: Corpus, schema: Schema | None, event_type: str
) -> Tally:
    code = corpus.codes[event_type]
    if criterion.table == "triggers":
        whole, roles = tally(criterion, corpus, schema), {event_type}
    else:
        part = replace(
            corpus,
            gold={n: _arguments_of(c, code) for n, c in corpus.gold.items()},
            predicted={n: _arguments_of(c, code) for n, c in corpus.predicted.items()},
        )
        whole = tally(criterion, part, schema)
        known = schema.events.get(event_type) if schema is not None else None
        roles = set(known.roles) if known is not None else set()
        roles |= {row for i, row in enumerate(whole.rows) if whole.counts[:, i].any()}
    kept = [i for i, row in enumerate(whole.rows) if row in roles]
    return replace(
        whole,
        rows=tuple(whole.rows[i] for i in kept),
        counts=whole.counts[:, kept],
    )


def _arguments_of(columns: Columns, event_type: int) -> Columns:
    """Keep one type's arguments; all triggers and entities stay, to be looked up."""
    mine = columns.arguments["type"] == event_type
    return replace(
        columns, arguments={name: col[mine] for name, col in columns.arguments.items()}
    )


def split_roles(
    types: Mapping[str, Mapping[str, LayerScore]],
) -> dict[str, dict[str, LayerScore]]:
    """Return the argument layers of each `TYPE.ROLE` that has a row."""
    found: dict[str, dict[str, LayerScore]] = {}
    for event_type, layers in types.items():
        for name, layer in layers.items():
            if layer.criterion.table != "arguments":
                continue
            for place, (role, row) in enumerate(layer.labels.items()):
                mean = Row(row.precision, row.recall, row.f1, row.interval)
                only = replace(
                    layer,
                    labels={role: row},
                    micro=row,
                    macro=mean,
                    weighted=mean,
                    tally=replace(
                        layer.tally,
                        rows=(role,),
                        counts=layer.tally.counts[:, [place]],
                    ),
                )
                found.setdefault(f"{event_type}.{role}", {})[name] = only
    return found
