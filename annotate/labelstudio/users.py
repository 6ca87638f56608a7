"""Create annotators, each with a password and a token of their own.

Open-source Label Studio has no call that makes a user who can log in, so the tool
follows the invitation link as the person would. That works on any server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from annotate.labelstudio.client import Studio
from annotate.labelstudio.credentials import (
    Login,
    new_login,
    read_logins,
    save_login,
)
from annotate.labelstudio.installation import only_one
from annotate.settings import Settings
from schemas.errors import ServiceError, UsageError

if TYPE_CHECKING:
    import httpx

__all__ = ["check_emails", "ensure_users", "missing_users", "users_by_id"]

_EMAIL = re.compile(r"^[^@\s/\\]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}$")


def check_emails(emails: Sequence[str]) -> None:
    """Raise UsageError at the first address that Label Studio would not take."""
    for email in emails:
        if not _EMAIL.match(email) or email != email.lower():
            raise UsageError(
                f"--annotators: {email!r} is not an address Label Studio takes. Write "
                "it in lower case, like name@example.org; it need not receive mail."
            )
    if len(set(emails)) < len(emails):
        raise UsageError("--annotators: an address is there twice. Name each once.")


def users_by_id(studio: Studio) -> dict[int, str]:
    """Return the e-mail address of each user of the server."""
    return {int(user["id"]): str(user["email"]) for user in studio.get("/api/users/")}


def missing_users(studio: Studio, emails: Sequence[str]) -> tuple[str, ...]:
    """Return which of the addresses no user of the server has."""
    there = set(users_by_id(studio).values())
    return tuple(email for email in emails if email not in there)


def ensure_users(
    studio: Studio, settings: Settings, emails: Sequence[str]
) -> tuple[Login, ...]:
    """Create the users that are missing; return the logins that were made.

    The logins are kept in the credentials file. A user who exists is left alone, unless
    an earlier run was cut while it created them: that is finished.
    """
    check_emails(emails)
    made = []
    with only_one(settings.home / ".signing-up"):
        there = set(users_by_id(studio).values())
        for email in emails:
            kept = read_logins(settings.credentials_file).get(email)
            if email not in there:
                # Kept before the user exists: a lost reply must not lose the password.
                draft = kept or replace(new_login(email), token="")
                save_login(settings.credentials_file, draft)
                made.append(_sign_up(studio, draft))
            elif kept is not None and not kept.token:
                made.append(_finish(studio, kept))
            else:
                continue
            save_login(settings.credentials_file, made[-1])
    return tuple(made)


def _sign_up(studio: Studio, draft: Login) -> Login:
    invitation = urlsplit(studio.get("/api/invite")["invite_url"])
    link = f"{invitation.path}?{invitation.query}"
    with _browsing(studio, f"create the user {draft.email}") as session:
        answer = _send_form(
            session,
            link,
            email=draft.email,
            password=draft.password,
            allow_newsletters="false",
        )
        if answer.status_code == 302:
            return replace(draft, token=_token(session, draft.email))
    if draft.email in users_by_id(studio).values():
        return _finish(studio, draft)
    raise ServiceError(
        f"Label Studio did not create the user {draft.email} ({answer.status_code}). "
        "Is signing up by invitation switched off on this server?"
    )


def _finish(studio: Studio, draft: Login) -> Login:
    """Complete the login of a user whose creation was cut."""
    with _browsing(studio, f"log in as {draft.email}") as session:
        answer = _send_form(
            session, "/user/login", email=draft.email, password=draft.password
        )
        if answer.status_code != 302:
            raise ServiceError(
                f"The user {draft.email} exists, and the password kept for them is not "
                "theirs: somebody else created them at the same time. Take their entry "
                "out of the credentials file; they log in with the other password."
            )
        return replace(draft, token=_token(session, draft.email))


@contextmanager
def _browsing(studio: Studio, doing: str) -> Iterator[httpx.Client]:
    import httpx

    trust = not studio.url.startswith("http://127.")
    with (
        httpx.Client(base_url=studio.url, timeout=60.0, trust_env=trust) as session,
        studio.telling(doing),
    ):
        yield session


def _send_form(session: httpx.Client, link: str, **fields: str) -> httpx.Response:
    session.get(link)
    mark = session.cookies.get("csrftoken", "")
    return session.post(
        link,
        data={"csrfmiddlewaretoken": mark, **fields},
        headers={"Referer": f"{session.base_url}{link}"},
    )


def _token(session: httpx.Client, email: str) -> str:
    answer = session.get("/api/current-user/token")
    token = answer.json().get("token") if answer.status_code == 200 else None
    if not token:
        raise ServiceError(
            f"The user {email} was created, but Label Studio gives no access token "
            f"({answer.status_code}). Allow legacy tokens in the organisation's "
            "settings, then run the command again."
        )
    return str(token)
