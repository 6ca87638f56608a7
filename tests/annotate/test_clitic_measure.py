from __future__ import annotations

from annotate.clitic_measure import SENTENCES, measure_clitics, parse_cuts
from annotate.rules.compiled import Ruleset


def test_marks_become_offsets_of_the_raw_text() -> None:
    assert parse_cuts("و+ب+بغداد زيارت-ه") == ("وببغداد زيارته", {1, 2}, {13})


def test_particles_and_pronouns_are_cut_as_well_as_the_readme_says(
    ruleset: Ruleset,
) -> None:
    words, found = measure_clitics(ruleset)
    assert words > 300
    particles, pronouns = found["particles"], found["pronouns"]
    assert (particles.precision or 0) >= 0.97
    assert (particles.f1 or 0) >= 0.93
    # Pronouns are cut where a span needs it: after events and persons, not everywhere.
    assert (pronouns.precision or 0) >= 0.95
    assert (pronouns.f1 or 0) >= 0.70


def test_the_sentences_read_as_arabic_without_their_marks() -> None:
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            text, particles, pronouns = parse_cuts(line)
            assert "  " not in text
            assert not particles & pronouns
            assert all(0 < cut < len(text) for cut in pronouns)
