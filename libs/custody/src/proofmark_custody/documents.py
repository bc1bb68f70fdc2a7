"""JSON documents and digests: canonical bytes out (RFC 8785), strict reading in.

Whatever bytes come in, reading raises nothing but the `Malformed` that the caller names.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import rfc8785

from proofmark_custody.errors import Malformed

T = TypeVar("T")

_SHA256 = re.compile(r"[0-9a-f]{64}")


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical_json(document: Any) -> bytes:
    """Serialise plain data so that equal content has equal bytes."""
    return rfc8785.dumps(document)


def parse_object(data: bytes, malformed: type[Malformed]) -> dict[str, Any]:
    """Read a JSON object in UTF-8 in which no name occurs twice."""
    try:
        document = json.loads(data.decode(), object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as exc:
        raise malformed(f"expected a JSON object in UTF-8, got {len(data)} bytes that are none: {exc}") from exc
    if not isinstance(document, dict):
        raise malformed(f"expected a JSON object, got a {type(document).__name__}")
    return document


def member(document: Any, name: str, kind: type[T], malformed: type[Malformed]) -> T:
    """The member of a JSON object, of the expected type."""
    if not isinstance(document, Mapping):
        raise malformed(f"{name}: expected an object that holds it, got a {type(document).__name__}")
    if name not in document:
        raise malformed(f"{name}: expected a {kind.__name__}, got nothing")
    value = document[name]
    if not isinstance(value, kind):
        raise malformed(f"{name}: expected a {kind.__name__}, got a {type(value).__name__}")
    return value


def sha256_member(document: Any, name: str, malformed: type[Malformed]) -> str:
    """The member of a JSON object that is a sha256 in lower-case hexadecimal."""
    value = member(document, name, str, malformed)
    if not _SHA256.fullmatch(value):
        raise malformed(f"{name}: expected 64 lower-case hexadecimal digits, got {value!r}")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return document
