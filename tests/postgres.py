"""A PostgreSQL of the test run's own: a throw-away cluster on a free loopback port."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from annotate.labelstudio.database import parse_database
from annotate.labelstudio.installation import safe_environ

OWNER = "miyar"


def programs() -> Path | None:
    """The folder with initdb, pg_ctl and psql, or None if not installed."""
    # Debian keeps them off the PATH, by version.
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    found = shutil.which("pg_ctl")
    places = [*kept, *([Path(found).resolve()] if found else [])]
    wanted = ("initdb", "psql")
    for place in places:
        if all((place.parent / name).exists() for name in wanted):
            return place.parent
    return None


class Cluster:
    """A running PostgreSQL; nothing in it outlives `stop`."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self._bin = bin_folder
        self.folder = folder
        self.password = secrets.token_hex(16)
        self.port = _free_port()
        # The server refuses to run as root: then it runs as its own user.
        self._as = {"user": "postgres"} if os.geteuid() == 0 else {}
        self._count = 0
        self._template: str | None = None

    @classmethod
    def start(cls, bin_folder: Path) -> Cluster:
        folder = Path(tempfile.mkdtemp(prefix="miyar-postgres-"))
        cluster = cls(folder, bin_folder)
        words = folder / "password"
        words.write_text(cluster.password + "\n", encoding="ascii")
        if cluster._as:
            owner = pwd.getpwnam("postgres")
            for path in (folder, words):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        cluster.run(
            *("initdb", "--pgdata", folder / "data", "--username", OWNER),
            *("--pwfile", words, "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
        )
        options = f"-h 127.0.0.1 -p {cluster.port} -k {folder} -F"
        cluster.run(
            *("pg_ctl", "start", "--wait", "--pgdata", folder / "data"),
            *("--log", folder / "log", "--options", options),
        )
        return cluster

    def run(self, program: str, *arguments: object, **environ: str) -> str:
        # Not a pipe: the server that pg_ctl leaves behind would keep it open.
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(
                [str(self._bin / program), *map(str, arguments)],
                env={"PATH": os.environ["PATH"], "LC_ALL": "C", **environ},
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                check=False,
                **self._as,
            )
            out.seek(0)
            said = out.read()
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}: {said}")
        return said

    def sql(self, command: str, *, database: str = "postgres") -> str:
        return self.run(
            *("psql", "-h", "127.0.0.1", "-p", self.port, "-U", OWNER, "-w"),
            *("-d", database, "-At", "-v", "ON_ERROR_STOP=1", "-c", command),
            PGPASSWORD=self.password,
        )

    def new_database(self, *, extra: str = "") -> str:
        """Create an empty database; return its address without the password."""
        self._count += 1
        name = f"studio_{self._count}"
        self.sql(f"CREATE DATABASE {name} {extra}")
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{name}"

    def new_studio(self, label_studio: Path) -> str:
        """Create a database with Label Studio's tables, made once, and nobody in it."""
        if self._template is None:
            url = self.new_database()
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run(
                    [label_studio, "version"],
                    env=safe_environ()
                    | parse_database(url, password=self.password).environ()
                    | {"LABEL_STUDIO_BASE_DATA_DIR": folder},
                    capture_output=True,
                    check=True,
                )
            self._template = url.rpartition("/")[2]
        return self.new_database(extra=f"TEMPLATE {self._template}")

    def stop(self) -> None:
        self.run(
            *("pg_ctl", "stop", "--wait", "--mode", "immediate"),
            *("--pgdata", self.folder / "data"),
        )
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
