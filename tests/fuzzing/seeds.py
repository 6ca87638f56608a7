"""Whole files to begin from, for each target: the golden ones, and the corpus."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

from tests.fuzzing.write_corpus import TEXT

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).with_name("corpus")
GOLDEN = ROOT / "tests" / "golden"

_FILES = {
    "ingest-jsonl": "tests/golden/formats/jsonl/documents.jsonl",
    "documents": "tests/golden/formats/jsonl/documents.jsonl",
    "schema": "tests/other_schema/sports_results.yaml",
    "rules": "tests/other_schema/rules/triggers.yaml",
    "lexicon": "tests/other_schema/lexicons/teams.txt",
    "decisions": "seeds/annotations/decisions.jsonl",
    "links": "seeds/annotations/links.tsv",
    "about": "seeds/annotations/about.yaml",
    "import-brat": "tests/golden/layouts/brat/visit.ann",
    "import-conll": "tests/golden/layouts/tagged/conll2003.txt",
    "import-parquet": "tests/golden/formats/parquet/train.parquet",
    "import-wojood": "tests/golden/layouts/tagged/wojood.txt",
    "import-anercorp": "tests/golden/layouts/tagged/anercorp.txt",
}
_WRITTEN = {
    "ingest-csv": b'id,text,outlet\n1,"\xd8\xb2\xd8\xa7\xd8\xb1, x",a\n',
    "mute": b'["A-1", "B-2"]',
    "steps": b"steps:\n- rename: {from: PER, to: PERSON}\n",
    "label-map": b"gold: {PER: PERS}\npredicted: {X: null}\n",
    "splits": b'{"seed": 0, "parts": {"train": ["a"]}}',
    "manifest": b'{"name": "x", "version": "1.0", "files": {}}',
    "leaderboard": b'{"format": "miyar-result-1", "name": "x"}\n',
    "result": b'{"format": "miyar-result-1", "name": "x", "layers": {}}',
    "backup": gzip.compress(b'{"kind": "project", "format": "miyar-backup-1"}\n'),
    "logins": b'[{"email": "a", "password": "b", "token": "c"}]',
    "settings": b'port = 8080\nhome = "x"\ndatabase = "postgresql://a@b/c"\n',
    "database": b"postgresql://user:p%40ss@host:5432/name?sslmode=require",
    "markup": "[وزير [الدفاع|ORG]|TITLE] قال".encode(),
}


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """The files to begin from."""
    found = []
    if target in _FILES:
        found.append((ROOT / _FILES[target]).read_bytes()[:20_000])
    if target in _WRITTEN:
        found.append(_WRITTEN[target])
    if target == "backup":
        # Whole at both ends, and not to be unpacked in between.
        found.append(found[0][:20] + b"\xff" * 8 + found[0][28:])
    if target == "import-brat":
        text = (GOLDEN / "layouts" / "brat" / "visit.txt").read_bytes()
        found = [text + b"\n\n" + found[0]]
    if target == "import-labelstudio":
        tasks = [
            {"id": 1, "data": {"text": TEXT}, "annotations": [{"result": result}]}
            for result in map(json.loads, corpus(".json"))
        ]
        found += [
            json.dumps(tasks).encode(),
            *(json.dumps([t]).encode() for t in tasks),
        ]
    return (*found, *corpus(".json" if target == "results" else ".txt"))


@cache
def corpus(suffix: str) -> tuple[bytes, ...]:
    """The checked-in edge cases of one kind."""
    return tuple(path.read_bytes() for path in sorted(CORPUS.glob(f"*{suffix}")))
