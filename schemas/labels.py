"""The label schema as values: what may be annotated, and what each label means."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schemas.references import reference_faults
from schemas.yaml_source import ReferenceFaultsError

__all__ = [
    "AttributeValue",
    "Bilingual",
    "Clause",
    "EntityType",
    "EventRole",
    "EventType",
    "Example",
    "Examples",
    "Group",
    "Role",
    "Schema",
    "SpanRule",
]

# A key of a keyboard, which an Arabic layout has in the same place. The labelling page
# keeps u for itself, and shift with a digit for the attributes.
_HOTKEY = r"^([a-tv-z0-9=-]|shift\+[a-z])$"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


_OPENS = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)
_CLOSES = frozenset(_OPENS.values())
_MARKS = _CLOSES | _OPENS.keys()


def _check_directions(words: str) -> str:
    """Refuse a mark of direction that is not closed, or closes nothing.

    It would turn around what stands after the words on every page that shows them.
    """
    waiting: list[str] = []
    for character in words:
        if character in _OPENS:
            waiting.append(_OPENS[character])
        elif character in _CLOSES and (not waiting or waiting.pop() != character):
            waiting.append(character)
            break
    if waiting:
        marks = ", ".join(f"U+{ord(c):04X}" for c in words if c in _MARKS)
        raise ValueError(
            f"marks of direction do not pair ({marks}), and would turn around what "
            "stands beside these words. Take them out."
        )
    return words


_Words = Annotated[str, Field(min_length=1), AfterValidator(_check_directions)]


class Bilingual(_Value):
    """The same words in Arabic and in English."""

    ar: _Words
    en: _Words


class Example(_Value):
    """A sentence with its mention in square brackets, and why it is (not) one.

    Brackets of the markup nest: `[وزير [الدفاع|ORG]|TITLE]`.
    """

    text: str = Field(min_length=3)
    why: Bilingual | None = None


class Examples(_Value):
    """What is annotated, and what looks like it and is not."""

    positive: tuple[Example, ...] = ()
    negative: tuple[Example, ...] = ()


class Group(_Value):
    """A family of labels, shown together on the labelling page."""

    name: Bilingual
    layer: Literal["entities", "events"]


class AttributeValue(_Value):
    """One value of a closed attribute."""

    name: Bilingual
    definition: Bilingual | None = None


class _LabelType(_Value):
    name: Bilingual
    group: str
    color: str = Field(pattern=r"^#[0-9a-f]{6}$")
    hotkey: str = Field(pattern=_HOTKEY)
    definition: Bilingual
    is_not: Bilingual = Field(alias="not")
    examples: Examples = Examples()


class EntityType(_LabelType):
    """An entity label; an equivalent of `null` says that a scheme has none."""

    subtypes: dict[str, Bilingual] = Field(default_factory=dict)
    equivalents: dict[str, str | None] = Field(default_factory=dict)


class Role(_Value):
    """What a participant does in an event."""

    name: Bilingual
    definition: Bilingual


class EventRole(_Value):
    """A role as one event type uses it."""

    fillers: tuple[str, ...] = Field(min_length=1)
    required: bool = False


class EventType(_LabelType):
    """An event label with its roles, modes and equivalents in other schemes.

    A type with exactly one mode fixes it: `default_mode` is that mode.
    """

    lemmas: tuple[str, ...] = ()
    roles: dict[str, EventRole]
    modes: dict[str, Bilingual] = Field(default_factory=dict)
    equivalents: dict[str, str | None] = Field(default_factory=dict)

    @property
    def default_mode(self) -> str | None:
        """The mode of a type that has only one, else None."""
        return next(iter(self.modes)) if len(self.modes) == 1 else None


class Clause(_Value):
    """A numbered decision of the guideline, cited by adjudicators."""

    title: Bilingual
    rule: Bilingual
    examples: tuple[Example, ...] = ()


class SpanRule(_Value):
    """Where a span begins and ends within its words; `miyar lint` enforces it.

    Every string is one clitic. What a language does not have is left empty.
    """

    proclitics: tuple[str, ...] = ()
    article: str | None = None
    """Stays inside; after a proclitic that hides it (لل), the proclitic goes."""
    pronouns: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    """Pairs of opening and closing mark, two characters each."""
    punctuation: str = ""
    """Marks that no span begins or ends with."""
    within_sentence: bool = True


class Schema(_Value):
    """Everything the tool knows about labels; nothing in the code names one."""

    id: str = Field(alias="schema", pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+(\.\d+)?$")
    title: Bilingual
    language: str = "ar"
    direction: Literal["rtl", "ltr"] = "rtl"
    groups: dict[str, Group]
    levels: dict[str, AttributeValue]
    polarity: dict[str, AttributeValue]
    realis: dict[str, AttributeValue]
    span_rule: SpanRule = SpanRule()
    roles: dict[str, Role]
    entities: dict[str, EntityType]
    events: dict[str, EventType]
    chapters: dict[str, Bilingual] = Field(default_factory=dict)
    """Titles of the guideline's chapters, by the letter their clauses begin with."""
    guideline: dict[str, Clause] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _references_resolve(self) -> Schema:
        if faults := reference_faults(self.model_dump(by_alias=True)):
            raise ReferenceFaultsError(faults)
        return self

    @property
    def name(self) -> str:
        """The schema's id with its version, as printed in signatures."""
        return f"{self.id}-{self.version}"
