"""Fit the trigger forms to the schema: what fills each place, and words as keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotate.rules.keys import Keys
from annotate.rules.model import PURPOSE, Frame, Place, RuleFiles, TriggerSpec
from annotate.rules.shapes import Options, TriggerForms
from schemas.labels import EventRole, Schema

__all__ = ["compile_forms"]

_PLACES = (
    *("subject", "object", "patient", "genitive", "nisba", "place"),
    *("time", "count", "agent", "holder"),
)


def compile_forms(
    files: RuleFiles, schema: Schema, keys: Keys
) -> dict[str, TriggerForms]:
    """Return the trigger forms with the words around them as keys."""
    specs = {
        spec.id: replace(
            spec,
            frame=_fit(spec.frame, schema.events[spec.label].roles, keys),
            after=keys.all(spec.after),
            after_not=keys.all(spec.after_not),
            before=keys.all(spec.before),
            before_not=keys.all(spec.before_not),
        )
        for spec in files.specs
    }
    return {
        form: _order(tuple((specs[spec.id], kind) for spec, kind in found))
        for form, found in files.forms.items()
    }


def _order(listed: Options) -> TriggerForms:
    """Put traps first, then nouns before verbs of one spelling or the other way."""

    def tried(*, noun: bool) -> Options:
        def order(option: tuple[TriggerSpec, str]) -> tuple[bool, bool]:
            spec, kind = option
            return not spec.trap, (kind == "noun") != noun

        return tuple(sorted(listed, key=order))

    return TriggerForms(listed, tried(noun=True), tried(noun=False))


def _fit(frame: Frame, uses: Mapping[str, EventRole], keys: Keys) -> Frame:
    """Return the frame as an event with these roles uses it."""
    fillers = {
        role: frozenset(use.fillers)
        - (frame.avoid if role in frame.subject else frozenset())
        for role, use in uses.items()
    }

    def fit(place: Place) -> Place:
        takes: dict[str, str] = {}
        for role in place:
            for label in fillers.get(role, ()):
                takes.setdefault(label, role)
        return Place(place, takes)

    places: dict[str, Any] = {place: fit(getattr(frame, place)) for place in _PLACES}
    return replace(
        frame,
        **places,
        prepositions={
            word if word == PURPOSE else keys.letter(word): fit(place)
            for word, place in frame.prepositions.items()
        },
        fillers=fillers,
        acts=any(role in frame.subject for role in frame.genitive),
        typical=keys.all(frame.typical),
    )
