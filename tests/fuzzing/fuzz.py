"""Let coverage lead the way into a target.

    make fuzz TARGET=view SECONDS=300

or `python -m tests.fuzzing.fuzz view -max_total_time=300`. What follows the target's
name is libFuzzer's; it begins with the same whole files as the tests. What it finds is
written as `crash-...`, and belongs into the corpus or a test once it is mended.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Fuzz the named target."""
    import atheris

    rooms = ["annotate", "schemas", "exports", "evaluation"]
    with atheris.instrument_imports(include=rooms):
        from tests.fuzzing.seeds import seeds
        from tests.fuzzing.targets import TARGETS, feed, folder
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"name one of: {', '.join(TARGETS)}")
    name = sys.argv.pop(1)
    begin = folder() / "begin"
    begin.mkdir()
    for number, content in enumerate(seeds(name)):
        (begin / str(number)).write_bytes(content)
    sys.argv.append(str(begin))
    # libFuzzer wants nothing back.
    atheris.Setup(sys.argv, lambda content: feed(name, content) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
