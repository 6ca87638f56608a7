"""Train a tiny BERT for tokens and save it: python tiny_transformer.py DIR.

It learns that بغداد opens a GPE, الحلبوسي continues a PER that محمد opens, and that the
rest is outside. Its window is 24 sub-words, so that texts must be read in windows.
"""

import sys
from pathlib import Path

PIECES = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
    "و", "##ب", "##غداد", "بغ", "##داد", "محمد", "ال", "##حلبوسي", "قال", "في", "ثم",
    "😀",
]  # fmt: skip
LABELS = ["O", "B-GPE", "B-PER", "I-PER"]
# First sub-words decide, so only they are taught.
TAUGHT = {"بغ": 1, "محمد": 2, "ال": 3, "قال": 0, "في": 0, "ثم": 0, "😀": 0, "و": 0}


def train(folder: Path) -> None:
    # The tests are collected where torch is not installed, too.
    import torch
    from transformers import (
        BertConfig,
        BertForTokenClassification,
        BertTokenizerFast,
    )

    torch.manual_seed(1)
    torch.set_num_threads(1)
    folder.mkdir()
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(
        vocab=str(vocabulary),
        vocab_file=str(vocabulary),
        do_lower_case=False,
        strip_accents=False,
        model_max_length=24,
    )
    config = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=24,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={label: n for n, label in enumerate(LABELS)},
    )
    model = BertForTokenClassification(config)
    ids = list(range(5, len(PIECES)))
    target = torch.tensor([TAUGHT.get(PIECES[i], -100) for i in ids])
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(150):
        order = torch.randint(len(ids), (8, 22))
        batch = torch.tensor(ids)[order]
        loss = model(input_ids=batch, labels=target[order]).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    train(Path(sys.argv[1]))
