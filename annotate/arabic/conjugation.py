"""Generate the folded surface forms of a verb from its third person singular.

Only what news prose uses: third persons and "we", past, imperfect and jussive. Object
pronouns are not generated but parted from the word when it is looked up.
"""

from __future__ import annotations

from annotate.arabic.fold import fold_text

__all__ = ["inflect_imperfect", "inflect_noun", "inflect_past", "nominal_forms"]

_LONG = "اوي"


def inflect_past(past: str) -> tuple[str, ...]:
    """Return the past forms: he, she, they, the two of them, we.

    >>> inflect_past("نفى")
    ('نفي', 'نفت', 'نفوا', 'نفيا', 'نفتا', 'نفين', 'نفينا')
    """
    verb = fold_text(past)
    if past.endswith(("ى", "ا")):
        stem = verb[:-1]
        last = "ي" if past.endswith("ى") else "و"
        return (
            verb,
            stem + "ت",
            stem + "وا",
            stem + last + "ا",
            stem + "تا",
            stem + last + "ن",
            stem + last + "نا",
        )
    forms = [verb, verb + "ت", verb + "وا", verb + "ا", verb + "تا", verb + "ن"]
    short = verb[:-2] + verb[-1] if len(verb) > 2 and verb[-2] == "ا" else verb
    return (*forms, short + "نا")


def inflect_imperfect(imperfect: str) -> tuple[str, ...]:
    """Return the imperfect forms, the subjunctive and jussive ones included.

    >>> inflect_imperfect("يزور")[:5]
    ('يزور', 'يزوروا', 'يزورون', 'يزوران', 'يزورا')
    """
    verb = fold_text(imperfect)
    body = verb[1:]
    if body.endswith(("ي", "و")):
        stem = body[:-1]
        endings = [body, stem + "وا", stem + "ون", stem + "يان", stem]
    else:
        endings = [body, body + "وا", body + "ون", body + "ان", body + "ا"]
        if len(body) > 3 and body[-2] in "يا" and body[-3] not in _LONG:
            endings.append(body[:-2] + body[-1])
    people = [prefix + end for prefix in "يت" for end in endings if len(end) > 1]
    return (*people, "ن" + body)


def inflect_noun(noun: str, *, plural: bool = False) -> tuple[str, ...]:
    """Return a noun bare and with the article, in the accusative, dual and plural.

    A noun in ta marbuta also yields its form before a pronoun (زيارت).

    >>> inflect_noun("زيارة")[:4]
    ('زياره', 'الزياره', 'زيارت', 'زيارتين')
    """
    word = fold_text(noun)
    if noun.endswith("ة"):
        stem = word[:-1]
        forms = [word, "ال" + word, stem + "ت", stem + "تين", "ال" + stem + "تين"]
        forms += [stem + "تان", stem + "تا", stem + "تي"]
        if plural:
            forms += [stem + "ات", "ال" + stem + "ات"]
        return tuple(forms)
    if noun.endswith("ات"):
        return (word, "ال" + word)
    forms = [word, "ال" + word, word + "ا", word + "ين", "ال" + word + "ين"]
    if plural:
        forms += [word + "ات", "ال" + word + "ات"]
    return tuple(forms)


def nominal_forms(word: str) -> tuple[str, ...]:
    """Return the forms of a nominal; `+` after it adds the sound masculine plural.

    >>> nominal_forms("مسلح+")[:4]
    ('مسلح', 'مسلحا', 'مسلحين', 'مسلحون')
    """
    stem = fold_text(word.rstrip("+"))
    bare = [stem] if stem.endswith("ه") else [stem, stem + "ا"]
    if word.endswith("+"):
        bare += [stem + end for end in ("ين", "ون", "ي", "و", "ان")]
    if stem.endswith("ه"):
        bare += [stem[:-1] + end for end in ("ت", "تين", "تان")]
    defined = ["ال" + form for form in bare if not form.endswith("ا")]
    return tuple(dict.fromkeys(bare + defined))
