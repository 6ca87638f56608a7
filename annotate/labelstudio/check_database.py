# mypy: ignore-errors
"""Look at a PostgreSQL database before Label Studio is started on it.

Run by the server's own Python, which has the driver, with the environment that Label
Studio would get; prints one line of JSON.
"""

from __future__ import annotations

import json
import os

_TABLES = "select tablename from pg_tables where schemaname = current_schema()"
_RIGHT = "select has_schema_privilege(current_schema(), 'CREATE')"
SECONDS = 10


def main() -> None:
    """Connect, look, and print what was found; what was said instead is `said`."""
    import psycopg

    try:
        print(json.dumps(_look(psycopg)))  # noqa: T201 - what our caller reads
    except psycopg.Error as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        print(json.dumps({"said": " ".join(lines)[:300]}))  # noqa: T201


def _look(psycopg):
    given = {
        "host": os.environ["POSTGRE_HOST"],
        "port": os.environ["POSTGRE_PORT"],
        "dbname": os.environ["POSTGRE_NAME"],
        "user": os.environ["POSTGRE_USER"],
        # As Django does: without one, libpq looks where it always does.
        "password": os.environ["POSTGRE_PASSWORD"] or None,
    }
    with psycopg.connect(**given, connect_timeout=SECONDS) as connection:
        tables = {row[0] for row in connection.execute(_TABLES)}
        return {
            "version": connection.info.server_version,
            "encoding": connection.execute("show server_encoding").fetchone()[0],
            "may_create": bool(connection.execute(_RIGHT).fetchone()[0]),
            "empty": not tables,
            "studio": {"django_migrations", "task", "project"} <= tables,
        }


if __name__ == "__main__":
    main()
