"""Keep a compiled rule set on disk, under the hash of everything it was made of."""

from __future__ import annotations

import gc
import hashlib
import io
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from annotate.rules.compiled import Ruleset
from schemas.labels import Schema

__all__ = ["cache_folder", "content_key", "read_cached", "write_cached"]

_KEPT = 4
"""So many compiled sets stay; older ones go."""

_SOURCES = Path(__file__).parents[1]
_MODULES = ("annotate.rules.", "annotate.arabic.")
_BUILT_IN = {("builtins", "frozenset"), ("re", "_compile")}
_DIGEST = 32


def cache_folder() -> Path:
    """Return the user's own folder for what can be made again; MIYAR_CACHE moves it."""
    if own := os.environ.get("MIYAR_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(base or "~/.cache").expanduser() / "miyar"


def content_key(schema: Schema, folder: Path) -> str:
    """Return a hash over schema, rules, lexicons, the engine's code and the Python.

    The folder's place counts too: messages about rules name their file.
    """
    digest = hashlib.sha256()
    digest.update(f"{sys.version}\n{folder.absolute()}\n".encode())
    digest.update(schema.model_dump_json().encode())
    for path in _inputs(folder):
        content = path.read_bytes()
        digest.update(f"\n{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _inputs(folder: Path) -> Iterator[Path]:
    for room in ("arabic", "rules"):
        yield from sorted((_SOURCES / room).glob("*.py"))
    yield from sorted((folder / "rules").glob("*.yaml"))
    for kind in ("*.txt", "built/*.txt", "built/*.tsv"):
        yield from sorted((folder / "lexicons").glob(kind))


def read_cached(path: Path, schema: Schema) -> Ruleset | None:
    """Return the compiled set kept at `path`; None where there is no whole one."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    kept, payload = content[:_DIGEST], memoryview(content)[_DIGEST:]
    if hashlib.sha256(payload).digest() != kept:
        return None
    collecting = gc.isenabled()
    # A hundred thousand objects that all stay: looking for garbage doubles the time.
    gc.disable()
    try:
        values: dict[str, Any] = _Reader(io.BytesIO(payload)).load()
    except pickle.UnpicklingError:
        return None
    finally:
        if collecting:
            gc.enable()
    return Ruleset(schema=schema, **values)


class _Reader(pickle.Unpickler):
    """Builds the values of a rule set and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _BUILT_IN:
            return super().find_class(module, name)
        if module.startswith(_MODULES) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a rule set")


def write_cached(path: Path, ruleset: Ruleset) -> None:
    """Keep a compiled set at `path`, whole or not at all.

    A cache that cannot be written costs time and nothing else: no error is raised.
    """
    values = {f.name: getattr(ruleset, f.name) for f in fields(Ruleset)}
    del values["schema"]
    payload = pickle.dumps(values, protocol=5)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(hashlib.sha256(payload).digest())
                out.write(payload)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        kept = sorted(path.parent.glob(f"*{path.suffix}"), key=_age)
        for old in kept[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
