"""Keep strangers out of the suggestion server: one secret, a password for each door.

Label Studio shows a webhook's headers to every user, so the password sent with a
webhook must not open anything else. Both are derived from one secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from annotate.labelstudio.credentials import Login, new_login, read_logins, save_login

__all__ = ["SUGGESTIONS", "WEBHOOK", "Doors", "door_of", "kept_doors"]

SUGGESTIONS = "suggestions"
WEBHOOK = "webhook"
_KEPT_AS = "miyar-serve"


@dataclass(frozen=True, slots=True)
class Doors:
    """The passwords of HTTP Basic authentication; the user's name is the door's."""

    secret: str = field(repr=False)

    def password(self, door: str) -> str:
        """Return the password of a door."""
        return hmac.new(self.secret.encode(), door.encode(), hashlib.sha256).hexdigest()

    def header(self, door: str) -> str:
        """Return the Authorization header that opens a door."""
        pair = f"{door}:{self.password(door)}".encode()
        return f"Basic {base64.b64encode(pair).decode('ascii')}"

    def opens(self, door: str, header: str | None) -> bool:
        """Tell whether a header opens a door, in a time that tells nothing."""
        given = _pair(header or "")
        return hmac.compare_digest(given, f"{door}:{self.password(door)}".encode())


def door_of(header: str) -> str:
    """Return which door a header claims to open; empty for none."""
    return _pair(header).partition(b":")[0].decode("utf-8", errors="replace")


def _pair(header: str) -> bytes:
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(credentials.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def kept_doors(credentials: Path) -> Doors:
    """Return the doors of a state folder, their secret made and kept at first call.

    It is kept among the logins, in the file that only its owner can read.
    """
    kept: Login | None = read_logins(credentials).get(_KEPT_AS)
    if kept is None:
        kept = new_login(_KEPT_AS)
        save_login(credentials, kept)
    return Doors(kept.token)
