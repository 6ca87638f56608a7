"""Talk to a Label Studio server; everything that goes wrong becomes a clear error.

The SDK's own retries are off: it would send an import a second time although the
server had stored the first. Whoever writes checks what is there and tries again.
No message ever holds a token, a password or a cookie.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from annotate.labelstudio.credentials import Login, read_logins
from annotate.labelstudio.server import admin_login, find_server
from annotate.settings import Settings
from schemas.errors import ServiceError, UsageError

if TYPE_CHECKING:
    import httpx
    from label_studio_sdk import LabelStudio

__all__ = ["GoneError", "LostReplyError", "Studio", "connect", "login_of"]

T = TypeVar("T")
TIMEOUT = 300.0
ATTEMPTS = 3


class LostReplyError(ServiceError):
    """The server may or may not have done what it was asked: look before retrying.

    `pending` tells that it may still be at work on it.
    """

    def __init__(self, message: str, *, pending: bool = False) -> None:
        super().__init__(message)
        self.pending = pending


class GoneError(ServiceError):
    """What was asked for is not on the server (any more)."""


class Studio:
    """One user's connection to one Label Studio server."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Make the connection object; no call is made before it is used."""
        self.url = url.rstrip("/")
        self.timeout = timeout
        self._token = token
        self._transport = transport

    def __repr__(self) -> str:
        """Name the server, not the token."""
        return f"Studio({self.url!r})"

    @cached_property
    def _http(self) -> httpx.Client:
        import httpx

        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Token {self._token}"},
            timeout=httpx.Timeout(self.timeout, connect=5.0),
            transport=self._transport,
            # Proxies of the environment are for the world outside, not for loopback.
            trust_env=not self.url.startswith("http://127."),
        )

    @cached_property
    def sdk(self) -> LabelStudio:
        """The SDK's client on the same connections, without retries of its own."""
        from label_studio_sdk import LabelStudio

        return LabelStudio(  # type: ignore[no-untyped-call]  # the SDK's gap
            base_url=self.url,
            api_key=self._token,
            httpx_client=self._http,
            max_retries=0,
        )

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a GET; tried again when the connection fails."""
        return patiently(lambda: self._get(path, params))

    def _get(self, path: str, params: dict[str, Any]) -> Any:
        with self.telling(f"read {path}"):
            return _parsed(
                self._asked("GET", path, doing=f"read {path}", params=params)
            )

    def post(self, path: str, content: Any, *, doing: str) -> Any:
        """Return the JSON of one POST, sent once.

        For bulk: the SDK spends more time copying a large body than the server takes.
        """
        with self.telling(doing):
            return _parsed(
                self._asked(
                    "POST",
                    path,
                    doing=doing,
                    content=msgspec.json.encode(content),
                    headers={"Content-Type": "application/json"},
                )
            )

    def patch(self, path: str, *, doing: str, **values: Any) -> None:
        """Set values of one thing; tried again when the connection fails."""
        patiently(lambda: self._asked("PATCH", path, doing=doing, json=values))

    def delete(self, path: str, *, doing: str) -> None:
        """Delete one thing; one that is gone already is as good."""
        with suppress(GoneError):
            patiently(lambda: self._asked("DELETE", path, doing=doing))

    def clock(self) -> datetime:
        """Return the server's time, to the second below."""

        def ask() -> datetime:
            with self.telling("tell the time"):
                answer = self._asked("GET", "/health", doing="tell the time")
                # An absent or odd date is a ValueError, as is any unusable answer.
                date = parsedate_to_datetime(answer.headers.get("Date", ""))
                return date.astimezone(UTC)

        return patiently(ask)

    def _asked(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        **content: Any,
    ) -> httpx.Response:
        import httpx

        with self.telling(doing):
            answer = self._http.request(method, path, **content)
            # A response and its stream hold each other: a large one that is done with
            # would stay in memory until the garbage collector comes by.
            answer.stream = httpx.ByteStream(b"")
            if answer.status_code >= 400:
                raise _refusal(self.url, doing, answer.status_code, answer)
            return answer

    @contextmanager
    def telling(self, doing: str) -> Iterator[None]:
        """Turn whatever the SDK or the connection raises into a ServiceError.

        A reply that was lost is a LostReplyError: the server may have acted.
        """
        import httpx

        try:
            yield
        except httpx.ConnectError:
            raise ServiceError(
                f"Label Studio does not answer at {self.url} (to {doing}). Is it "
                "running? 'miyar status' tells, 'miyar up' starts it."
            ) from None
        except (httpx.RequestError, ValueError) as error:
            raise LostReplyError(
                f"Label Studio at {self.url} gave no usable answer (to {doing}): "
                f"{type(error).__name__}. Run the command again; nothing is done "
                "twice.",
                pending=isinstance(error, httpx.TimeoutException),
            ) from None
        except Exception as error:
            # The SDK's own error tells headers with cookies when it is printed. It is
            # known by its shape, because importing its class takes a second.
            if not hasattr(error, "status_code") or not hasattr(error, "body"):
                raise
            status = int(error.status_code or 0)
            raise _refusal(self.url, doing, status, error.body) from None

    def __enter__(self) -> Studio:
        """Use the connection in a `with`, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if "_http" in self.__dict__:
            self._http.close()


def _parsed(answer: httpx.Response) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        # Such as NaN, which some write; what is no JSON at all raises ValueError.
        return answer.json()


def patiently(call: Callable[[], T], *, attempts: int = ATTEMPTS) -> T:
    """Make a call that may be repeated without harm, again after a lost reply."""
    for attempt in range(1, attempts):
        try:
            return call()
        except LostReplyError:
            time.sleep(0.5 * attempt)
    return call()


def connect(settings: Settings, *, login: Login | None = None) -> Studio:
    """Return a checked connection, as the administrator unless `login` is given.

    Raises ServiceError when no server answers or the token is refused.
    """
    url, token = _address(settings, login)
    studio = Studio(url, token)
    try:
        studio.get("/api/current-user/whoami")
    except ServiceError:
        studio.close()
        raise
    return studio


def login_of(settings: Settings, email: str) -> Login:
    """Return the kept login of a user that the tool created."""
    kept = read_logins(settings.credentials_file)
    if email not in kept:
        raise UsageError(
            f"No login of {email} is kept in {settings.credentials_file}. Known: "
            f"{', '.join(kept) or 'nobody'}."
        )
    if not kept[email].token:
        raise UsageError(
            f"The user {email} was being created when something failed. Run the push "
            "that names them again."
        )
    return kept[email]


def _address(settings: Settings, login: Login | None) -> tuple[str, str]:
    if settings.url:
        token = login.token if login else settings.token
        if not token:
            raise UsageError(
                f"No token for {settings.url}. Set MIYAR_TOKEN to the access token "
                "shown in Label Studio under Account & Settings."
            )
        return settings.url, token
    server = find_server(settings)
    if server is None:
        raise ServiceError(
            f"Label Studio is not running (state folder {settings.home}). Start it "
            "with 'miyar up'."
        )
    kept = login or admin_login(settings)
    return server.url, settings.token or kept.token


def _refusal(url: str, doing: str, status: int, answer: Any) -> ServiceError:
    detail = _detail(answer)
    if status in (401, 403):
        return ServiceError(
            f"Label Studio at {url} refuses the token (to {doing}; {status} {detail}) "
            "Was it reset, or is it of another server? Unset MIYAR_TOKEN, or set it "
            "to the one under Account & Settings."
        )
    if status >= 500:
        return LostReplyError(
            f"Label Studio at {url} failed (to {doing}; {status} {detail}) Its log "
            "tells more; run the command again, nothing is done twice.",
            # A gateway answers so when it gave up waiting, and the server did not.
            pending=status in (502, 504),
        )
    kind = GoneError if status == 404 else ServiceError
    return kind(f"Label Studio refused to {doing} ({status} {detail})")


def _detail(answer: Any) -> str:
    body = answer
    if hasattr(answer, "json"):
        try:
            body = answer.json()
        except ValueError:
            return ""
    if not isinstance(body, dict):
        return ""
    said = body.get("validation_errors") or body.get("detail") or ""
    return str(said)[:600]
