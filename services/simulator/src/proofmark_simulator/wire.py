"""Frames between the simulator and a model's process: a kind, a length, and as many bytes.

A call is a line of JSON (names and the number of rows), then float64 inputs, row-major (inputs, rows). An answer is
float64 metrics, (metrics, rows); a failure is text. Nothing else that a model's process sends is ever interpreted.
"""

import struct
from typing import BinaryIO

CALL, READY, ANSWER, FAILURE = b"C", b"R", b"A", b"F"
HEAD = struct.Struct("<cI")
FAILURE_BYTES = 4096
"""Longest failure text."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    return HEAD.pack(kind, len(payload)) + payload


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Read the next frame, or None at the end of the stream."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, length = HEAD.unpack(head)
    payload = stream.read(length)
    return (kind, payload) if len(payload) == length else None
