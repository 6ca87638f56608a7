"""The one exception family of the project."""

from __future__ import annotations

__all__ = ["DataError", "MiyarError", "SchemaError", "ServiceError", "UsageError"]


class MiyarError(Exception):
    """Base of every error a user can mend; the message says what, where and how.

    The command line prints it on stderr and exits with status 2. Anything else that
    escapes is a bug and keeps its traceback.
    """


class DataError(MiyarError):
    """A document, annotation or file breaks the data contract."""


class SchemaError(MiyarError):
    """A label schema, rule or lexicon file is wrong."""


class ServiceError(MiyarError):
    """A server (Label Studio, a database, an extractor) is absent or refused."""


class UsageError(MiyarError):
    """The command was called with options that do not fit together."""
