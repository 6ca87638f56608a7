"""Read trigger lemmas and frames, and generate their surface forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from annotate.arabic.conjugation import (
    inflect_imperfect,
    inflect_noun,
    inflect_past,
    nominal_forms,
)
from annotate.arabic.fold import fold_text
from annotate.rules.model import Frame, Place, TriggerSpec
from annotate.rules.yamlfile import RuleFile
from schemas.errors import SchemaError
from schemas.labels import Schema

__all__ = ["read_triggers"]

Forms = dict[str, tuple[tuple[TriggerSpec, str], ...]]
Modes = dict[str, tuple[tuple[str, frozenset[str]], ...]]

_PLACES = (
    *("subject", "object", "patient", "genitive", "nisba", "place"),
    *("time", "count", "agent", "holder"),
)


def read_triggers(
    file: RuleFile, schema: Schema
) -> tuple[tuple[TriggerSpec, ...], Forms, Modes]:
    """Return the specs, folded form -> (spec, kind) in file order, and mode words.

    Kinds: `past`, `present`, `noun` and `participle`. Raises SchemaError at an unknown
    label, role, mode or frame, and at an id used twice.
    """
    frames = {
        name: _frame(name, spec, file, schema)
        for name, spec in file.mapping("frames").items()
    }
    specs: dict[str, TriggerSpec] = {}
    forms: dict[str, dict[tuple[str, str], tuple[TriggerSpec, str]]] = {}
    for raw in file.sequence("triggers"):
        spec = _spec(raw, frames, file, schema)
        if spec.id in specs:
            raise SchemaError(
                f"{file.where(f'id: {spec.id}')}: the trigger id {spec.id!r} is used "
                "twice. Give every trigger an id of its own."
            )
        specs[spec.id] = spec
        for form, kind in _forms(raw):
            forms.setdefault(form, {}).setdefault((spec.id, kind), (spec, kind))
    table = {form: tuple(found.values()) for form, found in forms.items()}
    return tuple(specs.values()), table, _modes(file, schema)


def _frame(name: str, raw: Mapping[str, Any], file: RuleFile, schema: Schema) -> Frame:
    known = {*_PLACES, "prepositions", "mutual", "speech", "avoid", "typical", "agents"}
    if strange := set(raw) - known:
        raise SchemaError(
            f"{file.where(name + ':')}: frame {name!r} has the unknown place "
            f"{min(strange)!r}. Use {', '.join(sorted(known))}."
        )

    def roles(value: object) -> Place:
        listed = tuple(value) if isinstance(value, list) else (str(value),)
        for role in listed:
            if role not in schema.roles:
                raise SchemaError(
                    f"{file.where(name + ':')}: frame {name!r} names the unknown role "
                    f"{role!r}. The schema knows {', '.join(schema.roles)}."
                )
        return Place(listed)

    for label in (*raw.get("avoid", ()), *raw.get("agents", ())):
        if label not in schema.entities:
            raise SchemaError(
                f"{file.where(name + ':')}: frame {name!r} names the unknown label "
                f"{label!r}. The schema knows {', '.join(schema.entities)}."
            )
    places: dict[str, Any] = {
        place: roles(raw[place]) for place in _PLACES if place in raw
    }
    return Frame(
        name,
        **places,
        prepositions={
            fold_text(str(word)): roles(value)
            for words, value in raw.get("prepositions", {}).items()
            for word in str(words).split()
        },
        avoid=frozenset(raw.get("avoid", ())),
        agents=frozenset(raw.get("agents", ())),
        typical=frozenset(
            form for word in raw.get("typical", ()) for form in nominal_forms(word)
        ),
        mutual=bool(raw.get("mutual")),
        speech=bool(raw.get("speech")),
    )


def _spec(
    raw: Mapping[str, Any], frames: Mapping[str, Frame], file: RuleFile, schema: Schema
) -> TriggerSpec:
    name = str(raw.get("id", ""))
    where = file.where(f"id: {name}")
    trap = bool(raw.get("trap"))
    label = next(iter(schema.events)) if trap else str(raw.get("label"))
    event = schema.events.get(label)
    if event is None:
        raise SchemaError(
            f"{where}: trigger {name!r} has the unknown event label {label!r}. "
            f"The schema knows {', '.join(schema.events)}."
        )
    mode = raw.get("mode", event.default_mode)
    if mode is not None and mode not in event.modes:
        raise SchemaError(
            f"{where}: trigger {name!r} has the unknown mode {mode!r}. {label} has "
            f"{', '.join(event.modes) or 'none'}."
        )
    frame = next(iter(frames)) if trap else raw.get("frame")
    if frame not in frames:
        raise SchemaError(
            f"{where}: trigger {name!r} has the unknown frame {frame!r}. "
            f"Choose one of {', '.join(frames)}."
        )
    conditions = {
        key: _word_set(raw.get(key, ()))
        for key in ("after", "after_not", "before", "before_not")
    }
    return TriggerSpec(
        id=name,
        label=label,
        frame=frames[str(frame)],
        mode=mode,
        passive=bool(raw.get("passive")),
        **conditions,
        within=int(raw.get("within", 3)),
        extend=bool(raw.get("extend")),
        alone=bool(raw.get("alone")),
        score=float(raw.get("score", 0.75)),
        trap=trap,
        projects_realis=raw.get("projects_realis"),
        projects_polarity=raw.get("projects_polarity"),
        conditional=any(conditions.values()),
    )


def _word_set(lines: Iterable[str] | str) -> frozenset[str]:
    listed = [lines] if isinstance(lines, str) else lines
    return frozenset(fold_text(word) for line in listed for word in line.split())


def _forms(raw: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for line in raw.get("verbs", ()):
        yield from _verb_forms(str(line))
    yield from _noun_forms(word for ln in raw.get("nouns", ()) for word in ln.split())
    for line in raw.get("words", ()):
        yield from ((fold_text(word), "noun") for word in str(line).split())


def _verb_forms(line: str) -> Iterable[tuple[str, str]]:
    """Generate from `past present masdar participle`; `-` for none, `|` between."""
    pasts, presents, nouns, participles = (
        [form for form in cell.split("|") if form != "-"]
        for cell in f"{line} - - -".split()[:4]
    )
    yield from ((form, "past") for past in pasts for form in inflect_past(past))
    for present in presents:
        yield from ((form, "present") for form in inflect_imperfect(present))
    yield from _noun_forms(nouns)
    for participle in participles:
        stem = fold_text(participle)
        yield from ((stem + end, "participle") for end in ("", "ا", "ه", "ين", "ون"))


def _noun_forms(nouns: Iterable[str]) -> Iterable[tuple[str, str]]:
    for noun in nouns:
        plural = noun.endswith("+")
        for form in inflect_noun(noun.rstrip("+"), plural=plural):
            yield form, "noun"


def _modes(file: RuleFile, schema: Schema) -> Modes:
    found: Modes = {}
    for label, modes in file.mapping("modes").items():
        if label not in schema.events:
            raise SchemaError(
                f"{file.where(label + ':')}: unknown event label {label!r} under modes."
            )
        for mode in modes:
            if mode not in schema.events[label].modes:
                raise SchemaError(
                    f"{file.where(mode + ':')}: {label} has no mode {mode!r}. It has "
                    f"{', '.join(schema.events[label].modes) or 'none'}."
                )
        found[label] = tuple((m, _word_set(words)) for m, words in modes.items())
    return found
