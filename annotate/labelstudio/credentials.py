"""Keep passwords and tokens in a file that only its owner can read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from schemas.errors import DataError

__all__ = ["Login", "new_login", "read_logins", "save_login"]


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
    except (ValueError, TypeError, KeyError):
        raise DataError(
            f"{path}: this file of logins is damaged. Restore it from a copy, or run "
            "'miyar down' and move the whole state folder away to begin anew."
        ) from None


def save_login(path: Path, login: Login) -> None:
    """Add or replace one login; the file is replaced whole, with mode 600."""
    logins = read_logins(path) | {login.email: login}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump([asdict(kept) for kept in logins.values()], out, indent=1)
    fresh.replace(path)
