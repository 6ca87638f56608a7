"""Where the tool keeps its state and how it reaches Label Studio."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from schemas.errors import UsageError

__all__ = ["SETTINGS_FILE", "Settings", "load_settings"]

SETTINGS_FILE = "miyar.toml"
"""Looked for in the working directory; the environment and flags override it."""

_ENVIRONMENT = {
    "home": "MIYAR_HOME",
    "studio_env": "MIYAR_STUDIO_ENV",
    "port": "MIYAR_PORT",
    "url": "MIYAR_URL",
    "token": "MIYAR_TOKEN",
    "admin": "MIYAR_ADMIN",
    "database": "MIYAR_DATABASE",
    "database_password": "MIYAR_DATABASE_PASSWORD",
}
_PASSWORD = re.compile(r"^[^/]*//[^/@]*:[^/@]+@")
_ONLY_ENVIRONMENT = {"token", "database_password"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may be configured.

    `studio_env` holds the installed server and may be shared by several states
    (default: `home/server`). With `url` and `token` the tool talks to a Label Studio
    that somebody else runs, and `up` and `down` refuse. `database` is the address of
    the PostgreSQL that the embedded server keeps its data in, instead of SQLite.
    """

    home: Path = Path(".miyar")
    studio_env: Path | None = None
    port: int | None = None
    url: str | None = None
    token: str | None = field(default=None, repr=False)
    admin: str = "admin@miyar.local"
    database: str | None = field(default=None, repr=False)
    database_password: str | None = field(default=None, repr=False)

    @property
    def server_folder(self) -> Path:
        """The folder with the server's own Python environment."""
        return (self.studio_env or self.home / "server").absolute()

    @property
    def data_folder(self) -> Path:
        """The folder with Label Studio's database and uploads."""
        return (self.home / "studio").absolute()

    @property
    def credentials_file(self) -> Path:
        """The file with passwords and tokens, readable by its owner alone."""
        return (self.home / "credentials.json").absolute()

    @property
    def database_file(self) -> Path:
        """The file that remembers the database, readable by its owner alone."""
        return (self.home / "database.json").absolute()

    @property
    def state_file(self) -> Path:
        """The file that names the running server process."""
        return (self.home / "studio.json").absolute()

    @property
    def log_file(self) -> Path:
        """Where the server's own talk goes."""
        return (self.home / "studio.log").absolute()


def load_settings(
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **flags: Any,
) -> Settings:
    """Build the settings: file, then environment, then flags that are not None.

    Raises UsageError naming the file or variable that holds a wrong value.
    """
    folder = folder or Path.cwd()
    environment = os.environ if environment is None else environment
    values: dict[str, tuple[str, Any]] = _from_file(folder / SETTINGS_FILE)
    for name, variable in _ENVIRONMENT.items():
        if environment.get(variable):
            values[name] = (variable, environment[variable])
    for name, value in flags.items():
        if value is not None:
            values[name] = (f"--{name.replace('_', '-')}", value)
    return Settings(**{n: _coerce(n, where, v) for n, (where, v) in values.items()})


def _from_file(path: Path) -> dict[str, tuple[str, Any]]:
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not readable as TOML ({error}).") from None
    known = {f.name for f in fields(Settings)} - _ONLY_ENVIRONMENT
    for name in table:
        if name in _ONLY_ENVIRONMENT:
            raise UsageError(
                f"{path}: {name!r} is a secret and does not belong in a file; set the "
                f"environment variable {_ENVIRONMENT[name]} instead."
            )
        if name not in known:
            raise UsageError(
                f"{path}: unknown setting {name!r}. Known: {', '.join(sorted(known))}."
            )
    if _PASSWORD.search(str(table.get("database", ""))):
        raise UsageError(
            f"{path}: the password in 'database' does not belong in a file that others "
            "read; take it out and set MIYAR_DATABASE_PASSWORD, or use ~/.pgpass."
        )
    return {name: (f"{path}: {name}", value) for name, value in table.items()}


def _coerce(name: str, where: str, value: Any) -> Any:
    if name in ("home", "studio_env"):
        return Path(value).expanduser()
    if name == "port":
        return _port(where, value)
    return str(value).rstrip("/") if name == "url" else str(value)


def _port(where: str, value: Any) -> int:
    try:
        port = int(value)
    except (TypeError, ValueError):
        port = 0
    if not 1 <= port <= 65535:
        raise UsageError(f"{where}: {value!r} is not a port number (1 to 65535).")
    return port
