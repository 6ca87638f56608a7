"""What is fed with any bytes at all: every parser, and what runs on any text.

A target takes bytes and returns; it may refuse them with a MiyarError, which is caught
here. Any other exception, and any law that breaks, is a finding. The hypothesis tests
and the coverage-guided fuzzer share these.
"""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice, zip_longest
from pathlib import Path

from annotate.arabic.fold import fold
from annotate.decisions import read_decisions
from annotate.formats import all_layouts
from annotate.ingest import read_sources
from annotate.labelstudio.backup import read_backup
from annotate.labelstudio.credentials import read_logins
from annotate.labelstudio.database import parse_database
from annotate.labelstudio.results import read_results
from annotate.linking import read_links
from annotate.lint import fix_document, lint_document
from annotate.personal import find_personal_data
from annotate.rules.lexicon import read_lexicon
from annotate.rules.mute import read_mute_list
from annotate.rules.yamlfile import read_yaml
from annotate.scale.packing import unpack_share
from annotate.settings import load_settings
from evaluation.criteria import DEFAULT_CRITERIA
from evaluation.leaderboard import read_entries
from evaluation.results import read_result
from evaluation.selection import read_label_map
from exports import read_about, read_splits
from exports.conversion import FORMATS, find_format, read_layout
from exports.losses import Dropped
from exports.release import read_manifest
from schemas.annotations import AnnotatedDocument, EntityMention
from schemas.checks import check_documents
from schemas.errors import MiyarError
from schemas.jsonl import parse_document, read_documents, render_document
from schemas.labels import Schema
from schemas.load import load_schema, parse_schema
from schemas.markup import parse_markup
from schemas.migration_steps import load_migration
from tests.fuzzing.seeds import BETWEEN, READ_BACK
from tests.fuzzing.write_corpus import TEXT

Target = Callable[[bytes], None]


@cache
def schema() -> Schema:
    return load_schema()


@cache
def folder() -> Path:
    """One folder for the process: a file a run would wear out the disk."""
    return Path(tempfile.mkdtemp(prefix="miyar-fuzz-"))


def _file(name: str, content: bytes) -> Path:
    path = folder() / name
    path.write_bytes(content)
    return path


def ingest(suffix: str) -> Target:
    def run(content: bytes) -> None:
        path = _file(f"article{suffix}", content)
        for doc in read_sources([path]):
            check_ingested(doc)

    return run


def check_ingested(doc: AnnotatedDocument) -> None:
    """Tokens and sentences lie in the text, in order; the line is read as written."""
    assert doc.text is not None
    for pairs in (doc.tokens or (), doc.sentences or ()):
        last = 0
        for start, end in pairs:
            assert last <= start < end <= len(doc.text), (start, end)
            last = end
    assert parse_document(render_document(doc), "again") == doc


def view(content: bytes) -> None:
    """Folding keeps a way back to the raw text, for every span."""
    text = content.decode("utf-8", "replace")
    folded = fold(text)
    size = len(folded.text)
    starts, ends = folded.starts or tuple(range(size)), folded.ends or ()
    assert (folded.starts is None) == (folded.ends is None)
    assert len(starts) == len(ends or starts) == size
    assert list(starts) == sorted(starts)
    assert list(ends) == sorted(ends)
    for start in range(size):
        for end in (start + 1, size):
            span = folded.raw_span(start, end)
            assert 0 <= span.start < span.end <= len(text)
    # What is folded stays as it is.
    assert fold(folded.text).text == folded.text


def lint(content: bytes) -> None:
    """The first bytes are edges of mentions, the rest is the text."""
    edges, text = content[:8], content[8:].decode("utf-8", "replace")
    labels = sorted(schema().entities)
    found = tuple(
        EntityMention(
            id=f"T{n}", label=labels[b % len(labels)], start=a, end=a + 1 + b % 9
        )
        for n, (a, b) in enumerate(zip(edges[::2], edges[1::2], strict=False))
        if a + 1 + b % 9 <= len(text)
    )
    doc = AnnotatedDocument(id="d", text=text, entities=found)
    lint_document(doc, schema())
    find_personal_data(doc)
    mended, _ = fix_document(doc, schema())
    assert mended.text == text
    # What was mended needs no mending.
    assert fix_document(mended, schema())[1] == ()
    assert [m.id for m in mended.entities] == [m.id for m in found]
    assert all(0 <= m.start < m.end <= len(text) for m in mended.entities)


def results(content: bytes) -> None:
    """Whatever Label Studio may say of a text: marks inside it, or problems."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return
    if not isinstance(said, list):
        return
    found = read_results(said, text=TEXT, schema=schema(), where="task 1")
    for mention in (*found.entities, *found.events):
        assert 0 <= mention.start < mention.end <= len(TEXT)


def file_of(name: str, read: Callable[[Path], object]) -> Target:
    def run(content: bytes) -> None:
        found = read(_file(name, content))
        if isinstance(found, Iterator):
            list(islice(found, 1000))

    return run


def text_of(read: Callable[[str], object]) -> Target:
    def run(content: bytes) -> None:
        read(content.decode("utf-8", "replace"))

    return run


def layout(name: str, file: str) -> Target:
    def run(content: bytes) -> None:
        path = _file(file, content)
        if name == "brat":
            text, _, marks = content.partition(b"\n\n")
            path.write_bytes(text)
            path.with_suffix(".ann").write_bytes(marks)
        layouts = all_layouts(schema())
        docs, _ = read_layout(path, layout=name, lossy=True, layouts=layouts)
        check_documents(docs, schema())

    return run


def read_back(name: str) -> Target:
    """A format that is exported; where it has several files, all of them."""
    files, form = READ_BACK[name], find_format(name, FORMATS)

    def run(content: bytes) -> None:
        if name == "spacy":
            # Packed here: whatever changes packed bytes only breaks the packing.
            content = zlib.compress(content, 0)
        place = folder() / name
        place.mkdir(exist_ok=True)
        pieces = content.split(BETWEEN, len(files) - 1)
        for file, piece in zip_longest(files, pieces, fillvalue=b""):
            (place / file).write_bytes(piece)
        docs = list(form.read(place, Dropped()))
        assert all(doc.text is not None for doc in docs)
        check_documents(docs, schema())

    return run


def share(content: bytes) -> None:
    """What a score may find kept of an earlier run."""
    unpack_share(zlib.compress(content, 0), DEFAULT_CRITERIA)


def _settings(path: Path) -> object:
    return load_settings(folder=path.parent, environment={})


TARGETS: dict[str, Target] = {
    "ingest-txt": ingest(".txt"),
    "ingest-jsonl": ingest(".jsonl"),
    "ingest-csv": ingest(".csv"),
    "view": view,
    "lint": lint,
    "results": results,
    "documents": file_of("documents.jsonl", read_documents),
    "schema": text_of(parse_schema),
    "markup": text_of(parse_markup),
    "rules": file_of("rules.yaml", read_yaml),
    "lexicon": file_of("names.txt", lambda path: read_lexicon(path, schema())),
    "mute": file_of("mute.json", read_mute_list),
    "decisions": file_of("decisions.jsonl", read_decisions),
    "links": file_of("links.tsv", read_links),
    "steps": file_of(
        "steps.yaml", lambda path: load_migration(path, old=schema(), new=schema())
    ),
    "label-map": file_of("map.yaml", read_label_map),
    "about": file_of("about.yaml", read_about),
    "splits": file_of("splits.json", read_splits),
    "manifest": file_of("manifest.json", lambda path: read_manifest(path.parent)),
    "leaderboard": file_of("board.jsonl", read_entries),
    "result": file_of("x.result.json", read_result),
    "backup": file_of("kept.jsonl.gz", read_backup),
    "logins": file_of("credentials.json", read_logins),
    "settings": file_of("miyar.toml", _settings),
    "database": text_of(parse_database),
    "share": share,
    "import-brat": layout("brat", "article.txt"),
    "import-conll": layout("conll", "file.conll"),
    "import-parquet": layout("parquet", "train.parquet"),
    "import-wojood": layout("wojood", "file.txt"),
    "import-anercorp": layout("anercorp", "file.txt"),
    "import-labelstudio": layout("labelstudio", "tasks.json"),
    **{f"read-back-{name}": read_back(name) for name in READ_BACK},
}


def feed(name: str, content: bytes) -> bool:
    """Feed a target; True if it took the bytes, False if it refused them."""
    try:
        TARGETS[name](content)
    except MiyarError as refusal:
        said = str(refusal)
    else:
        return True
    assert said.strip(), f"{name} refuses and says nothing"
    return False
