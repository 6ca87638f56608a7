"""Keep Label Studio's data in PostgreSQL: where it is, and whether it can be used.

A state folder has one database for good. Its address is remembered in a file that only
its owner can read, because the password may be part of it; without one, PostgreSQL's
own means are asked (`~/.pgpass`). Nothing here shows a password.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from annotate.labelstudio import check_database
from annotate.labelstudio.credentials import write_secret
from annotate.labelstudio.installation import safe_environ
from annotate.settings import Settings
from schemas.errors import DataError, ServiceError, UsageError

__all__ = [
    "Database",
    "check_answers",
    "chosen_database",
    "has_password",
    "parse_database",
    "remember",
    "server_environ",
]

FORM = "postgresql://USER@HOST:PORT/NAME"
OLDEST = 13
_FROM_LIBPQ = ("PGPASSFILE", "PGPASSWORD", "PGSSLROOTCERT")
_OPTIONS = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database; `str` leaves the password out."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(default="", repr=False)
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the address without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{self.user}@{host}:{self.port}/{self.name}"

    @property
    def place(self) -> tuple[str, int, str]:
        """What makes it this database, whoever asks."""
        return self.host, self.port, self.name

    def environ(self) -> dict[str, str]:
        """Return what tells Label Studio of the database, the password included."""
        kept = {name: os.environ[name] for name in _FROM_LIBPQ if name in os.environ}
        return (
            kept
            | {_OPTIONS[name]: value for name, value in self.options}
            | {
                "DJANGO_DB": "default",
                "POSTGRE_HOST": self.host,
                "POSTGRE_PORT": str(self.port),
                "POSTGRE_NAME": self.name,
                "POSTGRE_USER": self.user,
                # Empty: Django leaves it out, and libpq looks where it always does.
                "POSTGRE_PASSWORD": self.password,
            }
        )


def parse_database(url: str, *, password: str | None = None) -> Database:
    """Parse `postgresql://user:password@host:port/name?sslmode=require`.

    `password` takes the place of one in the address. Raises UsageError, which never
    repeats the address: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise UsageError(f"--database: this is no address. Write {FORM}.") from None
    name = unquote(parts.path.strip("/"))
    if parts.scheme not in ("postgresql", "postgres"):
        raise UsageError(
            f"--database: {parts.scheme or 'this'!r} is no database that Label Studio "
            f"takes. Write {FORM}, or leave it out for SQLite."
        )
    if not (parts.hostname and parts.username and name) or "/" in name:
        raise UsageError(
            f"--database: user, host or name is missing. Write {FORM}; the password "
            "may be in MIYAR_DATABASE_PASSWORD or ~/.pgpass."
        )
    options = parse_qsl(parts.query)
    for option, _ in options:
        if option not in _OPTIONS:
            raise UsageError(
                f"--database: the option {option!r} is not passed on. Known: "
                f"{', '.join(_OPTIONS)}."
            )
    return Database(
        parts.hostname,
        port,
        name,
        unquote(parts.username),
        password or unquote(parts.password or ""),
        tuple(options),
    )


def has_password(url: str) -> bool:
    """Tell whether an address gives a password away."""
    return bool(parse_database(url).password)


def chosen_database(settings: Settings) -> Database | None:
    """Return the database of a state folder; None is its own SQLite file.

    It is the one named now, or else the one remembered. Raises UsageError where the
    folder has its data elsewhere already.
    """
    kept = _remembered(settings)
    if settings.database is None:
        return kept
    asked = parse_database(settings.database, password=settings.database_password)
    if kept is None and settings.data_folder.exists():
        raise UsageError(_moving(settings, "SQLite, in " + str(settings.data_folder)))
    if kept is not None and kept.place != asked.place:
        raise UsageError(_moving(settings, str(kept)))
    if kept is not None and not asked.password and asked.user == kept.user:
        return kept
    return asked


def _moving(settings: Settings, kept: str) -> str:
    return (
        f"The state folder {settings.home} has its data in {kept}, and has it in one "
        "place only. To move: 'miyar backup' each project and 'miyar down' here; then "
        "'miyar up --database ...' with a new folder in MIYAR_HOME, and 'miyar "
        "restore' each file there."
    )


def _remembered(settings: Settings) -> Database | None:
    path = settings.database_file
    if not path.exists():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        options = tuple((str(n), str(v)) for n, v in kept.pop("options"))
        return Database(**kept, options=options)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise DataError(
            f"{path}: does not tell the database any more. Remove it, and name the "
            "database again with 'miyar up --database'."
        ) from None


def remember(settings: Settings, database: Database) -> None:
    """Keep the address, in a file with mode 600."""
    names = ("host", "port", "name", "user", "password", "options")
    content = {name: getattr(database, name) for name in names}
    write_secret(settings.database_file, json.dumps(content, indent=1) + "\n")


def server_environ(settings: Settings) -> dict[str, str]:
    """Return the environment of the server and of every script that reads its data."""
    database = chosen_database(settings)
    return (
        safe_environ()
        | {"LABEL_STUDIO_BASE_DATA_DIR": str(settings.data_folder)}
        | (database.environ() if database else {})
    )


def check_answers(database: Database, settings: Settings) -> bool:
    """Ask the database whether it can be used; return whether it is still empty.

    Asked with the server's own Python, which has the driver. Raises ServiceError with
    the remedy where it does not answer, refuses, or lacks what Label Studio needs.
    """
    python = settings.server_folder / "venv" / "bin" / "python"
    done = subprocess.run(
        [str(python), "-P", str(Path(check_database.__file__))],
        env=safe_environ() | database.environ(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["(nothing)"])[-1]
        found = {"said": _without(last, database.password)}
    fault = _fault(found, database)
    if fault:
        raise ServiceError(f"{database}: {fault}")
    return bool(found["empty"])


def _without(said: str, password: str) -> str:
    return said.replace(password, "***") if password else said


def _fault(found: dict[str, object], database: Database) -> str | None:
    if "said" in found:
        said = _without(str(found["said"]), database.password)
        return f"cannot be used ({said}). {_remedy(said, database)}"
    version = int(str(found["version"])) // 10000
    if version < OLDEST:
        return (
            f"is PostgreSQL {version}, and Label Studio needs {OLDEST} or newer. Move "
            "to a newer server."
        )
    if found["encoding"] != "UTF8":
        return (
            f"is encoded in {found['encoding']}, which has no Arabic. Create it anew: "
            f"createdb --encoding UTF8 --template template0 {database.name}"
        )
    if not found["may_create"]:
        return (
            f"{database.user} may not create tables there. As its owner: GRANT ALL ON "
            f'SCHEMA public TO "{database.user}";'
        )
    if not found["empty"] and not found["studio"]:
        return (
            "holds tables that are not Label Studio's. Give it a database of its own: "
            f"createdb --owner {database.user} another_name"
        )
    return None


def _remedy(said: str, database: Database) -> str:
    lower = said.lower()
    if "does not exist" in lower and "database" in lower:
        return f"Create it: createdb --owner {database.user} {database.name}"
    if "password" in lower or "authentication" in lower or "pg_hba" in lower:
        return (
            "Give the user and password that the database knows: in the address, in "
            "MIYAR_DATABASE_PASSWORD, or in ~/.pgpass."
        )
    return "Does it run, and is it reached from here? Ask it with 'pg_isready'."
