"""Read what stands in a campaign, check it, and decide what a push is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.labelstudio.assignment import Arm, assign_annotators, choose_arms
from annotate.labelstudio.client import Studio
from annotate.labelstudio.config import render_config
from annotate.labelstudio.freight import Freight
from annotate.labelstudio.importing import Holding, check_held, read_holding
from annotate.labelstudio.plan import Plan
from annotate.labelstudio.projects import Campaign, Part, find_parts, part_title
from annotate.labelstudio.roster import read_roster
from annotate.labelstudio.users import missing_users
from annotate.settings import Settings
from schemas.errors import UsageError

__all__ = ["Job", "Todo", "prepare"]


@dataclass(frozen=True, slots=True)
class Todo:
    """What is to come into one project; `campaign` is None before it is made.

    `changes` are its settings that the plan would have otherwise.
    """

    title: str
    annotator: str | None
    campaign: Campaign | None
    holding: Holding
    docs: tuple[str, ...]
    again: frozenset[str]
    changes: Mapping[str, str | int]

    @property
    def missing(self) -> tuple[str, ...]:
        """The documents that get a task."""
        return tuple(doc for doc in self.docs if doc not in self.holding.tasks)


@dataclass(frozen=True, slots=True)
class Job:
    """All that a push is to do: the tasks, in their arms, and project by project.

    `newcomers` are the annotators who get a login.
    """

    plan: Plan
    tasks: Freight
    todos: tuple[Todo, ...]
    newcomers: tuple[str, ...]


_NOTHING = Holding({}, (), 0)


def prepare(studio: Studio, settings: Settings, plan: Plan, tasks: Freight) -> Job:
    """Read what stands, check it, and decide what is to be done."""
    parts = find_parts(studio, plan.project)
    _check_form(parts, plan)
    for part in parts:
        _check_page(part.campaign, plan)
    held = {part.annotator: read_holding(studio, part.campaign) for part in parts}
    for part in parts:
        check_held(held[part.annotator], tasks, part.campaign)
    tasks = tasks.in_arms(_arms(tasks, held, plan))
    shares = _shares(tasks, held, plan)
    standing = {part.annotator: part.campaign for part in parts}
    todos = []
    for who, docs in shares.items():
        campaign = standing.get(who)
        holding = held.get(who, _NOTHING)
        gone = frozenset(docs) - holding.tasks.keys()
        todos.append(
            Todo(
                part_title(plan.project, who) if who else plan.project,
                who,
                campaign,
                holding,
                tuple(doc for doc in tasks if doc in docs),
                gone & read_roster(settings, campaign).documents
                if campaign
                else frozenset(),
                _changes(campaign, plan) if campaign else {},
            )
        )
    newcomers = missing_users(studio, plan.annotators)
    return Job(plan, tasks, tuple(todos), newcomers)


def _check_form(parts: Sequence[Part], plan: Plan) -> None:
    shared = any(part.annotator is None for part in parts)
    if plan.strict and shared:
        raise UsageError(
            f"Project {plan.project!r} is there for all annotators together. Take "
            "another name for --blind strict, or leave that out."
        )
    if parts and not plan.strict and not shared:
        raise UsageError(
            f"{plan.project!r} has a project for each annotator. Add --blind strict to "
            "push more into them, or take another name."
        )
    if plan.strict and not parts and not plan.annotators:
        raise UsageError("--blind strict: name the --annotators; each gets a project.")
    people = {part.annotator for part in parts} | set(plan.annotators)
    if plan.strict and len(people) < plan.overlap:
        raise UsageError(
            f"--overlap {plan.overlap} needs as many annotators, and there are "
            f"{len(people)}. Name more with --annotators, or lower the overlap."
        )


def _check_page(campaign: Campaign, plan: Plan) -> None:
    if not plan.reset_page and campaign.config != render_config(plan.schema):
        raise UsageError(
            f"The labelling page of project {campaign.title!r} is not that of "
            f"{plan.schema.name}: it was edited by hand or made from another schema. "
            "Push to another project, or add --reset-page to put the schema's page "
            "back."
        )


def _changes(campaign: Campaign, plan: Plan) -> dict[str, str | int]:
    changes: dict[str, str | int] = {}
    page = render_config(plan.schema)
    if campaign.config != page:
        changes["label_config"] = page
    overlap = 1 if plan.strict else plan.overlap
    if campaign.overlap != overlap:
        changes["maximum_annotations"] = overlap
    return changes


def _arms(
    tasks: Freight, held: Mapping[str | None, Holding], plan: Plan
) -> Mapping[str, Arm]:
    """Choose each document's arm; none at all where no share goes without."""
    strata = {doc: _outlet(tasks.meta_of(doc)) for doc in tasks}
    kept: dict[str, Arm] = {}
    marked = plan.control > 0
    for holding in held.values():
        for doc, there in holding.tasks.items():
            strata[doc] = _outlet(there.meta)
            kept[doc] = "control" if there.meta.get("arm") == "control" else "suggested"
            marked = marked or "arm" in there.meta
    if not marked:
        return {}
    return choose_arms(strata, kept, share=plan.control, seed=plan.seed)


def _outlet(meta: Mapping[str, Any]) -> str:
    return str(meta.get("outlet") or "")


def _shares(
    tasks: Freight, held: Mapping[str | None, Holding], plan: Plan
) -> dict[str | None, frozenset[str]]:
    """Return which documents belong into which project."""
    if not plan.strict:
        return {None: frozenset(tasks)}
    has: dict[str, frozenset[str]] = {}
    for who, holding in held.items():
        for doc in holding.tasks:
            has[doc] = has.get(doc, frozenset()) | {str(who)}
    people = {who for who in held if who} | set(plan.annotators)
    chosen = assign_annotators(tasks, has, people, overlap=plan.overlap, seed=plan.seed)
    return {
        who: frozenset(doc for doc in tasks if who in chosen[doc])
        for who in sorted(people)
    }
