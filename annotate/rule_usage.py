"""Count what each rule does in a corpus: what it finds, what stays, what it meets.

Coverage, overlap and conflict after Ratner et al. (2017), over mentions in place of
labelled examples: a mention overlaps another of a different rule when they share words
and only one of them can stay; they conflict when their labels differ too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotate.ledger import Interval, wilson
from annotate.rules.compiled import Ruleset
from annotate.rules.engine import finish, run
from annotate.rules.resolve import Found, Nesting, why_dropped
from annotate.rules.surnames import RULE as SURNAME
from schemas.annotations import AnnotatedDocument

__all__ = ["RuleUsage", "count_usage", "rule_ids", "to_json"]

Key = tuple[str, str, int, int]
"""Layer, label, start and end of a mention."""


@dataclass(slots=True)
class RuleUsage:
    """What one rule did.

    `found` counts all it matched, `kept` what was suggested; `right` of `judged`
    suggestions are in the gold with their span and label, over the documents that have
    gold. `rivals` counts the rules it overlapped.
    """

    rule: str
    layer: str
    found: int = 0
    kept: int = 0
    judged: int = 0
    right: int = 0
    overlaps: int = 0
    conflicts: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    documents: set[str] = field(default_factory=set)
    rivals: Counter[str] = field(default_factory=Counter)
    examples: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        """How many of its judged suggestions are not in the gold."""
        return self.judged - self.right

    @property
    def precision(self) -> float | None:
        """The share of judged suggestions in the gold; None where none was judged."""
        return self.right / self.judged if self.judged else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % Wilson interval of the precision."""
        return wilson(self.right, self.judged)


def rule_ids(ruleset: Ruleset) -> dict[str, str]:
    """Return every rule of a rule set with its layer, in order of the files."""
    files = ruleset.files
    names = [
        *(entry.rule for entry in files.entries),
        *(rule.id for rule in files.patterns if rule.level == "name"),
        SURNAME,
    ]
    nominals = (spec.rule for spec in files.nominals.values())
    triggers = (spec.rule for spec in files.specs if not spec.trap)
    return {
        **dict.fromkeys(names, "entities"),
        **dict.fromkeys(nominals, "nominals"),
        **dict.fromkeys(triggers, "triggers"),
    }


def count_usage(
    docs: Iterable[AnnotatedDocument],
    ruleset: Ruleset,
    gold: Mapping[str, AnnotatedDocument] | None = None,
) -> tuple[list[RuleUsage], int]:
    """Return the usage of every rule, those that never fire too, and the documents.

    `gold` holds documents by id; those it lacks are counted but not judged.
    """
    usages = {name: RuleUsage(name, layer) for name, layer in rule_ids(ruleset).items()}
    documents = 0
    for doc in docs:
        documents += 1
        _count_document(doc, ruleset, (gold or {}).get(doc.id), usages)
    return list(usages.values()), documents


def _count_document(
    doc: AnnotatedDocument,
    ruleset: Ruleset,
    gold: AnnotatedDocument | None,
    usages: dict[str, RuleUsage],
) -> None:
    steps = run(doc, ruleset)
    suggested = finish(doc, steps)
    text = doc.text or ""
    for mention in steps.reading.mentions:
        _usage(usages, mention.rule, "entities").found += 1
    for trigger in steps.triggers:
        _usage(usages, trigger.spec.rule, "triggers").found += 1
    for one, other in _overlapping(steps.reading.mentions, ruleset.files.nesting):
        usage = _usage(usages, one.rule, "entities")
        usage.overlaps += 1
        usage.conflicts += one.label != other.label
        usage.rivals[other.rule] += 1
    truth = {key for _, key in _suggestions(gold)} if gold is not None else None
    for rule, key in _suggestions(suggested):
        layer, label, start, end = key
        usage = _usage(usages, rule, layer)
        usage.kept += 1
        usage.labels[label] += 1
        usage.documents.add(doc.id)
        usage.examples[" ".join(text[start:end].split())] += 1
        if truth is not None:
            usage.judged += 1
            usage.right += key in truth


def _usage(usages: dict[str, RuleUsage], rule: str, layer: str) -> RuleUsage:
    return usages.setdefault(rule, RuleUsage(rule, layer))


def _overlapping(
    mentions: Iterable[Found], nesting: Nesting
) -> Iterator[tuple[Found, Found]]:
    """Yield each mention with each of another rule that cannot stay beside it."""
    around: list[Found] = []
    for mention in sorted(mentions, key=lambda m: (m.first, -m.last)):
        around = [other for other in around if other.last >= mention.first]
        for other in around:
            rivals = other.rule != mention.rule
            if rivals and why_dropped(mention, [other], nesting):
                yield mention, other
                yield other, mention
        around.append(mention)


def _suggestions(doc: AnnotatedDocument) -> Iterable[tuple[str, Key]]:
    for mention in doc.entities:
        layer = "nominals" if mention.level == "nominal" else "entities"
        yield str(mention.rule), (layer, mention.label, mention.start, mention.end)
    for event in doc.events:
        yield str(event.rule), ("triggers", event.label, event.start, event.end)


def to_json(usage: RuleUsage, documents: int) -> dict[str, Any]:
    """Return a usage as JSON knows it; `coverage` is the share of documents."""
    return {
        "rule": usage.rule,
        "layer": usage.layer,
        "labels": dict(usage.labels.most_common()),
        "found": usage.found,
        "kept": usage.kept,
        "documents": len(usage.documents),
        "coverage": len(usage.documents) / documents if documents else None,
        "overlaps": usage.overlaps,
        "conflicts": usage.conflicts,
        "rivals": dict(usage.rivals.most_common()),
        "judged": usage.judged,
        "right": usage.right,
        "precision": usage.precision,
        "interval": list(usage.interval) if usage.interval else None,
        "examples": [text for text, _ in usage.examples.most_common(5)],
    }
