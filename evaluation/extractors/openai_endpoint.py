"""`openai:MODEL@URL`: a language model behind an OpenAI-compatible endpoint.

The label schema becomes the JSON schema of the answer, so that an endpoint with
structured output can give no other label. Models count characters badly: the answer
quotes strings, which are found in the text by whoever asked (`strings`).
"""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

_TRIES = 3
_BUSY = (429, 500, 502, 503, 504)
_MOST_SAID = 300

_TASK = """\
You annotate news in {language}. Return every mention of the entity types and every \
event of the event types below, in the order of the text. Copy each mention and each \
trigger letter by letter from the text; where the span is part of a longer word, copy \
only that part. 'quote' is a short stretch of the text around the mention, copied \
letter by letter, so that repeated words can be told apart. Leave out what is not in \
the text.

Entity types:
{entities}

Event types (the trigger is the word that names the event):
{events}

Roles of participants:
{roles}"""


def load(target: str, options: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Ask MODEL at URL (the part before `/chat/completions`) about every document.

    The key is taken from OPENAI_API_KEY where the process was given it.
    """
    model, at, url = target.rpartition("@")
    if not at:
        raise ValueError(f"write openai:MODEL@URL instead of openai:{target}")
    address = f"{url.rstrip('/')}/chat/completions"
    labels = options["labels"]
    task = _TASK.format(
        language=labels["language"],
        **{part: _listed(labels[part]) for part in ("entities", "events", "roles")},
    )
    form = {
        "type": "json_schema",
        "json_schema": {
            "name": "annotations",
            "strict": True,
            "schema": answer_schema(labels),
        },
    }

    def extract(document: dict[str, Any]) -> Any:
        question = {
            "model": model,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": task},
                {"role": "user", "content": document["text"]},
            ],
            "response_format": form,
        }
        answer = _ask(address, question, timeout=options["timeout"])
        choice = answer["choices"][0]
        if choice.get("finish_reason") == "length":
            raise ValueError("the model's answer was cut off at its length limit")
        return json.loads(choice["message"]["content"])

    return extract


def _listed(definitions: Mapping[str, str]) -> str:
    return "\n".join(f"- {label}: {meaning}" for label, meaning in definitions.items())


def answer_schema(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of the answer: strict, every key required."""
    text = {"type": "string"}
    argument = _object(role=_one_of(labels["roles"]), text=text)
    entity = _object(
        text=text,
        quote=text,
        label=_one_of(labels["entities"]),
        level=_one_of(labels["levels"]),
    )
    event = _object(
        text=text,
        quote=text,
        label=_one_of(labels["events"]),
        polarity=_one_of(labels["polarity"]),
        realis=_one_of(labels["realis"]),
        arguments={"type": "array", "items": argument},
    )
    return _object(
        entities={"type": "array", "items": entity},
        events={"type": "array", "items": event},
    )


def _one_of(values: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ask(address: str, question: dict[str, Any], *, timeout: float) -> Any:
    """Post the question; a busy server is asked again, twice, after a pause.

    Raises OSError with what the server said.
    """
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("OPENAI_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    body = json.dumps(question, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for attempt in range(1, _TRIES + 1):
        request = urllib.request.Request(address, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            if error.code not in _BUSY or attempt == _TRIES:
                said = error.read(_MOST_SAID).decode("utf-8", "replace")
                message = f"{address} answered with status {error.code}: {said}"
                raise OSError(message) from None
            pause = error.headers.get("Retry-After", "")
        except http.client.RemoteDisconnected:
            if attempt == _TRIES:
                raise
            pause = ""
        time.sleep(float(pause) if pause.isdigit() else 2.0 ** (attempt - 1))
    raise AssertionError("unreachable: the last attempt returns or raises")
