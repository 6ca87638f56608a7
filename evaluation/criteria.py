"""When two items count as the same: the criteria, by name.

A criterion's text is `LAYER` (its strictest form) or `LAYER:MATCH`; `CRITERIA` maps the
text back to the value. The event criteria follow TextEE (Huang et al., ACL Findings
2024): Trigger-I/C, Argument-I/C and the attached Argument-I+/C+. `partial` is half
credit as in SemEval-2013 task 9. Which events' arguments are compared has the names of
OmniEvent (Peng et al., ACL Findings 2023): its gold mode is `arguments` for an
extractor that was given the gold triggers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from schemas.errors import UsageError

__all__ = [
    "CRITERIA",
    "DEFAULT_CRITERIA",
    "Convention",
    "Criterion",
    "Triggers",
    "parse_criteria",
]

Table = Literal["entities", "nominals", "triggers", "arguments", "attributes"]
Pairing = Literal["equal", "overlap", "half", "same-entity"]
Convention = Literal["raw", "clitic", "word"]
Triggers = Literal["all", "unmissed", "found", "right"]
"""All; without those missed; those of spans both have; of spans and types both have."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is compared (`table`), what must be equal, and how spans are paired.

    `equal` names the columns that must be equal besides the document and, as `pairing`
    says, the span. `row` names the column that an item's row in the table of scores
    comes from. Where `row` is not among `equal`, a found item stands in the row of its
    gold label and a spurious one in that of its predicted label, so that the rows still
    add up to the whole. Under a `convention` both sides' edges are moved first.
    `triggers` says which events' arguments are compared.
    """

    name: str
    meaning: str
    table: Table
    equal: tuple[str, ...]
    row: str
    pairing: Pairing = "equal"
    convention: Convention = "raw"
    triggers: Triggers = "all"

    @property
    def layer(self) -> str:
        """The part of the name before the colon."""
        return self.name.partition(":")[0]

    @property
    def match(self) -> str:
        """The part of the name after the colon; `exact` where there is none."""
        return self.name.partition(":")[2] or "exact"

    @property
    def labelled(self) -> bool:
        """Whether the row's label takes part in the comparison."""
        return self.row in self.equal

    def __str__(self) -> str:
        """Return the text that `CRITERIA` maps back to this value."""
        return self.name


_TYPED = ("type",)
_TRIGGER = ("type", "trigger_start", "trigger_end")
_FILLED = (*_TRIGGER, "role")


def _mentions(table: Literal["entities", "nominals"]) -> list[Criterion]:
    what = "name" if table == "entities" else "nominal"
    same = ("label",)
    return [
        Criterion(table, f"{what}: same span and label", table, same, "label"),
        Criterion(f"{table}:boundary", "same span", table, (), "label"),
        Criterion(
            f"{table}:overlap",
            "same label and a shared character, one to one",
            table,
            same,
            "label",
            pairing="overlap",
        ),
        Criterion(
            f"{table}:partial",
            "same span, or half credit for a shared character, whatever the label",
            table,
            (),
            "label",
            pairing="half",
        ),
        Criterion(
            f"{table}:clitic",
            "same label and, edges moved by the span rule, same span",
            table,
            same,
            "label",
            convention="clitic",
        ),
        Criterion(
            f"{table}:word",
            "same label and the same white-space words",
            table,
            same,
            "label",
            convention="word",
        ),
    ]


_ALL: list[Criterion] = [
    *_mentions("entities"),
    *_mentions("nominals"),
    Criterion("triggers", "Trigger-C", "triggers", ("label",), "label"),
    Criterion("triggers:found", "Trigger-I", "triggers", (), "label"),
    Criterion(
        "triggers:overlap",
        "same type and a shared character, one to one",
        "triggers",
        ("label",),
        "label",
        pairing="overlap",
    ),
    Criterion(
        "triggers:clitic",
        "same type and, edges moved by the span rule, same span",
        "triggers",
        ("label",),
        "label",
        convention="clitic",
    ),
    Criterion(
        "triggers:word",
        "same type and the same white-space words",
        "triggers",
        ("label",),
        "label",
        convention="word",
    ),
    Criterion(
        "arguments",
        "Argument-C+ (OmniEvent's strict mode)",
        "arguments",
        _FILLED,
        "role",
    ),
    Criterion("arguments:found", "Argument-I+", "arguments", _TRIGGER, "role"),
    Criterion(
        "arguments:unattached",
        "Argument-C",
        "arguments",
        (*_TYPED, "role"),
        "role",
    ),
    Criterion("arguments:unattached-found", "Argument-I", "arguments", _TYPED, "role"),
    Criterion(
        "arguments:shared-trigger",
        "Argument-C+ on the triggers that both sides have",
        "arguments",
        _FILLED,
        "role",
        triggers="right",
    ),
    Criterion(
        "arguments:loose",
        "Argument-C+ on trigger spans that both sides have (OmniEvent's loose mode)",
        "arguments",
        _FILLED,
        "role",
        triggers="found",
    ),
    Criterion(
        "arguments:default",
        "Argument-C+ without missed triggers (OmniEvent's default mode)",
        "arguments",
        _FILLED,
        "role",
        triggers="unmissed",
    ),
    Criterion(
        "arguments:clitic",
        "Argument-C+ with edges moved by the span rule",
        "arguments",
        _FILLED,
        "role",
        convention="clitic",
    ),
    Criterion(
        "arguments:overlap",
        "Argument-C+ with a shared character, one to one",
        "arguments",
        _FILLED,
        "role",
        pairing="overlap",
    ),
    Criterion(
        "arguments:same-entity",
        "Argument-C+ with a shared character, or another mention with the same kb id",
        "arguments",
        _FILLED,
        "role",
        pairing="same-entity",
    ),
    Criterion(
        "arguments:word",
        "Argument-C+ with the same white-space words",
        "arguments",
        _FILLED,
        "role",
        convention="word",
    ),
    Criterion(
        "attributes",
        "accuracy on the triggers that both sides have, as Trigger-C",
        "attributes",
        (*_TRIGGER, "label"),
        "label",
    ),
]

CRITERIA: dict[str, Criterion] = {criterion.name: criterion for criterion in _ALL}
"""Every criterion by its text, in the order in which tables show them."""

DEFAULT_CRITERIA: tuple[Criterion, ...] = tuple(
    criterion for criterion in _ALL if criterion.convention == "raw"
)
"""The criteria that need nothing but the spans."""


def parse_criteria(names: Iterable[str]) -> tuple[Criterion, ...]:
    """Return the criteria with these texts, in table order, each once.

    >>> [str(c) for c in parse_criteria(["triggers", "entities:overlap"])]
    ['entities:overlap', 'triggers']

    Raises UsageError for an unknown name; the message lists the known ones.
    """
    wanted = set(names)
    unknown = sorted(wanted - CRITERIA.keys())
    if unknown:
        raise UsageError(
            f"there is no layer {unknown[0]!r}. Known layers: {', '.join(CRITERIA)}."
        )
    return tuple(c for c in _ALL if c.name in wanted)
