"""Create annotators, each with a password and a token of their own.

Open-source Label Studio has no call that makes a user who can log in, so the tool
follows the invitation link as the person would. That works on any server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from annotate.labelstudio.client import Studio
from annotate.labelstudio.credentials import Login, new_login, save_login
from annotate.settings import Settings
from schemas.errors import ServiceError, UsageError

if TYPE_CHECKING:
    import httpx

__all__ = ["check_emails", "ensure_users", "users_by_id"]

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


def ensure_users(
    studio: Studio, settings: Settings, emails: Sequence[str]
) -> tuple[Login, ...]:
    """Create the users that are missing; return the logins that were made.

    The logins are kept in the credentials file. A user who exists is left alone.
    """
    check_emails(emails)
    there = set(users_by_id(studio).values())
    made = []
    for email in emails:
        if email not in there:
            login = _sign_up(studio, email)
            save_login(settings.credentials_file, login)
            made.append(login)
    return tuple(made)


def _sign_up(studio: Studio, email: str) -> Login:
    import httpx

    path = urlsplit(studio.get("/api/invite")["invite_url"])
    link = f"{path.path}?{path.query}"
    draft = new_login(email)
    trust = not studio.url.startswith("http://127.")
    with (
        httpx.Client(base_url=studio.url, timeout=60.0, trust_env=trust) as session,
        studio.telling(f"create the user {email}"),
    ):
        session.get(link)
        answer = session.post(
            link,
            data={
                "csrfmiddlewaretoken": session.cookies.get("csrftoken", ""),
                "email": draft.email,
                "password": draft.password,
                "allow_newsletters": "false",
            },
            headers={"Referer": studio.url + link},
        )
        if answer.status_code != 302:
            raise ServiceError(
                f"Label Studio did not create the user {email} "
                f"({answer.status_code}). Is the address taken, or is signing up by "
                "invitation switched off on this server?"
            )
        return Login(email, draft.password, _token(session, email))


def _token(session: httpx.Client, email: str) -> str:
    answer = session.get("/api/current-user/token")
    token = answer.json().get("token") if answer.status_code == 200 else None
    if not token:
        raise ServiceError(
            f"The user {email} was created, but Label Studio gives no access token "
            f"({answer.status_code}). Allow legacy tokens in the organisation's "
            "settings."
        )
    return str(token)
