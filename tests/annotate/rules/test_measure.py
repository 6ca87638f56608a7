from __future__ import annotations

from annotate.measure import measure_events, measure_names
from annotate.rules.compiled import Ruleset
from annotate.rules.load import DEFAULT_FOLDER
from annotate.rules.yamlfile import read_yaml

SETTINGS = read_yaml(DEFAULT_FOLDER / "rules" / "measure.yaml")


def test_names_count_by_exact_span_and_the_span_rule_moves_lam_lam(
    ruleset: Ruleset,
) -> None:
    text = "قرار للأمم المتحدة في بغداد"
    line = {
        "id": "n",
        "text": text,
        "entities": [
            {"start": 5, "end": 18, "label": "ORG", "fine": "Non-Governmental"},
            {"start": 22, "end": 27, "label": "GPE", "fine": "Population-Center"},
        ],
    }
    figures = {f.name: f.counts for f in measure_names([line], ruleset, SETTINGS)}
    assert figures["GPE, exact"].f1 == 1
    assert figures["ORG, exact"].f1 == 0
    assert figures["ORG, span rule"].f1 == 1
    assert figures["micro, span rule"].f1 == 1


def test_events_count_each_trigger_once_and_close_ones_as_one_incident(
    ruleset: Ruleset,
) -> None:
    text = "أعلنت الشرطة مقتل ثلاثة جنود في هجوم انتحاري"
    line = {
        "id": "e",
        "text": text,
        "event_type": "ASSAULT",
        "majority": {
            "trigger": [{"start": 13, "end": 17}],
            "actor": [],
            "recipient": [{"start": 24, "end": 28}],
        },
    }
    figures = {f.name: f.counts for f in measure_events([line], ruleset, SETTINGS)}
    assert (figures["trigger"].tp, figures["trigger"].fp) == (1, 1)
    assert (figures["incident"].tp, figures["incident"].fp) == (1, 0)
    assert figures["recipient"].tp == 1
