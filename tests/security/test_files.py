"""Files from elsewhere are data: nothing in them acts, grows or leads elsewhere."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotate.labelstudio.backup import read_backup
from annotate.labelstudio.config import parse_page
from annotate.rules.yamlfile import read_yaml
from exports.conversion import FORMATS, export, find_format
from exports.losses import Dropped
from schemas.errors import DataError, MiyarError, SchemaError
from schemas.jsonl import read_documents
from schemas.load import load_schema, parse_schema

ROOT = Path(__file__).parents[2]
ROOMS = ("annotate", "schemas", "exports", "evaluation")
SECRET = "only-for-the-owner"


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


@pytest.mark.parametrize(
    "content", ["!!python/object/apply:os.system ['id']", "a: !!python/name:os.system"]
)
def test_yaml_makes_no_objects(content, tmp_path):
    with pytest.raises(SchemaError):
        parse_schema(content)
    path = tmp_path / "rules.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MiyarError):
        read_yaml(path)


def test_every_yaml_is_read_by_a_safe_loader():
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert "yaml.unsafe_load" not in text
        assert "yaml.full_load" not in text
        for line in text.splitlines():
            if "yaml.load(" in line or "yaml.compose(" in line:
                assert "SafeLoader" in line or "Loader=loader" in line, path


PICKLED = {
    # Compiled rules, in the user's own cache: read by a reader that knows few classes.
    "annotate/rules/cache.py",
    # Work for our own processes, and for a Dask cluster, which runs what it is sent.
    "annotate/scale/job.py",
}


def test_nothing_of_others_is_unpickled_evaluated_or_given_to_a_shell():
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for word in ("shell=True", "os.system(", " eval(", "unpack_ar"):
            assert word not in text, path
        own = path.relative_to(ROOT).as_posix() in PICKLED
        assert own or "import pickle" not in text, path


BOMB = '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
THEFT = '<!DOCTYPE b [<!ENTITY a SYSTEM "file://{}">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["seeds.xmi", "TypeSystem.xml"])
def test_xmi_with_entities_is_refused_unread(tmp_path, encoding, name):
    pytest.importorskip("cassis")
    (gold, *_) = read_documents(ROOT / "seeds" / "gold" / "gold.jsonl")
    doc = gold.model_copy(update={"id": "seeds"})
    folder = tmp_path / "xmi"
    schema = load_schema()
    export([doc], schema=schema, format_name="xmi", folder=folder, lossy=True)
    form = find_format("xmi", FORMATS)
    assert [d.id for d in form.read(folder, Dropped())] == ["seeds"]
    secret = tmp_path / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    path = folder / name
    whole = path.read_bytes().decode("utf-8").partition("?>")[2]
    for head in (BOMB, THEFT.format(secret)):
        start = f'<?xml version="1.0" encoding="{encoding}"?>'
        path.write_bytes((start + head + whole).encode(encoding))
        with pytest.raises(DataError, match="document type declaration") as error:
            list(form.read(folder, Dropped()))
        assert SECRET not in str(error.value)
    path.write_bytes(b"<x")
    with pytest.raises(DataError, match="is no XML"):
        list(form.read(folder, Dropped()))


@pytest.mark.parametrize("head", [BOMB, THEFT.format("/etc/passwd"), "<!doctype x>"])
def test_a_labelling_page_with_entities_is_not_parsed(head):
    with pytest.raises(ValueError, match="entities"):
        parse_page(head + "<View/>")
    assert parse_page("<View/>").tag == "View"


def test_no_module_opens_an_archive_that_could_climb_out_of_its_folder():
    """Backups are one gzipped stream of lines: there is no path in them to follow."""
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert "import zipfile" not in text
        assert "import tarfile" not in text


def test_a_backup_names_no_file_to_write(tmp_path):
    path = tmp_path / "evil.jsonl.gz"
    entry = {"kind": "file", "name": "../../climbed", "content": "x"}
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.write(json.dumps(entry) + "\n")
    with pytest.raises(DataError):
        read_backup(path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["../climbed", "/etc/climbed", "a/../../climbed", "."])
@pytest.mark.parametrize("form", ["brat", "xmi", "cas-json"])
def test_a_document_id_is_never_a_path(tmp_path, name, form):
    (gold, *_) = read_documents(ROOT / "seeds" / "gold" / "gold.jsonl")
    doc = gold.model_copy(update={"id": name})
    folder = tmp_path / "a" / "b" / "out"
    export([doc], schema=load_schema(), format_name=form, folder=folder, lossy=True)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert all(folder in path.parents for path in written)


EXTRACTOR = """
import json, os, sys
with open(sys.argv[1], "w") as out:
    json.dump(dict(os.environ), out)
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "entities": []}), flush=True)
"""


def test_an_extractor_gets_none_of_our_secrets(tmp_path):
    program, seen = tmp_path / "extract.py", tmp_path / "seen.json"
    program.write_text(EXTRACTOR, encoding="utf-8")
    secrets = dict.fromkeys(
        (
            *("MIYAR_TOKEN", "MIYAR_DATABASE", "MIYAR_DATABASE_PASSWORD"),
            *("PGPASSWORD", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY"),
        ),
        SECRET,
    )
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("miyar"), "bench"),
            *("-e", f"x=cmd:{sys.executable} {program} {seen}"),
            *("--gold", ROOT / "seeds" / "gold", "--format", "json"),
        ],
        env={**os.environ, **secrets},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert SECRET not in seen.read_text(encoding="utf-8")
    assert SECRET not in done.stdout + done.stderr
