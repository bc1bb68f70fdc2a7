"""Requests and answers on a pipe: two lengths, a JSON object, bytes."""

import json
from struct import Struct
from typing import IO, Any

from proofmark_emulator.errors import WrongRequest

LENGTHS = Struct("<II")
"""Of the JSON text and of the bytes behind it."""
Message = dict[str, Any]


def receive(stream: IO[bytes]) -> tuple[Message, bytes] | None:
    """The next message; none at the end of the stream.

    Raises
    ------
    WrongRequest
        The stream ends within a message, or it is no JSON object.
    """
    head = stream.read(LENGTHS.size)
    if not head:
        return None
    if len(head) < LENGTHS.size:
        raise WrongRequest("frame", f"{LENGTHS.size} bytes of lengths", len(head))
    text, size = LENGTHS.unpack(head)
    body = stream.read(text + size)
    if len(body) < text + size:
        raise WrongRequest("frame", f"{text + size} bytes", len(body))
    try:
        message = json.loads(body[:text])
    except ValueError as error:
        raise WrongRequest("frame", "JSON", error) from error
    if not isinstance(message, dict):
        raise WrongRequest("frame", "a JSON object", type(message).__name__)
    return message, body[text:]


def send(stream: IO[bytes], message: Message, payload: bytes = b"") -> None:
    """Write a message."""
    text = json.dumps(message).encode()
    stream.write(LENGTHS.pack(len(text), len(payload)) + text + payload)
    stream.flush()
