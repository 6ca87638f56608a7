"""How much of what is wrong with arguments began with their triggers.

A pipeline that misses a trigger, makes one up or gives it another type is wrong on all
its arguments as well. Peng et al. (ACL Findings 2023, "The Devil is in the Details")
show that argument scores without that number beside them cannot be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.counts import ratio
from evaluation.report import LayerScore, Row

__all__ = ["DEFINITION", "TriggerBlame", "blame_triggers"]

DEFINITION = (
    "an argument that is missed or spurious under 'arguments' is due to its trigger "
    "where the other side has no trigger of that span and type"
)


@dataclass(frozen=True, slots=True)
class TriggerBlame:
    """Argument scores as they are, and on the triggers that are right.

    `missed` and `spurious` count the errors of `pipeline` that are due to triggers.
    """

    pipeline: Row
    right_triggers: Row
    errors: float
    missed: float
    spurious: float

    @property
    def share(self) -> float | None:
        """The share of argument errors that are due to triggers; None without any."""
        return ratio(self.missed + self.spurious, self.errors)

    def to_json(self) -> dict[str, Any]:
        """Return the number with its parts and its definition."""
        return {
            "share_from_triggers": self.share,
            "definition": DEFINITION,
            "errors": int(self.errors),
            "missed_with_trigger": int(self.missed),
            "spurious_with_trigger": int(self.spurious),
            "pipeline": self.pipeline.to_json(),
            "right_triggers": self.right_triggers.to_json(),
        }


def blame_triggers(layers: Mapping[str, LayerScore]) -> TriggerBlame | None:
    """Compare the layers `arguments` and `arguments:shared-trigger`, if both are there.

    What the second leaves out is what the triggers are to blame for: on triggers that
    both sides have, both compare the same arguments.
    """
    try:
        every, shared = layers["arguments"], layers["arguments:shared-trigger"]
    except KeyError:
        return None
    all_, rest = every.micro.counts, shared.micro.counts
    if all_ is None or rest is None:
        return None
    return TriggerBlame(
        pipeline=every.micro,
        right_triggers=shared.micro,
        errors=all_.fp + all_.fn,
        missed=all_.fn - rest.fn,
        spurious=all_.fp - rest.fp,
    )
