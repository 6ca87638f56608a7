"""Local servers that do extract, from what they are sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = Callable[[Any, dict[str, str]], tuple[int, Any]]
"""From the request's JSON and headers to a status and the JSON to answer."""


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve on a free port of this machine; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, content = answer(json.loads(body), dict(self.headers))
            said = (
                content if isinstance(content, bytes) else json.dumps(content).encode()
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def places_in_utf16(request: Any, _headers: dict[str, str]) -> tuple[int, Any]:
    """Find two cities, and count as JavaScript does."""
    text = request["text"].encode("utf-16-le")
    found = []
    for name in ("بغداد", "دمشق"):
        at = text.find(name.encode("utf-16-le"))
        if at >= 0:
            span = {"start": at // 2, "end": at // 2 + len(name)}
            found.append({"label": "GPE", **span})
    return 200, {"id": request["id"], "entities": found}


class LanguageModel:
    """Answers as an OpenAI-compatible endpoint: obeys the schema it is sent.

    It knows what a person and a city look like, and labels them only if the schema's
    enumeration offers the label. It is busy at first.
    """

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.headers: list[dict[str, str]] = []

    def __call__(self, request: Any, headers: dict[str, str]) -> tuple[int, Any]:
        self.requests.append(request)
        self.headers.append(headers)
        if len(self.requests) == 1:
            return 503, {"error": "loading"}
        form = request["response_format"]["json_schema"]["schema"]["properties"]
        labels = form["entities"]["items"]["properties"]["label"]["enum"]
        text = request["messages"][-1]["content"]
        entities = []
        for label, pattern in (("PER", "محمد الحلبوسي"), ("GPE", "بغداد|دمشق")):
            for match in re.finditer(pattern, text) if label in labels else ():
                around = text[max(0, match.start() - 4) : match.end()]
                entities.append(
                    {
                        "text": match.group(),
                        "quote": around,
                        "label": label,
                        "level": "name",
                    }
                )
        events = [
            {
                "text": match.group(),
                "quote": match.group(),
                "label": "MEET",
                "polarity": "positive",
                "realis": "actual",
                "arguments": [
                    {"role": "ACTOR", "text": e["text"]} for e in entities[:1]
                ],
            }
            for match in re.finditer("التقى", text)
        ]
        content = json.dumps({"entities": entities, "events": events})
        message = {"role": "assistant", "content": content}
        return 200, {"choices": [{"finish_reason": "stop", "message": message}]}
