"""What `miyar score` finds out, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotate.cli.scores import (
    ReportFormat,
    error_table,
    part_tables,
    print_tables,
    report_tables,
)
from annotate.cli.sides import Source, find_source, name_files, span_rule
from schemas.errors import DataError

if TYPE_CHECKING:
    from evaluation import Bootstrap, LayerScore, Report, Row
    from evaluation.ceiling import Stated
    from evaluation.columns import Snap
    from evaluation.criteria import Convention
    from evaluation.documents import DocumentLike
    from evaluation.error_analysis import ErrorCounts
    from evaluation.significance import Comparison
    from evaluation.tables import ScoreTable
    from schemas.labels import Schema

__all__ = ["Ceiling", "Contest", "Scorecard"]

Rename = Callable[[str, "Iterable[DocumentLike]"], "Iterable[DocumentLike]"]


class Contest:
    """Predictions against gold, with the choices that hold for every number."""

    def __init__(  # noqa: PLR0913 - keyword-only
        self,
        source: Source,
        predicted: Source,
        *,
        schema: Schema | None,
        rename: Rename,
        bootstrap: Bootstrap,
        convention: Convention,
        options: tuple[str, ...] = (),
        hands: tuple[int | None, str | None] = (None, None),
    ) -> None:
        """Name the files; each number reads them anew. `options` go into signatures.

        The score itself is made by so many workers, or those of a scheduler, where
        that pays; whatever is asked for beside it, by this process.
        """
        self._options = options
        self._source = source
        self._schema = schema
        self._rename = rename
        self._bootstrap = bootstrap
        self._convention = convention
        self._hands = hands
        self.sides = self._side("gold", source), self._side("predicted", predicted)

    def _side(self, name: str, source: Source) -> Iterable[DocumentLike]:
        from evaluation import JsonlSource

        return self._rename(name, JsonlSource(*source.paths))

    def score(self, layers: Sequence[str], *, by_type: bool = False) -> Report:
        """Score the layers asked for, by default all but those of other edges.

        Of these the arguments' is there, a rung of their ladder.
        """
        from annotate.cli.shares import pays, score_shares

        layers = layers or self._default_layers()
        if pays(self.sides, *self._hands):
            report = score_shares(
                self.sides,
                layers,
                schema=self._schema,
                bootstrap=self._bootstrap,
                convention=self._convention,
                by_type=by_type,
                name=self._source.name,
                options=self._options,
                hands=self._hands,
            )
            if report is not None:
                return report
        return self._score(self.sides[1], layers, by_type=by_type)

    def _default_layers(self) -> list[str]:
        from evaluation import DEFAULT_CRITERIA

        layers = [str(criterion) for criterion in DEFAULT_CRITERIA]
        return layers + (["arguments:clitic"] if self._convention == "raw" else [])

    def _score(
        self,
        predicted: Iterable[DocumentLike],
        layers: Sequence[str],
        *,
        by_type: bool = False,
    ) -> Report:
        import evaluation

        return evaluation.score(
            self.sides[0],
            predicted,
            schema=self._schema,
            criteria=layers,
            bootstrap=self._bootstrap,
            convention=self._convention,
            clitic=span_rule(self._schema, self._convention, layers),
            by_type=by_type,
            names=(self._source.name, "predictions"),
            options=self._options,
        )

    def score_given(self, place: Path) -> Row:
        """Score the arguments of predictions that were given the gold's triggers.

        Raises DataError where they have triggers of their own. A trigger without
        arguments may be missing.
        """
        docs = self._side("predicted", find_source(place))
        layers = self._score(docs, ("triggers", "arguments")).layers
        triggers = layers["triggers"].micro.counts
        if triggers is not None and triggers.fp:
            raise DataError(
                f"{place}: {triggers.fp:g} triggers are not the gold's. Give the "
                "extractor the gold's triggers and keep their spans and types, or "
                "leave out --given-triggers."
            )
        return layers["arguments"].micro

    @cached_property
    def moved(self) -> tuple[Iterable[DocumentLike], Iterable[DocumentLike]]:
        """Both sides with their edges moved as the convention says."""
        rule = self._rule_of_convention()
        if rule is None:
            return self.sides
        from evaluation.selection import Moved

        texts = {doc.id: doc.text for doc in self.sides[0]}
        gold, predicted = self.sides
        return Moved(gold, rule), Moved(predicted, rule, texts.get)

    def moved_training(self, place: Path) -> Iterable[DocumentLike]:
        """Return the training gold, its edges moved alike."""
        from evaluation.selection import Moved

        docs = self._side("gold", find_source(place))
        rule = self._rule_of_convention()
        return docs if rule is None else Moved(docs, rule)

    def _rule_of_convention(self) -> Snap | None:
        from evaluation.columns import snap_to_words

        if self._convention == "word":
            return snap_to_words
        return span_rule(self._schema, self._convention, ())

    def count_errors(self) -> ErrorCounts:
        """Count the errors of the strict layers by kind."""
        from evaluation.error_analysis import count_errors, find_errors

        rule = span_rule(self._schema, "clitic", ())
        return count_errors(find_errors(*self.moved, clitic=rule))

    def stated(self) -> Stated | None:
        """Return what the gold says of its annotators' agreement.

        With other labels or other edges than theirs it would not be comparable.
        """
        as_annotated = not self._options and self._convention == "raw"
        if self._source.manifest is None or not as_annotated:
            return None
        from evaluation.ceiling import state_agreement

        return state_agreement(self._source.manifest.agreement, self._kinds())

    def _kinds(self) -> dict[str, str]:
        manifest = self._source.manifest
        return {a.name: a.kind for a in manifest.about.annotators} if manifest else {}

    def ceiling(self, places: list[Path]) -> Ceiling:
        """Test the predictions against annotators; say what those are."""
        import evaluation
        from evaluation.ceiling import ceiling, kinds_of

        named = name_files(places)
        comparison = ceiling(
            {n: self._side("gold", find_source(place)) for n, place in named.items()},
            self.sides[1],
            schema=self._schema,
            bootstrap=evaluation.Bootstrap(seed=self._bootstrap.seed),
        )
        return Ceiling(kinds_of(named, self._kinds()), comparison)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A test against annotators, and the kinds of these."""

    kinds: tuple[str, ...]
    test: Comparison

    @property
    def who(self) -> str:
        """What kind of a ceiling it is."""
        if self.kinds == ("person",):
            return "human ceiling: the annotators are people"
        if "machine" in self.kinds:
            return "no human ceiling: an annotator is a machine"
        return "the gold does not state whether the annotators are people"

    def to_json(self) -> dict[str, Any]:
        """Return the test with who annotated and what it says of each layer."""
        from evaluation.ceiling import statements

        return self.test.to_json() | {
            "annotators": self.who,
            "human": self.kinds == ("person",),
            "statements": statements(self.test, self.kinds),
        }

    def tables(self) -> list[ScoreTable]:
        """Return the statements, then the numbers they rest on."""
        from evaluation.ceiling import statements
        from evaluation.tables import ScoreTable, comparison_tables

        said = ScoreTable(
            self.who,
            ("layer", "the predictions are"),
            tuple(
                (layer, it["statement"])
                for layer, it in statements(self.test, self.kinds).items()
            ),
            self.test.signature,
        )
        return [said, *comparison_tables(self.test, "against the annotators")]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A score with what was asked for beside it; None and nothing where it was not."""

    report: Report
    chosen: Sequence[str] | None
    given: Row | None
    bands: Mapping[str, Mapping[str, Mapping[str, LayerScore]]]
    errors: ErrorCounts | None
    ceiling: Ceiling | None
    stated: Stated | None = None

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        from evaluation.pipeline import blame_triggers

        content = self.report.to_json()
        content["unanswered"] = list(self.report.unanswered)
        blame = blame_triggers(self.report.layers)
        if blame is not None:
            given = self.given.to_json() if self.given else None
            content["argument_errors"] = {**blame.to_json(), "given_triggers": given}
        if self.bands:
            content["slices"] = {
                kind: {
                    band: {name: score.to_json() for name, score in layers.items()}
                    for band, layers in parts.items()
                }
                for kind, parts in self.bands.items()
            }
        if self.errors is not None:
            content["errors"] = self.errors
        if self.stated is not None:
            content["agreement"] = {
                "human": self.stated.human,
                "kinds": list(self.stated.kinds),
                "f1": {name: dict(rows) for name, rows in self.stated.layers.items()},
            }
        if self.ceiling is not None:
            content["ceiling"] = self.ceiling.to_json()
        return content

    def show(self, output: ReportFormat) -> None:
        """Print everything as tables."""
        print_tables(list(self._tables()), output)

    def _tables(self) -> Iterator[ScoreTable]:
        from evaluation.pipeline import blame_triggers
        from evaluation.tables import blame_table

        signature = str(self.report.signature)
        yield from report_tables(self.report, chosen=self.chosen, stated=self.stated)
        blame = blame_triggers(self.report.layers)
        if blame is not None and blame.errors:
            signed = self.report.layers["arguments"].signature
            yield replace(blame_table(blame, self.given), signature=signed)
        for kind, parts in self.bands.items():
            yield from part_tables(kind, parts, chosen=self.chosen, signature=signature)
        if self.errors:
            yield error_table(self.errors, signature=signature)
        if self.ceiling is not None:
            yield from self.ceiling.tables()
