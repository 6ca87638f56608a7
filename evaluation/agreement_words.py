"""What layers and kinds of disagreement are called, in Arabic and in English."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DETAILS", "KINDS", "LAYERS", "Words"]


class Words(NamedTuple):
    """The same in both languages."""

    ar: str
    en: str


LAYERS: dict[str, Words] = {
    "entities": Words("الأسماء", "names"),
    "entities:boundary": Words("حدود الأسماء", "name edges"),
    "entities:overlap": Words("الأسماء، بالتداخل", "names, overlapping"),
    "nominals": Words("الأسماء العامة", "nominals"),
    "nominals:overlap": Words("الأسماء العامة، بالتداخل", "nominals, overlapping"),
    "triggers": Words("ألفاظ الأحداث مع النوع", "typed triggers"),
    "triggers:found": Words("ألفاظ الأحداث", "triggers"),
    "triggers:overlap": Words("ألفاظ الأحداث، بالتداخل", "triggers, overlapping"),
    "arguments": Words("الحجج مع الدور", "arguments with role"),
    "arguments:found": Words("الحجج", "arguments"),
    "arguments:overlap": Words("الحجج، بالتداخل", "arguments, overlapping"),
    "attributes": Words("السمات", "attributes"),
    "frames": Words("الحدث كاملًا", "whole events"),
    "frames:overlap": Words("الحدث كاملًا، بالتداخل", "whole events, overlapping"),
}
"""The layers by their names in criteria."""

KINDS: dict[str, Words] = {
    "type": Words("النوع", "type"),
    "edge": Words("الحدود", "edge"),
    "missed": Words("عند الأول وحده", "only the first"),
    "spurious": Words("عند الثاني وحده", "only the second"),
    "argument": Words("الحجة", "argument"),
    "attribute": Words("السمة", "attribute"),
}
"""The kinds of disagreement."""

DETAILS: dict[str, Words] = {
    "type": Words("نوع مختلف", "another type"),
    "edge and type": Words("نوع وحدود مختلفة", "another type and other edges"),
    "level": Words("اسم أم اسم عام", "name or nominal"),
    "split": Words(
        "واحد عند الأول، أجزاء عند الثاني", "one for the first, parts for the second"
    ),
    "merge": Words(
        "أجزاء عند الأول، واحد عند الثاني", "parts for the first, one for the second"
    ),
    "clitic": Words("لاصقة أو علامة", "a clitic or mark"),
    "nesting level": Words("مستوى تداخل آخر", "another level of the nest"),
    "edge": Words("حدود مختلفة", "other edges"),
    "only the first": Words("عند الأول وحده", "only the first has it"),
    "only the second": Words("عند الثاني وحده", "only the second has it"),
    "role": Words("دور مختلف", "another role"),
    "coreferent mention": Words("ذكر آخر للشيء نفسه", "another mention of the same"),
    "wrong event": Words("حدث آخر", "another event"),
    "only the first with its trigger": Words(
        "الحدث عند الأول وحده", "the event is the first's only"
    ),
    "only the second with its trigger": Words(
        "الحدث عند الثاني وحده", "the event is the second's only"
    ),
    "polarity": Words("الإثبات والنفي", "polarity"),
    "realis": Words("الوقوع", "realis"),
    "mode": Words("الهيئة", "mode"),
}
"""What a disagreement is more exactly."""
