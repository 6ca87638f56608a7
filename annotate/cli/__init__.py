"""The command line `miyar`: one module per stage, put together in `annotate.cli.main`."""

from annotate.cli.main import main

__all__ = ["main"]
