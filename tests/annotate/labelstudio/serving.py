"""Our suggestion server on a port of its own, for as long as a test needs it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from annotate.labelstudio.asgi import build_asgi
from annotate.labelstudio.backend import Backend, Inspection
from annotate.labelstudio.doors import Doors


@contextmanager
def serving(
    backend: Backend,
    doors: Doors,
    report: Callable[[Inspection], None] = lambda _: None,
    **limits: int,
) -> Iterator[str]:
    """Serve on the loopback, and give the address."""
    app = build_asgi(backend, doors=doors, report=report, **limits)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, log_level="debug", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()
