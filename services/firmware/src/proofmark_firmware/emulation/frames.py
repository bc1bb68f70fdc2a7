"""Messages on the emulator's pipe; `docs/reference/emulator.md` describes them."""

import json
from struct import Struct
from typing import IO, Any

LENGTHS = Struct("<II")
Message = dict[str, Any]


def send(stream: IO[bytes], message: Message, payload: bytes = b"") -> None:
    """Write a message."""
    text = json.dumps(message).encode()
    stream.write(LENGTHS.pack(len(text), len(payload)) + text + payload)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Message, bytes] | None:
    """Read one; none where the stream ends."""
    head = stream.read(LENGTHS.size)
    if len(head) < LENGTHS.size:
        return None
    text, size = LENGTHS.unpack(head)
    body = stream.read(text + size)
    return None if len(body) < text + size else (json.loads(body[:text]), body[text:])
