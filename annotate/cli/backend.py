"""`miyar serve`: suggestions while somebody annotates."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.schema import SchemaOption
from annotate.cli.suggestions import RulesOption

if TYPE_CHECKING:
    import uvicorn

    from annotate.labelstudio.backend import Backend, Inspection
    from annotate.labelstudio.client import Studio
    from annotate.labelstudio.doors import Doors
    from annotate.settings import Settings

__all__ = ["build_backend", "register"]

HOST = "127.0.0.1"
PORT = 9090


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("serve")(serve)


def serve(  # noqa: PLR0913 - a parameter is an option
    *,
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for any.")] = PORT,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = HOST,
    project: Annotated[
        str | None, typer.Option(help="A project to connect to the suggestions.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Where Label Studio reaches us, if not there.")
    ] = None,
    schema: SchemaOption = None,
    rules: RulesOption = None,
) -> None:
    """Offer live suggestions to Label Studio until Ctrl-C.

    In the editor, Auto-Annotation makes each name that is drawn bring its other
    mentions. With --project, what breaks the schema is noted on its task as soon as it
    is submitted, as 'miyar lint --project' does. Example: miyar serve --project news
    """
    from annotate.labelstudio.doors import kept_doors
    from annotate.settings import load_settings

    asgi = _load_asgi()
    settings = load_settings()
    listener = _listen(host, port)
    backend = build_backend(schema, rules)
    doors = kept_doors(settings.credentials_file)
    address = url or f"http://{_reached(host)}:{listener.getsockname()[1]}"
    noting = _Noting(settings, backend) if project else None

    def report(found: Inspection) -> None:
        _tell(found)
        if noting:
            noting.note(found)

    app = asgi(backend, doors=doors, report=report)
    after = (
        (lambda: _connect(project, address.rstrip("/"), doors, settings))
        if project
        else None
    )
    typer.echo(f"Suggestions of {backend.schema.name} are served at {address}")
    if not _is_loopback(host):
        typer.echo(
            f"Listening on {host}: whoever reaches this machine can try the password. "
            "Put it behind TLS, or leave --host out to listen on this machine only.",
            err=True,
        )
    _run(app, listener, after)


def build_backend(schema: Path | None, rules: Path | None) -> Backend:
    """Put together rules, names and checks for a schema; ours if none is given."""
    from annotate.labelstudio.backend import Backend
    from annotate.labelstudio.config import render_config
    from annotate.labelstudio.history import CONTROL
    from annotate.labelstudio.plan import MODEL_VERSION
    from annotate.labelstudio.recurrence import Names
    from annotate.lint import lint_document
    from annotate.rules.engine import suggest
    from annotate.rules.load import load_ruleset
    from annotate.spelling import SegmenterSpeller
    from schemas.checks import check_document
    from schemas.load import load_schema

    loaded = load_schema(schema)
    ruleset = load_ruleset(loaded, rules)
    segmenter = ruleset.table.segmenter
    speller = SegmenterSpeller(segmenter) if loaded.span_rule.proclitics else None
    names = ruleset.files.names
    return Backend(
        schema=loaded,
        page=render_config(loaded),
        model_version=MODEL_VERSION,
        suggest=lambda doc: suggest(doc, ruleset),
        names=Names(
            segmenter=segmenter,
            rule=loaded.span_rule,
            persons=frozenset(ruleset.files.settings.get("person_labels", ())),
            given=frozenset(n for n, kind in names.items() if kind.startswith("first")),
            nesting=ruleset.files.nesting,
        ),
        lint=lambda doc: [
            *check_document(doc, loaded),
            *lint_document(doc, loaded, speller=speller),
        ],
        is_control=lambda task: _arm(task) == CONTROL,
    )


def _arm(task: Mapping[str, object]) -> object:
    meta = task.get("meta")
    return meta.get("arm") if isinstance(meta, dict) else None


def _load_asgi() -> Callable[..., object]:
    from schemas.errors import UsageError

    try:
        import uvicorn  # noqa: F401 - looked for before anything is started

        from annotate.labelstudio.asgi import build_asgi
    except ImportError:
        raise UsageError(
            "'miyar serve' needs starlette and uvicorn. Install them with "
            "pip install 'miyar[serve]'."
        ) from None
    return build_asgi


def _listen(host: str, port: int) -> socket.socket:
    from schemas.errors import ServiceError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Of a socket without a named protocol asyncio does not switch off the delay that
    # gathers small packets: every reply would take 40 ms longer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ServiceError(
            f"{host}:{port} cannot be listened on ({error}). Choose another --port, "
            "or 0 for any free one."
        ) from None
    return listener


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _reached(host: str) -> str:
    """Return the address under which this machine reaches what listens on `host`."""
    if host in ("0.0.0.0", "::", ""):
        return HOST
    return f"[{host}]" if ":" in host else host


def _connect(project: str, url: str, doors: Doors, settings: Settings) -> None:
    from annotate.labelstudio.client import connect
    from annotate.labelstudio.connection import connect_project
    from annotate.labelstudio.projects import known_parts

    with connect(settings) as studio:
        for part in known_parts(studio, project):
            campaign = part.campaign
            done = connect_project(studio, campaign.id, url=url, doors=doors)
            typer.echo(f"{campaign.title}: connected; {campaign.address(studio)}")
            if done.remedy:
                typer.echo(done.remedy, err=True)


class _Noting:
    """Notes on tasks what is to be mended, over one connection, one task at a time."""

    def __init__(self, settings: Settings, backend: Backend) -> None:
        self.settings = settings
        self.backend = backend
        self.turn = threading.Lock()
        self.studio: Studio | None = None

    def note(self, found: Inspection) -> None:
        """Look at the whole task, of which others may have submitted something too."""
        from annotate.labelstudio.client import connect
        from annotate.labelstudio.review import review_task
        from schemas.errors import MiyarError

        backend = self.backend
        with self.turn:
            try:
                self.studio = self.studio or connect(self.settings)
                review_task(
                    self.studio,
                    found.project,
                    found.task,
                    backend.schema,
                    lint=backend.lint,
                )
            except MiyarError as error:
                typer.echo(f"task {found.task} has no note: {error}", err=True)


def _tell(found: Inspection) -> None:
    """Print what is wrong with an annotation that was submitted."""
    for finding in found.findings:
        reason = finding.reason
        typer.echo(
            f"task {found.task} ({finding.doc}), annotation {found.annotation}, "
            f"{finding.annotator}: {reason.code} {reason.en}",
            err=True,
        )


def _run(
    app: object, listener: socket.socket, after: Callable[[], None] | None
) -> None:
    """Serve until a signal; `after` runs beside it as soon as requests are answered."""
    import uvicorn

    from schemas.errors import MiyarError

    config = uvicorn.Config(app, log_level="warning", access_log=False)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    failed: list[MiyarError] = []

    def follow() -> None:
        _wait_until(server)
        try:
            if after and server.started:
                after()
        except MiyarError as error:
            failed.append(error)
            server.should_exit = True

    beside = threading.Thread(target=follow, daemon=True)
    beside.start()
    server.run(sockets=[listener])
    if failed:
        raise failed[0]


def _wait_until(server: uvicorn.Server) -> None:
    import time

    while not server.started and not server.should_exit:
        time.sleep(0.02)
