"""`miyar demo`: the whole way on the five seed articles."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this stage."""
    app.command("demo")(demo)


def demo(
    *,
    leave: Annotated[
        bool, typer.Option("--exit", help="End at once instead of serving on.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on; a free one if absent.")
    ] = None,
) -> None:
    """Take five articles the whole way: suggest, label, adjudicate, release, score.

    Label Studio is real and keeps running until Ctrl-C, so that you can look at it. The
    annotators' work is replayed from what is kept with the tool.

    Example: miyar demo --exit
    """
    from annotate.cli.scores import print_report
    from annotate.cli.studio import say
    from annotate.demo import Demo
    from annotate.labelstudio.server import stop_server, wait_for_end
    from annotate.settings import load_settings

    settings = load_settings(port=port)
    run = Demo(settings, say=say)
    try:
        for number, stage in enumerate(run.stages(), start=1):
            typer.secho(f"\n{number}. {stage.title}: {stage.done}.", bold=True)
            if stage.report is not None:
                print_report(stage.report, chosen=stage.layers)
        if not leave and run.server is not None:
            typer.echo(f"\n{run.invitation()}\nCtrl-C stops the server.")
            wait_for_end(run.server)
    finally:
        if run.server is not None and run.server.fresh:
            stop_server(settings)
            say("Label Studio was stopped.")
