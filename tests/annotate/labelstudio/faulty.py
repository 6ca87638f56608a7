"""A proxy before the real server that loses, delays and refuses what it is told to."""

from __future__ import annotations

import http.client
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["drop", "reset", "500", "502 after", "garbage", "slow", "late"]


@dataclass
class Fault:
    """What happens to the next `times` requests whose "METHOD path" matches.

    `drop` loses the reply after the server acted, `reset` the request; `500` is
    answered for the server, `502 after` and `garbage` in its place when it has acted;
    `slow` holds the reply for so many seconds, `late` the request. `before` is called
    first. The first `spared` matching requests pass.
    """

    where: str
    kind: Kind | None = None
    seconds: float = 0.0
    times: int = 1
    spared: int = 0
    before: Callable[[], None] | None = None


class FaultyProxy(ThreadingHTTPServer):
    """Stands before a server at `upstream`; use it in a `with`."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.faults: list[Fault] = []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, request: str) -> Fault:
        for fault in self.faults:
            if fault.times and re.search(fault.where, request):
                if fault.spared:
                    fault.spared -= 1
                    continue
                fault.times -= 1
                return fault
        return Fault(request)


_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
Headers = list[tuple[str, str]]
Reply = tuple[int, Headers, bytes]

_INSTEAD: dict[Kind | None, Reply] = {
    "500": (500, [("Set-Cookie", "sessionid=s3cret")], b"<h1>Server Error</h1>"),
    "502 after": (502, [], b"Bad Gateway"),
    "garbage": (200, [], b"<html>Please log in</html>"),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyProxy

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.take(f"{self.command} {self.path}")
        if fault.before:
            fault.before()
        if fault.kind == "late":
            time.sleep(fault.seconds)
        reply: Reply | None = _INSTEAD["500"]
        if fault.kind not in ("reset", "500"):
            reply = self.forwarded(body)
        if fault.kind == "slow":
            time.sleep(fault.seconds)
        if reply is None or fault.kind in ("reset", "drop"):
            self.hang_up()
        else:
            self.reply(*_INSTEAD.get(fault.kind, reply))

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer  # noqa: N815

    def forwarded(self, body: bytes) -> Reply | None:
        line = http.client.HTTPConnection(self.server.upstream, timeout=120)
        headers = {**dict(self.headers.items()), "Connection": "close"}
        try:
            line.request(self.command, self.path, body=body, headers=headers)
            with line.getresponse() as got:
                kept = [(k, v) for k, v in got.getheaders() if k.lower() not in _HOP]
                return got.status, kept, got.read()
        except OSError:
            return None
        finally:
            line.close()

    def reply(self, status: int, headers: Headers, content: bytes) -> None:
        try:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            # The client did not wait, which is what is tested.
            self.close_connection = True

    def hang_up(self) -> None:
        # No lingering: the client sees a reset and not an orderly end.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""
