"""Keep passwords and tokens in a file that only its owner can read."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from schemas.atomic import open_whole
from schemas.errors import DataError

__all__ = ["Login", "new_login", "read_logins", "save_login", "write_secret"]


@dataclass(frozen=True, slots=True)
class Login:
    """How one person enters Label Studio; secrets are not shown by `repr`."""

    email: str
    password: str = field(repr=False)
    token: str = field(repr=False)


def new_login(email: str, *, token: str | None = None) -> Login:
    """Make a login with a random password and a 40-digit hex token.

    A server that chooses the token itself gives it as `token`.
    """
    return Login(email, secrets.token_urlsafe(18), token or secrets.token_hex(20))


def read_logins(path: Path) -> dict[str, Login]:
    """Return the kept logins by e-mail address; no file means none."""
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {entry["email"]: Login(**entry) for entry in kept}
    except (ValueError, TypeError, KeyError, RecursionError):
        raise DataError(
            f"{path}: this file of logins is damaged. Restore it from a copy, or run "
            "'miyar down' and move the whole state folder away to begin anew."
        ) from None


def save_login(path: Path, login: Login) -> None:
    """Add or replace one login; the file is replaced whole, with mode 600."""
    logins = read_logins(path) | {login.email: login}
    kept = [asdict(login) for login in logins.values()]
    write_secret(path, json.dumps(kept, indent=1))


def write_secret(path: Path, content: str) -> None:
    """Write a file that only its owner can read, at no moment anybody else."""
    with open_whole(path, mode=0o600) as out:
        out.write(content.encode("utf-8"))
