"""Train a tiny spaCy pipeline on two sentences: python tiny_spacy.py DIR."""

import sys

SENTENCES = [
    ("😀 وصل الوزير إلى بغداد اليوم", {"بغداد": "GPE"}),
    ("قال محمد الحلبوسي في دمشق", {"محمد الحلبوسي": "PER", "دمشق": "GPE"}),
]

if __name__ == "__main__":
    import spacy
    from spacy.training import Example
    from spacy.util import fix_random_seed

    fix_random_seed(1)
    nlp = spacy.blank("ar")
    nlp.add_pipe("ner")
    examples = [
        Example.from_dict(
            nlp.make_doc(text),
            {
                "entities": [
                    (text.index(name), text.index(name) + len(name), label)
                    for name, label in names.items()
                ]
            },
        )
        for text, names in SENTENCES
    ]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(40):
        nlp.update(examples, sgd=optimizer, drop=0.0)
    nlp.to_disk(sys.argv[1])
