"""The command line `miyar`: one module per stage, put together in `main`."""

from annotate.cli.main import main

__all__ = ["main"]
