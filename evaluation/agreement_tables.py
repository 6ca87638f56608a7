"""Agreement as tables of text, and what a reader must know beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.agreement_words import Words
from evaluation.chance import Measured
from evaluation.coefficients import COEFFICIENTS, LayerReliability
from evaluation.disagreements import (
    Disagreement,
    Marked,
    summarise_kinds,
    summarise_patterns,
)
from evaluation.reliability import AgreementStudy
from evaluation.report import LayerScore
from evaluation.tables import ScoreTable, label_table, summary_table

__all__ = ["agreement_notes", "agreement_tables"]

UNDEFINED = "–"


def agreement_notes(study: AgreementStudy) -> tuple[Words, ...]:
    """Return what must be said with the figures, in sentences."""
    notes = [
        Words(
            "المقياس الذي يُستشهد به هو F1 بين كل اثنين؛ أما كابا وألفا على الكلمات "
            "فتعدّان ما لم يعلّمه أحد اتفاقًا، فترتفعان بذلك.",
            "Pairwise F1 is the measure to cite: kappa and alpha on tokens count what "
            "nobody marked as agreement, and so flatter.",
        )
    ]
    total = len(study.readings)
    if "suggested" in study.arms:
        shown = len(study.arms["suggested"].readings)
        notes.append(
            Words(
                f"رُمّزت {shown} من {total} وثيقة على اقتراحات جاهزة. ومن يبدأ من "
                "الاقتراحات نفسها يتفق أكثر مما لو عمل وحده: يُستشهد باتفاق الوثائق "
                "التي بلا اقتراحات.",
                f"{shown} of {total} documents were annotated over suggestions. "
                "Annotators who start from the same suggestions agree more than they "
                "would alone: cite the agreement of the control arm.",
            )
        )
    if study.untold:
        notes.append(
            Words(
                f"لا تذكر {study.untold} من {total} وثيقة هل عُرضت اقتراحات "
                "(meta.arm)، فقد يكون اتفاقها مرفوعًا.",
                f"{study.untold} of {total} documents do not say whether suggestions "
                "were shown (meta.arm), so their agreement may be inflated.",
            )
        )
    left = {name: it.left_out for name, it in study.coefficients.items() if it.left_out}
    if left:
        counted = ", ".join(f"{n} of {name}" for name, n in left.items())
        notes.append(
            Words(
                "لا تعرف ألفا التقطيع وحدة داخل وحدة، فتُترك عندها المقاطع الداخلية: "
                f"{sum(left.values())}.",
                "Alpha for unitising knows no units within units; it leaves out spans "
                f"inside others: {counted}.",
            )
        )
    return tuple(notes)


def agreement_tables(
    study: AgreementStudy, *, chosen: Sequence[str] | None = None, worst: int = 20
) -> list[ScoreTable]:
    """Return the tables of a study: layers, labels, arms, pairs, documents, cases.

    Labels are shown for the plain layers, or for the `chosen` ones. `worst` is how many
    disagreements are listed.
    """
    layers = study.agreement.layers
    tables = [
        summary_table(layers, str(study.agreement.signature)),
        _coefficient_table("chance-corrected, with 95 %", study.coefficients),
    ]
    for name, arm in study.arms.items():
        about = f"{name}: {len(arm.readings)} documents"
        tables.append(summary_table(arm.agreement.layers, about))
        tables.append(_coefficient_table(about, arm.coefficients))
    for name, layer in layers.items():
        plain = layer.criterion.match == "exact"
        if plain if chosen is None else name in chosen:
            tables.append(label_table(layer))
            if name in study.coefficients and study.coefficients[name].labels:
                tables.append(_label_coefficients(name, study.coefficients[name]))
    if len(study.agreement.pairs) > 1:
        tables.append(_pair_table(study))
        tables.append(_pair_kappas(study))
    tables.append(_document_table(study))
    tables.append(_kind_table(study.disagreements))
    tables.append(_pattern_table(study.disagreements, worst))
    tables.append(_case_table(study.disagreements, worst))
    return tables


def _coefficient_table(
    title: str, layers: Mapping[str, LayerReliability]
) -> ScoreTable:
    names = _names(layers)
    rows = tuple(
        (layer, str(it.units), *(_measured(it.all.get(name)) for name in names))
        for layer, it in layers.items()
    )
    return ScoreTable(title, ("layer", "units", *names), rows)


def _names(layers: Mapping[str, LayerReliability]) -> list[str]:
    return [
        name for name in COEFFICIENTS if any(name in it.all for it in layers.values())
    ]


def _label_coefficients(layer: str, it: LayerReliability) -> ScoreTable:
    names = [name for name in COEFFICIENTS if name != "gamma" and name in it.all]
    rows = tuple(
        (label, *(_measured(row.get(name)) for name in names))
        for label, row in it.labels.items()
        if any(measured.value is not None for measured in row.values())
    )
    return ScoreTable(f"{layer}: chance-corrected by label", ("label", *names), rows)


def _pair_table(study: AgreementStudy) -> ScoreTable:
    layers = list(study.agreement.layers)
    rows = tuple(
        (
            f"{pair.first} ~ {pair.second}",
            str(len(pair.report.documents)),
            *(_rate(pair.report.layers[name].micro.f1) for name in layers),
        )
        for pair in study.agreement.pairs
    )
    return ScoreTable("F1 by pair", ("pair", "documents", *layers), rows)


def _pair_kappas(study: AgreementStudy) -> ScoreTable:
    layers = list(study.coefficients)
    rows = tuple(
        (
            f"{pair.first} ~ {pair.second}",
            *(
                _measured(study.coefficients[name].pairs.get((pair.first, pair.second)))
                for name in layers
            ),
        )
        for pair in study.agreement.pairs
    )
    return ScoreTable("Cohen's kappa by pair", ("pair", *layers), rows)


def _document_table(study: AgreementStudy) -> ScoreTable:
    layers = [n for n, it in study.agreement.layers.items() if _plain(it)]
    several = len(study.agreement.pairs) > 1
    rows = tuple(
        (
            row["document"] + (f" {' ~ '.join(row['annotators'])}" if several else ""),
            *(_rate(row["layers"][name]) for name in layers),
        )
        for row in study.by_document()
    )
    return ScoreTable("F1 by document", ("document", *layers), rows)


def _plain(layer: LayerScore) -> bool:
    return layer.criterion.match == "exact"


def _kind_table(cases: Sequence[Disagreement]) -> ScoreTable:
    rows = tuple(
        (kind, str(row["cases"]), str(row["cost"]))
        for kind, row in summarise_kinds(cases).items()
    )
    return ScoreTable("disagreements by kind", ("kind", "cases", "cost"), rows)


def _pattern_table(cases: Sequence[Disagreement], worst: int) -> ScoreTable:
    rows = tuple(
        (
            f"{row['kind']}: {row['detail']}",
            row["layer"],
            row["first"],
            row["second"],
            str(row["cases"]),
            str(row["cost"]),
        )
        for row in summarise_patterns(cases)[:worst]
    )
    head = ("disagreement", "layer", "first", "second", "cases", "cost")
    return ScoreTable("what costs most, like with like", head, rows)


def _case_table(cases: Sequence[Disagreement], worst: int) -> ScoreTable:
    rows = tuple(
        (
            f"{case.kind}: {case.detail}",
            case.doc_id,
            f"{case.start}",
            _words(case.annotators[0], case.first),
            _words(case.annotators[1], case.second),
            str(case.cost),
        )
        for case in cases[:worst]
    )
    head = ("disagreement", "document", "at", "one", "other", "cost")
    title = f"the costliest disagreements ({len(rows)} of {len(cases)})"
    return ScoreTable(title, head, rows)


def _words(annotator: str, marks: Sequence[Marked]) -> str:
    said = " + ".join(f"{mark.value or mark.label} {mark.words}" for mark in marks)
    return f"{annotator}: {said or UNDEFINED}"


def _measured(measured: Measured | None) -> str:
    if measured is None or measured.value is None:
        return UNDEFINED
    if measured.interval is None:
        return f"{measured.value:.3f}"
    low, high = measured.interval
    return f"{measured.value:.3f} ({low:.3f}–{high:.3f})"


def _rate(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.3f}"
