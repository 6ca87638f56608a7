"""Read a whole project at one moment, with what the task pages leave out.

Label Studio writes a snapshot in one transaction: annotations with the copy of the
suggestions each began from, drafts, predictions and all times. It is fetched piece by
piece, so memory stays flat, and taken off the server again. Label Studio forgets to
delete the file of a snapshot: that of the embedded server is deleted here.
"""

from __future__ import annotations

import codecs
import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from annotate.labelstudio.campaign import Campaign
from annotate.labelstudio.client import Studio
from annotate.settings import Settings
from schemas.errors import ServiceError

__all__ = ["elements", "snapshot"]

Json = dict[str, Any]


def snapshot(
    studio: Studio, campaign: Campaign, *, settings: Settings
) -> Iterator[Json]:
    """Yield the project's tasks by id, each with everything that hangs on it."""
    with tempfile.TemporaryFile("w+b") as spool:
        places = sorted(_spool(_download(studio, campaign, settings), spool))
        for _, offset, size in places:
            spool.seek(offset)
            yield json.loads(spool.read(size))


def _spool(tasks: Iterable[Json], spool: IO[bytes]) -> list[tuple[int, int, int]]:
    """Write the tasks down as they come; return (task, offset, bytes) of each.

    The server gives them in no order that it would keep to.
    """
    places = []
    for task in tasks:
        content = json.dumps(task).encode()
        places.append((int(task["id"]), spool.tell(), len(content)))
        spool.write(content)
    return places


def _download(studio: Studio, campaign: Campaign, settings: Settings) -> Iterator[Json]:
    whole = {"only_id": False}
    made = studio.post(
        f"/api/projects/{campaign.id}/exports/",
        {
            "title": "miyar",
            "serialization_options": {"drafts": whole, "predictions": whole},
        },
        doing=f"take a snapshot of {campaign.title!r}",
    )
    number = int(made["id"])
    exports = studio.sdk.projects.exports
    try:
        if made["status"] != "completed":
            raise ServiceError(
                f"Label Studio could not take a snapshot of {campaign.title!r} "
                f"({made['status']}). Its log tells more; is the disk full?"
            )
        with studio.telling(f"fetch the snapshot of {campaign.title!r}"):
            yield from elements(exports.download(campaign.id, number))
    finally:
        with studio.telling(f"take away the snapshot of {campaign.title!r}"):
            exports.delete(campaign.id, number)
        if not settings.url:
            _delete_file(settings, campaign, str(made.get("md5")))


def _delete_file(settings: Settings, campaign: Campaign, md5: str) -> None:
    folder = settings.data_folder / "media" / "export" / str(campaign.id)
    for path in folder.glob(f"project-{campaign.id}-at-*-{md5[:8]}*.json"):
        path.unlink(missing_ok=True)


def elements(pieces: Iterable[bytes]) -> Iterator[Any]:
    """Yield the elements of a JSON array that comes in pieces, cut anywhere.

    Raises ValueError when the array ends early.

    >>> list(elements([b'[{"a": 1', b'}, 2', b'3]']))
    [{'a': 1}, 23]
    """
    decoder = json.JSONDecoder()
    decode = codecs.getincrementaldecoder("utf-8")().decode
    text, wanted, opened = "", 0, False
    for piece in pieces:
        text += decode(piece)
        # An element is tried again only when the text has doubled: no quadratic time.
        if len(text) < wanted:
            continue
        while True:
            text = text.lstrip(" \t\r\n,")
            if not opened and text[:1] == "[":
                text, opened = text[1:], True
                continue
            try:
                value, end = decoder.raw_decode(text)
            except ValueError:
                wanted = 2 * len(text)
                break
            if end == len(text):
                # A number may go on in the next piece.
                wanted = 0
                break
            yield value
            text = text[end:]
    yield from _rest(text, decoder, opened=opened)


def _rest(text: str, decoder: json.JSONDecoder, *, opened: bool) -> Iterator[Any]:
    text = text.lstrip(" \t\r\n,")
    if not opened and text[:1] == "[":
        text, opened = text[1:].lstrip(), True
    while opened and text[:1] not in ("]", ""):
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:].lstrip(" \t\r\n,")
    if text.strip() != "]":
        raise ValueError("the snapshot ends early")
