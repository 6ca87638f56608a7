"""Whole files to begin from, for each target: the golden ones, and the corpus."""

from __future__ import annotations

import gzip
import json
import zlib
from functools import cache
from pathlib import Path

from annotate.scale.packing import pack_share
from evaluation.criteria import DEFAULT_CRITERIA
from evaluation.scoring import edges_of
from evaluation.shares import Share, score_share
from exports.formats.tables import COLUMNS
from schemas.jsonl import read_documents
from tests.fuzzing.write_corpus import TEXT

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).with_name("corpus")
GOLDEN = ROOT / "tests" / "golden"

READ_BACK = {
    "textee": ("documents.json",),
    "omnievent": ("documents.unified.jsonl",),
    "csv": tuple(f"{name}.csv" for name in COLUMNS),
    "xmi": ("TypeSystem.xml", "visit.xmi"),
    "cas-json": ("visit.json",),
    "spacy": ("documents.spacy",),
}
"""The files of formats that `miyar export` reads back, and `miyar import` does not."""

BETWEEN = b"\n%%\n"
"""Between the files of a format, where it has several."""

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
    kept = []
    if target in _FILES:
        kept.append((ROOT / _FILES[target]).read_bytes()[:20_000])
    if target in _WRITTEN:
        kept.append(_WRITTEN[target])
    form = target.removeprefix("read-back-")
    if form in READ_BACK and form != target:
        places = (GOLDEN / "formats" / form / name for name in READ_BACK[form])
        kept.append(BETWEEN.join(place.read_bytes() for place in places))
    made = _made(target, kept)
    return (*made, *corpus(".json" if target == "results" else ".txt"))


def _made(target: str, kept: list[bytes]) -> list[bytes]:
    """Return the files of a target whose bytes are made from others."""
    if target == "share":
        return [zlib.decompress(pack_share(_share()))]
    if target == "read-back-spacy":
        return [zlib.decompress(kept[0])]
    if target == "backup":
        # Whole at both ends, and not to be unpacked in between.
        return [*kept, kept[0][:20] + b"\xff" * 8 + kept[0][28:]]
    if target == "import-brat":
        text = (GOLDEN / "layouts" / "brat" / "visit.txt").read_bytes()
        return [text + b"\n\n" + kept[0]]
    if target == "import-labelstudio":
        tasks = [
            {"id": 1, "data": {"text": TEXT}, "annotations": [{"result": result}]}
            for result in map(json.loads, corpus(".json"))
        ]
        return [
            *kept,
            *(json.dumps(given).encode() for given in (tasks, *([t] for t in tasks))),
        ]
    return kept


def _share() -> Share:
    docs = list(read_documents(GOLDEN / "formats" / "jsonl" / "documents.jsonl"))
    criteria, edges = DEFAULT_CRITERIA, edges_of(DEFAULT_CRITERIA, None)
    return score_share(docs, docs, schema=None, criteria=criteria, edges=edges)


@cache
def corpus(suffix: str) -> tuple[bytes, ...]:
    """The checked-in edge cases of one kind."""
    return tuple(path.read_bytes() for path in sorted(CORPUS.glob(f"*{suffix}")))
