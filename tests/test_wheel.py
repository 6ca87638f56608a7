"""What is built is what is used: the wheel, in an environment that has nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from annotate.settings import Settings

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def run(*words: object, cwd: Path, **environ: str) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MIYAR_")}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(BIN / "uv", "build", "--quiet", "--out-dir", folder, ROOT, cwd=folder)
    return folder


@pytest.mark.slow
def test_what_is_built_describes_itself_well(built: Path) -> None:
    files = [*built.glob("*.whl"), *built.glob("*.tar.gz")]
    assert len(files) == 2
    run(BIN / "twine", "check", "--strict", *files, cwd=built)
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    packages = {"annotate", "schemas", "exports", "evaluation", "seeds"}
    assert {top for top in tops if not top.endswith(".dist-info")} == packages
    assert {f"{p}/py.typed" for p in packages - {"seeds"}} <= set(names)
    assert "seeds/gold/gold.jsonl" in names
    assert "schemas/political_news.yaml" in names


@pytest.mark.studio
def test_the_demo_runs_from_the_wheel_alone(
    built: Path, tmp_path: Path, studio_settings: Settings
) -> None:
    (wheel,) = built.glob("*.whl")
    run(BIN / "uv", "venv", "--quiet", "--python", sys.executable, "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    # The extras that the demo's exports and data card need.
    wanted = f"miyar[cas,parquet,report,spacy] @ {wheel.as_uri()}"
    install = ("pip", "install", "--quiet", "--python", python)
    pins = ("--constraint", _pins(tmp_path))
    run(BIN / "uv", *install, *pins, wanted, cwd=tmp_path)
    told = run(
        *(python.with_name("miyar"), "demo", "--exit"),
        cwd=tmp_path,
        MIYAR_HOME=str(tmp_path / "state"),
        MIYAR_STUDIO_ENV=str(studio_settings.server_folder),
    )
    assert "is byte for byte seeds/gold" in told


def _pins(folder: Path) -> Path:
    """Write the versions of the lock without its hashes."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = [line.rstrip(" \\") for line in lines if "==" in line and line[0] != " "]
    (folder / "pins.txt").write_text("\n".join(pins) + "\n", "utf-8")
    return folder / "pins.txt"
