from __future__ import annotations

from pathlib import Path

import pytest

from annotate.settings import SETTINGS_FILE, Settings, load_settings
from schemas.errors import UsageError


def load(folder: Path, environment: dict[str, str] | None = None, **flags) -> Settings:
    return load_settings(folder=folder, environment=environment or {}, **flags)


def test_without_anything_set_the_state_is_in_the_working_directory(tmp_path):
    settings = load(tmp_path)
    assert settings == Settings()
    assert settings.home == Path(".miyar")
    assert settings.server_folder == Path(".miyar/server").absolute()


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path):
    (tmp_path / SETTINGS_FILE).write_text('port = 1\nhome = "a"\nadmin = "x@y.zz"\n')
    assert load(tmp_path).port == 1
    environment = {"MIYAR_PORT": "2", "MIYAR_HOME": "b"}
    assert load(tmp_path, environment).port == 2
    settings = load(tmp_path, environment, port=3)
    assert (settings.port, settings.home, settings.admin) == (3, Path("b"), "x@y.zz")


def test_a_flag_that_was_not_given_changes_nothing(tmp_path):
    assert load(tmp_path, {"MIYAR_PORT": "2"}, port=None).port == 2


def test_an_installation_may_be_shared_by_several_states(tmp_path):
    settings = load(tmp_path, {"MIYAR_STUDIO_ENV": str(tmp_path / "shared")})
    assert settings.server_folder == tmp_path / "shared"
    assert settings.data_folder == Path(".miyar/studio").absolute()


@pytest.mark.parametrize("value", ["0", "65536", "http", "-1"])
def test_a_wrong_port_is_told_with_where_it_stands(tmp_path, value):
    with pytest.raises(UsageError, match=f"MIYAR_PORT: '{value}' is not a port"):
        load(tmp_path, {"MIYAR_PORT": value})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("prot = 1", "unknown setting 'prot'. Known: admin, database, home"),
        ('token = "s3cret"', "set the environment variable MIYAR_TOKEN"),
        ("port = ", "not readable as TOML"),
    ],
)
def test_a_wrong_file_is_told_and_its_secrets_are_not(tmp_path, line, said):
    (tmp_path / SETTINGS_FILE).write_text(line + "\n")
    with pytest.raises(UsageError, match=said) as error:
        load(tmp_path)
    assert SETTINGS_FILE in str(error.value)
    assert "s3cret" not in str(error.value)


def test_the_token_is_not_shown(tmp_path):
    assert "s3cret" not in repr(load(tmp_path, {"MIYAR_TOKEN": "s3cret"}))
