"""Small programs that extract, each well or badly in its own way."""

from __future__ import annotations

import sys
from pathlib import Path

GOOD = """
import json, sys
for line in sys.stdin:
    doc = json.loads(line)
    at = doc["text"].find("بغداد")
    found = [{"label": "GPE", "start": at, "end": at + 5}] if at >= 0 else []
    print(json.dumps({"id": doc["id"], "entities": found}), flush=True)
"""

CRASHES_ON = """
import json, sys
for line in sys.stdin:
    doc = json.loads(line)
    if doc["id"] == "{bad}":
        print("cannot read this", file=sys.stderr)
        sys.exit(3)
    print(json.dumps({{"id": doc["id"], "entities": []}}), flush=True)
"""

HANGS_ON = """
import json, sys, time
for line in sys.stdin:
    doc = json.loads(line)
    if doc["id"] == "{bad}":
        time.sleep(60)
    print(json.dumps({{"id": doc["id"], "entities": []}}), flush=True)
"""

GROWS_ON = """
import json, sys, time
kept = []
for line in sys.stdin:
    doc = json.loads(line)
    while doc["id"] == "{bad}":
        kept.append(bytearray(8 * 2**20))
        time.sleep(0.01)
    print(json.dumps({{"id": doc["id"], "entities": []}}), flush=True)
"""

BABBLES_ON = """
import json, sys
for line in sys.stdin:
    doc = json.loads(line)
    if doc["id"] == "{bad}":
        print("loading model ...", flush=True)
    else:
        print(json.dumps({{"id": doc["id"], "entities": []}}), flush=True)
"""


def command(folder: Path, source: str, *, kind: str = "cmd", bad: str = "b") -> str:
    """Write the program and return the SPEC that runs it."""
    path = folder / "extract.py"
    path.write_text(source.format(bad=bad) if "{bad}" in source else source)
    return f"{kind}:{sys.executable} {path}"
