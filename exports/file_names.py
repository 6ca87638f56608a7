"""File names made of document ids, with the way back."""

from __future__ import annotations

import re
from urllib.parse import unquote

from schemas.errors import DataError

__all__ = ["document_id", "file_name"]

# What some file system forbids, the escape itself, and a dot that would hide the file.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%]|^\.|[. ]$')
_LONGEST = 240
"""Bytes; file systems allow 255, and a suffix is to follow."""


def file_name(doc_id: str) -> str:
    """Return the id with unsafe characters as %XX; letters of any script stay.

    Raises DataError where the name would be too long for a file system.

    >>> file_name("خبر 7/8"), document_id("خبر 7%2F8")
    ('خبر 7%2F8', 'خبر 7/8')
    """
    name = _UNSAFE.sub(lambda match: f"%{ord(match.group()):02X}", doc_id)
    if len(name.encode()) > _LONGEST:
        raise DataError(
            f"{doc_id[:40]}...: this document id is too long for a file name. Give the "
            "document a shorter one, or choose a format that writes one file."
        )
    return name


def document_id(name: str) -> str:
    """Return the document id that a file name without suffix was made of."""
    return unquote(name)
