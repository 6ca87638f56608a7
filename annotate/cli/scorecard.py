"""What `miyar score` finds out, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotate.cli.scores import (
    ReportFormat,
    print_bands,
    print_blame,
    print_comparison,
    print_errors,
    print_report,
)
from annotate.cli.sides import Source, find_source, name_files, span_rule
from schemas.errors import DataError

if TYPE_CHECKING:
    from evaluation import Bootstrap, LayerScore, Report, Row
    from evaluation.criteria import Convention
    from evaluation.documents import DocumentLike
    from evaluation.significance import Comparison
    from schemas.labels import Schema

__all__ = ["Contest", "Scorecard"]

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
        hands: tuple[int | None, str | None] = (None, None),
    ) -> None:
        """Name the files; each number reads them anew.

        The score itself is made by so many workers, or those of a scheduler, where
        that pays; whatever is asked for beside it, by this process.
        """
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
        """Score the layers asked for, by default those that need only the spans."""
        from annotate.cli.shares import pays, score_shares

        if pays(self.sides, *self._hands):
            report = score_shares(
                self.sides,
                layers,
                schema=self._schema,
                bootstrap=self._bootstrap,
                convention=self._convention,
                by_type=by_type,
                name=self._source.name,
                hands=self._hands,
            )
            if report is not None:
                return report
        return self._score(self.sides[1], layers, by_type=by_type)

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
            criteria=layers or evaluation.DEFAULT_CRITERIA,
            bootstrap=self._bootstrap,
            convention=self._convention,
            clitic=span_rule(self._schema, self._convention, layers),
            by_type=by_type,
            names=(self._source.name, "predictions"),
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

    def count_errors(self) -> dict[str, dict[str, int]]:
        """Count the errors of the strict layers by kind."""
        from evaluation.error_analysis import count_errors, find_errors

        rule = span_rule(self._schema, "clitic", ())
        return count_errors(find_errors(*self.sides, clitic=rule))

    def ceiling(self, places: list[Path]) -> tuple[str, Comparison]:
        """Test the predictions against annotators; say who those are."""
        import evaluation
        from evaluation.ceiling import ceiling

        named = name_files(places)
        comparison = ceiling(
            {
                name: evaluation.JsonlSource(*find_source(place).paths)
                for name, place in named.items()
            },
            self.sides[1],
            schema=self._schema,
            bootstrap=evaluation.Bootstrap(seed=self._bootstrap.seed),
        )
        manifest = self._source.manifest
        stated = {a.name: a.kind for a in manifest.about.annotators} if manifest else {}
        kinds = {stated.get(name, "unknown") for name in named}
        if kinds == {"person"}:
            return "human ceiling: the annotators are people", comparison
        if "machine" in kinds:
            return "no human ceiling: an annotator is a machine", comparison
        return "the gold does not state whether the annotators are people", comparison


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A score with what was asked for beside it; None and nothing where it was not."""

    report: Report
    chosen: Sequence[str] | None
    given: Row | None
    bands: Mapping[str, Mapping[str, Mapping[str, LayerScore]]]
    errors: Mapping[str, Mapping[str, int]] | None
    ceiling: tuple[str, Comparison] | None

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        from evaluation.pipeline import blame_triggers

        content = self.report.to_json()
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
        if self.ceiling is not None:
            who, test = self.ceiling
            content["ceiling"] = test.to_json() | {"annotators": who}
        return content

    def show(self, output: ReportFormat) -> None:
        """Print everything as tables."""
        from evaluation.pipeline import blame_triggers

        print_report(self.report, chosen=self.chosen, output=output)
        blame = blame_triggers(self.report.layers)
        if blame is not None and blame.errors:
            print_blame(blame, self.given, output=output)
        for kind, parts in self.bands.items():
            print_bands(kind, parts, chosen=self.chosen, output=output)
        if self.errors is not None:
            print_errors(self.errors, output=output)
        if self.ceiling is not None:
            who, test = self.ceiling
            print_comparison(test, output=output, title=who)
