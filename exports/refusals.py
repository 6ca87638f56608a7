"""Refuse a file that is not what its name says, whatever its content runs into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import DataError, MiyarError

__all__ = ["ODD_VALUES", "refusing"]

ODD_VALUES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading parsed values raises where they are not those that were expected."""


@contextmanager
def refusing(
    where: str, what: str, faults: tuple[type[Exception], ...] = ODD_VALUES
) -> Iterator[None]:
    """Turn faults into DataErrors that say that `where` is no `what`.

    Where a library reads, any Exception may be one. Errors of ours pass as they are.
    """
    try:
        yield
    except MiyarError:
        raise
    except faults as error:
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(f"{where}: is no {what} ({told}). Write it anew.") from error
