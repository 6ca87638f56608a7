"""`http://...`: an endpoint that takes a document by POST and answers with mentions."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

_MOST_SAID = 300


def load(target: str, options: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Post every document to the address."""

    def extract(document: dict[str, Any]) -> Any:
        return post_json(target, document, timeout=options["timeout"])

    return extract


def post_json(url: str, content: Any, *, timeout: float) -> Any:
    """Post JSON and return the JSON of the answer.

    Raises OSError with what the server said where its status is not 2xx.
    """
    request = urllib.request.Request(
        url,
        data=json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            body = response.read()
    except urllib.error.HTTPError as error:
        said = error.read(_MOST_SAID).decode("utf-8", "replace")
        raise OSError(f"{url} answered with status {error.code}: {said}") from None
    return json.loads(body)
