"""The compose file is whole: no container runs here, so what can be read is read."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from annotate.labelstudio.doctor import server_version

DEPLOY = Path(__file__).parent.parent / "deploy"


@pytest.fixture(scope="module")
def services() -> dict:
    content = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return content["services"]


def test_every_service_is_checked_and_comes_back(services):
    assert set(services) == {"database", "studio", "suggestions", "backups"}
    for service in services.values():
        assert service["healthcheck"]["test"]
        assert service["restart"] == "unless-stopped"


def test_label_studio_is_the_version_that_is_tested_and_listens_on_loopback(services):
    assert services["studio"]["image"].endswith(f":{server_version()}")
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:8080:8080"]


def test_no_secret_stands_in_the_file(services):
    for service in services.values():
        for name in service.get("environment", {}):
            assert "PASSWORD" not in name or name.endswith("_FILE")
            assert "TOKEN" not in name or name.startswith("LABEL_STUDIO_ENABLE")


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path):
    shutil.copy(DEPLOY / "make_secrets.sh", tmp_path)

    def make() -> dict[str, str]:
        subprocess.run(["sh", tmp_path / "make_secrets.sh"], check=True)
        return {p.name: p.read_text() for p in (tmp_path / "secrets").iterdir()}

    made = make()
    assert make() == made
    assert set(made) == {"database_password", "admin_password", "admin_token"}
    assert all(len(secret) == 40 for secret in made.values())
    for path in (tmp_path / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("script", ["backup.sh", "serve.sh", "make_secrets.sh"])
def test_the_scripts_can_be_parsed(script):
    subprocess.run(["sh", "-n", DEPLOY / script], check=True)


@pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="docker-compose is not installed"
)
def test_compose_itself_reads_the_file(tmp_path):
    for path in DEPLOY.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    subprocess.run(["sh", tmp_path / "make_secrets.sh"], check=True)
    done = subprocess.run(
        ["docker-compose", "-f", tmp_path / "compose.yaml", "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
